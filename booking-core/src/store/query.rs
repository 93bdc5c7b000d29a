//! What is asked of a store, and what it answers.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Committed, IdempotencyKey, LimitSubject};
use crate::booking::{Block, Booking, Session, State};
use crate::interval::Interval;
use crate::reason::Occupant;
use crate::seconds::Seconds;
use crate::{BookingId, CustomerId, ResourceId, SeriesId, ServiceId, TenantId};

/// What occupies resources in a window?
#[derive(Debug, Clone, PartialEq)]
pub struct OccupancyQuery {
    /// Whose resources.
    pub tenant: TenantId,
    /// Which resources.
    pub resources: Vec<ResourceId>,
    /// In which window: whatever blocks (buffers included) any of it is answered.
    pub window: Interval,
    /// The present, in seconds since the Unix epoch: lapsed holds are left out.
    pub now: i64,
    /// A booking to leave out, with the session that lives only by it: for moving it.
    pub ignoring: Option<BookingId>,
}

/// One live claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimRow {
    /// The claim.
    pub claim: crate::booking::Claim,
    /// What it belongs to.
    pub by: Occupant,
}

/// One live session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// The session.
    pub session: Session,
    /// Seats taken by live bookings.
    pub taken: u32,
}

/// What occupies resources. Claims of live sessions are among the claims.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Occupancy {
    /// Live claims, in any order.
    pub claims: Vec<ClaimRow>,
    /// Blocks, in any order.
    pub blocks: Vec<Block>,
    /// Live sessions that claim any of the resources in the window.
    pub sessions: Vec<SessionRow>,
    /// Capacities that were set; resources not named have the one of the catalogue.
    pub capacities: Vec<(ResourceId, u32)>,
}

/// Which counted bookings start in these intervals?
#[derive(Debug, Clone, PartialEq)]
pub struct CountedQuery {
    /// Whose.
    pub tenant: TenantId,
    /// Those of any of these subjects.
    pub subjects: Vec<LimitSubject>,
    /// Those that start in this window.
    pub window: Interval,
    /// The present, in seconds since the Unix epoch.
    pub now: i64,
    /// A booking to leave out.
    pub ignoring: Option<BookingId>,
}

/// One booking that limits count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The booking.
    pub booking: BookingId,
    /// Its service.
    pub service: ServiceId,
    /// Its customer.
    pub customer: Option<CustomerId>,
    /// When.
    pub visit: Interval,
    /// Its resources, and the seconds each serves (a resource that serves several requirements appears once).
    pub resources: Vec<(ResourceId, Seconds)>,
}

/// How do these resources stand, for strategies and the no-show rule?
#[derive(Debug, Clone, PartialEq)]
pub struct StandingQuery {
    /// Whose.
    pub tenant: TenantId,
    /// The service being booked.
    pub service: ServiceId,
    /// Who books.
    pub customer: Option<CustomerId>,
    /// The resources that may be chosen.
    pub resources: Vec<ResourceId>,
    /// Count bookings that start in this window.
    pub window: Interval,
    /// Count missed visits that started at or after this instant (seconds since the Unix epoch).
    pub missed_since: i64,
    /// The present, in seconds since the Unix epoch.
    pub now: i64,
}

/// How one resource stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ResourceStanding {
    /// Counted bookings (of any service) that start in the window.
    pub bookings: u32,
    /// Their seconds.
    pub seconds: Seconds,
    /// When it was last given a booking of the service, in seconds since the Unix epoch.
    pub last_assigned: Option<i64>,
    /// A number that orders assignments made in the same second: rising with every commit.
    pub last_sequence: u64,
}

/// How resources stand. Resources not named have the default standing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// By resource.
    pub resources: Vec<(ResourceId, ResourceStanding)>,
    /// The resources of the customer's latest counted booking of the service (by start).
    pub last_of_customer: Vec<ResourceId>,
    /// The customer's missed visits.
    pub missed: u32,
}

/// Which bookings to list. All conditions that are given must hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BookingFilter {
    /// Visits that overlap this window.
    pub window: Option<Interval>,
    /// Of this customer.
    pub customer: Option<CustomerId>,
    /// Of this service.
    pub service: Option<ServiceId>,
    /// That use this resource.
    pub resource: Option<ResourceId>,
    /// Of this series.
    pub series: Option<SeriesId>,
    /// In one of these states at `now`; empty means any.
    pub states: Vec<State>,
    /// The present, in seconds since the Unix epoch.
    pub now: i64,
    /// Continue after this one (by start, then id).
    pub after: Option<(DateTime<Utc>, BookingId)>,
    /// At most this many, 1 to 1,000.
    pub limit: usize,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// Whether there are more.
    pub more: bool,
}

/// A recorded answer: what a key was used for.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The key and the content.
    pub key: IdempotencyKey,
    /// The answer.
    pub answer: Committed,
}

/// Which entries wait for any of these services?
#[derive(Debug, Clone, PartialEq)]
pub struct WaitingQuery {
    /// Whose.
    pub tenant: TenantId,
    /// Entries whose window overlaps this one.
    pub window: Interval,
    /// The present, in seconds since the Unix epoch: entries with a live offer are left out.
    pub now: i64,
    /// At most this many, first in line first.
    pub limit: usize,
}

impl Occupancy {
    /// The claims, blocks and sessions of one more answer.
    pub fn extend(&mut self, other: Self) {
        self.claims.extend(other.claims);
        self.blocks.extend(other.blocks);
        self.sessions.extend(other.sessions);
        self.capacities.extend(other.capacities);
    }
}

impl<T> Page<T> {
    /// Cuts a list that was read one entry longer than its limit.
    pub fn cut(mut items: Vec<T>, limit: usize) -> Self {
        let more = items.len() > limit;
        items.truncate(limit);
        Self { items, more }
    }
}

impl Page<Booking> {
    /// Where the next page continues.
    pub fn cursor(&self) -> Option<(DateTime<Utc>, BookingId)> {
        if self.more { self.items.last().map(|b| (b.start(), b.id)) } else { None }
    }
}
