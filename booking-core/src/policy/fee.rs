//! What changing, missing or booking a visit costs.

use serde::{Deserialize, Serialize};

use super::MAX_NOTICE;
use crate::Invalid;
use crate::money::Money;
use crate::seconds::{Seconds, check_count, check_length};

/// The most fee tiers of one window for changes.
pub const MAX_FEE_TIERS: usize = 16;
/// The most days a no-show rule looks back.
pub const MAX_NO_SHOW_DAYS: u32 = 3_660;

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

    pub(super) fn validate(self, field: &'static str) -> Result<(), Invalid> {
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
    /// Seconds before the start, 1 to [`MAX_NOTICE`]; each length once in a window.
    pub within: Seconds,
    /// What it costs.
    pub fee: Fee,
}

/// Until when customers may cancel or move a booking, and at what fee. Staff may waive it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChangeWindow {
    /// No change later than this many seconds before the start, 0 to [`MAX_NOTICE`]; none means until the start.
    pub closes: Option<Seconds>,
    /// Fees, at most [`MAX_FEE_TIERS`]; of those that apply, the one with the smallest `within` counts.
    pub fees: Vec<FeeTier>,
}

impl ChangeWindow {
    /// The fee tier for a change this many seconds before the start.
    pub fn tier(&self, before_start: Seconds) -> Option<FeeTier> {
        self.fees.iter().filter(|tier| before_start < tier.within).min_by_key(|tier| tier.within).copied()
    }

    pub(super) fn validate(&self) -> Result<(), Invalid> {
        if let Some(closes) = self.closes {
            check_length("closes", closes, 0, MAX_NOTICE)?;
        }
        check_count("fees", self.fees.len(), MAX_FEE_TIERS)?;
        for (index, tier) in self.fees.iter().enumerate() {
            check_length("fees.within", tier.within, 1, MAX_NOTICE)?;
            tier.fee.validate("fees.fee")?;
            if self.fees[..index].iter().any(|other| other.within == tier.within) {
                return Err(Invalid::new(
                    "fees.within",
                    format_args!("{} s", tier.within),
                    "each length once",
                ));
            }
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
    /// ... of the last this many days, 1 to [`MAX_NO_SHOW_DAYS`]; none means 365.
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
            Some(days) if !(1..=MAX_NO_SHOW_DAYS).contains(&days) => {
                Err(Invalid::new("no_show.days", days, format!("1 to {MAX_NO_SHOW_DAYS} days")))
            }
            _ => Ok(()),
        }
    }
}
