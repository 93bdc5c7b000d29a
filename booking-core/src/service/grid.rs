//! Where starts are anchored.

use serde::{Deserialize, Serialize};

use crate::seconds::Seconds;

/// What a grid's anchors are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GridMode {
    /// The start of each opening; for a service that asks for several resources, of each stretch in which all are open.
    /// Bookings never move the grid.
    #[default]
    Hours,
    /// The start of each free stretch: starts follow directly on a booking. What is free is judged for each requirement
    /// on its own, also where one resource may serve two.
    Free,
    /// As `Free`, rounded up to a round time of the clock in the service's zone: the next minute of the hour that the
    /// largest of 60, 30, 20, 15, 10 and 5 minutes that divides the step divides, else the next whole minute.
    Clock,
}

/// Where starts are anchored: an anchor, plus the offset, plus whole steps.
///
/// `now`, notice and the window filter starts and never move the grid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grid {
    /// What the anchors are.
    #[serde(default)]
    pub mode: GridMode,
    /// Added once to each anchor, in seconds, 0 or more.
    #[serde(default)]
    pub offset: Seconds,
}

impl Grid {
    /// Anchored at the start of each opening.
    pub const HOURS: Self = Self { mode: GridMode::Hours, offset: 0 };
    /// Anchored at the start of each free stretch.
    pub const FREE: Self = Self { mode: GridMode::Free, offset: 0 };
    /// Anchored at round times of the clock.
    pub const CLOCK: Self = Self { mode: GridMode::Clock, offset: 0 };
}
