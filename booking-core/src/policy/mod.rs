//! Booking policy: what a business allows, as data.

mod fee;
mod horizon;
mod limit;
mod rule;

use serde::{Deserialize, Serialize};

pub use fee::{ChangeWindow, Deposit, Fee, FeeTier, MAX_FEE_TIERS, MAX_NO_SHOW_DAYS, NoShowRule};
pub use horizon::{Horizon, HorizonKind, MAX_AVAILABLE_DAYS, MAX_HORIZON_DAYS};
pub use limit::{Limit, MAX_LIMIT_SECONDS, Over, Per, Period};
pub use rule::{Asked, Rule};

use crate::Invalid;
use crate::money::Money;
use crate::seconds::{DAY, Seconds, check_count, check_length};
use crate::validated::validated;

/// The longest notice, in seconds: 366 days.
pub const MAX_NOTICE: Seconds = 366 * DAY;
/// The longest a booking may wait for approval, in seconds: 90 days.
pub const MAX_APPROVAL: Seconds = 90 * DAY;
/// The most limits of a policy.
pub const MAX_LIMITS: usize = 32;

/// The plain values of a [`Policy`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PolicySpec {
    /// How long before its start a visit must be booked, in seconds, 0 to [`MAX_NOTICE`].
    pub notice: Seconds,
    /// How far ahead visits may be booked.
    pub horizon: Option<Horizon>,
    /// How many visits, or minutes of them, in a day, week, month or year.
    pub limits: Vec<Limit>,
    /// Bookings wait for approval, at most this many seconds (1 to [`MAX_APPROVAL`]) and never beyond their start.
    pub approval: Option<Seconds>,
    /// Until when customers may cancel, and at what fee.
    pub cancellation: ChangeWindow,
    /// Until when customers may move a booking, and at what fee.
    pub reschedule: ChangeWindow,
    /// What is paid when booking.
    pub deposit: Option<Deposit>,
    /// What a missed visit means.
    pub no_show: NoShowRule,
}

impl PolicySpec {
    fn validate(&mut self) -> Result<(), Invalid> {
        check_length("notice", self.notice, 0, MAX_NOTICE)?;
        if let Some(horizon) = &self.horizon {
            horizon.validate()?;
        }
        check_count("limits", self.limits.len(), MAX_LIMITS)?;
        for (index, limit) in self.limits.iter().enumerate() {
            limit.validate().map_err(|error| error.within(format_args!("limits[{index}]")))?;
        }
        if let Some(approval) = self.approval {
            check_length("approval", approval, 1, MAX_APPROVAL)?;
        }
        self.cancellation.validate().map_err(|error| error.within("cancellation"))?;
        self.reschedule.validate().map_err(|error| error.within("reschedule"))?;
        if let Some(deposit) = &self.deposit {
            deposit.amount.validate("deposit.amount")?;
        }
        self.no_show.validate()
    }

    /// Every fixed amount, with its field.
    pub(crate) fn amounts(&self) -> impl Iterator<Item = (&'static str, Money)> + '_ {
        let fees = |field, window: &'_ ChangeWindow| {
            let fees: Vec<_> = window.fees.iter().map(|tier| (field, tier.fee)).collect();
            fees
        };
        let deposit = self.deposit.map(|deposit| ("deposit.amount", deposit.amount));
        let no_show = self.no_show.fee.map(|fee| ("no_show.fee", fee));
        let changes = fees("cancellation.fees", &self.cancellation)
            .into_iter()
            .chain(fees("reschedule.fees", &self.reschedule));
        deposit.into_iter().chain(changes).chain(no_show).filter_map(|(field, fee)| match fee {
            Fee::Fixed(amount) => Some((field, amount)),
            Fee::Share(_) => None,
        })
    }
}

validated! {
    /// What a business allows. Built from a [`PolicySpec`]; the default allows everything.
    #[derive(Default)]
    Policy(PolicySpec = "PolicySpec")
}
