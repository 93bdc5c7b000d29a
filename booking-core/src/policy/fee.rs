//! What changing, missing or booking a visit costs.

use serde::{Deserialize, Serialize};

use crate::Invalid;
use crate::money::Money;
use crate::seconds::{DAY, Seconds, check_count, check_length};

/// The most tiers of a window.
const MAX_TIERS: usize = 16;

/// A fee: a fixed amount or a share of the price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fee {
    /// This amount.
    Fixed(Money),
    /// This share of the booking's price, in basis points: 5,000 is half. At most 10,000.
    Share(u32),
}

impl Fee {
    /// The fee for a booking of this price; a share of no price is no fee.
    pub fn of(self, price: Option<Money>) -> Option<Money> {
        match self {
            Self::Fixed(amount) => Some(amount),
            Self::Share(parts) => price.map(|price| price.share_of_10_000(parts)),
        }
    }

    fn validate(self, field: &'static str) -> Result<(), Invalid> {
        match self {
            Self::Share(parts) if parts > 10_000 => {
                Err(Invalid::new(field, parts, "0 to 10000 basis points"))
            }
            _ => Ok(()),
        }
    }
}

/// A change made less than `within` seconds before the start costs `fee`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeeTier {
    /// Seconds before the start, 1 to 366 days.
    pub within: Seconds,
    /// What it costs.
    pub fee: Fee,
}

/// Until when customers may cancel or move a booking, and at what fee. Staff may waive it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChangeWindow {
    /// No change later than this many seconds before the start; none means until the start.
    pub closes: Option<Seconds>,
    /// Fees; of those that apply, the one with the smallest `within` counts.
    pub fees: Vec<FeeTier>,
}

impl ChangeWindow {
    /// The fee tier for a change this many seconds before the start.
    pub fn tier(&self, before_start: Seconds) -> Option<FeeTier> {
        self.fees.iter().filter(|tier| before_start < tier.within).min_by_key(|tier| tier.within).copied()
    }

    pub(super) fn validate(&self) -> Result<(), Invalid> {
        if let Some(closes) = self.closes {
            check_length("closes", closes, 0, 366 * DAY)?;
        }
        check_count("fees", self.fees.len(), MAX_TIERS)?;
        for tier in &self.fees {
            check_length("fees.within", tier.within, 1, 366 * DAY)?;
            tier.fee.validate("fees.fee")?;
        }
        Ok(())
    }
}

/// What is to be paid when booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deposit {
    /// How much.
    pub amount: Fee,
}

/// What a missed visit means.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NoShowRule {
    /// What it costs.
    pub fee: Option<Fee>,
    /// Refuse a customer's bookings after this many missed visits (at least 1) ...
    pub refuse_after: Option<u32>,
    /// ... of the last this many days, 1 to 3,660; none means 365.
    pub days: Option<u32>,
}

impl NoShowRule {
    pub(super) fn validate(&self) -> Result<(), Invalid> {
        if let Some(fee) = self.fee {
            fee.validate("no_show.fee")?;
        }
        if self.refuse_after == Some(0) {
            return Err(Invalid::new("no_show.refuse_after", 0, "1 or more"));
        }
        match self.days {
            Some(days) if !(1..=3_660).contains(&days) => {
                Err(Invalid::new("no_show.days", days, "1 to 3660 days"))
            }
            _ => Ok(()),
        }
    }
}
