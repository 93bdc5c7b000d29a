//! Answers: runs of starts, and the starts written out.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use crate::seconds::{DAY, Seconds};
use crate::time::civil::date_of;

/// Starts at equal distances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// The first start, in seconds since the Unix epoch.
    pub first: i64,
    /// How many there are, at least one.
    pub count: usize,
}

/// An answer as runs of starts that lie one step apart: a month of slots in a few dozen of them.
///
/// They are ascending and share no start. Memory is kept when a new answer is written.
#[derive(Debug, Clone, Default)]
pub struct Runs {
    /// The answer is as long as `length`; what lies beyond is room.
    list: Vec<Run>,
    length: usize,
    step: Seconds,
    starts: usize,
}

impl PartialEq for Runs {
    fn eq(&self, other: &Self) -> bool {
        (self.step, self.as_slice()) == (other.step, other.as_slice())
    }
}

impl Eq for Runs {}

impl Runs {
    /// The runs, ascending.
    pub fn as_slice(&self) -> &[Run] {
        &self.list[..self.length]
    }

    /// The distance of the starts within a run, in seconds.
    pub const fn step(&self) -> Seconds {
        self.step
    }

    /// How many starts all runs have together.
    pub const fn starts(&self) -> usize {
        self.starts
    }

    /// Whether there is no start.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Writes the starts as seconds since the Unix epoch, ascending.
    pub fn seconds_into(&self, out: &mut Starts) {
        out.write(self.as_slice(), self.step, self.starts);
    }

    /// Writes the starts as instants, ascending: the calendar is asked once a day, not once a start.
    pub fn instants_into(&self, out: &mut Vec<DateTime<Utc>>) {
        out.clear();
        out.reserve(self.starts());
        let mut date = Date::default();
        for run in self.as_slice() {
            let mut left = run.count;
            let mut at = run.first;
            while left > 0 {
                let today = date.turn(at);
                let second = at - date.midnight;
                let count = left.min(((DAY - 1 - second) / self.step) as usize + 1);
                out.extend((0..count as i64).map(|k| instant(today, second + k * self.step)));
                at += count as i64 * self.step;
                left -= count;
            }
        }
    }

    pub(crate) fn begin(&mut self, step: Seconds) {
        (self.length, self.step, self.starts) = (0, step, 0);
    }

    #[inline]
    pub(crate) fn push(&mut self, first: i64, count: usize) {
        let run = Run { first, count };
        match self.list.get_mut(self.length) {
            Some(room) => *room = run,
            None => self.list.push(run),
        }
        self.length += 1;
        self.starts += count;
    }

    /// Lets `write` put runs into room for `most`; it answers how many there are.
    pub(crate) fn write(&mut self, most: usize, write: impl FnOnce(&mut [Run]) -> usize) {
        if self.list.len() < most {
            self.list.resize(most, Run { first: 0, count: 0 });
        }
        self.length = write(&mut self.list[..most]).min(most);
        self.starts = self.as_slice().iter().map(|run| run.count).sum();
    }

    /// Puts the runs in order and removes starts that are in two, where openings of different dates overlap. `spare` is
    /// memory to work in.
    pub(crate) fn settle(&mut self, spare: &mut Starts) {
        let ends_before = |pair: &[Run]| {
            let last = pair[0].first + (pair[0].count as i64 - 1) * self.step;
            last < pair[1].first
        };
        if self.as_slice().windows(2).all(ends_before) {
            return;
        }
        spare.write(self.as_slice(), self.step, self.starts);
        spare.sort();
        self.begin(self.step);
        let mut starts = spare.as_slice().iter().copied().peekable();
        while let Some(first) = starts.next() {
            let mut count = 1;
            while starts.next_if_eq(&(first + count * self.step)).is_some() {
                count += 1;
            }
            self.push(first, count as usize);
        }
    }
}

/// The date that was converted last.
#[derive(Default)]
struct Date {
    midnight: i64,
    date: NaiveDate,
}

impl Date {
    fn turn(&mut self, at: i64) -> NaiveDate {
        if !(self.midnight..self.midnight + DAY).contains(&at) {
            self.midnight = at.div_euclid(DAY) * DAY;
            self.date = date_of(at.div_euclid(DAY));
        }
        self.date
    }
}

#[inline]
fn instant(date: NaiveDate, second: i64) -> DateTime<Utc> {
    let time = NaiveTime::from_num_seconds_from_midnight_opt(second as u32, 0).unwrap_or_default();
    date.and_time(time).and_utc()
}

/// Starts as seconds, in memory that is kept between answers.
///
/// Runs are written eight at a time, past the end of the answer into room that is reserved: that is what makes writing
/// about as fast as copying.
#[derive(Debug, Clone, Default)]
pub struct Starts {
    room: Vec<i64>,
    length: usize,
}

impl Starts {
    /// No starts yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The starts, in seconds since the Unix epoch, ascending.
    pub fn as_slice(&self) -> &[i64] {
        &self.room[..self.length]
    }

    pub(crate) fn into_vec(mut self) -> Vec<i64> {
        self.room.truncate(self.length);
        self.room
    }

    /// `total`: how many starts the runs have together.
    fn write(&mut self, runs: &[Run], step: i64, total: usize) {
        if self.room.len() < total + 8 {
            self.room.resize((total + 8).next_power_of_two(), 0);
        }
        // Were it known that these are multiples, the compiler would add them up one after the other.
        let ahead: [i64; 8] = std::hint::black_box(std::array::from_fn(|place| place as i64 * step));
        let mut length = 0;
        for run in runs {
            let mut at = run.first;
            let rounded = run.count.next_multiple_of(8);
            for eight in self.room[length..length + rounded].as_chunks_mut::<8>().0 {
                for (start, seconds) in eight.iter_mut().zip(ahead) {
                    *start = at + seconds;
                }
                at += 8 * step;
            }
            length += run.count;
        }
        self.length = length;
    }

    fn sort(&mut self) {
        self.room.truncate(self.length);
        self.room.sort_unstable();
        self.room.dedup();
        self.length = self.room.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(step: i64, list: &[(i64, usize)]) -> Runs {
        let mut runs = Runs::default();
        runs.begin(step);
        for &(first, count) in list {
            runs.push(first, count);
        }
        runs
    }

    #[test]
    fn both_forms_hold_the_same_starts_across_midnights() {
        let runs = runs(40_000, &[(5, 9), (500_000, 1), (86_400 * 40 - 1, 20)]);
        let (mut seconds, mut instants) = (Starts::new(), Vec::new());
        runs.seconds_into(&mut seconds);
        runs.instants_into(&mut instants);
        let shown: Vec<i64> = instants.iter().map(DateTime::timestamp).collect();
        assert_eq!(seconds.as_slice(), shown);
        assert_eq!(shown[..3], [5, 40_005, 80_005]);
        assert_eq!((shown.len(), runs.starts()), (30, 30));
    }

    #[test]
    fn overlapping_runs_are_put_in_order_and_keep_each_start_once() {
        let mut runs = runs(10, &[(0, 5), (20, 5), (25, 2)]);
        runs.settle(&mut Starts::new());
        let mut seconds = Starts::new();
        runs.seconds_into(&mut seconds);
        assert_eq!(seconds.as_slice(), [0, 10, 20, 25, 30, 35, 40, 50, 60]);
        assert!(runs.as_slice().is_sorted_by_key(|run| run.first));
    }

    #[test]
    fn a_shorter_answer_forgets_the_longer_one() {
        let mut seconds = Starts::new();
        runs(1, &[(0, 100)]).seconds_into(&mut seconds);
        runs(7, &[(3, 2)]).seconds_into(&mut seconds);
        assert_eq!(seconds.as_slice(), [3, 10]);
    }
}
