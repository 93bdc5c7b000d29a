//! Why a start is not bookable.

use booking_core::{Closure, Occupant};
use chrono::NaiveDate;
use serde::Serialize;

use super::id::{BookingRef, ResourceRef, SessionRef, WireId};
use super::time::Moment;

/// One reason why a start is not bookable.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Reason {
    /// It starts in the past, or sooner than the notice allows.
    TooSoon {
        /// The first instant that would not be too soon.
        earliest: Moment,
    },
    /// It lies beyond the horizon.
    TooFar {
        /// The last local date that may be booked, if any may.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "server", schema(value_type = Option<String>, format = Date))]
        latest: Option<NaiveDate>,
    },
    /// It lies before the first date that may be booked.
    NotYetOpen {
        /// The first local date that may be booked.
        #[cfg_attr(feature = "server", schema(value_type = String, format = Date))]
        first: NaiveDate,
    },
    /// The resource does not work then.
    OutsideHours {
        /// Which resource.
        resource: ResourceRef,
    },
    /// The resource is away or closed then.
    Closed {
        /// Which resource.
        resource: ResourceRef,
        /// The local date, in the resource's zone.
        #[cfg_attr(feature = "server", schema(value_type = String, format = Date))]
        date: NaiveDate,
        /// What closes it.
        why: ClosedBy,
        /// Its name or text, where it has one.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// The resource is taken.
    Taken {
        /// Which resource.
        resource: ResourceRef,
        /// By what; only staff is told.
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<TakenBy>,
        /// Until when, buffers not counted.
        until: Moment,
    },
    /// Only the time kept free around another visit, or around this one, is in the way.
    BufferOverlap {
        /// Which resource.
        resource: ResourceRef,
        /// Whose neighbour; only staff is told.
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<TakenBy>,
        /// Until when, buffers counted.
        until: Moment,
    },
    /// It is not on the grid of starts.
    OffGrid {
        /// The nearest start on the grid before it, if one is near.
        #[serde(skip_serializing_if = "Option::is_none")]
        previous: Option<Moment>,
        /// The nearest start on the grid after it, if one is near.
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Option<Moment>,
    },
    /// Not enough units or seats are left.
    CapacityFull {
        /// Which resource.
        resource: ResourceRef,
        /// How many units or seats are left, at the fullest instant.
        free: u32,
    },
    /// A limit is used up.
    LimitReached {
        /// The index of the limit in the service's policy.
        rule: usize,
        /// How much is used: bookings, or seconds where the limit is one of length.
        used: i64,
        /// How much is allowed.
        max: i64,
    },
    /// No combination of resources can meet this requirement.
    NoCandidate {
        /// The requirement's name.
        requirement: String,
    },
    /// The customer missed too many visits.
    TooManyNoShows {
        /// How many.
        missed: u32,
        /// From how many on bookings are refused.
        max: u32,
    },
    /// A rule of the host's own.
    Custom {
        /// A stable code for programs.
        code: String,
        /// A text for people.
        detail: String,
    },
    /// The request itself is wrong.
    Invalid {
        /// Which field.
        field: String,
        /// What would be right.
        expected: String,
    },
}

/// What closes a date or a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum ClosedBy {
    /// A date override.
    DateOverride,
    /// A holiday.
    Holiday,
    /// Time off or imported busy time.
    Block,
    /// A recurring block of the schedule.
    RecurringBlock,
}

/// What has taken a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum TakenBy {
    /// A booking.
    Booking(BookingRef),
    /// A session of a service with seats.
    Session(SessionRef),
}

impl Reason {
    /// Leaves out who has taken a time, and what a block says: that is for staff.
    pub(crate) fn redact(&mut self) {
        match self {
            Self::Taken { by, .. } | Self::BufferOverlap { by, .. } => *by = None,
            Self::Closed { text, why: ClosedBy::Block | ClosedBy::RecurringBlock, .. } => *text = None,
            _ => {}
        }
    }
}

impl From<Occupant> for TakenBy {
    fn from(by: Occupant) -> Self {
        match by {
            Occupant::Booking(id) => Self::Booking(WireId(id)),
            Occupant::Session(id) => Self::Session(WireId(id)),
        }
    }
}

fn closed(why: &Closure) -> (ClosedBy, Option<String>) {
    let (by, text) = match why {
        Closure::Override => (ClosedBy::DateOverride, ""),
        Closure::Holiday(name) => (ClosedBy::Holiday, name.as_str()),
        Closure::Block(text) => (ClosedBy::Block, text.as_str()),
        Closure::Recurring(name) => (ClosedBy::RecurringBlock, name.as_str()),
    };
    (by, Some(text.to_owned()).filter(|text| !text.is_empty()))
}

impl From<&booking_core::Reason> for Reason {
    fn from(reason: &booking_core::Reason) -> Self {
        use booking_core::Reason as Core;
        match reason {
            Core::TooSoon { earliest } => Self::TooSoon { earliest: Moment(*earliest) },
            Core::TooFar { latest } => Self::TooFar { latest: *latest },
            Core::NotYetOpen { first } => Self::NotYetOpen { first: *first },
            Core::OutsideHours { resource } => Self::OutsideHours { resource: WireId(*resource) },
            Core::Closed { resource, date, why } => {
                let (why, text) = closed(why);
                Self::Closed { resource: WireId(*resource), date: *date, why, text }
            }
            Core::Taken { resource, by, until } => {
                Self::Taken { resource: WireId(*resource), by: Some((*by).into()), until: Moment(*until) }
            }
            Core::BufferOverlap { resource, by, until } => Self::BufferOverlap {
                resource: WireId(*resource),
                by: Some((*by).into()),
                until: Moment(*until),
            },
            Core::OffGrid { previous, next } => {
                Self::OffGrid { previous: previous.map(Moment), next: next.map(Moment) }
            }
            Core::CapacityFull { resource, free } => {
                Self::CapacityFull { resource: WireId(*resource), free: *free }
            }
            Core::LimitReached { rule, used, max } => {
                Self::LimitReached { rule: *rule, used: *used, max: *max }
            }
            Core::NoCandidate { requirement } => Self::NoCandidate { requirement: requirement.clone() },
            Core::TooManyNoShows { missed, max } => Self::TooManyNoShows { missed: *missed, max: *max },
            Core::Custom { code, detail } => Self::Custom { code: code.clone(), detail: detail.clone() },
            Core::Invalid(invalid) => {
                Self::Invalid { field: invalid.field().to_owned(), expected: invalid.expected().to_owned() }
            }
        }
    }
}
