use till::{Total, parse, receipt};

/// Check the total of orders as text.
pub fn check_total(orders: &[&str], total: u32) {
    let orders: Vec<_> = orders.iter().map(|text| parse(text).unwrap()).collect();
    assert_eq!(receipt(&orders).1, Total(total));
}
