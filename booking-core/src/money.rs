//! Money: minor units with a currency, never floating point.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Invalid;

/// The largest amount, in minor units: far above any visit's price, and far below overflow when summed.
pub const MAX_MINOR: i64 = 1_000_000_000_000;

/// An ISO 4217 currency code: three capital letters.
///
/// The letters are checked, membership of the current ISO list is not, so that a new currency needs no new release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    /// The three letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }
}

impl FromStr for Currency {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text.as_bytes() {
            &[a, b, c] if [a, b, c].iter().all(u8::is_ascii_uppercase) => Ok(Self([a, b, c])),
            _ => Err(Invalid::new("currency", text.escape_debug(), "three capital letters such as EUR")),
        }
    }
}

impl TryFrom<String> for Currency {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount in the currency's minor unit (cents, pence, yen), zero or more.
///
/// ```
/// use booking_core::Money;
///
/// let fee = Money::new(4_500, "EUR".parse()?)?.share_of_10_000(5_000);
/// assert_eq!((fee.minor(), fee.currency().code()), (2_250, "EUR"));
/// # Ok::<(), booking_core::Invalid>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Amount", into = "Amount")]
pub struct Money {
    minor: i64,
    currency: Currency,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Amount {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// Refused: negative amounts and amounts above [`MAX_MINOR`].
    pub fn new(minor: i64, currency: Currency) -> Result<Self, Invalid> {
        if (0..=MAX_MINOR).contains(&minor) {
            return Ok(Self { minor, currency });
        }
        Err(Invalid::new("minor", minor, format!("0 to {MAX_MINOR} minor units")))
    }

    /// The amount in minor units.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// A share in parts of ten thousand (basis points), rounded half up to a whole minor unit; shares above 10,000
    /// count as the whole.
    pub fn share_of_10_000(self, parts: u32) -> Self {
        let parts = i128::from(parts.min(10_000));
        let minor = (i128::from(self.minor) * parts + 5_000) / 10_000;
        Self { minor: minor as i64, ..self }
    }

    /// The amount times a count, capped at [`MAX_MINOR`].
    pub fn times(self, count: u32) -> Self {
        Self { minor: self.minor.saturating_mul(i64::from(count)).min(MAX_MINOR), ..self }
    }
}

impl TryFrom<Amount> for Money {
    type Error = Invalid;
    fn try_from(amount: Amount) -> Result<Self, Invalid> {
        Self::new(amount.minor, amount.currency)
    }
}

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        Self { minor: money.minor, currency: money.currency }
    }
}
