//! Answers that are ready: what writing, copying and converting them costs.

use std::hint::black_box;
use std::ops::Range;

use booking_bench::provider::seen;
use booking_bench::single::Providers;
use booking_core::hot::{Runs, Starts};
use chrono::{DateTime, Utc};

/// The answers of W1, as runs and written out, and where to write them.
pub(crate) struct Written {
    runs: Vec<Runs>,
    answers: Vec<Vec<i64>>,
    starts: Starts,
    copy: Vec<i64>,
    instants: Vec<DateTime<Utc>>,
}

impl Written {
    pub(crate) fn of(month: &mut Providers) -> Self {
        let mut written = Self {
            runs: Vec::new(),
            answers: Vec::new(),
            starts: Starts::new(),
            copy: vec![0; 4_096],
            instants: Vec::new(),
        };
        for provider in &month.list {
            let runs = month.kept.sweeper.one(&month.service, provider.warm(), provider.window);
            let runs = runs.unwrap_or_else(|error| unreachable!("{error}")).clone();
            runs.seconds_into(&mut written.starts);
            written.answers.push(written.starts.as_slice().to_vec());
            written.runs.push(runs);
        }
        written
    }

    /// Writes each answer from its runs, and looks once at each busy interval, whether it is in order.
    pub(crate) fn write_and_check(&mut self, month: &Providers, inputs: Range<usize>) -> u64 {
        let mut sum = 0;
        for (runs, provider) in self.runs[inputs.clone()].iter().zip(&month.list[inputs]) {
            let rows = black_box(provider.rows.as_slice());
            let mut in_order = true;
            let mut last = i64::MIN;
            for row in rows {
                in_order &= last <= row.start_second() && row.start_second() < row.end_second();
                last = row.end_second();
            }
            runs.seconds_into(&mut self.starts);
            sum += seen(self.starts.as_slice()) + u64::from(in_order);
        }
        sum
    }

    /// Writes each answer from its runs.
    pub(crate) fn seconds(&mut self, inputs: Range<usize>) -> u64 {
        let mut sum = 0;
        for runs in &self.runs[inputs] {
            runs.seconds_into(&mut self.starts);
            sum += seen(self.starts.as_slice());
        }
        sum
    }

    /// Writes each answer as instants.
    pub(crate) fn instants(&mut self, inputs: Range<usize>) -> u64 {
        let mut sum = 0;
        for runs in &self.runs[inputs] {
            runs.instants_into(&mut self.instants);
            sum += black_box(self.instants.as_slice()).len() as u64;
        }
        sum
    }

    /// Copies each answer.
    pub(crate) fn copy(&mut self, inputs: Range<usize>) -> u64 {
        let mut sum = 0;
        for answer in &self.answers[inputs] {
            let answer = black_box(answer.as_slice());
            self.copy[..answer.len()].copy_from_slice(answer);
            sum += seen(&self.copy[..answer.len()]);
        }
        sum
    }
}
