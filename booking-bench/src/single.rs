//! Questions to one provider: W1, W4, W5, W7 and W8 of docs/BENCHMARKS.md.

use std::ops::Range;

use booking_core::hot::{Blocked, CompiledService, Sweeper};
use booking_core::{Calendar, Interval, MINUTE, Zone};

use crate::INPUTS;
use crate::inputs::{
    ALL_DAYS, Numbers, WORKDAYS, calendar, day_of_input, interval, meets, new_york, service, window,
};
use crate::measure::Work;
use crate::provider::{Booked, Kept, Provider};

/// Half an hour every quarter of an hour.
pub const VISIT: (i64, i64) = (30 * MINUTE, 15 * MINUTE);
/// How W1 is booked: 60 bookings in a month.
pub const MONTH: Booked =
    Booked { count: 60, lengths: &[15 * MINUTE, 30 * MINUTE, 45 * MINUTE, 60 * MINUTE] };
const YEAR: Booked = Booked { count: 5_000, lengths: &[15 * MINUTE, 15 * MINUTE, 30 * MINUTE] };

/// The hours of most workloads: Monday to Friday, 09:00 to 17:00 in New York.
pub fn office() -> Calendar {
    calendar(&WORKDAYS, "09:00", "17:00")
}

/// The service of most workloads.
pub fn half_hour() -> CompiledService {
    service(VISIT.0 / MINUTE, VISIT.1 / MINUTE)
}

/// Providers booked at random, each asked for a window of its own.
#[derive(Debug, Clone)]
pub struct Providers {
    /// What is asked for.
    pub service: CompiledService,
    /// Who is asked.
    pub list: Vec<Provider>,
    /// Memory between questions.
    pub kept: Kept,
}

impl Providers {
    /// W1: 31 days, 60 bookings.
    pub fn month() -> Self {
        Self::booked(31, MONTH)
    }

    /// W4: 365 days, 5,000 bookings.
    pub fn year() -> Self {
        Self::booked(365, YEAR)
    }

    fn booked(days: i64, booked: Booked) -> Self {
        let (service, mut numbers) = (half_hour(), Numbers::new(1));
        let one = |input| {
            let window = window(day_of_input(input), days);
            Provider::new(&service, office(), window, booked, true, &mut numbers)
        };
        let list = (0..INPUTS).map(one).collect();
        Self::checked(Self { service, list, kept: Kept::default() })
    }

    /// W5: 90 days full, back to back, and free after that.
    pub fn full() -> Self {
        let (service, mut numbers) = (half_hour(), Numbers::new(5));
        let one = |input: usize| {
            let day = day_of_input(input);
            let none = Booked { count: 0, lengths: &[] };
            let mut provider = Provider::new(&service, office(), window(day, 97), none, true, &mut numbers);
            let full = window(day, 90);
            let openings = provider.hours.openings().filter(|(start, _)| full.contains(*start));
            provider.rows = openings.flat_map(|opening| back_to_back(opening, &mut numbers)).collect();
            provider.blocked.set(provider.rows.iter().copied());
            provider
        };
        let list = (0..INPUTS).map(one).collect();
        Self::checked(Self { service, list, kept: Kept::default() })
    }

    /// # Panics
    /// Where an answer differs from the definition.
    fn checked(mut self) -> Self {
        for provider in &self.list {
            let expected = provider.expected(VISIT);
            self.kept.compiled(&self.service, provider);
            assert_eq!(self.kept.starts.as_slice(), expected);
            self.kept.end_to_end(&self.service, provider, &provider.shuffled);
            assert!(provider.shuffled.is_empty() || self.kept.starts.as_slice() == expected);
            let first = self.kept.sweeper.first(&self.service, provider.warm(), provider.window);
            assert_eq!(first, Ok(expected.first().copied()));
        }
        self
    }

    /// Questions, compiled.
    pub fn compiled(&mut self, inputs: Range<usize>) -> u64 {
        self.list[inputs].iter().map(|provider| self.kept.compiled(&self.service, provider)).sum()
    }

    /// Questions from hours and sorted rows.
    pub fn end_to_end(&mut self, inputs: Range<usize>) -> u64 {
        let each = self.list[inputs].iter();
        each.map(|provider| self.kept.end_to_end(&self.service, provider, &provider.rows)).sum()
    }

    /// Questions from hours and rows in no order.
    pub fn unsorted(&mut self, inputs: Range<usize>) -> u64 {
        let each = self.list[inputs].iter();
        each.map(|provider| self.kept.end_to_end(&self.service, provider, &provider.shuffled)).sum()
    }

    /// The first start of each.
    pub fn first(&mut self, inputs: Range<usize>) -> u64 {
        let first = |provider: &Provider| {
            let found = self.kept.sweeper.first(&self.service, provider.warm(), provider.window);
            found.ok().flatten().unwrap_or(0) as u64
        };
        self.list[inputs].iter().map(first).sum()
    }
}

/// Bookings of different lengths that fill an opening.
fn back_to_back((mut start, end): (i64, i64), numbers: &mut Numbers) -> Vec<Interval> {
    let mut made = Vec::new();
    while start < end {
        let until = end.min(start + numbers.pick(&[15, 30, 45, 60]) * MINUTE);
        made.push(interval(start, until));
        start = until;
    }
    made
}

/// W7: one provider with many bookings, and starts to ask about.
#[derive(Debug)]
pub struct Checks {
    service: CompiledService,
    provider: Provider,
    starts: Vec<i64>,
    sweeper: Sweeper,
}

impl Checks {
    /// A year, every day 08:00 to 20:00, with bookings of 20 minutes that do not touch.
    ///
    /// # Panics
    /// Where an answer differs from the definition.
    pub fn new(bookings: usize) -> Self {
        let (service, mut numbers) = (half_hour(), Numbers::new(7));
        let year = window(day_of_input(0), 365);
        let none = Booked { count: 0, lengths: &[] };
        let hours = calendar(&ALL_DAYS, "08:00", "20:00");
        let mut provider = Provider::new(&service, hours, year, none, true, &mut numbers);
        let openings: Vec<(i64, i64)> =
            provider.hours.openings().filter(|(start, _)| year.contains(*start)).collect();
        let places = openings.iter().flat_map(|&(start, end)| (start..end - 25 * MINUTE).step_by(25 * 60));
        let mut places: Vec<i64> = places.collect();
        numbers.shuffle(&mut places);
        places.truncate(bookings);
        assert_eq!(places.len(), bookings);
        places.sort_unstable();
        provider.rows = places.into_iter().map(|at| interval(at, at + 20 * MINUTE)).collect();
        provider.blocked.set(provider.rows.iter().copied());
        let mut checks = Self { service, provider, starts: Vec::new(), sweeper: Sweeper::new() };
        for _ in 0..INPUTS {
            let (start, end) = numbers.pick(&openings);
            let start = start + numbers.below(((end - start) / VISIT.1) as u64) as i64 * VISIT.1;
            checks.starts.push(start);
            let free = start + VISIT.0 <= end && !meets(&checks.provider.rows, start, start + VISIT.0);
            assert_eq!(checks.is_free(start), free);
        }
        checks
    }

    fn is_free(&mut self, start: i64) -> bool {
        self.sweeper.is_free(&self.service, self.provider.warm(), start).unwrap_or(false)
    }

    /// Checks.
    pub fn all(&mut self, inputs: Range<usize>) -> u64 {
        inputs.map(|index| u64::from(self.is_free(self.starts[index]))).sum()
    }
}

/// W8: one booking is added, and its day computed again.
#[derive(Debug, Clone)]
pub struct Additions {
    providers: Providers,
    before: Vec<Blocked>,
    zone: Zone,
    /// What is added to each, and the day it lies on.
    added: Vec<(Interval, Interval)>,
}

impl Additions {
    /// A booking in the first free start of a day somewhere in each month.
    ///
    /// # Panics
    /// Where an answer differs from the definition.
    pub fn new() -> Self {
        let (providers, mut numbers) = (Providers::month(), Numbers::new(8));
        let zone = new_york();
        let added = providers.list.iter().map(|provider| {
            let start = numbers.pick(&provider.expected(VISIT));
            let day = booking_core::time::civil::day_of_local(zone.to_local(start));
            (interval(start, start + VISIT.0), window(day, 1))
        });
        let added = added.collect();
        let before = providers.list.iter().map(|provider| provider.blocked.clone()).collect();
        let mut additions = Self { providers, before, zone, added };
        additions.check();
        additions
    }

    fn check(&mut self) {
        for input in 0..INPUTS {
            self.day(input);
            let (booking, day) = self.added[input];
            let mut expected = self.providers.list[input].expected(VISIT);
            expected.retain(|at| {
                let is_free = *at + VISIT.0 <= booking.start_second() || booking.end_second() <= *at;
                day.contains(*at) && is_free
            });
            assert_eq!(self.providers.kept.starts.as_slice(), expected, "{:?}", self.zone);
        }
        self.prepare(0..INPUTS);
    }

    fn day(&mut self, input: usize) -> u64 {
        let (booking, day) = self.added[input];
        let Providers { service, list, kept } = &mut self.providers;
        let provider = &mut list[input];
        provider.blocked.add(booking);
        let runs = kept.sweeper.one(service, provider.warm(), day);
        runs.unwrap_or_else(|error| unreachable!("{error}")).seconds_into(&mut kept.starts);
        crate::provider::seen(kept.starts.as_slice())
    }
}

impl Default for Additions {
    fn default() -> Self {
        Self::new()
    }
}

impl Work for Additions {
    fn prepare(&mut self, inputs: Range<usize>) {
        for input in inputs {
            self.providers.list[input].blocked.clone_from(&self.before[input]);
        }
    }

    fn run(&mut self, inputs: Range<usize>) -> u64 {
        inputs.map(|input| self.day(input)).sum()
    }
}
