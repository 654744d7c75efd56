//! Receipts.

use crate::discount::price;
use crate::order::Order;

/// What has to be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total(pub u32);

/// The receipt of some orders: a line for each, then the total.
pub fn receipt(orders: &[Order]) -> (String, Total) {
    let mut text = String::new();
    let mut total = 0;
    for order in orders {
        let paid = price(order.quantity, order.price);
        text += &format!("{} x {} = {}\n", order.quantity, order.price, paid);
        total += paid;
    }
    text += &format!("total {total}\n");
    (text, Total(total))
}
