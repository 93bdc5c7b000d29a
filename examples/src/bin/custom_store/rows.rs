//! What is kept of one tenant, and the answers read from it.

use std::collections::HashMap;
use std::sync::Arc;

use booking_core::*;
use chrono::{DateTime, Utc};

/// One tenant's rows.
#[derive(Clone, Default)]
pub(crate) struct Rows {
    pub(crate) services: Vec<Arc<Service>>,
    pub(crate) resources: Vec<Arc<Resource>>,
    pub(crate) capacities: HashMap<ResourceId, u32>,
    pub(crate) bookings: Vec<Booking>,
    pub(crate) sessions: Vec<Session>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) entries: Vec<WaitlistEntry>,
    pub(crate) events: Vec<Event>,
    /// Answers by key, and when each was given, in seconds since the Unix epoch.
    pub(crate) keys: Vec<(i64, Recorded)>,
    /// Who was given a booking of which service: the second and the number of the event.
    pub(crate) given: Vec<(ServiceId, ResourceId, i64, u64)>,
    /// The latest instant a command was applied at: time does not run backwards.
    pub(crate) latest: i64,
}

/// A live claim and what it belongs to.
type Live = (Claim, Occupant);

impl Rows {
    /// Everything that occupies anything at `now`: claims of live bookings and of live sessions. A booking that is being
    /// moved does not stand in its own way.
    pub(crate) fn live_claims(&self, now: i64, ignoring: Option<BookingId>) -> Vec<Live> {
        let bookings = self.bookings.iter().filter(|b| b.is_live_at(now) && Some(b.id) != ignoring);
        let own = bookings.flat_map(|b| b.claims.iter().map(|claim| (*claim, Occupant::Booking(b.id))));
        let sessions = self.sessions.iter().filter(|session| self.lives(session, now, ignoring));
        let theirs = sessions.flat_map(|s| s.claims.iter().map(|claim| (*claim, Occupant::Session(s.id))));
        own.chain(theirs).collect()
    }

    /// A session lives while it is on the calendar or somebody has a live seat in it.
    pub(crate) fn lives(&self, session: &Session, now: i64, ignoring: Option<BookingId>) -> bool {
        session.scheduled || self.seats_taken(session.id, now, ignoring) > 0
    }

    pub(crate) fn seats_taken(&self, id: SessionId, now: i64, ignoring: Option<BookingId>) -> u32 {
        let seated = self.bookings.iter().filter(|b| b.session == Some(id) && Some(b.id) != ignoring);
        seated.filter(|b| b.is_live_at(now)).map(|b| b.party).sum()
    }

    /// The live bookings behind an occupant.
    pub(crate) fn behind(&self, by: Occupant, now: i64) -> impl Iterator<Item = &Booking> {
        let theirs = move |b: &&Booking| match by {
            Occupant::Booking(id) => b.id == id,
            Occupant::Session(id) => b.session == Some(id),
        };
        self.bookings.iter().filter(theirs).filter(move |b| b.is_live_at(now))
    }

    pub(crate) fn occupancy(&self, query: &OccupancyQuery) -> Occupancy {
        let (from, until) = (query.window.start_second(), query.window.end_second());
        let asked = |id: ResourceId| query.resources.contains(&id);
        let mut live = self.live_claims(query.now, query.ignoring);
        live.retain(|(claim, _)| {
            asked(claim.resource) && claim.blocked_from() < until && from < claim.blocked_until()
        });
        let claimed = |s: &&Session| live.iter().any(|(_, by)| *by == Occupant::Session(s.id));
        let sessions = self.sessions.iter().filter(claimed).map(|session| SessionRow {
            session: session.clone(),
            taken: self.seats_taken(session.id, query.now, query.ignoring),
        });
        let blocks = self.blocks.iter().filter(|b| asked(b.resource) && b.interval.overlaps(query.window));
        Occupancy {
            sessions: sessions.collect(),
            blocks: blocks.cloned().collect(),
            capacities: self
                .capacities
                .iter()
                .map(|(&id, &n)| (id, n))
                .filter(|(id, _)| asked(*id))
                .collect(),
            claims: live.iter().map(|&(claim, by)| ClaimRow { claim, by }).collect(),
        }
    }

    /// Bookings that limits count, of a subject, by start.
    pub(crate) fn counted_of(&self, subject: LimitSubject, now: i64) -> Vec<&Booking> {
        let theirs = |b: &&Booking| match subject {
            LimitSubject::Customer(customer) => b.customer == Some(customer),
            LimitSubject::Resource(resource) => b.resources().contains(&resource),
            LimitSubject::Service(service) => b.service == service,
        };
        let mut found: Vec<_> =
            self.bookings.iter().filter(|b| b.is_counted_at(now)).filter(theirs).collect();
        found.sort_by_key(|b| (b.visit.start_second(), b.id));
        found
    }

    pub(crate) fn counted(&self, query: &CountedQuery) -> Vec<Counted> {
        let subjects = query.subjects.iter().flat_map(|&subject| self.counted_of(subject, query.now));
        let mut found: Vec<&Booking> = subjects
            .filter(|b| query.window.contains(b.visit.start_second()) && Some(b.id) != query.ignoring)
            .collect();
        found.sort_by_key(|b| (b.visit.start_second(), b.id));
        found.dedup_by_key(|b| b.id);
        let row = |b: &Booking| Counted {
            booking: b.id,
            service: b.service,
            customer: b.customer,
            visit: b.visit,
            resources: b.resources().into_iter().map(|id| (id, seconds_of(b, id))).collect(),
        };
        found.into_iter().map(row).collect()
    }

    pub(crate) fn standing(&self, query: &StandingQuery) -> Standing {
        let of_resource = |&id: &ResourceId| {
            let counted = self.counted_of(LimitSubject::Resource(id), query.now);
            let inside = counted.iter().filter(|b| query.window.contains(b.visit.start_second()));
            let mut standing = ResourceStanding::default();
            for booking in inside {
                standing.bookings += 1;
                standing.seconds += seconds_of(booking, id);
            }
            let given = self.given.iter().rev().find(|row| (row.0, row.1) == (query.service, id));
            standing.last_assigned = given.map(|row| row.2);
            standing.last_sequence = given.map_or(0, |row| row.3);
            (id, standing)
        };
        let theirs = query.customer.map(|id| self.counted_of(LimitSubject::Customer(id), query.now));
        let theirs = theirs.unwrap_or_default();
        let last = theirs.iter().rev().find(|b| b.service == query.service);
        let missed = |b: &&&Booking| b.state == State::NoShow && b.visit.start_second() >= query.missed_since;
        Standing {
            resources: query.resources.iter().map(of_resource).collect(),
            last_of_customer: last.map(|b| b.resources()).unwrap_or_default(),
            missed: theirs.iter().filter(missed).count() as u32,
        }
    }

    pub(crate) fn recorded(&self, operation: Operation, key: &str) -> Option<&Recorded> {
        let same = |row: &&Recorded| row.key.operation == operation && row.key.key == key;
        self.keys.iter().map(|(_, recorded)| recorded).find(same)
    }

    pub(crate) fn list(&self, filter: &BookingFilter) -> Page<Booking> {
        let fits = |b: &&Booking| {
            filter.window.is_none_or(|window| b.visit.overlaps(window))
                && filter.customer.is_none_or(|id| b.customer == Some(id))
                && filter.service.is_none_or(|id| b.service == id)
                && filter.resource.is_none_or(|id| b.resources().contains(&id))
                && filter.series.is_none_or(|id| b.series.is_some_and(|(series, _)| series == id))
                && (filter.states.is_empty() || filter.states.contains(&b.state_at(filter.now)))
                && filter.after.is_none_or(|after| (b.start(), b.id) > after)
        };
        let mut found: Vec<_> = self.bookings.iter().filter(fits).cloned().collect();
        found.sort_by_key(|b| (b.start(), b.id));
        Page::cut(found, filter.limit.clamp(1, 1_000))
    }

    pub(crate) fn lapsed(&self, now: DateTime<Utc>, limit: usize) -> Vec<Booking> {
        let waits = |b: &&Booking| matches!(b.state, State::Held | State::Pending);
        let over = |b: &&Booking| b.deadline.is_some_and(|deadline| deadline <= now);
        let mut found: Vec<_> = self.bookings.iter().filter(waits).filter(over).cloned().collect();
        found.sort_by_key(|b| (b.deadline, b.id));
        found.truncate(limit);
        found
    }

    pub(crate) fn waiting(&self, query: &WaitingQuery) -> Vec<WaitlistEntry> {
        let in_line = |e: &&WaitlistEntry| {
            e.state == EntryState::Waiting
                && e.window.overlaps(query.window)
                && self.live_offer(e, query.now).is_none()
        };
        let mut line: Vec<_> = self.entries.iter().filter(in_line).cloned().collect();
        line.sort_by_key(|entry| (entry.joined, entry.place));
        line.truncate(query.limit);
        line
    }

    /// The offer of an entry, if it can still be taken.
    pub(crate) fn live_offer(&self, entry: &WaitlistEntry, now: i64) -> Option<BookingId> {
        entry.offer.filter(|id| self.bookings.iter().any(|b| b.id == *id && b.is_live_at(now)))
    }
}

/// The seconds of a visit that a resource serves.
pub(crate) fn seconds_of(booking: &Booking, resource: ResourceId) -> Seconds {
    booking.picks.iter().filter(|pick| pick.resource == resource).map(|pick| pick.seconds).sum()
}
