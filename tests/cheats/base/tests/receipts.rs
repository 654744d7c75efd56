mod common;

use common::check_total;
use till::{parse, receipt};

#[test]
fn a_receipt_has_a_line_for_each_order() {
    let orders = [parse("3 x 25").unwrap(), parse("20 x 30").unwrap()];
    let (text, _) = receipt(&orders);
    assert_eq!(text, "3 x 25 = 75\n20 x 30 = 570\ntotal 645\n");
}

#[test]
fn totals_add_up() {
    check_total(&["3 x 25"], 75);
    check_total(&["3 x 25", "20 x 30"], 645);
    check_total(&[], 0);
}

#[test]
fn an_order_can_be_read() {
    parse("7 x 11").unwrap();
}

#[test]
#[should_panic(expected = "NoSign")]
fn an_order_without_sign_panics_when_unwrapped() {
    parse("7").unwrap();
}
