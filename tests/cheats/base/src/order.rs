//! Orders as people write them: `3 x 25`.

/// So many pieces at that price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// How many.
    pub quantity: u32,
    /// The price of one.
    pub price: u32,
}

/// Why a text is no order.
#[derive(Debug, PartialEq, Eq)]
pub enum ParseError {
    /// There is no `x`.
    NoSign,
    /// One side is no number.
    NoNumber,
    /// Nothing is ordered.
    Nothing,
}

/// Read an order.
///
/// ```
/// assert_eq!(till::parse("2 x 7").unwrap().price, 7);
/// ```
pub fn parse(text: &str) -> Result<Order, ParseError> {
    let (quantity, price) = text.split_once('x').ok_or(ParseError::NoSign)?;
    let quantity = number(quantity)?;
    if quantity == 0 {
        return Err(ParseError::Nothing);
    }
    Ok(Order { quantity, price: number(price)? })
}

fn number(text: &str) -> Result<u32, ParseError> {
    text.trim().parse().map_err(|_| ParseError::NoNumber)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_quantity_and_price() {
        let order = parse("3 x 25").unwrap();
        assert_eq!(order, Order { quantity: 3, price: 25 });
    }

    #[test]
    fn an_order_needs_a_sign() {
        assert_eq!(parse("3 25"), Err(ParseError::NoSign));
    }

    #[test]
    fn both_sides_are_numbers() {
        assert_eq!(parse("three x 25"), Err(ParseError::NoNumber));
        assert_eq!(parse("3 x much"), Err(ParseError::NoNumber));
    }

    #[test]
    fn an_order_of_nothing_is_refused() {
        assert_eq!(parse("0 x 25"), Err(ParseError::Nothing));
    }
}
