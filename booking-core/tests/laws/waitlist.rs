//! Laws of the line: whatever happens at the desk, freed time goes to the first who can use it, at once, and nobody is
//! asked twice.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use booking_core::memory::Rows;
use booking_core::{
    Actor, BlockId, Booked, Booking, BookingId, ChangeRequest, EntryId, EntryState, HoldTimes, Hours,
    Interval, JoinRequest, ManualClock, MemoryStore, Refusal, Requirement, Resource, ResourceId,
    ResourceSpec, Schedule, ScheduleSpec, Scheduler, SequentialIds, Service, ServiceSpec, State, Takes,
    WaitlistEntry, WeeklyHours, Wish, ZoneId, minutes,
};
use chrono::{DateTime, Utc, Weekday};
use proptest::collection::vec;
use proptest::prelude::*;

use super::law::check;
use super::shop::{Shop, TENANT, at, now};
use super::worlds::SERVICE;

const DAY: i64 = 86_400;
/// A Monday.
const START: i64 = 1_767_571_200;
const HOSTS: [ResourceId; 2] = [ResourceId::from_u64(1), ResourceId::from_u64(2)];
const EVERY_DAY: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// What happens at the desk; numbers choose among what there is.
#[derive(Debug, Clone)]
enum Step {
    Join { day: i64, days: i64, party: u32, long: bool },
    Leave(usize),
    Book { start: usize, party: u32 },
    Hold { start: usize },
    Confirm(usize),
    Cancel(usize),
    Complete(usize),
    Reschedule { booking: usize, start: usize },
    Block { host: usize, hour: i64 },
    Unblock(usize),
    Sweep,
    Later(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let pick = || 0..100_usize;
    prop_oneof![
        5 => (0..4_i64, 1..3_i64, 1..3_u32, any::<bool>())
            .prop_map(|(day, days, party, long)| Step::Join { day, days, party, long }),
        1 => pick().prop_map(Step::Leave),
        5 => (pick(), 1..3_u32).prop_map(|(start, party)| Step::Book { start, party }),
        1 => pick().prop_map(|start| Step::Hold { start }),
        1 => pick().prop_map(Step::Confirm),
        4 => pick().prop_map(Step::Cancel),
        1 => pick().prop_map(Step::Complete),
        3 => (pick(), pick()).prop_map(|(booking, start)| Step::Reschedule { booking, start }),
        1 => (0..2_usize, 0..96_i64).prop_map(|(host, hour)| Step::Block { host, hour }),
        1 => pick().prop_map(Step::Unblock),
        2 => Just(Step::Sweep),
        2 => (1..3_000_i64).prop_map(Step::Later),
    ]
}

/// Two people, each there for two hours a day, who see one visitor at a time, or a party of two, or a class of three.
fn open(kind: u8) -> Shop {
    let store = MemoryStore::new();
    for id in HOSTS {
        let weekly = WeeklyHours::closed().with(&EVERY_DAY, "09:00", "11:00").unwrap();
        let schedule = Schedule::new(ScheduleSpec { weekly, ..ScheduleSpec::in_zone(ZoneId::UTC) }).unwrap();
        let mut spec = ResourceSpec::new(id, format!("{id}"), Hours::of(schedule));
        spec.capacity = if kind == 1 { 2 } else { 1 };
        store.add_resource(TENANT, Resource::new(spec).unwrap());
    }
    let takes = if kind == 1 { Takes::Party } else { Takes::Units(1) };
    let needs = vec![Requirement::one_of("person", HOSTS).taking(takes)];
    let spec = ServiceSpec {
        durations: vec![minutes(60), minutes(90)],
        step: minutes(30),
        seats: if kind == 2 { 3 } else { 1 },
        holds: HoldTimes { default: minutes(10), max: minutes(30), offer: minutes(20) },
        ..ServiceSpec::new(SERVICE, "Visit", ZoneId::UTC, minutes(60), needs)
    };
    store.add_service(TENANT, Service::new(spec).unwrap());
    let clock = ManualClock::at(at(START));
    Shop {
        scheduler: Scheduler::new(store, clock.clone()).with_ids(SequentialIds::default()),
        clock,
        window: Interval::from_seconds(START, START + 5 * DAY).unwrap(),
        wish: Wish::new(TENANT, SERVICE),
    }
}

/// What a step freed, if anything, and the offers it answered with, if it does.
#[derive(Debug, Default)]
struct Done {
    freed: Option<Interval>,
    offers: Option<Vec<Booking>>,
}

struct Desk {
    shop: Shop,
    blocks: Vec<(BlockId, Interval)>,
}

impl Desk {
    fn now(&self) -> i64 {
        booking_core::Clock::now(&self.shop.clock).timestamp()
    }

    fn listed(&self, party: u32, pick: usize) -> Option<DateTime<Utc>> {
        let starts =
            now(self.shop.scheduler.starts(&Wish { party, ..self.shop.wish.clone() }, self.shop.window));
        let starts = starts.unwrap();
        starts.get(pick % starts.len().max(1)).copied()
    }

    fn live(&self, pick: usize) -> Option<Booking> {
        let rows = self.shop.rows().bookings.into_iter();
        let live: Vec<Booking> = rows.filter(|booking| booking.is_live_at(self.now())).collect();
        live.get(pick % live.len().max(1)).cloned()
    }

    /// Does one step; what is refused frees nothing.
    fn act(&mut self, step: &Step) -> Option<Done> {
        let scheduler = &self.shop.scheduler;
        let change = |booking: &Booking| ChangeRequest::new(TENANT, booking.id);
        match step {
            Step::Join { day, days, party, long } => self.join(*day, *days, *party, *long),
            Step::Leave(pick) => self.leave(*pick),
            Step::Book { start, party } => {
                let mut request =
                    booking_core::BookRequest::new(self.shop.wish.clone(), self.listed(*party, *start)?);
                request.wish.party = *party;
                now(scheduler.book(&request)).unwrap();
                None
            }
            Step::Hold { start } => {
                let request = booking_core::BookRequest::new(self.shop.wish.clone(), self.listed(1, *start)?);
                now(scheduler.hold(&request, None)).unwrap();
                None
            }
            Step::Confirm(pick) => {
                let _ = now(scheduler.confirm(&change(&self.live(*pick)?)));
                None
            }
            Step::Cancel(pick) => {
                let booking = self.live(*pick)?;
                freed(&booking, now(scheduler.cancel(&change(&booking))))
            }
            Step::Complete(pick) => {
                let booking = self.live(*pick)?;
                freed(&booking, now(scheduler.complete(&change(&booking))))
            }
            Step::Reschedule { booking, start } => {
                let booking = self.live(*booking)?;
                freed(&booking, self.shop.reschedule(&booking, self.listed(1, *start)?))
            }
            Step::Block { host, hour } => {
                let from = START + hour * 3_600;
                let interval = Interval::from_seconds(from, from + 7_200).unwrap();
                let made = now(scheduler.block(TENANT, HOSTS[*host], interval, "away", &Actor::default()));
                self.blocks.push((made.unwrap().0.id, interval));
                None
            }
            Step::Unblock(pick) => {
                let pick = pick % self.blocks.len().max(1);
                let (id, interval) = (pick < self.blocks.len()).then(|| self.blocks.remove(pick))?;
                now(scheduler.unblock(TENANT, id, &Actor::default())).unwrap();
                Some(Done { freed: Some(interval), offers: None })
            }
            Step::Sweep => {
                let lapsed = now(scheduler.sweep(TENANT)).unwrap();
                let ahead = Interval::from_seconds(self.now(), START + 100 * DAY).unwrap();
                (!lapsed.is_empty()).then_some(Done { freed: Some(ahead), offers: None })
            }
            Step::Later(seconds) => {
                self.shop.clock.advance(*seconds);
                None
            }
        }
    }

    fn join(&self, day: i64, days: i64, party: u32, long: bool) -> Option<Done> {
        let window = Interval::from_seconds(START + day * DAY, START + (day + days) * DAY).unwrap();
        let duration = long.then_some(minutes(90));
        let wish = Wish { party, duration, ..self.shop.wish.clone() };
        // Refused where the window is over.
        let _ = now(self.shop.scheduler.join_waitlist(&JoinRequest::new(wish, window)));
        None
    }

    /// Leaving frees something where there was a live offer.
    fn leave(&self, pick: usize) -> Option<Done> {
        let rows = self.shop.rows();
        let entry = rows.entries.get(pick % rows.entries.len().max(1))?;
        let offer = live_offers(&rows, self.now()).remove(&entry.id);
        now(self.shop.scheduler.leave_waitlist(TENANT, entry.id, &Actor::default())).unwrap();
        let offer = offer.filter(|_| entry.state == EntryState::Waiting)?;
        Some(Done { freed: Some(offer[0].visit), offers: None })
    }
}

fn freed(booking: &Booking, outcome: Result<Booked, Refusal>) -> Option<Done> {
    let booked = outcome.ok()?;
    Some(Done { freed: Some(booking.visit), offers: Some(booked.offers) })
}

/// The offers that stand, by whom they are for.
fn live_offers(rows: &Rows, now: i64) -> BTreeMap<EntryId, Vec<&Booking>> {
    let mut offers: BTreeMap<_, Vec<&Booking>> = BTreeMap::new();
    for booking in rows.bookings.iter().filter(|booking| booking.state_at(now) == State::Held) {
        if let Some(entry) = booking.offer_to {
            offers.entry(entry).or_default().push(booking);
        }
    }
    offers
}

/// The offers that were made in between.
fn made<'a>(before: &Rows, after: &'a Rows) -> Vec<&'a Booking> {
    let known: BTreeSet<BookingId> = before.bookings.iter().map(|booking| booking.id).collect();
    let new = after.bookings.iter().filter(|booking| !known.contains(&booking.id));
    new.filter(|booking| booking.offer_to.is_some()).collect()
}

/// Each entry has at most one live offer, and no start was ever offered to it twice.
fn asked_twice(rows: &Rows, now: i64) -> Option<String> {
    let two = live_offers(rows, now).into_iter().find(|(_, offers)| offers.len() > 1);
    if let Some((entry, offers)) = two {
        return Some(format!("{entry} has {} live offers", offers.len()));
    }
    let mut tried = BTreeSet::new();
    rows.bookings.iter().find_map(|booking| {
        let first = rows.events.iter().find(|event| event.booking == booking.id)?;
        let entry = booking.offer_to?;
        (!tried.insert((entry, first.visit.start_second())))
            .then(|| format!("{entry} was offered {} twice", first.visit.start()))
    })
}

/// Nobody in line is left without an offer while a start within a day of what was freed, that they wait for and were not
/// asked about, is still free.
fn forgotten(desk: &Desk, rows: &Rows, freed: Interval) -> Option<String> {
    let offers = live_offers(rows, desk.now());
    let near = Interval::from_seconds(freed.start_second() - DAY, freed.end_second() + DAY).unwrap();
    let waits =
        |entry: &&WaitlistEntry| entry.state == EntryState::Waiting && !offers.contains_key(&entry.id);
    rows.entries.iter().filter(waits).find_map(|entry| {
        let wish = Wish { party: entry.party, duration: entry.duration, ..desk.shop.wish.clone() };
        let starts = now(desk.shop.scheduler.starts(&wish, entry.window.intersection(near)?)).unwrap();
        let fresh = starts.into_iter().find(|start| !entry.offered.contains(start))?;
        Some(format!("{entry:?} was not offered {fresh}"))
    })
}

/// Who was offered a start, while someone before them with the same wish was free to take it.
fn jumped(before: &Rows, after: &Rows, new: &[&Booking], now: i64) -> Option<String> {
    let offers = live_offers(after, now);
    new.iter().find_map(|offer| {
        let served = after.entries.iter().find(|entry| Some(entry.id) == offer.offer_to)?;
        let ahead = before.entries.iter().filter(|entry| entry.place < served.place);
        let mut could = ahead.filter(|entry| {
            let stays =
                after.entries.iter().any(|now| now.id == entry.id && now.state == EntryState::Waiting);
            stays
                && (entry.party, entry.duration) == (served.party, served.duration)
                && entry.window.contains(offer.visit.start_second())
                && !entry.offered.contains(&offer.start())
                && !offers.contains_key(&entry.id)
        });
        could.next().map(|entry| format!("{} goes to {served:?} before {entry:?}", offer.start()))
    })
}

/// In the commit that frees capacity those in line are asked: first in line first, each about one start at a time, and
/// about none that they were asked about before, whether that offer lapsed or was given back.
#[test]
fn freed_capacity_goes_to_the_first_in_line_at_once_and_nobody_is_asked_twice() {
    let made_offers = Cell::new(0);
    let law = "waitlist::freed_capacity_goes_to_the_first_in_line_at_once_and_nobody_is_asked_twice";
    check(law, 150, &(0..3_u8, vec(step(), 1..80)), |(kind, steps)| {
        let mut desk = Desk { shop: open(*kind), blocks: Vec::new() };
        steps.iter().find_map(|step| {
            let before = desk.shop.rows();
            let done = desk.act(step);
            let after = desk.shop.rows();
            let new = made(&before, &after);
            made_offers.set(made_offers.get() + new.len());
            let wrong = match &done {
                None => (!new.is_empty()).then(|| format!("{new:?} without anything freed")),
                Some(Done { offers: Some(told), .. }) if told.iter().collect::<Vec<_>>() != new => {
                    Some(format!("told {told:?}, made {new:?}"))
                }
                Some(done) => done.freed.and_then(|freed| forgotten(&desk, &after, freed)),
            };
            let wrong = wrong.or_else(|| asked_twice(&after, desk.now()));
            wrong
                .or_else(|| jumped(&before, &after, &new, desk.now()))
                .map(|why| format!("after {step:?}: {why}"))
        })
    });
    assert!(made_offers.get() > 0, "nobody was ever offered anything");
}
