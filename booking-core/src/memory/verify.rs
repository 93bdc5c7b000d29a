//! Stored rows looked at again: everything that must always hold, whoever wrote them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::rows::Rows;
use crate::admit::peak_use;
use crate::booking::{Booking, Claim, Event, EventKind, State};
use crate::{BookingId, ResourceId, SessionId, TenantId};

/// Something that must not be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Violation {
    /// More units of a resource are claimed at once, now or in the future, than it has.
    #[error("{peak} units of resource {resource} are claimed at once, it has {capacity}")]
    OverCapacity {
        /// The resource.
        resource: ResourceId,
        /// The most units claimed at one instant.
        peak: u32,
        /// The units it has.
        capacity: u32,
    },
    /// More seats of a session are taken than it has.
    #[error("{taken} seats of session {session} are taken, it has {seats}")]
    OverSeats {
        /// The session.
        session: SessionId,
        /// Seats taken by live bookings.
        taken: u32,
        /// The seats it has.
        seats: u32,
    },
    /// A live booking sits in a session that is not there.
    #[error("booking {booking} sits in session {session}, which is not there")]
    NoSession {
        /// The booking.
        booking: BookingId,
        /// Where it says it sits.
        session: SessionId,
    },
    /// A live booking that neither claims anything nor sits anywhere, or does both.
    #[error("booking {booking} must have either claims or a session")]
    Unplaced {
        /// The booking.
        booking: BookingId,
    },
    /// A hold or a pending booking without a deadline.
    #[error("booking {booking} has no deadline")]
    NoDeadline {
        /// The booking.
        booking: BookingId,
    },
    /// The feed tells another story of a booking than the booking: half of a command is missing.
    #[error("booking {booking} does not agree with its events")]
    OtherHistory {
        /// The booking.
        booking: BookingId,
    },
    /// The feed does not count 1, 2, 3 ...
    #[error("event {found} comes where {expected} should")]
    Sequence {
        /// The number that should come.
        expected: u64,
        /// The number that comes.
        found: u64,
    },
    /// A row names another tenant than the one it was kept for.
    #[error("booking {booking} belongs to another tenant")]
    OtherTenant {
        /// The booking.
        booking: BookingId,
    },
}

/// Looks at all rows of a tenant and answers everything that must not be. `now` is in seconds since the Unix epoch;
/// capacity is judged from then on, because it may have been lowered since.
///
/// Costs O(n log n) in the rows.
pub fn verify(tenant: TenantId, rows: &Rows, now: i64) -> Vec<Violation> {
    let mut found: Vec<Violation> = check_sequence(&rows.events).into_iter().collect();
    let histories = histories(&rows.events);
    for booking in &rows.bookings {
        found.extend(check_booking(tenant, booking, histories.get(&booking.id).map(Vec::as_slice), now));
    }
    let known: BTreeSet<BookingId> = rows.bookings.iter().map(|booking| booking.id).collect();
    let orphans = histories.keys().filter(|id| !known.contains(id));
    found.extend(orphans.map(|id| Violation::OtherHistory { booking: *id }));
    found.extend(check_sessions(rows, now));
    found.extend(check_capacity(rows, now));
    found
}

fn check_sequence(events: &[Event]) -> Option<Violation> {
    let gap = (1..).zip(events).find(|(expected, event)| *expected != event.sequence);
    gap.map(|(expected, event)| Violation::Sequence { expected, found: event.sequence })
}

fn histories(events: &[Event]) -> BTreeMap<BookingId, Vec<&Event>> {
    let mut histories: BTreeMap<BookingId, Vec<&Event>> = BTreeMap::new();
    for event in events {
        histories.entry(event.booking).or_default().push(event);
    }
    histories
}

fn check_booking(
    tenant: TenantId,
    booking: &Booking,
    history: Option<&[&Event]>,
    now: i64,
) -> Vec<Violation> {
    let id = booking.id;
    let mut found = Vec::new();
    if booking.tenant != tenant {
        found.push(Violation::OtherTenant { booking: id });
    }
    if !agrees(booking, history.unwrap_or_default()) {
        found.push(Violation::OtherHistory { booking: id });
    }
    if matches!(booking.state, State::Held | State::Pending) && booking.deadline.is_none() {
        found.push(Violation::NoDeadline { booking: id });
    }
    if booking.is_live_at(now) && booking.claims.is_empty() == booking.session.is_none() {
        found.push(Violation::Unplaced { booking: id });
    }
    found
}

/// One event a version, from the first on, and the last one tells how the booking is.
fn agrees(booking: &Booking, history: &[&Event]) -> bool {
    let placed = history.first().is_some_and(|event| event.kind == EventKind::Placed);
    let counted = (1..).zip(history).all(|(version, event)| event.version == version);
    let last = history.last().is_some_and(|event| {
        (event.version, event.state, event.visit) == (booking.version, booking.state, booking.visit)
    });
    placed && counted && last
}

fn check_sessions(rows: &Rows, now: i64) -> Vec<Violation> {
    let mut taken: BTreeMap<SessionId, u32> = BTreeMap::new();
    let mut found = Vec::new();
    let known: HashMap<SessionId, u32> = rows.sessions.iter().map(|row| (row.id, row.seats)).collect();
    for booking in rows.bookings.iter().filter(|booking| booking.is_live_at(now)) {
        let Some(session) = booking.session else { continue };
        if !known.contains_key(&session) {
            found.push(Violation::NoSession { booking: booking.id, session });
        }
        let seats = taken.entry(session).or_default();
        *seats = seats.saturating_add(booking.party);
    }
    let over = taken.into_iter().filter_map(|(session, taken)| {
        let seats = *known.get(&session)?;
        (taken > seats).then_some(Violation::OverSeats { session, taken, seats })
    });
    found.extend(over);
    found
}

fn check_capacity(rows: &Rows, now: i64) -> Vec<Violation> {
    let live: Vec<&Booking> = rows.bookings.iter().filter(|booking| booking.is_live_at(now)).collect();
    let seated: BTreeSet<SessionId> = live.iter().filter_map(|booking| booking.session).collect();
    let sessions = rows.sessions.iter().filter(|row| row.scheduled || seated.contains(&row.id));
    let claims = live.iter().flat_map(|row| &row.claims).chain(sessions.flat_map(|row| &row.claims));
    let mut claimed: BTreeMap<ResourceId, Vec<&Claim>> = BTreeMap::new();
    for claim in claims.filter(|claim| claim.blocked_until() > now) {
        claimed.entry(claim.resource).or_default().push(claim);
    }
    let capacities: HashMap<ResourceId, u32> = rows.capacities.iter().copied().collect();
    let over = claimed.into_iter().filter_map(|(resource, claims)| {
        let capacity = capacities.get(&resource).copied().unwrap_or(1);
        let peak = peak_use(claims, now, i64::MAX);
        (peak > capacity).then_some(Violation::OverCapacity { resource, peak, capacity })
    });
    over.collect()
}
