//! Why a start is not bookable, with the data to act on.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{BookingId, Invalid, ResourceId};

/// What occupies a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occupant {
    /// A booking.
    Booking(BookingId),
    /// A session of a service with seats.
    Session(crate::SessionId),
}

/// Why a date or a time is closed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closure {
    /// A date override closes it.
    Override,
    /// A holiday, by name.
    Holiday(String),
    /// A block: time off or imported busy time, with its text.
    Block(String),
    /// A recurring block of the schedule, by name.
    Recurring(String),
}

/// One reason why a start is not bookable. [`explain`](crate::Scheduler::explain) returns all of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reason {
    /// It starts in the past, or sooner than the notice allows.
    #[error("too soon, bookable from {earliest}")]
    TooSoon {
        /// The first instant that would not be too soon.
        earliest: DateTime<Utc>,
    },
    /// It lies beyond the horizon.
    #[error("too far ahead")]
    TooFar {
        /// The last local date that may be booked, if any may.
        latest: Option<NaiveDate>,
    },
    /// It lies before the first date that may be booked.
    #[error("before the first bookable date {first}")]
    NotYetOpen {
        /// The first local date that may be booked.
        first: NaiveDate,
    },
    /// The resource does not work then.
    #[error("outside the hours of {resource}")]
    OutsideHours {
        /// Which resource.
        resource: ResourceId,
    },
    /// The resource is away or closed then.
    #[error("closed on {date}")]
    Closed {
        /// Which resource.
        resource: ResourceId,
        /// The local date, in the resource's zone.
        date: NaiveDate,
        /// Why.
        why: Closure,
    },
    /// The resource is taken.
    #[error("{resource} is taken until {until}")]
    Taken {
        /// Which resource.
        resource: ResourceId,
        /// By what.
        by: Occupant,
        /// Until when, buffers not counted.
        until: DateTime<Utc>,
    },
    /// Only the time kept free around another visit, or around this one, is in the way.
    #[error("{resource} needs its buffer until {until}")]
    BufferOverlap {
        /// Which resource.
        resource: ResourceId,
        /// Whose neighbour.
        by: Occupant,
        /// Until when, buffers counted.
        until: DateTime<Utc>,
    },
    /// It is not on the grid of starts.
    #[error("not on the grid")]
    OffGrid {
        /// The nearest start on the grid before it, if one is near.
        previous: Option<DateTime<Utc>>,
        /// The nearest start on the grid after it, if one is near.
        next: Option<DateTime<Utc>>,
    },
    /// Not enough units or seats are left.
    #[error("only {free} left of {resource}")]
    CapacityFull {
        /// Which resource.
        resource: ResourceId,
        /// How many units or seats are left, at the fullest instant.
        free: u32,
    },
    /// A limit is used up.
    #[error("limit {rule} is reached: {used} of {max}")]
    LimitReached {
        /// The index of the limit in the service's policy.
        rule: usize,
        /// How much is used: bookings, or seconds where the limit is one of length.
        used: i64,
        /// How much is allowed.
        max: i64,
    },
    /// No combination of resources can meet this requirement.
    #[error("no candidate for {requirement}")]
    NoCandidate {
        /// The requirement's name.
        requirement: String,
    },
    /// The customer missed too many visits.
    #[error("{missed} missed visits, at most {max}")]
    TooManyNoShows {
        /// How many.
        missed: u32,
        /// From how many on bookings are refused.
        max: u32,
    },
    /// A rule of the host's own.
    #[error("{detail}")]
    Custom {
        /// A stable code for programs.
        code: String,
        /// A text for people.
        detail: String,
    },
    /// The request itself is wrong.
    #[error(transparent)]
    Invalid(Invalid),
}
