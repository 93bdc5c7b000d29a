//! Limits on how many visits, or minutes of them, a period may have.

use chrono::Weekday;
use serde::{Deserialize, Serialize};

use crate::Invalid;
use crate::seconds::{DAY, Seconds, check_length};

/// The most seconds a limit may allow: 400 days.
pub const MAX_LIMIT_SECONDS: Seconds = 400 * DAY;

/// Whose bookings are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// Each customer's.
    Customer,
    /// Each resource's; its minutes are those of the parts it serves.
    Resource,
    /// The service's, whoever books and serves.
    Service,
}

/// Which of those bookings are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Over {
    /// Only bookings of the limited service.
    Service,
    /// Bookings of all services.
    All,
}

/// A stretch of local dates in the zone of the service being booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// One date.
    Day,
    /// Seven dates from the limit's week start.
    Week,
    /// A calendar month.
    Month,
    /// A calendar year.
    Year,
}

/// A cap on bookings, or on their minutes, per period of the local start.
///
/// Counted are held, pending, confirmed, checked-in, completed and no-show bookings, waived ones too, once each
/// whatever the party, with all their minutes (without buffers) in the period of their start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Whose bookings.
    pub per: Per,
    /// Which of them; none means the service's own, or all for a limit per resource.
    #[serde(default)]
    pub over: Option<Over>,
    /// In which period.
    pub period: Period,
    /// The first day of a week; none means Sunday.
    #[serde(default)]
    pub week_start: Option<Weekday>,
    /// At most this many bookings; 0 closes the period.
    #[serde(default)]
    pub max_count: Option<u32>,
    /// At most this many seconds in all, 0 to [`MAX_LIMIT_SECONDS`].
    #[serde(default)]
    pub max_seconds: Option<Seconds>,
}

impl Limit {
    /// At most this many bookings a period.
    pub fn count(per: Per, period: Period, max: u32) -> Self {
        Self { per, over: None, period, week_start: None, max_count: Some(max), max_seconds: None }
    }

    /// Which bookings it counts, with the default filled in.
    pub fn counted_over(&self) -> Over {
        self.over.unwrap_or(if self.per == Per::Resource { Over::All } else { Over::Service })
    }

    pub(super) fn validate(&self) -> Result<(), Invalid> {
        if let Some(max) = self.max_seconds {
            check_length("max_seconds", max, 0, MAX_LIMIT_SECONDS)?;
        }
        if self.max_count.is_none() && self.max_seconds.is_none() {
            return Err(Invalid::new("max_count", "none", "a max_count, a max_seconds or both"));
        }
        if self.week_start.is_some() && self.period != Period::Week {
            return Err(Invalid::new("week_start", "set", "none, unless the period is a week"));
        }
        Ok(())
    }
}
