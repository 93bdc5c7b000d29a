//! One tenant's rows, and the writes that keep its indexes in step with them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::bookings::{Bookings, Kept};
use super::index::{ByStart, Subject, subjects};
use super::log::{Log, NONE};
use super::rows::{AssignedRow, RecordedRow, Rows};
use super::timeline::{Stretch, Timeline};
use crate::booking::{Block, Claim, EntryState, Session, SessionKey, State, WaitlistEntry};
use crate::interval::Interval;
use crate::reason::Occupant;
use crate::store::Operation;
use crate::{BlockId, BookingId, EntryId, ResourceId, ServiceId, SessionId};

/// What lives without a deadline.
pub(super) const FOREVER: i64 = i64::MAX;
/// What does not live at all.
pub(super) const NEVER: i64 = i64::MIN;

/// A claim on the calendar of its resource.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claimed {
    pub(super) claim: Claim,
    pub(super) by: Occupant,
    /// Its place among the claims of what it belongs to.
    place: u32,
    /// The first second at which it no longer blocks.
    pub(super) lives_until: i64,
}

impl Stretch for Claimed {
    type Key = (Occupant, u32);

    fn from(&self) -> i64 {
        self.claim.blocked_from()
    }

    fn until(&self) -> i64 {
        self.claim.blocked_until()
    }

    fn key(&self) -> Self::Key {
        (self.by, self.place)
    }
}

/// A block on the calendar of its resource.
#[derive(Debug, Clone, Copy)]
pub(super) struct BlockedBy {
    interval: Interval,
    pub(super) id: BlockId,
}

impl Stretch for BlockedBy {
    type Key = BlockId;

    fn from(&self) -> i64 {
        self.interval.start_second()
    }

    fn until(&self) -> i64 {
        self.interval.end_second()
    }

    fn key(&self) -> Self::Key {
        self.id
    }
}

/// Seats that a booking takes in a session.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seat {
    pub(super) party: u32,
    pub(super) lives_until: i64,
}

/// What makes a session the same one, without the names of requirements: they may be renamed while it runs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Shape {
    service: ServiceId,
    visit: Interval,
    resources: Vec<ResourceId>,
}

/// Rows are written only through the `put_…` methods: each takes the new row (or none, to delete) and gives back the
/// old one, so that putting the old one back undoes it, indexes included.
#[derive(Debug, Default)]
pub(super) struct Tenant {
    pub(super) bookings: Bookings,
    pub(super) sessions: HashMap<SessionId, Session>,
    pub(super) blocks: HashMap<BlockId, Block>,
    pub(super) capacities: HashMap<ResourceId, u32>,
    pub(super) entries: HashMap<EntryId, WaitlistEntry>,
    pub(super) events: Log,
    pub(super) recorded: HashMap<(Operation, String), Box<RecordedRow>>,
    pub(super) assigned: HashMap<(ServiceId, ResourceId), AssignedRow>,
    /// The latest instant a command was applied at: time does not run backwards.
    pub(super) latest: i64,
    /// The last place in line that was given.
    pub(super) places: u64,

    pub(super) by_start: ByStart,
    /// Held and pending bookings by deadline.
    pub(super) deadlines: BTreeSet<(i64, BookingId)>,
    pub(super) claims: HashMap<ResourceId, Timeline<Claimed>>,
    pub(super) blocked: HashMap<ResourceId, Timeline<BlockedBy>>,
    /// Seats by session: of bookings that have not ended, lapsed ones included.
    pub(super) seats: HashMap<SessionId, BTreeMap<BookingId, Seat>>,
    pub(super) shapes: HashMap<Shape, BTreeSet<SessionId>>,
    /// Entries that wait, in order.
    pub(super) line: BTreeSet<(i64, u64, EntryId)>,
    /// Recorded answers by age.
    pub(super) ages: BTreeSet<(i64, Operation, String)>,
    /// The longest visit there ever was: how far a list must look back.
    pub(super) longest_visit: i64,
}

impl Shape {
    pub(super) fn of(key: &SessionKey) -> Self {
        let mut resources: Vec<ResourceId> = key.picks.iter().map(|pick| pick.resource).collect();
        resources.sort_unstable();
        resources.dedup();
        Self { service: key.service, visit: key.visit, resources }
    }
}

/// Until when a booking occupies what it has, were its state not to change.
fn lives_until(booking: &Kept) -> i64 {
    match booking.state {
        State::Held | State::Pending => booking.deadline.map_or(FOREVER, |deadline| deadline.timestamp()),
        state if state.is_live() => FOREVER,
        _ => NEVER,
    }
}

impl Tenant {
    /// Adds rows it does not have; events in the order of their numbers, after their bookings.
    pub(super) fn add(&mut self, rows: Rows) {
        let changed = rows.bookings.iter().map(|booking| booking.changed.timestamp());
        let recorded = rows.recorded.iter().map(|row| row.at);
        self.latest = changed.chain(recorded).fold(self.latest, i64::max);
        for session in rows.sessions {
            self.put_session(session.id, Some(session));
        }
        for booking in rows.bookings {
            let row = self.bookings.keep(booking, NONE);
            self.put_booking(row.id, Some(row));
        }
        for block in rows.blocks {
            self.put_block(block.id, Some(block));
        }
        self.capacities.extend(rows.capacities);
        for entry in rows.entries {
            self.put_entry(entry.id, Some(entry));
        }
        for event in rows.events {
            let (booking, place) = (event.booking, self.events.next());
            let before = self.bookings.told(&booking, place).unwrap_or(NONE);
            self.events.push(event, before);
        }
        for mut row in rows.recorded {
            // A list that grew by itself has room for four, and most answers have one booking.
            row.answer.bookings.shrink_to_fit();
            self.put_recorded((row.key.operation, row.key.key.clone()), Some(Box::new(row)));
        }
        for row in rows.assigned {
            self.assigned.insert((row.service, row.resource), row);
        }
    }

    pub(super) fn put_booking(&mut self, id: BookingId, row: Option<Box<Kept>>) -> Option<Box<Kept>> {
        let old = self.bookings.remove(&id);
        if let Some(old) = &old {
            self.file_booking(old, false);
        }
        if let Some(row) = row {
            self.longest_visit = self.longest_visit.max(row.visit.seconds());
            self.file_booking(&row, true);
            self.bookings.insert(row);
        }
        old
    }

    pub(super) fn put_session(&mut self, id: SessionId, row: Option<Session>) -> Option<Session> {
        let old = self.sessions.remove(&id);
        if let Some(old) = &old {
            self.file_claims(&old.claims, Occupant::Session(id), None);
            let shape = Shape::of(&old.key);
            let ids = self.shapes.entry(shape.clone()).or_default();
            ids.remove(&id);
            if ids.is_empty() {
                self.shapes.remove(&shape);
            }
        }
        if let Some(row) = row {
            self.shapes.entry(Shape::of(&row.key)).or_default().insert(id);
            self.sessions.insert(id, row);
            self.file_session(id);
        }
        old
    }

    pub(super) fn put_block(&mut self, id: BlockId, row: Option<Block>) -> Option<Block> {
        let old = self.blocks.remove(&id);
        if let Some(old) = &old {
            let (from, until) = (old.interval.start_second(), old.interval.end_second());
            if let Some(timeline) = self.blocked.get_mut(&old.resource) {
                timeline.remove(from, until, id);
            }
        }
        if let Some(row) = row {
            let blocked = BlockedBy { interval: row.interval, id };
            self.blocked.entry(row.resource).or_default().insert(blocked);
            self.blocks.insert(id, row);
        }
        old
    }

    pub(super) fn put_entry(&mut self, id: EntryId, row: Option<WaitlistEntry>) -> Option<WaitlistEntry> {
        let old = self.entries.remove(&id);
        if let Some(old) = &old {
            self.line.remove(&(old.joined.timestamp(), old.place, id));
        }
        if let Some(row) = row {
            if row.state == EntryState::Waiting {
                self.line.insert((row.joined.timestamp(), row.place, id));
            }
            self.places = self.places.max(row.place);
            self.entries.insert(id, row);
        }
        old
    }

    pub(super) fn put_recorded(
        &mut self,
        id: (Operation, String),
        row: Option<Box<RecordedRow>>,
    ) -> Option<Box<RecordedRow>> {
        let old = self.recorded.remove(&id);
        if let Some(old) = &old {
            self.ages.remove(&(old.at, id.0, id.1.clone()));
        }
        if let Some(row) = row {
            self.ages.insert((row.at, id.0, id.1.clone()));
            self.recorded.insert(id, row);
        }
        old
    }

    /// Until when a session lives, were nothing to change, without one of its bookings.
    pub(super) fn session_lives_until(&self, id: SessionId, ignoring: Option<BookingId>) -> i64 {
        let Some(session) = self.sessions.get(&id) else { return NEVER };
        if session.scheduled {
            return FOREVER;
        }
        let seats = self.seats.get(&id).into_iter().flatten();
        let others = seats.filter(|(booking, _)| Some(**booking) != ignoring);
        others.map(|(_, seat)| seat.lives_until).max().unwrap_or(NEVER)
    }

    /// Enters a booking into every index, or takes it out.
    fn file_booking(&mut self, booking: &Kept, enter: bool) {
        let key = (booking.visit.start_second(), booking.id);
        for subject in subjects(booking) {
            self.by_start.file(subject, key, enter);
        }
        if let (State::Held | State::Pending, Some(deadline)) = (booking.state, booking.deadline) {
            let key = (deadline.timestamp(), booking.id);
            if enter {
                self.deadlines.insert(key)
            } else {
                self.deadlines.remove(&key)
            };
        }
        if booking.state.is_live() {
            let until = enter.then(|| lives_until(booking));
            self.file_claims(&booking.claims, Occupant::Booking(booking.id), until);
            if let Some(session) = booking.session() {
                self.file_seat(session, booking, enter);
            }
        }
    }

    fn file_seat(&mut self, session: SessionId, booking: &Kept, enter: bool) {
        let seats = self.seats.entry(session).or_default();
        if enter {
            let seat = Seat { party: booking.party, lives_until: lives_until(booking) };
            seats.insert(booking.id, seat);
        } else {
            seats.remove(&booking.id);
        }
        if seats.is_empty() {
            self.seats.remove(&session);
        }
        self.file_session(session);
    }

    /// Brings the claims of a session on the calendar up to date with its seats.
    fn file_session(&mut self, id: SessionId) {
        let until = self.session_lives_until(id, None);
        if let Some(session) = self.sessions.get(&id) {
            let claims = session.claims.clone();
            self.file_claims(&claims, Occupant::Session(id), Some(until));
        }
    }

    /// Puts claims on the calendars of their resources, or takes them off.
    fn file_claims(&mut self, claims: &[Claim], by: Occupant, lives_until: Option<i64>) {
        for (place, claim) in (0..).zip(claims) {
            let timeline = self.claims.entry(claim.resource).or_default();
            match lives_until {
                Some(lives_until) => timeline.insert(Claimed { claim: *claim, by, place, lives_until }),
                None => timeline.remove(claim.blocked_from(), claim.blocked_until(), (by, place)),
            }
            if timeline.is_empty() {
                self.claims.remove(&claim.resource);
            }
        }
    }

    /// All rows, in order of their ids.
    pub(super) fn rows(&self) -> Rows {
        let mut rows = Rows {
            bookings: self.bookings.values().map(Kept::booking).collect(),
            sessions: self.sessions.values().cloned().collect(),
            blocks: self.blocks.values().cloned().collect(),
            capacities: self.capacities.iter().map(|(id, capacity)| (*id, *capacity)).collect(),
            entries: self.entries.values().cloned().collect(),
            events: self.events.iter().collect(),
            recorded: self.recorded.values().map(|row| (**row).clone()).collect(),
            assigned: self.assigned.values().copied().collect(),
        };
        rows.bookings.sort_by_key(|row| row.id);
        rows.sessions.sort_by_key(|row| row.id);
        rows.blocks.sort_by_key(|row| row.id);
        rows.capacities.sort_unstable();
        rows.entries.sort_by_key(|row| row.id);
        rows.recorded.sort_by(|a, b| (a.key.operation, &a.key.key).cmp(&(b.key.operation, &b.key.key)));
        rows.assigned.sort_by_key(|row| (row.service, row.resource));
        rows
    }

    /// Bookings of a subject that limits count at `now`, by start, those that start in `[from, until)`.
    pub(super) fn counted_in(
        &self,
        subject: Subject,
        from: i64,
        until: i64,
        now: i64,
    ) -> impl DoubleEndedIterator<Item = &Kept> {
        let ids = self.by_start.range(subject, from, until);
        ids.filter_map(|id| self.bookings.get(&id)).filter(move |booking| booking.state_at(now).is_counted())
    }
}
