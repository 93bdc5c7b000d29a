//! From local times to a set of instants: convert, add RDATEs, sort, remove EXDATEs.

use std::ops::ControlFlow;

use super::calendar::DAY;
use super::parts::End;
use super::rule::Rule;
use super::steps::{Flow, Steps, Stop};
use super::walk::walk;
use super::{LAST_END, MAX_STEPS, Recurrence, RecurrenceError};
use crate::{FIRST_SECOND, Interval, Zone};

/// One evaluation of a set in a zone, and the steps it has used.
pub(super) struct Expansion<'a> {
    set: &'a Recurrence,
    zone: &'a Zone,
    steps: Steps,
}

impl<'a> Expansion<'a> {
    pub(super) fn new(set: &'a Recurrence, zone: &'a Zone) -> Self {
        Self { set, zone, steps: Steps::new() }
    }

    /// Appends the instants of a window; takes them back where the budget does not reach.
    pub(super) fn window(&self, window: Interval, out: &mut Vec<i64>) -> Result<u32, RecurrenceError> {
        let begin = out.len();
        let flow = self.range(window.start_second(), window.end_second(), out);
        self.finish(flow, out, begin)
    }

    /// The first instants: windows of doubling length, until there are enough or the set has ended.
    pub(super) fn first(&self, limit: usize, out: &mut Vec<i64>) -> Result<u32, RecurrenceError> {
        let (mut from, until) = self.bounds();
        let mut days = 1;
        while from < until && out.len() < limit {
            let to = until.min(from + days * DAY);
            let flow = self.range(from, to, out);
            self.finish(flow, out, 0)?;
            (from, days) = (to, days * 2);
        }
        out.truncate(limit);
        Ok(self.steps.used())
    }

    fn finish(&self, flow: Flow, out: &mut Vec<i64>, begin: usize) -> Result<u32, RecurrenceError> {
        if flow == ControlFlow::Break(Stop::Budget) {
            out.truncate(begin);
            return Err(RecurrenceError::BudgetExceeded { limit: MAX_STEPS });
        }
        Ok(self.steps.used())
    }

    /// The seconds outside which the set has no instant that is asked for.
    fn bounds(&self) -> (i64, i64) {
        let start = self.set.start();
        let end = match self.set.rule().map(|rule| rule.end) {
            None => start + DAY,
            Some(End::Never) => LAST_END,
            Some(End::Local(last)) => last + DAY,
            Some(End::Utc(last)) => last + 1,
        };
        let (first, last) = self.set.extra().bounds().unwrap_or((start - DAY, end));
        ((start - DAY).min(first).max(FIRST_SECOND), end.max(last).min(LAST_END))
    }

    fn range(&self, from: i64, to: i64, out: &mut Vec<i64>) -> Flow {
        let begin = out.len();
        let mut in_order = match self.set.rule() {
            Some(rule) => self.rule(rule, from, to, out)?,
            None => self.once(from, to, out),
        };
        if !self.set.extra().is_empty() {
            out.extend(self.set.extra().instants(self.zone.cursor(), from, to));
            in_order = false;
        }
        if !in_order {
            sort(out, begin);
        }
        if !self.set.removed().is_empty() {
            self.remove(from, to, out, begin);
        }
        ControlFlow::Continue(())
    }

    /// Whether the instants came out ascending: around clock changes two local times may swap or meet.
    fn rule(&self, rule: &Rule, from: i64, to: i64, out: &mut Vec<i64>) -> ControlFlow<Stop, bool> {
        let mut zone = self.zone.cursor();
        let to = match rule.end {
            End::Utc(last) => to.min(last.saturating_add(1)),
            _ => to,
        };
        let (mut in_order, mut previous) = (true, i64::MIN);
        // No zone is a whole day away from UTC.
        walk(rule, from - DAY, to + DAY, &self.steps, &mut |local| {
            let at = zone.occurrence(local);
            if from <= at && at < to {
                self.steps.take(1)?;
                in_order &= previous < at;
                previous = at;
                out.push(at);
            }
            ControlFlow::Continue(())
        })?;
        ControlFlow::Continue(in_order)
    }

    fn once(&self, from: i64, to: i64, out: &mut Vec<i64>) -> bool {
        let at = self.zone.occurrence(self.set.start());
        out.extend((from <= at && at < to).then_some(at));
        true
    }

    /// The removed instants are sorted behind the others for the while, so that no other memory is needed.
    fn remove(&self, from: i64, to: i64, out: &mut Vec<i64>, begin: usize) {
        let end = out.len();
        out.extend(self.set.removed().instants(self.zone.cursor(), from, to));
        sort(out, end);
        let (mut kept, mut removed) = (begin, end);
        for index in begin..end {
            let at = out[index];
            while removed < out.len() && out[removed] < at {
                removed += 1;
            }
            if removed == out.len() || out[removed] != at {
                out[kept] = at;
                kept += 1;
            }
        }
        out.truncate(kept);
    }
}

/// Sorts and removes repeats from `begin` on.
fn sort(out: &mut Vec<i64>, begin: usize) {
    out[begin..].sort_unstable();
    let mut kept = begin;
    for index in begin..out.len() {
        if kept == begin || out[kept - 1] != out[index] {
            out[kept] = out[index];
            kept += 1;
        }
    }
    out.truncate(kept);
}
