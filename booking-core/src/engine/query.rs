//! What availability is asked, and what it answers.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::interval::{Interval, instant};
use crate::policy::Rule;
use crate::reason::Reason;
use crate::recurrence::RecurrenceError;
use crate::resource::Resource;
use crate::seconds::Seconds;
use crate::store::{Counted, Occupancy, Standing};
use crate::{CustomerId, Invalid, ResourceId};

/// The most resources one question may ask for by name.
pub const MAX_PINS: usize = 1_024;

/// Policy rules that staff may set aside. Capacity can never be waived.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each rule is waived on its own")]
pub struct Waiver {
    /// Starts off the grid. Listings still show the grid; any start may be explained and booked.
    pub grid: bool,
    /// Outside hours, on closed dates: resources count as open around the clock, and starts are anchored at the
    /// midnights of the service's zone. Blocks are not hours and still count.
    pub hours: bool,
    /// Less notice than asked for; the past is never bookable.
    pub notice: bool,
    /// Beyond the horizon.
    pub horizon: bool,
    /// Limits, the no-show rule, and windows for changes.
    pub limits: bool,
}

impl Waiver {
    /// Waives everything that can be waived.
    pub const ALL: Self = Self { grid: true, hours: true, notice: true, horizon: true, limits: true };

    /// Whether nothing is waived.
    pub fn is_none(self) -> bool {
        self == Self::default()
    }
}

/// Which starts are wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct SlotQuery {
    /// Starts at or after its start, before its end.
    pub window: Interval,
    /// The present, in seconds since the Unix epoch, within 1970-2099: another instant answers "as of" then.
    pub now: i64,
    /// How long, in seconds; none means the service's default.
    pub duration: Option<Seconds>,
    /// How many people, at least 1.
    pub party: u32,
    /// Who asks, for limits per customer and sticky assignment.
    pub customer: Option<CustomerId>,
    /// Only these resources, where a pool has any of them; each must be in a pool. At most [`MAX_PINS`].
    pub pins: Vec<ResourceId>,
    /// What staff set aside.
    pub waive: Waiver,
}

impl SlotQuery {
    /// One person, the default duration, anyone.
    pub fn new(window: Interval, now: DateTime<Utc>) -> Self {
        Self {
            window,
            now: now.timestamp(),
            duration: None,
            party: 1,
            customer: None,
            pins: Vec::new(),
            waive: Waiver::default(),
        }
    }
}

/// All that availability depends on besides the service: read from the catalogue and the store, or made up.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// The resources of the service's pools. Those of pools by tag are found among them.
    pub resources: Vec<Arc<Resource>>,
    /// What occupies them.
    pub occupancy: Occupancy,
    /// The bookings that limits count.
    pub counted: Vec<Counted>,
    /// How resources and customer stand.
    pub standing: Standing,
}

/// One bookable start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// When it starts.
    pub start: DateTime<Utc>,
    /// When it ends, buffers not included.
    pub end: DateTime<Utc>,
    /// The largest party one booking can bring: seats of the emptiest session, or units. One where each booking takes
    /// a fixed amount.
    pub left: u32,
    /// For each requirement, every resource that stands in at least one complete assignment.
    pub candidates: Vec<Candidates>,
}

/// Who could serve a requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidates {
    /// The requirement's name.
    pub requirement: String,
    /// The resources, in the pool's order.
    pub resources: Vec<ResourceId>,
}

/// A stretch in which a visit could start at any second, if there were no grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreeWindow {
    /// The first possible start.
    pub first_start: DateTime<Utc>,
    /// The last possible start.
    pub last_start: DateTime<Utc>,
    /// The last end.
    pub end: DateTime<Utc>,
}

/// One local date and how many slots start on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaySummary {
    /// The date in the viewer's zone.
    pub date: NaiveDate,
    /// How many slots start on it.
    pub slots: u32,
    /// The first of them.
    pub first: Option<DateTime<Utc>>,
    /// The last of them.
    pub last: Option<DateTime<Utc>>,
}

/// Why a start is bookable or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// The start in question.
    pub start: DateTime<Utc>,
    /// Every reason against it; empty exactly when it is offered.
    pub reasons: Vec<Reason>,
    /// Every resource of every requirement, and what speaks against it; nothing where it is free.
    pub candidates: Vec<CandidateReasons>,
}

impl Explanation {
    /// Whether the start is offered.
    pub fn is_bookable(&self) -> bool {
        self.reasons.is_empty()
    }
}

/// What speaks against one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateReasons {
    /// The requirement's name.
    pub requirement: String,
    /// The resource.
    pub resource: ResourceId,
    /// Why it cannot serve; empty when it is free on its own.
    pub reasons: Vec<Reason>,
}

/// Availability could not be computed. This is never the same as "nothing is free".
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AvailabilityError {
    /// The question is wrong.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// A recurrence rule costs more than its budget.
    #[error("a recurrence rule of a schedule is too costly")]
    Recurrence(#[from] RecurrenceError),
    /// The requirements of the service overlap so much that the search for an assignment was given up.
    #[error("the assignment of resources is too costly")]
    Search(#[from] crate::assignment::SearchTooLarge),
    /// The window holds more starts than [`MAX_STARTS`](crate::MAX_STARTS): ask for a shorter one.
    #[error("more than {most} starts in the window")]
    TooManyStarts {
        /// The bound.
        most: usize,
    },
}

/// Custom rules, shared.
pub type Rules = Vec<Arc<dyn Rule>>;

impl Slot {
    pub(crate) fn at(start: i64, duration: Seconds) -> Self {
        Self { start: instant(start), end: instant(start + duration), left: 1, candidates: Vec::new() }
    }
}
