//! Recurrence rules, young and old.

use std::ops::Range;

use booking_core::{Interval, Recurrence, Zone};
use chrono::{Days, NaiveDate};

use crate::INPUTS;
use crate::inputs::{day_of_input, new_york, window};

/// Rules that began some time before the 31 days they are expanded for.
#[derive(Debug)]
pub struct Rules {
    zone: Zone,
    list: Vec<(Recurrence, Interval)>,
    out: Vec<i64>,
}

impl Rules {
    /// Three times a week at nine, since `days` before each window.
    pub fn weekly(days: u64) -> Self {
        Self::new("FREQ=WEEKLY;BYDAY=MO,WE,FR", days)
    }

    /// The second and the last Tuesday of each month, since `days` before each window.
    pub fn monthly(days: u64) -> Self {
        Self::new("FREQ=MONTHLY;BYDAY=2TU,-1TU", days)
    }

    /// # Panics
    /// Where a rule has no occurrence in its window.
    fn new(rule: &str, days: u64) -> Self {
        let one = |input: usize| {
            let first = day_of_input(input);
            let date = NaiveDate::from_epoch_days(first as i32).unwrap_or_default();
            // Whole weeks back, so that old and young rules have the same occurrences.
            let start = date.checked_sub_days(Days::new(days / 7 * 7)).unwrap_or_default();
            let start = start.and_hms_opt(9, 0, 0).unwrap_or_default();
            let set = Recurrence::new(start, rule);
            (set.unwrap_or_else(|error| unreachable!("{error}")), window(first, 31))
        };
        let mut rules = Self { zone: new_york(), list: (0..INPUTS).map(one).collect(), out: Vec::new() };
        for input in 0..INPUTS {
            assert!(rules.expand(input) > 0);
            let nine = |at: &i64| rules.zone.to_local(*at).rem_euclid(86_400) == 9 * 3_600;
            assert!(rules.out.iter().all(nine));
        }
        rules
    }

    fn expand(&mut self, input: usize) -> u64 {
        let (set, window) = &self.list[input];
        self.out.clear();
        let expanded = set.expand(&self.zone, *window, &mut self.out);
        expanded.unwrap_or_else(|error| unreachable!("{error}"));
        std::hint::black_box(self.out.as_slice()).len() as u64
    }

    /// Rules.
    pub fn all(&mut self, inputs: Range<usize>) -> u64 {
        inputs.map(|input| self.expand(input)).sum()
    }
}
