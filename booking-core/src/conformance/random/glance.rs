//! All that can be seen of a tenant, in a form in which equal states are equal.
//!
//! Stores may differ where nothing depends on it: in the order of answers that have none, in numbers that only have to
//! rise, and in when they mark as expired what has lapsed.

use super::super::desk::{Desk, FAR, all};
use super::super::words::*;
use super::super::world::RESOURCES;
use crate::booking::{Block, Booking, Event, EventKind, Move, State, WaitlistEntry};
use crate::reason::Occupant;
use crate::store::{
    BookingStore, Counted, CountedQuery, LimitSubject, OccupancyQuery, SessionRow, WaitingQuery,
};
use crate::{BlockId, BookingId, Claim, EntryId, ResourceId};

/// The highest number of a block or an entry that is looked for.
const IDS: u64 = 9;

/// What was seen.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Glance {
    bookings: Vec<Booking>,
    claims: Vec<(Claim, Occupant)>,
    blocks: Vec<Block>,
    sessions: Vec<SessionRow>,
    capacities: Vec<(ResourceId, u32)>,
    counted: Vec<Counted>,
    lapsed: Vec<BookingId>,
    waiting: Vec<EntryId>,
    entries: Vec<WaitlistEntry>,
    known_blocks: Vec<Option<Block>>,
    events: Vec<Event>,
}

/// Looks at everything of the desk's tenant.
pub(crate) fn glance(desk: &Desk) -> Glance {
    let (tenant, now, store) = (desk.tenant, desk.now_second(), desk.store());
    let window = span(0, FAR);
    let resources: Vec<_> = (1..=RESOURCES).map(resource).collect();
    let occupancy = OccupancyQuery { tenant, resources, window, now, ignoring: None };
    let mut occupancy = desk.read(store.occupancy(&occupancy));
    occupancy.sessions.sort_by_key(|row| row.session.id);
    occupancy.blocks.sort_by_key(|block| block.id);
    let mut claims: Vec<_> = occupancy.claims.iter().map(|row| (row.claim, row.by)).collect();
    claims.sort_unstable();
    // Resources that are not named have the capacity of the catalogue: for most rules, one.
    let mut capacities = occupancy.capacities;
    capacities.retain(|(_, units)| *units != 1);
    capacities.sort_unstable();
    let bookings = desk.read(store.bookings(tenant, &crate::BookingFilter { now, ..all() })).items;
    let mut lapsed: Vec<_> =
        desk.read(store.lapsed(tenant, at(desk.now()), 1_000)).iter().map(|booking| booking.id).collect();
    lapsed.retain(|id| bookings.iter().any(|booking| booking.id == *id && booking.state != State::Expired));
    lapsed.sort_unstable();
    let waiting = WaitingQuery { tenant, window, now, limit: 1_000 };
    let entries = (1..=IDS).map(entry_id).filter_map(|id| desk.read(store.entry(tenant, id)));
    let events = desk.events(0);
    Glance {
        bookings: bookings.into_iter().map(|booking| plain_booking(booking, now)).collect(),
        claims,
        blocks: occupancy.blocks,
        sessions: occupancy.sessions,
        capacities,
        counted: counted(desk, now),
        lapsed,
        waiting: desk.read(store.waiting(&waiting)).iter().map(|entry| entry.id).collect(),
        entries: entries.map(plain_entry).collect(),
        known_blocks: (1..=IDS).map(|id| desk.read(store.block(tenant, BlockId::from_u64(id)))).collect(),
        events: events.into_iter().filter(|event| !is_expiry(event)).map(plain_event).collect(),
    }
}

fn counted(desk: &Desk, now: i64) -> Vec<Counted> {
    let subjects = [1, 2, 3].map(|number| LimitSubject::Service(service_id(number))).to_vec();
    let query = CountedQuery { tenant: desk.tenant, subjects, window: span(0, FAR), now, ignoring: None };
    let rows = desk.read(desk.store().counted(&query)).into_iter();
    let mut rows: Vec<_> = rows
        .map(|mut row| {
            row.resources.sort_unstable();
            row
        })
        .collect();
    rows.sort_by_key(|row| row.booking);
    rows
}

/// A booking as anyone may see it: what has lapsed is expired, and what has ended claims nothing.
pub(crate) fn plain_booking(mut booking: Booking, now: i64) -> Booking {
    booking.state = booking.state_at(now);
    if booking.state == State::Expired {
        // Whether and when it was marked is the store's own business.
        (booking.version, booking.deadline, booking.changed) = (0, None, booking.created);
    }
    if !booking.state.is_live() {
        booking.claims.clear();
        booking.session = None;
    }
    booking.claims.sort_unstable();
    booking
}

/// Places in line only have to rise.
pub(crate) fn plain_entry(mut entry: WaitlistEntry) -> WaitlistEntry {
    entry.place = 0;
    entry
}

fn is_expiry(event: &Event) -> bool {
    event.kind == EventKind::Moved(Move::Expire)
}

/// Numbers in the feed only have to rise.
fn plain_event(mut event: Event) -> Event {
    event.sequence = 0;
    event
}
