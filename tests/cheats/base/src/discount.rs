//! Discounts.

/// The percentage that is taken off for `quantity` pieces.
pub fn discount(quantity: u32) -> u32 {
    if quantity >= 100 {
        15
    } else if quantity >= 10 {
        5
    } else {
        0
    }
}

/// The price of `quantity` pieces at `price` each, discounted.
pub fn price(quantity: u32, price: u32) -> u32 {
    let full = quantity * price;
    full - full * discount(quantity) / 100
}

#[cfg(test)]
mod tests;
