//! Why a write was refused.

use booking_core::{Invalid, StoreError};

use crate::ItemId;

/// Nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlatformError {
    /// There is none with this id.
    #[error("no such {what}")]
    NotFound {
        /// What was looked for: "tenant", "service", "customer", "key" ...
        what: &'static str,
    },
    /// There is one with this id.
    #[error("the {what} exists already")]
    Exists {
        /// What.
        what: &'static str,
    },
    /// It has another version.
    #[error("it has version {current}")]
    VersionConflict {
        /// The version it has.
        current: u64,
    },
    /// It names something that the tenant does not have.
    #[error("there is no {0}")]
    Missing(ItemId),
    /// Something else names it.
    #[error("{by} needs it")]
    InUse {
        /// What names it; there may be more.
        by: ItemId,
    },
    /// The customer was merged into another or erased: nothing is left to change.
    #[error("the customer is no longer kept")]
    Gone,
    /// A value is wrong, or would make something wrong that depends on it.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The storage failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
}
