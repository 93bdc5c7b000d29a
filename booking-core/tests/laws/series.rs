//! Laws of series: they are their occurrences, booked one by one in order.

use std::cell::Cell;

use booking_core::{
    Booking, Interval, Occupant, OnConflict, Reason, Recurrence, Refusal, SeriesRequest, Verdict, Zone,
};
use chrono::{DateTime, Utc};
use proptest::prelude::*;
use proptest::sample::select;

use super::law::check;
use super::places;
use super::shop::{Shop, at, now};
use super::worlds::{MINUTES, worlds};
use crate::support::world::World;

const RULES: [&str; 4] =
    ["FREQ=DAILY;COUNT=4", "FREQ=DAILY;COUNT=2;INTERVAL=2", "FREQ=DAILY;COUNT=1", "FREQ=WEEKLY;COUNT=2"];

/// What became of one occurrence that was booked by itself: the booking, or why not.
type Alone = (DateTime<Utc>, Result<Booking, Vec<Reason>>);

/// A recurrence that begins at a listed start, or anywhere, and may have dates of its own beside it.
fn recurrence(world: &World, shop: &Shop, rule: usize, pick: usize, more: bool) -> (Recurrence, Zone) {
    let zone = places::zone(&world.service.zone);
    let slots = shop.slots().unwrap();
    let anywhere = at(shop.window.start_second() / 60 * 60 + pick as i64 * 1_800);
    let listed = |pick: usize| slots.get(pick % slots.len().max(1)).map(|slot| slot.start);
    let wall = |start: DateTime<Utc>| {
        DateTime::from_timestamp(zone.to_local(start.timestamp()), 0).unwrap().naive_utc()
    };
    let first = if pick.is_multiple_of(4) { anywhere } else { listed(pick).unwrap_or(anywhere) };
    let recurrence = Recurrence::new(wall(first), RULES[rule]).unwrap();
    let beside =
        listed(pick + 1).filter(|_| more).map(|start| wall(start).format("%Y%m%dT%H%M%S").to_string());
    (recurrence.with_rdates(beside).unwrap(), zone)
}

fn request(shop: &Shop, recurrence: &Recurrence, on_conflict: OnConflict) -> SeriesRequest {
    SeriesRequest {
        wish: shop.wish.clone(),
        recurrence: recurrence.clone(),
        zone: None,
        on_conflict,
        key: None,
        actor: booking_core::Actor::default(),
    }
}

/// Each occurrence booked by itself, in order.
fn one_by_one(shop: &Shop, recurrence: &Recurrence, zone: &Zone) -> Vec<Alone> {
    let starts = recurrence.first(zone, 20).unwrap().into_iter().map(at);
    let book = |start| match shop.book(start) {
        Ok(booked) => (start, Ok(booked.booking)),
        Err(Refusal::NotBookable { reasons, .. }) => (start, Err(reasons)),
        Err(other) => panic!("{start}: {other:?}"),
    };
    starts.map(book).collect()
}

/// Reasons without the ids of bookings and sessions: those made by themselves have others.
fn nameless(reasons: &[Reason]) -> Vec<Reason> {
    let nobody = Occupant::Booking(booking_core::BookingId::from_u64(0));
    let mut reasons = reasons.to_vec();
    for reason in &mut reasons {
        if let Reason::Taken { by, .. } | Reason::BufferOverlap { by, .. } = reason {
            *by = nobody;
        }
    }
    reasons.sort();
    reasons
}

fn same_verdicts(verdicts: &[Verdict], alone: &[Alone]) -> bool {
    verdicts.len() == alone.len()
        && verdicts.iter().zip(alone).all(|(verdict, (start, outcome))| {
            let reasons = outcome.as_ref().err().map_or(&[][..], Vec::as_slice);
            verdict.start == *start && nameless(&verdict.reasons) == nameless(reasons)
        })
}

fn same_bookings(made: &[Booking], alone: &[Alone]) -> bool {
    let expected: Vec<_> = alone.iter().filter_map(|(_, outcome)| outcome.as_ref().ok()).collect();
    made.len() == expected.len()
        && made.iter().zip(expected).all(|(one, other)| {
            (one.visit, one.party, &one.picks, &one.claims, one.state)
                == (other.visit, other.party, &other.picks, &other.claims, other.state)
        })
}

/// The nearest start on the same local date that is still listed, for what could not be booked.
fn nearest(shop: &Shop, zone: &Zone, start: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let second = start.timestamp();
    let day = zone.to_local(second).div_euclid(86_400);
    let window = Interval::from_seconds(zone.day_start(day), zone.day_start(day + 1)).unwrap();
    let listed = now(shop.scheduler.starts(&shop.wish, window)).unwrap();
    listed.into_iter().min_by_key(|other| ((other.timestamp() - second).abs(), *other))
}

/// Skipping, failing and proposing judge each occurrence as booking one by one in order does. Skipping books the same;
/// failing and proposing book all or nothing, and proposing names the nearest start of the date that is left.
#[test]
fn a_series_is_its_occurrences_one_by_one() {
    let (whole, partly) = (Cell::new(0), Cell::new(0));
    let input = (
        worlds(MINUTES),
        0..RULES.len(),
        0..40_usize,
        any::<bool>(),
        select(vec![OnConflict::Fail, OnConflict::Skip, OnConflict::Propose]),
    );
    check(
        "series::a_series_is_its_occurrences_one_by_one",
        250,
        &input,
        |(world, rule, pick, more, on_conflict)| {
            let (shop, alone_shop) = (Shop::of(world), Shop::of(world));
            let (recurrence, zone) = recurrence(world, &shop, *rule, *pick, *more);
            let alone = one_by_one(&alone_shop, &recurrence, &zone);
            let booked = alone.iter().filter(|(_, outcome)| outcome.is_ok()).count();
            let all = booked == alone.len();
            whole.set(whole.get() + usize::from(all));
            partly.set(partly.get() + usize::from(!all && booked > 0));
            let (rows, asked) = (shop.rows(), request(&shop, &recurrence, *on_conflict));
            let preview = now(shop.scheduler.preview_series(&asked)).unwrap();
            if !same_verdicts(&preview, &alone) || shop.rows() != rows {
                return Some(format!("previewed {preview:?}, one by one {alone:?}"));
            }
            let books = all || (booked > 0 && *on_conflict == OnConflict::Skip);
            match now(shop.scheduler.book_series(&asked)) {
                Ok(done) => (!books
                    || !same_verdicts(&done.verdicts, &alone)
                    || !same_bookings(&done.bookings, &alone))
                .then(|| format!("{done:?}, one by one {alone:?}")),
                Err(Refusal::SeriesConflict { verdicts }) => {
                    let proposes = *on_conflict == OnConflict::Propose;
                    let well = verdicts.iter().all(|verdict| {
                        let wanted = if proposes && !verdict.is_bookable() {
                            nearest(&alone_shop, &zone, verdict.start)
                        } else {
                            None
                        };
                        verdict.alternative == wanted
                    });
                    (books || !same_verdicts(&verdicts, &alone) || !well || shop.rows() != rows)
                        .then(|| format!("refused {verdicts:?}, one by one {alone:?}"))
                }
                Err(other) => Some(format!("{other:?}")),
            }
        },
    );
    assert!(whole.get() > 0 && partly.get() > 0, "{} whole, {} in part", whole.get(), partly.get());
}
