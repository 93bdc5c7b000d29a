//! Laws of one booking in any world: it is made where it is listed, moved where it would be free, and leaves nothing.

use std::cell::Cell;
use std::collections::BTreeSet;

use booking_core::{Refusal, Slot};
use chrono::{DateTime, Utc};

use super::law::check;
use super::shop::{Shop, at, now};
use super::worlds::{MINUTES, worlds};
use crate::support::world::World;

/// A few starts of a listing, first and last among them.
fn some(slots: &[Slot], count: usize) -> impl Iterator<Item = &Slot> {
    slots.iter().step_by(1 + slots.len() / count)
}

/// A few starts of the window, on any grid and off it.
fn any_starts(world: &World) -> impl Iterator<Item = DateTime<Utc>> + use<> {
    let window = world.ask.window;
    (0..7).map(move |part| at((window.start_second() + window.seconds() * part / 7) / 60 * 60))
}

/// Slots, their candidates, what is left of them, and what occupies the resources are what they were.
#[test]
fn cancelling_restores_what_booking_took() {
    let booked = Cell::new(0);
    check("bookings::cancelling_restores_what_booking_took", 150, &worlds(MINUTES), |world| {
        let shop = Shop::of(world);
        let (before, occupied) = (shop.slots().unwrap(), shop.occupancy(world));
        some(&before, 3).find_map(|slot| {
            let made = match shop.book(slot.start) {
                Ok(made) => made.booking,
                Err(refused) => return Some(format!("{} is listed, but {refused:?}", slot.start)),
            };
            booked.set(booked.get() + 1);
            if shop.occupancy(world) == occupied && made.session.is_none() {
                return Some(format!("{made:?} takes nothing"));
            }
            shop.cancel(&made).unwrap();
            let after = shop.slots().unwrap();
            let restored = after == before && shop.occupancy(world) == occupied;
            (!restored).then(|| format!("after {} was cancelled {after:?}, not {before:?}", slot.start))
        })
    });
    assert!(booked.get() > 0, "nothing was ever booked");
}

/// Through the scheduler: every listed slot books on a fresh copy, with candidates it named; any other start is refused
/// with exactly the reasons that `explain` gives, and nothing is written.
#[test]
fn what_is_listed_books_and_what_is_not_is_refused_as_explained() {
    let (booked, refused) = (Cell::new(0), Cell::new(0));
    let law = "bookings::what_is_listed_books_and_what_is_not_is_refused_as_explained";
    check(law, 150, &worlds(MINUTES), |world| {
        let slots = Shop::of(world).slots().unwrap();
        let unbookable = some(&slots, 4).find_map(|slot| {
            booked.set(booked.get() + 1);
            not_booked_as_listed(&Shop::of(world), slot)
        });
        let listed: BTreeSet<_> = slots.iter().map(|slot| slot.start).collect();
        let shop = Shop::of(world);
        unbookable.or_else(|| {
            any_starts(world).filter(|start| !listed.contains(start)).find_map(|start| {
                let explained = now(shop.scheduler.explain(&shop.wish, start)).unwrap();
                if explained.is_bookable() {
                    // Only a waived grid makes more starts bookable than are listed.
                    return (!world.ask.waive.grid).then(|| format!("{start} is bookable and not listed"));
                }
                refused.set(refused.get() + 1);
                let rows = shop.rows();
                let told = shop.book(start);
                let same = matches!(&told, Err(Refusal::NotBookable { reasons, .. }) if *reasons == explained.reasons);
                (!same || shop.rows() != rows).then(|| format!("{start}: {told:?}, explained {explained:?}"))
            })
        })
    });
    assert!(booked.get() > 0 && refused.get() > 0, "{} booked, {} refused", booked.get(), refused.get());
}

fn not_booked_as_listed(shop: &Shop, slot: &Slot) -> Option<String> {
    let made = match shop.book(slot.start) {
        Ok(made) => made.booking,
        Err(refused) => return Some(format!("{} is listed, but {refused:?}", slot.start)),
    };
    let named = made.picks.iter().all(|pick| {
        let of = slot.candidates.iter().find(|one| one.requirement == pick.requirement);
        of.is_some_and(|of| of.resources.contains(&pick.resource))
    });
    let as_listed = named && made.visit.start() == slot.start && made.visit.end() == slot.end;
    (!as_listed).then(|| format!("{slot:?} became {made:?}"))
}

/// A booking moves to every start that would be listed without it, also where that overlaps its old time, and to no other;
/// when it cannot move, it keeps its time and nothing is written.
#[test]
fn a_booking_does_not_stand_in_its_own_way_and_keeps_its_time_when_it_cannot_move() {
    let (over_itself, refused) = (Cell::new(0), Cell::new(0));
    let law = "bookings::a_booking_does_not_stand_in_its_own_way_and_keeps_its_time_when_it_cannot_move";
    check(law, 150, &worlds(MINUTES), |world| {
        let shop = Shop::of(world);
        let free = shop.slots().unwrap();
        let first = free.get(free.len() / 2)?;
        let mut booking = shop.book(first.start).unwrap().booking;
        let near = free.iter().filter(|slot| (slot.start - first.start).abs() < slot.end - slot.start);
        for slot in near.take(4).chain(some(&free, 3)).chain([first]) {
            over_itself.set(over_itself.get() + usize::from(slot.start < booking.visit.end()));
            match shop.reschedule(&booking, slot.start) {
                Ok(moved) => booking = moved.booking,
                Err(why) => return Some(format!("{} is free without it, but {why:?}", slot.start)),
            }
        }
        let listed: BTreeSet<_> = free.iter().map(|slot| slot.start).collect();
        let empty = Shop::of(world);
        any_starts(world).filter(|start| !listed.contains(start)).find_map(|start| {
            let explained = now(empty.scheduler.explain(&empty.wish, start)).unwrap();
            if explained.is_bookable() {
                return None;
            }
            refused.set(refused.get() + 1);
            let rows = shop.rows();
            let told = shop.reschedule(&booking, start);
            let same =
                matches!(&told, Err(Refusal::NotBookable { reasons, .. }) if *reasons == explained.reasons);
            (!same || shop.rows() != rows).then(|| format!("{start}: {told:?}, explained {explained:?}"))
        })
    });
    assert!(over_itself.get() > 0 && refused.get() > 0, "{} {}", over_itself.get(), refused.get());
}
