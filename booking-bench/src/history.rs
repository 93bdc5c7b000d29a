//! What lies before the window: a long history must cost nothing.

use std::ops::Range;

use booking_core::hot::{Blocked, CompiledHours, CompiledService, Warm};
use booking_core::{Interval, MINUTE};

use crate::INPUTS;
use crate::inputs::{FIRST_DAY, Numbers, bookings, by_definition, interval, meets, window};
use crate::provider::{Kept, seen};
use crate::single::{MONTH, VISIT, half_hour, office};

/// One provider with a past, and 256 months to come, each booked as for W1.
#[derive(Debug)]
pub struct LongLived {
    service: CompiledService,
    hours: CompiledHours,
    blocked: Blocked,
    windows: Vec<Interval>,
    kept: Kept,
}

impl LongLived {
    /// With this many bookings in the past, none of which touch.
    ///
    /// # Panics
    /// Where an answer differs from the definition, and where the past is full.
    pub fn new(past: usize) -> Self {
        let (service, mut numbers) = (half_hour(), Numbers::new(3));
        let windows: Vec<Interval> =
            (0..INPUTS as i64).map(|month| window(FIRST_DAY + month * 31, 31)).collect();
        let whole = interval(windows[0].start_second(), windows[INPUTS - 1].end_second());
        let hours = CompiledHours::new(&office(), service.reach(whole, true))
            .unwrap_or_else(|error| unreachable!("plain hours have no rule: {error}"));
        let openings: Vec<(i64, i64)> = hours.openings().collect();
        let mut rows: Vec<Interval> = (0..past as i64)
            .map(|number| whole.start_second() - (number + 1) * 20 * MINUTE)
            .map(|start| interval(start, start + 15 * MINUTE))
            .collect();
        for window in &windows {
            let own: Vec<(i64, i64)> =
                openings.iter().copied().filter(|(start, _)| window.contains(*start)).collect();
            rows.extend(bookings(&own, MONTH.count, MONTH.lengths, &mut numbers));
        }
        rows.sort_unstable();
        let mut blocked = Blocked::new();
        blocked.set(rows.iter().copied());
        let mut lived = Self { service, hours, blocked, windows, kept: Kept::default() };
        for month in 0..INPUTS {
            lived.month(month);
            let busy = |from, until| meets(&rows, from, until);
            let expected = by_definition(&openings, VISIT, lived.windows[month], busy);
            assert_eq!(lived.kept.starts.as_slice(), expected);
        }
        lived
    }

    fn month(&mut self, month: usize) -> u64 {
        let Self { service, hours, blocked, windows, kept } = self;
        let runs = kept.sweeper.one(service, Warm { hours, blocked }, windows[month]);
        runs.unwrap_or_else(|error| unreachable!("{error}")).seconds_into(&mut kept.starts);
        seen(kept.starts.as_slice())
    }

    /// Months.
    pub fn all(&mut self, inputs: Range<usize>) -> u64 {
        inputs.map(|month| self.month(month)).fold(0, u64::wrapping_add)
    }
}
