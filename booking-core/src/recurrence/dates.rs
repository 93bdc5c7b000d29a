//! The RDATEs or EXDATEs of a set, sorted, so that a window reads only its own.

use super::calendar::DAY;
use super::date::RecurrenceDate;
use super::{MAX_DATES, time_of};
use crate::Invalid;
use crate::time::Cursor;

/// Ascending, without repeats: wall-clock times as local seconds, instants as seconds since the epoch.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Dates {
    local: Vec<i64>,
    utc: Vec<i64>,
}

impl Dates {
    /// `list` is the name of the list in errors.
    pub(super) fn extend<I>(&mut self, list: &str, dates: I) -> Result<(), Invalid>
    where
        I: IntoIterator,
        I::Item: TryInto<RecurrenceDate>,
        <I::Item as TryInto<RecurrenceDate>>::Error: Into<Invalid>,
    {
        for (index, date) in dates.into_iter().enumerate() {
            let field = || format!("{list}[{index}]");
            if self.local.len() + self.utc.len() >= MAX_DATES {
                let expected = format!("at most {MAX_DATES} dates");
                return Err(Invalid::new(list.to_owned(), "one more", expected));
            }
            let date: RecurrenceDate = date.try_into().map_err(|error| named(field(), &error.into()))?;
            match date.checked().map_err(|error| named(field(), &error))? {
                RecurrenceDate::Local(local) => self.local.push(local.and_utc().timestamp()),
                RecurrenceDate::Utc(at) => self.utc.push(at.timestamp()),
            }
        }
        for list in [&mut self.local, &mut self.utc] {
            list.sort_unstable();
            list.dedup();
        }
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.local.is_empty() && self.utc.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = RecurrenceDate> + '_ {
        let local = self.local.iter().map(|local| RecurrenceDate::Local(time_of(*local).naive_utc()));
        local.chain(self.utc.iter().map(|at| RecurrenceDate::Utc(time_of(*at))))
    }

    /// Seconds between which every date lies in any zone.
    pub(super) fn bounds(&self) -> Option<(i64, i64)> {
        let local = self.local.first().zip(self.local.last()).map(|(first, last)| (first - DAY, last + DAY));
        let utc = self.utc.first().zip(self.utc.last()).map(|(first, last)| (*first, last + 1));
        match (local, utc) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (one, other) => one.or(other),
        }
    }

    /// The instants of the dates within `from <= t < to`, in no order. No zone is a whole day away from UTC.
    pub(super) fn instants<'a>(
        &'a self,
        mut zone: Cursor<'a>,
        from: i64,
        to: i64,
    ) -> impl Iterator<Item = i64> + 'a {
        let local =
            within(&self.local, from - DAY, to + DAY).iter().map(move |local| zone.occurrence(*local));
        local.filter(move |at| from <= *at && *at < to).chain(within(&self.utc, from, to).iter().copied())
    }
}

fn within(sorted: &[i64], from: i64, to: i64) -> &[i64] {
    let start = sorted.partition_point(|second| *second < from);
    let end = sorted.partition_point(|second| *second < to);
    &sorted[start..end.max(start)]
}

/// The same refusal under the name the caller knows.
fn named(field: String, error: &Invalid) -> Invalid {
    Invalid::new(field, error.value(), error.expected().to_owned())
}
