use super::*;

#[test]
fn few_pieces_have_no_discount() {
    assert_eq!(discount(9), 0);
}

#[test]
fn ten_pieces_have_a_small_discount() {
    assert_eq!(discount(10), 5);
    assert_eq!(discount(99), 5);
}

#[test]
fn a_hundred_pieces_have_a_large_discount() {
    assert_eq!(discount(100), 15);
}

#[test]
fn a_price_is_discounted() {
    assert_eq!(price(9, 30), 270);
    assert_eq!(price(20, 30), 570);
}
