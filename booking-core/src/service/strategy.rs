//! Which of several free candidates is chosen.

use serde::{Deserialize, Serialize};

/// Which of several free candidates is chosen. Deterministic: ties fall back to the pool's order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// The first in the pool's order.
    #[default]
    Priority,
    /// The one with the fewest booked seconds on the visit's local date.
    LeastLoaded,
    /// The one with the fewest bookings for its weight in the 30 days before and after the visit.
    Weighted,
    /// The one whose last booking of this service was made longest ago.
    RoundRobin,
    /// The one who served this customer last, if free.
    Sticky,
}
