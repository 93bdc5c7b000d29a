//! One provider with a calendar, bookings and a window.

use booking_core::hot::{Blocked, CompiledHours, CompiledService, Starts, Sweeper, Warm};
use booking_core::{Calendar, Interval, Seconds};

use crate::inputs::{Numbers, bookings, by_definition, meets};

/// One provider, kept warm, with the rows it was made from.
#[derive(Debug, Clone)]
pub struct Provider {
    /// Hours with their zone looked up.
    pub calendar: Calendar,
    /// The same as instants.
    pub hours: CompiledHours,
    /// Bookings, by start.
    pub rows: Vec<Interval>,
    /// The same in no order.
    pub shuffled: Vec<Interval>,
    /// The same, sorted and joined.
    pub blocked: Blocked,
    /// The window that is asked for.
    pub window: Interval,
}

/// How a provider is booked.
#[derive(Debug, Clone, Copy)]
pub struct Booked {
    /// How many bookings.
    pub count: usize,
    /// How long each may be, in seconds.
    pub lengths: &'static [Seconds],
}

impl Provider {
    /// A provider whose bookings lie in the openings of the window. `alone`: whether it is asked for by itself.
    ///
    /// # Panics
    /// Where the window is not supported.
    pub fn new(
        service: &CompiledService,
        calendar: Calendar,
        window: Interval,
        booked: Booked,
        alone: bool,
        numbers: &mut Numbers,
    ) -> Self {
        let hours = CompiledHours::new(&calendar, service.reach(window, alone))
            .unwrap_or_else(|error| unreachable!("plain hours have no rule: {error}"));
        let within = |&(start, _): &(i64, i64)| window.contains(start);
        let openings: Vec<(i64, i64)> = hours.openings().filter(within).collect();
        let rows = bookings(&openings, booked.count, booked.lengths, numbers);
        let mut shuffled = rows.clone();
        numbers.shuffle(&mut shuffled);
        let mut blocked = Blocked::new();
        blocked.set(rows.iter().copied());
        Self { calendar, hours, rows, shuffled, blocked, window }
    }

    /// As the engine takes it.
    pub fn warm(&self) -> Warm<'_> {
        Warm { hours: &self.hours, blocked: &self.blocked }
    }

    /// The right answer for visits of this duration and step, in seconds.
    pub fn expected(&self, visit: (Seconds, Seconds)) -> Vec<i64> {
        let openings: Vec<(i64, i64)> = self.hours.openings().collect();
        by_definition(&openings, visit, self.window, |from, until| meets(&self.rows, from, until))
    }
}

/// Memory that is kept between questions.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    /// To compute in.
    pub sweeper: Sweeper,
    /// The answer.
    pub starts: Starts,
    /// Hours compiled for one question.
    pub hours: CompiledHours,
    /// Bookings of one question.
    pub blocked: Blocked,
}

impl Kept {
    /// The month of a provider that is kept warm, written as seconds.
    ///
    /// # Panics
    /// Where the hours do not cover the window.
    pub fn compiled(&mut self, service: &CompiledService, provider: &Provider) -> u64 {
        let runs = self.sweeper.one(service, provider.warm(), provider.window);
        runs.unwrap_or_else(|error| unreachable!("{error}")).seconds_into(&mut self.starts);
        seen(self.starts.as_slice())
    }

    /// From weekly hours and rows to seconds: nothing is known but the zone's table.
    ///
    /// # Panics
    /// Where the hours do not cover the window.
    pub fn end_to_end(&mut self, service: &CompiledService, provider: &Provider, rows: &[Interval]) -> u64 {
        let compiled = self.hours.compile(&provider.calendar, service.reach(provider.window, true));
        compiled.unwrap_or_else(|error| unreachable!("{error}"));
        self.blocked.set(rows.iter().copied());
        let warm = Warm { hours: &self.hours, blocked: &self.blocked };
        let runs = self.sweeper.one(service, warm, provider.window);
        runs.unwrap_or_else(|error| unreachable!("{error}")).seconds_into(&mut self.starts);
        seen(self.starts.as_slice())
    }
}

/// Something that depends on an answer having been written.
pub fn seen(starts: &[i64]) -> u64 {
    let starts = std::hint::black_box(starts);
    starts.len() as u64 + starts.last().map_or(0, |last| *last as u64)
}
