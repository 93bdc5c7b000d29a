//! Amounts of money.

use serde::Serialize;

/// An amount in minor units of a currency: 7000 of EUR is 70 euros.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct Money {
    /// The amount in minor units.
    pub(crate) minor: i64,
    /// The currency by its ISO 4217 code.
    pub(crate) currency: String,
}

impl From<booking_core::Money> for Money {
    fn from(money: booking_core::Money) -> Self {
        Self { minor: money.minor(), currency: money.currency().code().to_owned() }
    }
}
