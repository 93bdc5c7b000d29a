//! What a host asks of the scheduler.

use chrono::{DateTime, Utc};

use crate::booking::{Actor, Booking, CancelScope, OnConflict, Verdict, WaitlistEntry};
use crate::engine::Waiver;
use crate::interval::Interval;
use crate::recurrence::Recurrence;
use crate::seconds::Seconds;
use crate::store::Committed;
use crate::time::ZoneId;
use crate::{BookingId, CustomerId, EntryId, ResourceId, SeriesId, ServiceId, TenantId};

/// What is wanted of a service: everything but the time.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    /// Whose service.
    pub tenant: TenantId,
    /// Which service.
    pub service: ServiceId,
    /// How long, in seconds; none means the service's default.
    pub duration: Option<Seconds>,
    /// How many people, at least 1.
    pub party: u32,
    /// Who, if known.
    pub customer: Option<CustomerId>,
    /// The customer's price group, as price tiers name it.
    pub group: Option<String>,
    /// Only these resources, where a pool has as many of them as are needed. They choose who serves; the grid stays.
    pub resources: Vec<ResourceId>,
    /// What staff set aside.
    pub waive: Waiver,
    /// Leave this booking's own time out of account: for moving it.
    pub ignoring: Option<BookingId>,
    /// Answer as if the present were this instant: for listing and explaining only. It replaces `now` and nothing else;
    /// bookings made since then still count.
    pub as_of: Option<DateTime<Utc>>,
}

impl Wish {
    /// One person, the default duration, anyone.
    pub fn new(tenant: TenantId, service: ServiceId) -> Self {
        Self {
            tenant,
            service,
            duration: None,
            party: 1,
            customer: None,
            group: None,
            resources: Vec::new(),
            waive: Waiver::default(),
            ignoring: None,
            as_of: None,
        }
    }
}

/// A request to hold or book one start.
#[derive(Debug, Clone, PartialEq)]
pub struct BookRequest {
    /// What is wanted.
    pub wish: Wish,
    /// When.
    pub start: DateTime<Utc>,
    /// The caller's idempotency key.
    pub key: Option<String>,
    /// Who asks, and from where.
    pub actor: Actor,
}

impl BookRequest {
    /// A request without a key, by nobody in particular.
    pub fn new(wish: Wish, start: DateTime<Utc>) -> Self {
        Self { wish, start, key: None, actor: Actor::default() }
    }

    /// With the caller's idempotency key.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }
}

/// A request about an existing booking.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeRequest {
    /// Whose booking.
    pub tenant: TenantId,
    /// Which booking.
    pub booking: BookingId,
    /// Refused when the booking has another version.
    pub if_version: Option<u64>,
    /// The caller's idempotency key.
    pub key: Option<String>,
    /// Who asks, and from where.
    pub actor: Actor,
    /// What staff set aside.
    pub waive: Waiver,
}

impl ChangeRequest {
    /// A request without version, key or actor.
    pub fn new(tenant: TenantId, booking: BookingId) -> Self {
        Self {
            tenant,
            booking,
            if_version: None,
            key: None,
            actor: Actor::default(),
            waive: Waiver::default(),
        }
    }
}

/// A request to move a booking. What is none stays as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct MoveRequest {
    /// Which booking, by whom.
    pub change: ChangeRequest,
    /// The new start.
    pub start: Option<DateTime<Utc>>,
    /// The new duration, in seconds.
    pub duration: Option<Seconds>,
    /// The new party.
    pub party: Option<u32>,
    /// Only these resources, where a pool has any of them; none lets the strategy choose again, preferring the present.
    pub resources: Vec<ResourceId>,
}

/// A request for a series of bookings.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesRequest {
    /// What is wanted, each time.
    pub wish: Wish,
    /// When: it must end, by COUNT, UNTIL or its dates, within [`MAX_OCCURRENCES`](crate::MAX_OCCURRENCES).
    pub recurrence: Recurrence,
    /// The zone of the recurrence; none means the service's.
    pub zone: Option<ZoneId>,
    /// What to do when some occurrences are not bookable.
    pub on_conflict: OnConflict,
    /// The caller's idempotency key.
    pub key: Option<String>,
    /// Who asks, and from where.
    pub actor: Actor,
}

/// A request to cancel bookings of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct CancelSeriesRequest {
    /// Whose series.
    pub tenant: TenantId,
    /// Which series.
    pub series: SeriesId,
    /// From which booking on, for [`CancelScope::This`] and [`CancelScope::Following`].
    pub booking: Option<BookingId>,
    /// Which of its bookings.
    pub scope: CancelScope,
    /// The caller's idempotency key.
    pub key: Option<String>,
    /// Who asks, and from where.
    pub actor: Actor,
    /// What staff set aside: with limits waived, windows for cancelling that have closed.
    pub waive: Waiver,
}

impl CancelSeriesRequest {
    /// All that is left of a series, without key or actor.
    pub fn all(tenant: TenantId, series: SeriesId) -> Self {
        Self {
            tenant,
            series,
            booking: None,
            scope: CancelScope::All,
            key: None,
            actor: Actor::default(),
            waive: Waiver::default(),
        }
    }
}

/// A request to join the waitlist.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinRequest {
    /// What is wanted; pins and waivers are not kept.
    pub wish: Wish,
    /// Starts that would do.
    pub window: Interval,
    /// The caller's idempotency key: a retry does not stand in line twice.
    pub key: Option<String>,
    /// Who asks, and from where.
    pub actor: Actor,
}

impl JoinRequest {
    /// A request without key or actor.
    pub fn new(wish: Wish, window: Interval) -> Self {
        Self { wish, window, key: None, actor: Actor::default() }
    }
}

/// A booking made or changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Booked {
    /// The booking as it is now.
    pub booking: Booking,
    /// Offers made to the waitlist for what was freed.
    pub offers: Vec<Booking>,
    /// Whether this is the recorded answer to an earlier request with the same key.
    pub replayed: bool,
}

/// A series booked.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesBooked {
    /// Its id.
    pub series: SeriesId,
    /// The bookings made.
    pub bookings: Vec<Booking>,
    /// One verdict for each occurrence.
    pub verdicts: Vec<Verdict>,
    /// Whether this is the recorded answer to an earlier request with the same key.
    pub replayed: bool,
}

/// Bookings of a series that were cancelled.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesCancelled {
    /// The bookings, by start, as they are now.
    pub bookings: Vec<Booking>,
    /// Whether this is the recorded answer to an earlier request with the same key.
    pub replayed: bool,
}

/// A place in line.
#[derive(Debug, Clone, PartialEq)]
pub struct Joined {
    /// The entry; in a recorded answer as it was then.
    pub entry: WaitlistEntry,
    /// Whether this is the recorded answer to an earlier request with the same key.
    pub replayed: bool,
}

/// An offer that stands.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveOffer {
    /// Whom it is for.
    pub entry: EntryId,
    /// The hold.
    pub booking: Booking,
}

impl Booked {
    pub(super) fn from_commit(mut committed: Committed) -> Option<Self> {
        if committed.bookings.is_empty() {
            return None;
        }
        let booking = committed.bookings.swap_remove(0);
        Some(Self { booking, offers: committed.offers, replayed: committed.replayed })
    }
}
