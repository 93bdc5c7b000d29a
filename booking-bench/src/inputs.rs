//! Inputs from a seed: the same on every machine.

use booking_core::hot::CompiledService;
use booking_core::{
    Buffers, Calendar, DAY, Hours, Interval, MINUTE, Requirement, ResourceId, Schedule, ScheduleSpec,
    Seconds, Service, ServiceId, ServiceSpec, WeeklyHours, Zone, ZoneId, Zones, minutes,
};
use chrono::Weekday::{self, Fri, Mon, Sat, Sun, Thu, Tue, Wed};

/// Monday to Friday.
pub const WORKDAYS: [Weekday; 5] = [Mon, Tue, Wed, Thu, Fri];
/// Every day.
pub const ALL_DAYS: [Weekday; 7] = [Mon, Tue, Wed, Thu, Fri, Sat, Sun];
/// 2026-01-01, in days since 1970: the first day that windows start on.
pub const FIRST_DAY: i64 = 20_454;
/// The raster on which bookings start and end.
pub const QUARTER: Seconds = 15 * MINUTE;

/// A generator of numbers that look random (splitmix64).
#[derive(Debug, Clone)]
pub struct Numbers(u64);

impl Numbers {
    /// The same seed gives the same numbers.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound.max(1)
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u64) as usize]
    }

    /// In another order.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for end in (1..list.len()).rev() {
            list.swap(end, self.below(end as u64 + 1) as usize);
        }
    }
}

/// The zone of all workloads: it changes its clocks twice a year.
pub fn new_york() -> Zone {
    let id = ZoneId::new("America/New_York").unwrap_or(ZoneId::UTC);
    Zones::bundled().zone(&id).unwrap_or_else(|error| unreachable!("a bundled zone: {error}"))
}

/// Hours in New York, compiled against its zone table.
///
/// # Panics
/// Where the hours are no hours: they are written here.
pub fn calendar(days: &[Weekday], from: &str, to: &str) -> Calendar {
    let build = || {
        let weekly = WeeklyHours::closed().with(days, from, to)?;
        let schedule =
            Schedule::new(ScheduleSpec { weekly, ..ScheduleSpec::in_zone(new_york().id().clone()) })?;
        Calendar::new(&Hours::of(schedule), &Zones::bundled())
    };
    build().unwrap_or_else(|error| unreachable!("hours of a workload: {error}"))
}

/// A service of one duration and step, in minutes, without buffers.
///
/// # Panics
/// Where the minutes are out of range: they are written here.
pub fn service(duration: i64, step: i64) -> CompiledService {
    let build = || {
        let needs = vec![Requirement::one_of("staff", [ResourceId::from_u64(1)])];
        let zone = new_york().id().clone();
        let spec = ServiceSpec::new(ServiceId::from_u64(1), "visit", zone, minutes(duration), needs);
        let spec = ServiceSpec { step: minutes(step), buffers: Buffers::default(), ..spec };
        CompiledService::new(&Service::new(spec)?, None, &Zones::bundled())
    };
    build().unwrap_or_else(|error| unreachable!("the service of a workload: {error}"))
}

/// The window of `days` local dates in New York from a day number on.
///
/// # Panics
/// Beyond the supported years.
pub fn window(first: i64, days: i64) -> Interval {
    let zone = new_york();
    interval(zone.day_start(first), zone.day_start(first + days))
}

/// An interval of seconds.
///
/// # Panics
/// Where the end is not after the start.
pub fn interval(start: i64, end: i64) -> Interval {
    Interval::from_seconds(start, end)
        .unwrap_or_else(|error| unreachable!("an interval of a workload: {error}"))
}

/// The first day of the window of an input: all seasons, and all days of the week.
pub const fn day_of_input(input: usize) -> i64 {
    FIRST_DAY + (input as i64 * 37) % 365
}

/// `count` bookings in some openings that do not overlap, of one of `lengths` seconds, on a raster of quarters of an hour; by start.
pub fn bookings(
    openings: &[(i64, i64)],
    count: usize,
    lengths: &[Seconds],
    numbers: &mut Numbers,
) -> Vec<Interval> {
    let mut taken = std::collections::BTreeSet::new();
    let mut made = Vec::with_capacity(count);
    // Nearly full calendars refuse most tries; the bound is far above what the workloads need.
    for _ in 0..count * 200 {
        if made.len() == count {
            break;
        }
        let (start, end) = numbers.pick(openings);
        let length = numbers.pick(lengths);
        let from = start + numbers.below(((end - start) / QUARTER) as u64) as i64 * QUARTER;
        let quarters = || (from..from + length).step_by(QUARTER as usize);
        if from + length <= end && !quarters().any(|at| taken.contains(&at)) {
            taken.extend(quarters());
            made.push(interval(from, from + length));
        }
    }
    made.sort_unstable();
    made
}

/// The starts of a grid anchored on each opening at which a visit fits and meets nothing: the definition, start by
/// start, to check answers against.
pub fn by_definition(
    openings: &[(i64, i64)],
    (duration, step): (Seconds, Seconds),
    window: Interval,
    is_busy: impl Fn(i64, i64) -> bool,
) -> Vec<i64> {
    let mut starts = Vec::new();
    for &(open, close) in openings {
        let mut start = open;
        while start + duration <= close {
            if window.contains(start) && !is_busy(start, start + duration) {
                starts.push(start);
            }
            start += step;
        }
    }
    starts
}

/// Whether any interval of a sorted, disjoint list meets a stretch.
pub fn meets(sorted: &[Interval], from: i64, until: i64) -> bool {
    let at = sorted.partition_point(|one| one.end_second() <= from);
    sorted.get(at).is_some_and(|one| one.start_second() < until)
}

/// The days of a window, in seconds.
pub const fn days(count: i64) -> Seconds {
    count * DAY
}
