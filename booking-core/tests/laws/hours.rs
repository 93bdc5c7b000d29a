//! Random resources: weekly hours of every kind, overrides, holidays, stays elsewhere, recurring openings and blocks.

use booking_core::{
    DateOverride, DayInterval, Holiday, HolidaySet, Hours, Recurrence, Recurring, Resource, ResourceSpec,
    Schedule, ScheduleSpec, TimeOfDay, Travel, WeeklyHours,
};
use chrono::{Days, NaiveDate, Weekday};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

use super::places;
use super::worlds::host_id;

const WEEKDAYS: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// Openings and blocks come from these.
const RULES: [&str; 7] = [
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=2",
    "FREQ=WEEKLY;BYDAY=SA,SU",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,SU",
    "FREQ=MONTHLY;BYMONTHDAY=-1,1,29",
    "FREQ=MONTHLY;BYDAY=-1SU,2SU",
    "FREQ=DAILY;COUNT=3",
];

/// What a world's resources are like.
#[derive(Debug, Clone)]
pub(crate) struct Hosts {
    place: usize,
    hosts: Vec<Host>,
}

#[derive(Debug, Clone)]
struct Host {
    /// Where, if not where the service is.
    elsewhere: Option<usize>,
    capacity: u32,
    always: bool,
    /// Weekdays as bits, and the interval.
    weekly: Vec<(u8, Wall)>,
    /// Days from the date of the place.
    overrides: Vec<(i64, Vec<Wall>)>,
    holidays: Vec<i64>,
    travel: Option<(i64, Option<i64>, usize)>,
    openings: Vec<Repeated>,
    blocks: Vec<Repeated>,
}

/// From and to, in steps of ten minutes from midnight.
type Wall = (u32, u32);

#[derive(Debug, Clone)]
struct Repeated {
    rule: usize,
    /// Days from the date of the place to the first.
    since: i64,
    at: u32,
    /// In steps of ten minutes.
    length: i64,
    /// Days from the date of the place that are left out or put in.
    exdate: Option<i64>,
    rdate: Option<i64>,
}

/// One to four hosts near a place.
pub(crate) fn hosts(place: usize) -> impl Strategy<Value = Hosts> {
    vec(host(), 1..5).prop_map(move |hosts| Hosts { place, hosts })
}

fn host() -> impl Strategy<Value = Host> {
    let elsewhere = weighted(0.25, 0..places::COUNT);
    let capacity = prop_oneof![3 => Just(1_u32), 1 => 2..5_u32];
    let weekly = vec((prop_oneof![2 => Just(127_u8), 1 => 1..128_u8], wall()), 0..4);
    let overrides = prop_oneof![2 => Just(Vec::new()), 1 => vec((-2..3_i64, vec(wall(), 0..3)), 1..3)];
    let holidays = prop_oneof![4 => Just(Vec::new()), 1 => vec(-2..3_i64, 1..3)];
    let travel = weighted(0.2, (-3..3_i64, weighted(0.8, 0..4_i64), 0..places::COUNT));
    let repeated = || prop_oneof![4 => Just(Vec::new()), 1 => vec(repeated(), 1..3)];
    (
        elsewhere,
        capacity,
        prop::bool::weighted(0.1),
        weekly,
        overrides,
        holidays,
        travel,
        repeated(),
        repeated(),
    )
        .prop_map(
            |(elsewhere, capacity, always, weekly, overrides, holidays, travel, openings, blocks)| Host {
                elsewhere,
                capacity,
                always,
                weekly,
                overrides,
                holidays,
                travel,
                openings,
                blocks,
            },
        )
}

/// Any interval: also over midnight, around it, and all day.
fn wall() -> impl Strategy<Value = Wall> {
    let usual = select(vec![
        (54_u32, 102_u32),
        (48, 72),
        (78, 108),
        (0, 144),
        (132, 36),
        (120, 144),
        (0, 3),
        (9, 21),
    ]);
    prop_oneof![1 => usual, 1 => (0..144_u32, 0..145_u32)]
}

fn repeated() -> impl Strategy<Value = Repeated> {
    (0..RULES.len(), -40..3_i64, 0..144_u32, 1..220_i64, weighted(0.3, -2..3_i64), weighted(0.3, -2..3_i64))
        .prop_map(|(rule, since, at, length, exdate, rdate)| Repeated {
            rule,
            since,
            at,
            length,
            exdate,
            rdate,
        })
}

impl Hosts {
    pub(crate) fn resources(&self) -> Vec<Resource> {
        let each = self.hosts.iter().enumerate();
        each.map(|(index, host)| {
            let mut spec = ResourceSpec::new(
                host_id(index),
                format!("host {index}"),
                Hours::of(host.schedule(self.place)),
            );
            spec.capacity = host.capacity;
            Resource::new(spec).unwrap()
        })
        .collect()
    }
}

impl Host {
    fn schedule(&self, place: usize) -> Schedule {
        let zone = places::zone_id(self.elsewhere.unwrap_or(place));
        let near = |days: i64| shifted(places::date(place), days);
        let mut spec = ScheduleSpec::in_zone(zone);
        if self.always {
            spec.weekly = WeeklyHours::always();
        }
        for (days, wall) in &self.weekly {
            let days = WEEKDAYS.iter().enumerate().filter(|(bit, _)| days & (1 << bit) != 0);
            for (_, day) in days {
                spec.weekly.push(*day, interval(*wall)).unwrap();
            }
        }
        for (days, walls) in &self.overrides {
            let date = near(*days);
            if spec.overrides.iter().all(|one| one.date != date) {
                let intervals = walls.iter().map(|wall| interval(*wall)).collect();
                spec.overrides.push(DateOverride { date, intervals });
            }
        }
        let mut dates: Vec<NaiveDate> = self.holidays.iter().map(|days| near(*days)).collect();
        dates.sort_unstable();
        dates.dedup();
        let dates = dates.into_iter().map(|date| Holiday { date, name: "Feast".to_owned() }).collect();
        spec.holidays = vec![HolidaySet { name: "Feasts".to_owned(), dates }];
        if let Some((from, days, place)) = self.travel {
            let to = days.map(|days| near(from + days));
            spec.travel = vec![Travel { from: near(from), to, zone: places::zone_id(place) }];
        }
        let recurring = |repeated: &Vec<Repeated>| repeated.iter().map(|one| one.recurring(place)).collect();
        spec.openings = recurring(&self.openings);
        spec.blocks = recurring(&self.blocks);
        Schedule::new(spec).unwrap()
    }
}

impl Repeated {
    fn recurring(&self, place: usize) -> Recurring {
        let near = |days: i64| {
            shifted(places::date(place), days).and_hms_opt(self.at / 6, self.at % 6 * 10, 0).unwrap()
        };
        let text = |days: i64| near(days).format("%Y%m%dT%H%M%S").to_string();
        let recurrence = Recurrence::new(near(self.since), RULES[self.rule])
            .unwrap()
            .with_rdates(self.rdate.map(text))
            .unwrap()
            .with_exdates(self.exdate.map(text))
            .unwrap();
        Recurring { recurrence, duration: self.length * 600, name: "again".to_owned() }
    }
}

fn interval((from, to): Wall) -> DayInterval {
    let time = |tens: u32| TimeOfDay::new(tens / 6, tens % 6 * 10).unwrap();
    DayInterval::new(time(from), time(to)).unwrap()
}

pub(crate) fn shifted(date: NaiveDate, days: i64) -> NaiveDate {
    let by = Days::new(days.unsigned_abs());
    if days < 0 { date - by } else { date + by }
}
