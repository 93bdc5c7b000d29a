//! Series: bookings made together by one recurrence.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::reason::Reason;
use crate::row_checks;

/// What to do when some occurrences are not bookable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnConflict {
    /// Book all or nothing.
    Fail,
    /// Book those that are free; refused when none is.
    Skip,
    /// Book all when all are free; otherwise nothing, with an alternative for each that is not.
    Propose,
}

/// What was found about one occurrence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Its start.
    #[serde(deserialize_with = "row_checks::start")]
    pub start: DateTime<Utc>,
    /// Why it is not bookable; none when it is.
    pub reasons: Vec<Reason>,
    /// The nearest bookable start on the same local date (ties: the earlier), where it was asked for.
    #[serde(deserialize_with = "row_checks::alternative", default)]
    pub alternative: Option<DateTime<Utc>>,
}

impl Verdict {
    /// Whether the occurrence is bookable.
    pub fn is_bookable(&self) -> bool {
        self.reasons.is_empty()
    }
}

/// Which bookings of a series are cancelled. Those that have started or ended are left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelScope {
    /// This one.
    This,
    /// This one and those after it.
    Following,
    /// All.
    All,
}
