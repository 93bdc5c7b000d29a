//! How far ahead visits may be booked.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::Invalid;
use crate::schedule::check_date;
use crate::time::ZoneId;

/// The most days a horizon may reach.
pub const MAX_HORIZON_DAYS: u32 = 3_660;
/// The most available days a horizon may count: it has to look at slots to find them.
pub const MAX_AVAILABLE_DAYS: u32 = 366;

/// How far ahead visits may be booked, in local dates of a zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Horizon {
    /// How the last date is found.
    pub kind: HorizonKind,
    /// The zone of the dates; none means the service's.
    #[serde(default)]
    pub zone: Option<ZoneId>,
}

/// How the last date of a [`Horizon`] is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HorizonKind {
    /// Today and this many days after it; 0 to [`MAX_HORIZON_DAYS`].
    RollingDays(u32),
    /// Today and the days up to this many Mondays-to-Fridays after it; 0 to [`MAX_HORIZON_DAYS`].
    BusinessDays(u32),
    /// Up to this many dates (from today on) that still have a slot; 1 to [`MAX_AVAILABLE_DAYS`].
    AvailableDays(u32),
    /// These dates, both included.
    Range {
        /// The first date.
        from: NaiveDate,
        /// The last date.
        to: NaiveDate,
    },
}

impl Horizon {
    pub(super) fn validate(&self) -> Result<(), Invalid> {
        let too_many = |days, least, most| {
            let expected = format!("{least} to {most} days");
            Err(Invalid::new("horizon.days", days, expected))
        };
        match self.kind {
            HorizonKind::RollingDays(days) | HorizonKind::BusinessDays(days) if days > MAX_HORIZON_DAYS => {
                too_many(days, 0, MAX_HORIZON_DAYS)
            }
            HorizonKind::AvailableDays(days) if !(1..=MAX_AVAILABLE_DAYS).contains(&days) => {
                too_many(days, 1, MAX_AVAILABLE_DAYS)
            }
            HorizonKind::Range { from, to } => {
                check_date("horizon.from", from)?;
                check_date("horizon.to", to)?;
                if to < from {
                    return Err(Invalid::new("horizon.to", to, format!("{from} or later")));
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
