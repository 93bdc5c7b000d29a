//! The auditor: from the events and the rows of bookings alone, whether everything is as it must be.
//!
//! It shares no rule with the stores: the table of legal moves, peak use, seats and limits are written down again here.

use std::collections::BTreeMap;

use booking_core::{
    Booking, BookingFilter, BookingId, BookingStore, Event, EventKind, Interval, Move, OccupancyQuery,
    ResourceId, Service, ServiceId, Session, SessionId, State, TenantId,
};
use chrono::DateTime;

use super::{claims, limits, town};

/// What one tenant was last seen to have.
#[derive(Debug, Default)]
pub(crate) struct Books {
    pub(crate) rows: BTreeMap<BookingId, Booking>,
    events: BTreeMap<BookingId, Vec<Event>>,
    last: u64,
    /// Units of each resource, as staff set them.
    pub(crate) capacities: BTreeMap<ResourceId, u32>,
    /// Sessions on the calendar.
    pub(crate) scheduled: BTreeMap<SessionId, Session>,
}

/// Checks after each step. `WAIVING` as an actor's name tells that limits were set aside.
#[derive(Debug)]
pub(crate) struct Auditor {
    pub(crate) books: BTreeMap<TenantId, Books>,
    services: BTreeMap<ServiceId, Service>,
}

/// The actor of commands that set limits aside.
pub(crate) const WAIVING: &str = "waiving";

impl Auditor {
    pub(crate) fn new() -> Self {
        let capacities = || town::RESOURCES.iter().map(|id| (*id, town::capacity(*id))).collect();
        let books = || Books { capacities: capacities(), ..Books::default() };
        Self {
            books: town::TENANTS.iter().map(|tenant| (*tenant, books())).collect(),
            services: town::services().into_iter().map(|service| (service.id, service)).collect(),
        }
    }

    /// Everything that must hold now; only `touched` may have changed since the last look.
    pub(crate) async fn audit<S: BookingStore>(
        &mut self,
        store: &S,
        touched: Option<TenantId>,
        now: i64,
    ) -> Result<(), String> {
        for tenant in town::TENANTS {
            let rows = rows(store, tenant, now).await?;
            let events = self.new_events(store, tenant).await?;
            let books = self.books.get_mut(&tenant).unwrap();
            if touched != Some(tenant) && (!events.is_empty() || rows != books.rows) {
                return Err(format!(
                    "{tenant:?} changed, but no command of this tenant was applied: {events:?}"
                ));
            }
            for event in &events {
                follow(books, event)?;
            }
            books.rows = rows;
            self.complete(tenant)?;
            self.capacity(store, tenant, now).await?;
            self.seats(tenant, now)?;
            self.offers(tenant, now)?;
            self.limits(tenant, &events, now)?;
        }
        Ok(())
    }

    async fn new_events<S: BookingStore>(
        &mut self,
        store: &S,
        tenant: TenantId,
    ) -> Result<Vec<Event>, String> {
        let books = self.books.get_mut(&tenant).unwrap();
        let events = store.events(tenant, books.last, 1_000).await.map_err(|error| error.to_string())?;
        for event in &events {
            if event.tenant != tenant {
                return Err(format!("{tenant:?} sees an event of another tenant: {event:?}"));
            }
            if event.sequence <= books.last {
                return Err(format!("the feed does not rise: {event:?} after {}", books.last));
            }
            books.last = event.sequence;
        }
        Ok(events)
    }

    /// Each row is what its events say, and there is no row without events.
    fn complete(&self, tenant: TenantId) -> Result<(), String> {
        let books = &self.books[&tenant];
        if books.rows.len() != books.events.len() {
            return Err(format!("{} bookings, but events of {}", books.rows.len(), books.events.len()));
        }
        for (id, row) in &books.rows {
            let events = books.events.get(id).ok_or_else(|| format!("{id} has no events"))?;
            let last = events.last().unwrap();
            let told = (last.state, last.version, last.visit, events.len() as u64);
            if (row.state, row.version, row.visit, row.version) != told {
                return Err(format!("{id} is {row:?}, but its last event is {last:?} of {}", events.len()));
            }
        }
        Ok(())
    }

    /// Peak use is within capacity, and the store's occupancy is that of the live bookings, no more and no less.
    async fn capacity<S: BookingStore>(&self, store: &S, tenant: TenantId, now: i64) -> Result<(), String> {
        let books = &self.books[&tenant];
        let live: Vec<&Booking> = books.rows.values().filter(|row| row.is_live_at(now)).collect();
        let expected = claims::of_live(&live, &self.services, &books.scheduled);
        for (resource, capacity) in &books.capacities {
            let own: Vec<_> = expected.iter().filter(|claim| claim.resource == *resource).collect();
            let peak = claims::peak(&own, now);
            if peak > *capacity {
                return Err(format!(
                    "{tenant:?} {resource}: {peak} units in use, {capacity} there are: {own:?}"
                ));
            }
        }
        let window = Interval::from_seconds(town::START - 864_000, town::START + 86_400 * 90).unwrap();
        let resources = town::RESOURCES.to_vec();
        let query = OccupancyQuery { tenant, resources, window, now, ignoring: None };
        let found = store.occupancy(&query).await.map_err(|error| error.to_string())?;
        let mut found: Vec<_> = found.claims.into_iter().map(|row| row.claim).collect();
        found.sort_unstable();
        if found != expected {
            return Err(format!(
                "the occupancy of {tenant:?} is {found:?}, the live bookings claim {expected:?}"
            ));
        }
        Ok(())
    }

    fn seats(&self, tenant: TenantId, now: i64) -> Result<(), String> {
        let mut taken: BTreeMap<SessionId, (u32, u32)> = BTreeMap::new();
        for row in self.books[&tenant].rows.values().filter(|row| row.is_live_at(now)) {
            if let Some(id) = row.session {
                let seats = self.services[&row.service].seats;
                taken.entry(id).or_insert((0, seats)).0 += row.party;
            }
        }
        match taken.iter().find(|(_, (taken, seats))| taken > seats) {
            Some((id, (taken, seats))) => Err(format!("{id}: {taken} seats taken of {seats}")),
            None => Ok(()),
        }
    }

    /// At most one live offer an entry, and no start offered to it twice.
    fn offers(&self, tenant: TenantId, now: i64) -> Result<(), String> {
        let mut live = BTreeMap::new();
        let mut starts = BTreeMap::new();
        for row in self.books[&tenant].rows.values() {
            let Some(entry) = row.offer_to else { continue };
            let first = &self.books[&tenant].events[&row.id][0];
            if let Some(other) = starts.insert((entry, first.visit), row.id) {
                return Err(format!("{entry} was offered {:?} twice: {other} and {}", first.visit, row.id));
            }
            if row.state_at(now) == State::Held
                && let Some(other) = live.insert(entry, row.id)
            {
                return Err(format!("{entry} has two live offers: {other} and {}", row.id));
            }
        }
        Ok(())
    }

    fn limits(&self, tenant: TenantId, events: &[Event], now: i64) -> Result<(), String> {
        let rows: Vec<Booking> = self.books[&tenant].rows.values().cloned().collect();
        for event in events.iter().filter(|event| event.actor.who != WAIVING) {
            let takes =
                matches!(event.kind, EventKind::Placed | EventKind::Moved(Move::Reschedule | Move::Reassign));
            let row = &self.books[&tenant].rows[&event.booking];
            if takes && let Some(why) = limits::broken(row, &rows, &self.services[&row.service], now) {
                return Err(why);
            }
        }
        Ok(())
    }
}

/// Takes one event into the books, if it may follow what was there.
fn follow(books: &mut Books, event: &Event) -> Result<(), String> {
    let before = books.events.get(&event.booking).and_then(|events| events.last());
    let legal = match (before, event.kind) {
        (None, EventKind::Placed) => {
            event.version == 1 && matches!(event.state, State::Held | State::Pending | State::Confirmed)
        }
        (Some(before), EventKind::Moved(attempted)) => {
            event.version == before.version + 1 && is_legal(before.state, attempted, event)
        }
        _ => false,
    };
    if !legal {
        return Err(format!("{event:?} may not follow {before:?}"));
    }
    // The row of the last look knows the deadline that the booking had until now.
    let deadline = books.rows.get(&event.booking).and_then(|row| row.deadline);
    let lapsed = deadline.is_some_and(|deadline| deadline <= event.at);
    let first_since = books.rows.get(&event.booking).is_some_and(|row| row.version + 1 == event.version);
    if first_since && lapsed != (event.kind == EventKind::Moved(Move::Expire)) {
        return Err(format!(
            "a booking that had expired at {deadline:?} was moved, or one that had not expired: {event:?}"
        ));
    }
    books.events.entry(event.booking).or_default().push(event.clone());
    Ok(())
}

/// The table of moves, written down a second time.
fn is_legal(from: State, attempted: Move, event: &Event) -> bool {
    let started = event.at.timestamp() >= event.visit.start_second();
    match attempted {
        Move::Confirm => from == State::Held && matches!(event.state, State::Pending | State::Confirmed),
        Move::Extend => from == State::Held && event.state == State::Held,
        Move::Approve => from == State::Pending && event.state == State::Confirmed,
        Move::Decline => from == State::Pending && event.state == State::Declined,
        Move::Reschedule | Move::Reassign => {
            from == event.state && matches!(from, State::Held | State::Pending | State::Confirmed)
        }
        Move::Cancel => {
            matches!(from, State::Held | State::Pending | State::Confirmed) && event.state == State::Cancelled
        }
        Move::CheckIn => from == State::Confirmed && event.state == State::CheckedIn,
        Move::Complete => {
            matches!(from, State::Confirmed | State::CheckedIn) && event.state == State::Completed && started
        }
        Move::MarkNoShow => from == State::Confirmed && event.state == State::NoShow && started,
        Move::Expire => matches!(from, State::Held | State::Pending) && event.state == State::Expired,
    }
}

async fn rows<S: BookingStore>(
    store: &S,
    tenant: TenantId,
    now: i64,
) -> Result<BTreeMap<BookingId, Booking>, String> {
    let mut rows = BTreeMap::new();
    let mut after: Option<(DateTime<chrono::Utc>, BookingId)> = None;
    loop {
        let filter = BookingFilter { now, after, limit: 1_000, ..BookingFilter::default() };
        let page = store.bookings(tenant, &filter).await.map_err(|error| error.to_string())?;
        after = page.cursor();
        for row in page.items {
            if row.tenant != tenant {
                return Err(format!("{tenant:?} sees a booking of another tenant: {}", row.id));
            }
            rows.insert(row.id, row);
        }
        if after.is_none() {
            return Ok(rows);
        }
    }
}
