//! What must hold after any history, worked out from the reads alone: it knows no rule of the store, only counts.

use super::super::desk::{Desk, all};
use super::super::words::*;
use super::generator::{LIMITED, UNITS};
use crate::booking::{Booking, Claim};
use crate::reason::Occupant;
use crate::store::{BookingFilter, BookingStore, Occupancy};

/// Checks a tenant that only random commands have touched.
pub(super) fn audit(desk: &Desk) {
    let occupancy = desk.occupancy(None);
    let now = desk.now_second();
    let filter = BookingFilter { now, ..all() };
    let page = desk.read(desk.store().bookings(desk.tenant, &filter));
    let live: Vec<&Booking> = page.items.iter().filter(|booking| booking.is_live_at(now)).collect();
    no_resource_is_over_its_capacity(&occupancy);
    every_live_claim_is_there_once(&occupancy, &live);
    no_session_is_over_its_seats(&occupancy, &live);
    the_limit_holds(&page.items, now);
    every_entry_has_one_live_offer(&live);
    every_version_has_its_event(desk, &page.items);
}

/// Instant by instant: use can only peak where something starts.
fn no_resource_is_over_its_capacity(occupancy: &Occupancy) {
    for (number, units) in UNITS {
        let set = occupancy.capacities.iter().find(|(id, _)| *id == resource(number));
        let capacity = set.map_or(units, |(_, units)| *units);
        let claims: Vec<Claim> = occupancy
            .claims
            .iter()
            .map(|row| row.claim)
            .filter(|claim| claim.resource == resource(number))
            .collect();
        for instant in claims.iter().map(Claim::blocked_from) {
            let there = claims.iter().filter(|c| c.blocked_from() <= instant && instant < c.blocked_until());
            let used: u32 = there.map(|claim| claim.units).sum();
            assert!(
                used <= capacity,
                "resource {number} has {capacity} units, {used} are used at {}",
                instant - START
            );
        }
    }
}

fn every_live_claim_is_there_once(occupancy: &Occupancy, live: &[&Booking]) {
    let mut seen: Vec<_> = occupancy.claims.iter().map(|row| (row.by, row.claim)).collect();
    let own = live.iter().flat_map(|b| b.claims.iter().map(|claim| (Occupant::Booking(b.id), *claim)));
    let of_sessions = occupancy.sessions.iter().flat_map(|row| {
        let by = Occupant::Session(row.session.id);
        row.session.claims.iter().map(move |claim| (by, *claim))
    });
    let mut expected: Vec<_> = own.chain(of_sessions).collect();
    seen.sort_unstable();
    expected.sort_unstable();
    assert_eq!(seen, expected, "live claims, as occupancy has them and as bookings and sessions have them");
}

fn no_session_is_over_its_seats(occupancy: &Occupancy, live: &[&Booking]) {
    for row in &occupancy.sessions {
        let seated = live.iter().filter(|booking| booking.session == Some(row.session.id));
        let taken: u32 = seated.map(|booking| booking.party).sum();
        assert_eq!(row.taken, taken, "seats taken in {:?}", row.session.id);
        assert!(taken <= row.session.seats, "{taken} of {} seats", row.session.seats);
        assert!(taken > 0 || row.session.scheduled, "a session that nobody sits in: {row:?}");
    }
    let seated = live.iter().filter_map(|booking| booking.session);
    let known = |id| occupancy.sessions.iter().any(|row| row.session.id == id);
    assert!(seated.into_iter().all(known), "a live booking sits in a live session");
}

fn the_limit_holds(bookings: &[Booking], now: i64) {
    let (who, most) = (Some(customer(LIMITED.0)), LIMITED.1 as usize);
    let counted = bookings.iter().filter(|booking| booking.customer == who && booking.is_counted_at(now));
    assert!(counted.count() <= most, "a customer who may have {most} has more");
}

fn every_entry_has_one_live_offer(live: &[&Booking]) {
    let mut offers: Vec<_> = live
        .iter()
        .filter(|booking| booking.state == crate::State::Held)
        .filter_map(|booking| booking.offer_to)
        .collect();
    let all = offers.len();
    offers.sort_unstable();
    offers.dedup();
    assert_eq!(offers.len(), all, "an entry has two live offers");
}

fn every_version_has_its_event(desk: &Desk, bookings: &[Booking]) {
    let events = desk.events(0);
    assert!(events.is_sorted_by(|a, b| a.sequence < b.sequence), "the feed's numbers rise");
    if events.len() >= 1_000 {
        return;
    }
    for booking in bookings {
        let own = events.iter().filter(|event| event.booking == booking.id);
        let versions: Vec<_> = own.map(|event| event.version).collect();
        let expected: Vec<_> = (1..=booking.version).collect();
        assert_eq!(versions, expected, "one event for each version of {:?}", booking.id);
    }
}
