//! Why the scheduler refused.

use chrono::{DateTime, Utc};

use crate::Invalid;
use crate::booking::{IllegalMove, Verdict};
use crate::engine::AvailabilityError;
use crate::reason::Reason;
use crate::store::{CommitError, StoreError};

/// Why a request was refused, with the data to act on. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The start is not bookable.
    #[error("not bookable")]
    NotBookable {
        /// Every reason.
        reasons: Vec<Reason>,
        /// The nearest bookable starts, nearest first, at most three.
        alternatives: Vec<DateTime<Utc>>,
    },
    /// Some occurrences of a series are not bookable.
    #[error("some occurrences are not bookable")]
    SeriesConflict {
        /// One for each occurrence.
        verdicts: Vec<Verdict>,
    },
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The booking has another version.
    #[error("the booking has version {current}")]
    VersionConflict {
        /// The version it has.
        current: u64,
    },
    /// The life cycle does not allow it.
    #[error(transparent)]
    IllegalMove(IllegalMove),
    /// The hold, or the time to decide, has expired.
    #[error("expired at {at}")]
    Expired {
        /// When.
        at: DateTime<Utc>,
    },
    /// Only from the start on.
    #[error("only from {from} on")]
    TooEarly {
        /// The start.
        from: DateTime<Utc>,
    },
    /// The window for this change has closed.
    #[error("only until {until}")]
    TooLate {
        /// When it closed.
        until: DateTime<Utc>,
    },
    /// A hold cannot live that long.
    #[error("a hold can be extended until {latest} at most")]
    ExtendTooFar {
        /// The latest expiry.
        latest: DateTime<Utc>,
    },
    /// The capacity is in use.
    #[error("{peak} units will be in use")]
    CapacityInUse {
        /// The future peak use.
        peak: u32,
    },
    /// No such thing.
    #[error("no such {what}")]
    NotFound {
        /// What was looked for: "service", "booking", "resource", "series", "entry", "block", "session".
        what: &'static str,
    },
    /// The request itself is wrong.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Availability could not be computed. Not the same as "nothing is free".
    #[error("availability could not be computed")]
    Availability(#[source] AvailabilityError),
    /// Others were faster again and again; trying again may help.
    #[error("too many others are booking the same time")]
    Contended,
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

impl From<AvailabilityError> for Refusal {
    fn from(error: AvailabilityError) -> Self {
        match error {
            AvailabilityError::Invalid(invalid) => Self::Invalid(invalid),
            other => Self::Availability(other),
        }
    }
}

impl From<CommitError> for Refusal {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::NoFit { .. } => Self::Contended,
            CommitError::Limit { reason, .. } => {
                Self::NotBookable { reasons: vec![reason], alternatives: Vec::new() }
            }
            CommitError::KeyReused => Self::KeyReused,
            CommitError::VersionConflict { current } => Self::VersionConflict { current },
            CommitError::IllegalMove(illegal) => Self::IllegalMove(illegal),
            CommitError::Expired { at } => Self::Expired { at },
            CommitError::TooEarly { from } => Self::TooEarly { from },
            CommitError::ExtendTooFar { latest } => Self::ExtendTooFar { latest },
            CommitError::NotFound { what } => Self::NotFound { what },
            CommitError::CapacityInUse { peak } => Self::CapacityInUse { peak },
            CommitError::Exists { what } => {
                Self::Store(StoreError::Failed(format!("the {what} exists already")))
            }
            CommitError::Invalid(invalid) => Self::Invalid(invalid),
            CommitError::Store(error) => Self::Store(error),
        }
    }
}
