//! Why a store refused or failed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::booking::IllegalMove;
use crate::reason::{Occupant, Reason};
use crate::{Invalid, ResourceId};

/// The storage itself failed. Nothing was applied, unless the error says that it is not known.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached or has no capacity left; trying again later may help.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// It failed in a way that trying again will not mend.
    #[error("the store failed: {0}")]
    Failed(String),
    /// The connection broke while committing: the command may or may not have been applied. Ask again with the same
    /// idempotency key.
    #[error("it is not known whether the command was applied: {0}")]
    Unknown(String),
}

/// Where a plan does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{resource} does not fit")]
pub struct Conflict {
    /// The resource.
    pub resource: ResourceId,
    /// What is in the way, if one occupant can be named.
    pub by: Option<Occupant>,
    /// Units or seats left at the fullest instant.
    pub free: u32,
}

/// Why a command was not applied. Nothing of it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// None of the plans fits: the conflicts of the placement (by its index in the command) that failed.
    #[error("placement {placement} does not fit")]
    NoFit {
        /// Which placement.
        placement: usize,
        /// One conflict a plan.
        conflicts: Vec<Conflict>,
    },
    /// A limit is used up: always [`Reason::LimitReached`].
    #[error("placement {placement}: a limit is reached")]
    Limit {
        /// Which placement.
        placement: usize,
        /// The limit, what is used and what is allowed.
        reason: Reason,
    },
    /// The key was used for other content.
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
    IllegalMove(#[from] IllegalMove),
    /// The hold or the pending booking has expired.
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
    /// A hold cannot live that long.
    #[error("a hold can be extended until {latest} at most")]
    ExtendTooFar {
        /// The latest expiry.
        latest: DateTime<Utc>,
    },
    /// No such booking, block, session or entry.
    #[error("no such {what}")]
    NotFound {
        /// What was looked for: "booking", "block", "session", "entry".
        what: &'static str,
    },
    /// The capacity is in use.
    #[error("{peak} units will be in use")]
    CapacityInUse {
        /// The future peak use.
        peak: u32,
    },
    /// The id is already in use.
    #[error("the {what} exists already")]
    Exists {
        /// What: "booking", "session", "entry".
        what: &'static str,
    },
    /// The command itself is wrong: no plan, a party of nobody, a capacity of 0, an expiry that does not extend.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The storage failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
}
