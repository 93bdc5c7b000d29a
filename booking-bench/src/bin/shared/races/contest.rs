//! What clients race for.

use booking_bench::inputs::Numbers;
use booking_core::{
    Action, BookingId, Change, CustomerId, Initial, Interval, LimitCheck, LimitSubject, Over, ResourceId,
    ServiceId,
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::CLIENTS;
use crate::book::{DAY, VISIT, placement, relocation};

/// What the numbers of requests are mixed with.
pub(super) const SEED: u64 = 4;

const QUARTER: i64 = 900;
/// How many want the same where several do.
const RIVALS: u64 = 8;
/// Bookings that a service may have in its period, and a customer of the service.
const LIMITS: [u32; 2] = [5, 2];

/// A race: what is there before, and what each request asks for. The same numbers ask for the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contest {
    /// Everyone wants every slot.
    SameSlot,
    /// One resource, to each a slot of its own.
    HotResource,
    /// One resource with several units and visits of a quarter of an hour to two hours: about half do not fit.
    Lengths { units: u32 },
    /// Two or three of four resources at once, named in any order.
    Orders,
    /// Holds of two resources that have lapsed: others want one of them or both, and their owner still confirms.
    Takeover,
    /// Two bookings each want the place of the other and the places beside it, on another resource too.
    Moves,
    /// Slots are free, but a service and its customers have limits, told in any order.
    Limits,
}

impl Contest {
    pub(super) fn name(self) -> String {
        match self {
            Self::SameSlot => "the same slot".to_owned(),
            Self::HotResource => "one resource, distinct slots".to_owned(),
            Self::Lengths { units } => format!("one resource of {units} units, mixed lengths"),
            Self::Orders => "several resources in any order".to_owned(),
            Self::Takeover => "lapsed holds".to_owned(),
            Self::Moves => "moves past each other".to_owned(),
            Self::Limits => "limits".to_owned(),
        }
    }

    /// Whether any of it may be written in batches.
    pub(super) fn comes_in_batches(self) -> bool {
        !matches!(self, Self::Moves | Self::Limits)
    }

    /// The resources and their units.
    pub(super) fn capacities(self) -> Vec<(ResourceId, u32)> {
        let many = |count| (1..=count).map(|number| (ResourceId::from_u64(number), 1)).collect();
        match self {
            Self::SameSlot | Self::HotResource => many(1),
            Self::Lengths { units } => vec![(ResourceId::from_u64(1), units)],
            Self::Orders => many(4),
            Self::Takeover => many(2 * RIVALS),
            Self::Moves => vec![(ResourceId::from_u64(1), 1), (ResourceId::from_u64(2), 3)],
            Self::Limits => many(CLIENTS),
        }
    }

    /// What is booked before; holds lapse at this instant.
    pub(super) fn before(self, holds: u64, lapse: DateTime<Utc>) -> Vec<Action> {
        match self {
            Self::Takeover => (0..holds).map(|hold| held(hold, lapse)).collect(),
            Self::Moves => (0..CLIENTS).map(first_place).collect(),
            _ => Vec::new(),
        }
    }

    /// What a client asks for; nothing where the holds are used up.
    pub(super) fn ask(self, client: u64, number: u64, holds: u64) -> Option<Action> {
        let mut random = Numbers::new(SEED.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number.rotate_left(32));
        let one = |start| place(number, &[1], start, VISIT);
        Some(match self {
            Self::SameSlot => one(slot(number / CLIENTS)),
            Self::HotResource => one(slot(number)),
            Self::Lengths { units } => {
                // Days apart, each asked for about twice what it has room for.
                let day = (number / (16 * u64::from(units))).cast_signed() * 64 * QUARTER;
                let start = random.below(32).cast_signed() * QUARTER;
                place(number, &[1], day + start, (1 + random.below(8).cast_signed()) * QUARTER)
            }
            Self::Orders => {
                let mut resources = [1, 2, 3, 4];
                random.shuffle(&mut resources);
                let some = resources.get(..2 + random.below(2) as usize)?;
                place(number, some, slot(number / RIVALS), VISIT)
            }
            Self::Takeover if number / RIVALS < holds => take_over(number),
            Self::Takeover => return None,
            Self::Moves => moved(client, &mut random),
            Self::Limits => limited(number),
        })
    }
}

/// Seconds after the first day.
fn slot(number: u64) -> i64 {
    number.cast_signed() * VISIT
}

/// Bookings that are made in a race are numbered after those that were there before.
fn made(number: u64) -> Uuid {
    BookingId::from_u64((1 << 32) + number).uuid()
}

fn before(number: u64) -> Uuid {
    BookingId::from_u64(1 + number).uuid()
}

fn named(resources: &[u64]) -> Vec<ResourceId> {
    resources.iter().map(|&number| ResourceId::from_u64(number)).collect()
}

fn place(number: u64, resources: &[u64], start: i64, length: i64) -> Action {
    let seconds = (DAY + start, DAY + start + length);
    Action::Place(vec![placement(made(number), &named(resources), seconds, 1, 1 + number % 1_000)])
}

/// The two resources of a hold, and when it starts.
fn hold(hold: u64) -> ([u64; 2], i64) {
    let first = 1 + 2 * (hold % RIVALS);
    ([first, first + 1], slot(hold / RIVALS))
}

fn held(number: u64, lapse: DateTime<Utc>) -> Action {
    let (resources, start) = hold(number);
    let seconds = (DAY + start, DAY + start + VISIT);
    let mut placement = placement(before(number), &named(&resources), seconds, 1, 1);
    placement.booking.initial = Initial::Held(lapse);
    Action::Place(vec![placement])
}

fn take_over(number: u64) -> Action {
    let (both, start) = hold(number / RIVALS);
    match number % RIVALS {
        0 => Action::Change {
            booking: BookingId::from_uuid(before(number / RIVALS)),
            if_version: None,
            change: Change::Confirm,
        },
        1 => place(number, &both, start, VISIT),
        rival => place(number, &[both[rival as usize % 2]], start, VISIT),
    }
}

/// Pairs have two slots of the first resource for themselves, and share one of the second, which has three units, with two
/// other pairs.
fn first_place(client: u64) -> Action {
    let start = slot(client);
    Action::Place(vec![placement(before(client), &named(&[1]), (DAY + start, DAY + start + VISIT), 1, 1)])
}

fn moved(client: u64, random: &mut Numbers) -> Action {
    let pair = client / 2;
    let (resource, start) = match random.below(5) {
        place @ 0..3 => (1, slot(2 * pair) + place.cast_signed() * QUARTER),
        place => (2, slot(2 * (pair / 3)) + (place - 3).cast_signed() * QUARTER),
    };
    let seconds = (DAY + start, DAY + start + VISIT);
    Action::Move(relocation(before(client), &named(&[resource]), seconds))
}

/// Sixteen want a service that may have five bookings; four of them are the same customer, who may have two.
fn limited(number: u64) -> Action {
    let service = 1 + number / 16;
    let customer = CustomerId::from_u64(1 + 4 * service + number % 4);
    let start = slot(number / CLIENTS);
    let resources = named(&[1 + number % CLIENTS]);
    let seconds = (DAY + start, DAY + start + VISIT);
    let mut placement = placement(made(number), &resources, seconds, service, 1);
    placement.booking.customer = Some(customer);
    let service = ServiceId::from_u64(service);
    let period = Interval::from_seconds(DAY, DAY + 8 * 365 * 86_400);
    let subjects = [LimitSubject::Service(service), LimitSubject::Customer(customer)];
    placement.limits = subjects
        .into_iter()
        .zip(LIMITS)
        .enumerate()
        .map(|(rule, (subject, most))| LimitCheck {
            rule,
            subject,
            over: Over::All,
            service,
            intervals: period.iter().copied().collect(),
            max_count: Some(most),
            max_seconds: None,
            adds: VISIT,
        })
        .collect();
    if number.is_multiple_of(2) {
        placement.limits.reverse();
    }
    Action::Place(vec![placement])
}
