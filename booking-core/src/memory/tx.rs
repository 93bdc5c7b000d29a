//! One command being applied: every write is noted, so that it can be taken back.

use std::collections::BTreeSet;

use super::bookings::Kept;
use super::log::NONE;
use super::rows::{AssignedRow, Changes, RecordedRow};
use super::tenant::Tenant;
use crate::booking::{Actor, Block, Booking, Event, EventKind, Session, WaitlistEntry};
use crate::interval::instant;
use crate::store::Operation;
use crate::{BlockId, BookingId, EntryId, ResourceId, ServiceId, SessionId, TenantId};

/// A tenant's rows under one command. Dropping it keeps what was written; [`Tx::roll_back`] takes it back.
pub(super) struct Tx<'a> {
    pub(super) tenant: &'a mut Tenant,
    pub(super) id: TenantId,
    pub(super) now: i64,
    actor: &'a Actor,
    journal: Vec<Before>,
}

/// What a row was before a write.
enum Before {
    Booking(BookingId, Option<Box<Kept>>),
    Session(SessionId, Option<Box<Session>>),
    Block(BlockId, Option<Block>),
    Capacity(ResourceId, Option<u32>),
    Entry(EntryId, Option<Box<WaitlistEntry>>),
    /// The event after this many was not there.
    Event(usize),
    Recorded((Operation, String), Option<Box<RecordedRow>>),
    Assigned((ServiceId, ResourceId), Option<AssignedRow>),
}

impl<'a> Tx<'a> {
    pub(super) fn new(tenant: &'a mut Tenant, id: TenantId, now: i64, actor: &'a Actor) -> Self {
        Self { tenant, id, now, actor, journal: Vec::new() }
    }

    /// A point to roll back to.
    pub(super) fn savepoint(&self) -> usize {
        self.journal.len()
    }

    /// Takes back everything written since the savepoint, latest first.
    pub(super) fn roll_back(&mut self, savepoint: usize) {
        while self.journal.len() > savepoint {
            match self.journal.pop() {
                Some(Before::Booking(id, row)) => drop(self.tenant.put_booking(id, row)),
                Some(Before::Session(id, row)) => drop(self.tenant.put_session(id, row.map(|row| *row))),
                Some(Before::Block(id, row)) => drop(self.tenant.put_block(id, row)),
                Some(Before::Capacity(id, row)) => drop(put(&mut self.tenant.capacities, id, row)),
                Some(Before::Entry(id, row)) => drop(self.tenant.put_entry(id, row.map(|row| *row))),
                Some(Before::Event(_)) => self.tenant.events.pop(),
                Some(Before::Recorded(id, row)) => drop(self.tenant.put_recorded(id, row)),
                Some(Before::Assigned(id, row)) => drop(put(&mut self.tenant.assigned, id, row)),
                None => return,
            }
        }
    }

    /// Writes a booking and its event. A session that loses its last seat by it is closed.
    pub(super) fn put_booking(&mut self, row: Booking, kind: EventKind) {
        let (id, session) = (row.id, row.session);
        let event = self.push_event(&row, kind);
        let row = self.tenant.bookings.keep(row, event);
        let old = self.tenant.put_booking(id, Some(row));
        let left = old.as_ref().and_then(|old| old.session());
        self.journal.push(Before::Booking(id, old));
        for session in left.into_iter().chain(session) {
            self.close_if_empty(session);
        }
    }

    pub(super) fn put_session(&mut self, row: Session) {
        let id = row.id;
        let old = self.tenant.put_session(id, Some(row));
        self.journal.push(Before::Session(id, old.map(Box::new)));
    }

    /// Deletes a session that is not scheduled and in which nobody sits, lapsed or not.
    pub(super) fn close_if_empty(&mut self, id: SessionId) {
        let scheduled = self.tenant.sessions.get(&id).is_none_or(|session| session.scheduled);
        if !scheduled && !self.tenant.seats.contains_key(&id) {
            let old = self.tenant.put_session(id, None);
            self.journal.push(Before::Session(id, old.map(Box::new)));
        }
    }

    pub(super) fn put_block(&mut self, id: BlockId, row: Option<Block>) {
        let old = self.tenant.put_block(id, row);
        self.journal.push(Before::Block(id, old));
    }

    pub(super) fn put_capacity(&mut self, resource: ResourceId, capacity: u32) {
        let old = self.tenant.capacities.insert(resource, capacity);
        self.journal.push(Before::Capacity(resource, old));
    }

    pub(super) fn put_entry(&mut self, row: WaitlistEntry) {
        let id = row.id;
        let old = self.tenant.put_entry(id, Some(row));
        self.journal.push(Before::Entry(id, old.map(Box::new)));
    }

    pub(super) fn put_recorded(&mut self, id: (Operation, String), row: Option<Box<RecordedRow>>) {
        let old = self.tenant.put_recorded(id.clone(), row);
        self.journal.push(Before::Recorded(id, old));
    }

    /// Notes that a resource was given a booking of the service by the latest event.
    pub(super) fn assign(&mut self, service: ServiceId, resource: ResourceId) {
        let sequence = self.tenant.last_sequence();
        let row = AssignedRow { service, resource, at: self.now, sequence };
        let old = self.tenant.assigned.insert((service, resource), row);
        self.journal.push(Before::Assigned((service, resource), old));
    }

    /// Tells of a booking what happened; answers the place of the event.
    fn push_event(&mut self, booking: &Booking, kind: EventKind) -> u32 {
        self.journal.push(Before::Event(self.tenant.events.len()));
        let event = Event {
            sequence: self.tenant.last_sequence().saturating_add(1),
            tenant: self.id,
            booking: booking.id,
            kind,
            state: booking.state,
            version: booking.version,
            visit: booking.visit,
            at: instant(self.now),
            actor: self.actor.clone(),
        };
        let (place, known) = (self.tenant.events.next(), self.tenant.bookings.get(&booking.id));
        let before = known.map_or(NONE, |row| row.last_event);
        self.tenant.events.push(event, before);
        place
    }

    /// What was changed: each row once, as it is now.
    pub(super) fn changes(&self) -> Changes {
        let mut changes = Changes::none(self.id);
        let mut seen = Seen::default();
        for before in &self.journal {
            self.collect(before, &mut changes, &mut seen);
        }
        changes
    }

    fn collect(&self, before: &Before, changes: &mut Changes, seen: &mut Seen) {
        let (tenant, written) = (&*self.tenant, &mut changes.written);
        match before {
            Before::Booking(id, _) if seen.bookings.insert(*id) => {
                written.bookings.extend(tenant.bookings.get(id).map(Kept::booking));
            }
            Before::Session(id, old) if seen.sessions.insert(*id) => match tenant.sessions.get(id) {
                Some(row) => written.sessions.push(row.clone()),
                None if old.is_some() => changes.closed.push(*id),
                None => {}
            },
            Before::Block(id, _) if seen.blocks.insert(*id) => match tenant.blocks.get(id) {
                Some(row) => written.blocks.push(row.clone()),
                None => changes.unblocked.push(*id),
            },
            Before::Capacity(id, _) => {
                written.capacities.extend(tenant.capacities.get(id).map(|units| (*id, *units)));
            }
            Before::Entry(id, _) if seen.entries.insert(*id) => {
                written.entries.extend(tenant.entries.get(id).cloned());
            }
            Before::Event(place) => written.events.extend(tenant.events.get(*place)),
            Before::Recorded(id, _) => match tenant.recorded.get(id) {
                Some(row) => written.recorded.push((**row).clone()),
                None => changes.forgotten.push(id.clone()),
            },
            Before::Assigned(id, _) if seen.assigned.insert(*id) => {
                written.assigned.extend(tenant.assigned.get(id));
            }
            Before::Booking(..)
            | Before::Session(..)
            | Before::Block(..)
            | Before::Entry(..)
            | Before::Assigned(..) => {}
        }
    }
}

/// Rows that were collected already.
#[derive(Default)]
struct Seen {
    bookings: BTreeSet<BookingId>,
    sessions: BTreeSet<SessionId>,
    blocks: BTreeSet<BlockId>,
    entries: BTreeSet<EntryId>,
    assigned: BTreeSet<(ServiceId, ResourceId)>,
}

/// Writes a row, or deletes it; answers the old one.
fn put<K: std::hash::Hash + Eq, V>(
    rows: &mut std::collections::HashMap<K, V>,
    key: K,
    row: Option<V>,
) -> Option<V> {
    match row {
        Some(row) => rows.insert(key, row),
        None => rows.remove(&key),
    }
}

impl Tenant {
    /// The number of the latest event.
    pub(super) fn last_sequence(&self) -> u64 {
        self.events.last_sequence()
    }
}
