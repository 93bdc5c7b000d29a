//! From wall-clock readings to instants. This is the one file that converts local time.

use super::civil::DAY;
use super::zone::{Transition, Zone};

/// Which instants show a wall-clock reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Local {
    /// One instant does.
    Unique(i64),
    /// None does: the clock was put forward over it.
    Gap {
        /// The instant when read with the offset before the gap (RFC 5545, section 3.3.5): after `transition`.
        before: i64,
        /// The instant when read with the offset after the gap: before `transition`.
        after: i64,
        /// The first instant after the gap.
        transition: i64,
    },
    /// Two do: the clock was put back over it. (Were there more, the first and the last.)
    Fold {
        /// The first instant that shows it.
        earlier: i64,
        /// The last instant that shows it.
        later: i64,
    },
}

impl Local {
    /// Where an opening that starts at this reading starts: after a gap, and at the earlier reading of a fold.
    pub const fn opening_start(self) -> i64 {
        match self {
            Self::Unique(at) | Self::Gap { transition: at, .. } | Self::Fold { earlier: at, .. } => at,
        }
    }

    /// Where an opening that ends at this reading ends: after a gap, and at the later reading of a fold.
    pub const fn opening_end(self) -> i64 {
        match self {
            Self::Unique(at) | Self::Gap { transition: at, .. } | Self::Fold { later: at, .. } => at,
        }
    }

    /// When a recurrence that names this reading takes place: in a gap it is read with the offset before it
    /// (RFC 5545, section 3.3.5), in a fold it is the earlier.
    pub const fn occurrence(self) -> i64 {
        match self {
            Self::Unique(at) | Self::Gap { before: at, .. } | Self::Fold { earlier: at, .. } => at,
        }
    }
}

impl Zone {
    /// Which instants show a wall-clock reading.
    ///
    /// ```
    /// use booking_core::time::Local;
    /// use booking_core::{ZoneId, Zones};
    ///
    /// let zone = Zones::bundled().zone(&ZoneId::new("America/New_York")?)?;
    /// // 2026-03-08 02:30 does not exist: at 02:00 (07:00Z) the clock shows 03:00.
    /// let gap = Local::Gap { before: 1_772_955_000, after: 1_772_951_400, transition: 1_772_953_200 };
    /// assert_eq!(zone.resolve(1_772_937_000), gap);
    /// # Ok::<(), booking_core::Invalid>(())
    /// ```
    pub fn resolve(&self, local: i64) -> Local {
        resolve_from(self.segments(), first_reaching(self.segments(), local), local)
    }

    /// Where an opening that starts at this reading starts; see [`Local::opening_start`].
    pub fn opening_start(&self, local: i64) -> i64 {
        self.resolve(local).opening_start()
    }

    /// Where an opening that ends at this reading ends; see [`Local::opening_end`].
    pub fn opening_end(&self, local: i64) -> i64 {
        self.resolve(local).opening_end()
    }

    /// When a recurrence that names this reading takes place; see [`Local::occurrence`].
    pub fn occurrence(&self, local: i64) -> i64 {
        self.resolve(local).occurrence()
    }

    /// The instant a local date starts: its midnight, or where that is skipped the first instant after the gap.
    pub fn day_start(&self, day: i64) -> i64 {
        self.opening_start(day.saturating_mul(DAY))
    }

    /// The instants whose wall-clock reading lies in `from..until`, as half-open stretches in order, joined where they
    /// touch. More than one only where the clock was put back over a bound.
    pub fn instants_within(&self, from: i64, until: i64) -> impl Iterator<Item = (i64, i64)> + '_ {
        let first = first_reaching(self.segments(), from);
        let mut rest = self.segments()[first..].iter().take_while(move |segment| segment.low < until);
        let mut next = move || rest.by_ref().find_map(|segment| segment.instants(from, until));
        let mut open = next();
        std::iter::from_fn(move || {
            let (start, mut end) = open.take()?;
            while let Some(found) = next() {
                if found.0 != end {
                    open = Some(found);
                    break;
                }
                end = found.1;
            }
            Some((start, end))
        })
    }

    /// A reader that remembers where it was, for sweeps.
    pub fn cursor(&self) -> Cursor<'_> {
        Cursor { segments: self.segments(), at: 0 }
    }
}

/// Converts like its [`Zone`], and remembers the place in the table: in a sweep forwards or back each call costs a
/// comparison or two, and a jump costs one search. Right for any order of calls; allocates nothing.
#[derive(Debug, Clone)]
pub struct Cursor<'a> {
    segments: &'a [Segment],
    at: usize,
}

impl Cursor<'_> {
    /// See [`Zone::resolve`].
    #[inline]
    pub fn resolve(&mut self, local: i64) -> Local {
        let here = &self.segments[self.at];
        if here.clear_from <= local && local < here.clear_until {
            return Local::Unique(local.saturating_sub(i64::from(here.offset)));
        }
        self.seek(local)
    }

    /// See [`Zone::opening_start`].
    #[inline]
    pub fn opening_start(&mut self, local: i64) -> i64 {
        self.resolve(local).opening_start()
    }

    /// See [`Zone::opening_end`].
    #[inline]
    pub fn opening_end(&mut self, local: i64) -> i64 {
        self.resolve(local).opening_end()
    }

    /// See [`Zone::occurrence`].
    #[inline]
    pub fn occurrence(&mut self, local: i64) -> i64 {
        self.resolve(local).occurrence()
    }

    /// See [`Zone::day_start`].
    #[inline]
    pub fn day_start(&mut self, day: i64) -> i64 {
        self.opening_start(day.saturating_mul(DAY))
    }

    /// See [`Zone::to_local`].
    #[inline]
    pub fn to_local(&mut self, second: i64) -> i64 {
        let here = &self.segments[self.at];
        if !(here.start <= second && second < here.end) {
            let next =
                self.segments.get(self.at + 1).filter(|next| next.start <= second && second < next.end);
            self.at = match next {
                Some(_) => self.at + 1,
                None => self.segments.partition_point(|segment| segment.start <= second).saturating_sub(1),
            };
        }
        second.saturating_add(i64::from(self.segments[self.at].offset))
    }

    /// The offset of every reading in `from..until`, where no clock change is near any of them; else none.
    #[inline]
    pub(crate) fn steady(&self, from: i64, until: i64) -> Option<i64> {
        let here = &self.segments[self.at];
        (here.clear_from <= from && until <= here.clear_until).then_some(i64::from(here.offset))
    }

    fn seek(&mut self, local: i64) -> Local {
        let reaches = |index: usize| self.segments.get(index).is_some_and(|found| local < found.reach);
        let is_first = |index: usize| reaches(index) && (index == 0 || !reaches(index - 1));
        let nearby =
            [self.at, self.at + 1, self.at.saturating_sub(1)].into_iter().find(|&index| is_first(index));
        let first = nearby.unwrap_or_else(|| first_reaching(self.segments, local));
        self.at = first;
        resolve_from(self.segments, first, local)
    }
}

/// A stretch of one offset, with what is needed to find it from a wall-clock reading even where transitions lie so
/// close together that more than two stretches share readings.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Segment {
    /// The first instant.
    start: i64,
    /// The instant after the last.
    end: i64,
    pub(super) offset: i32,
    /// No reading of this or an earlier segment is as late as this.
    reach: i64,
    /// No reading of this or a later segment is earlier than this.
    low: i64,
    /// Readings from here on ...
    clear_from: i64,
    /// ... and before this belong to this segment alone.
    clear_until: i64,
}

impl Segment {
    /// The segments around some transitions: one more than there are transitions.
    pub(super) fn table(initial: i32, transitions: &[Transition]) -> Box<[Self]> {
        let starts = std::iter::once(i64::MIN).chain(transitions.iter().map(|transition| transition.at()));
        let ends = transitions.iter().map(|transition| transition.at()).chain(std::iter::once(i64::MAX));
        let offsets = std::iter::once(initial).chain(transitions.iter().map(|transition| transition.after()));
        let mut table: Vec<Self> = starts
            .zip(ends)
            .zip(offsets)
            .map(|((start, end), offset)| Self::new(start, end, offset))
            .collect();
        for at in 1..table.len() {
            table[at].reach = table[at].reach.max(table[at - 1].reach);
        }
        for at in (1..table.len()).rev() {
            table[at - 1].low = table[at - 1].low.min(table[at].low);
        }
        for at in 0..table.len() {
            let reached = if at == 0 { i64::MIN } else { table[at - 1].reach };
            let next_low = table.get(at + 1).map_or(i64::MAX, |next| next.low);
            table[at].clear_from = table[at].low.max(reached);
            table[at].clear_until = table[at].reach.min(next_low);
        }
        table.into_boxed_slice()
    }

    fn new(start: i64, end: i64, offset: i32) -> Self {
        // The ends of time stay where they are, whatever the offset.
        let wall = |at: i64| if at == i64::MIN || at == i64::MAX { at } else { at + i64::from(offset) };
        Self { start, end, offset, reach: wall(end), low: wall(start), clear_from: 0, clear_until: 0 }
    }

    /// The instant of this segment that shows a reading.
    fn read(&self, local: i64) -> Option<i64> {
        let at = local.saturating_sub(i64::from(self.offset));
        (self.start <= at && at < self.end).then_some(at)
    }

    /// The instants of this segment whose readings lie in `from..until`.
    fn instants(&self, from: i64, until: i64) -> Option<(i64, i64)> {
        let start = from.saturating_sub(i64::from(self.offset)).max(self.start);
        let end = until.saturating_sub(i64::from(self.offset)).min(self.end);
        (start < end).then_some((start, end))
    }
}

/// The first segment that ends at a later reading.
fn first_reaching(segments: &[Segment], local: i64) -> usize {
    segments.partition_point(|segment| segment.reach <= local).min(segments.len() - 1)
}

/// What the segments from the first one that reaches beyond the reading say of it.
fn resolve_from(segments: &[Segment], first: usize, local: i64) -> Local {
    let mut readings = segments[first..]
        .iter()
        .take_while(|segment| segment.low <= local)
        .filter_map(|segment| segment.read(local));
    let Some(earlier) = readings.next() else { return skipped(segments, first, local) };
    match readings.last() {
        Some(later) => Local::Fold { earlier, later },
        None => Local::Unique(earlier),
    }
}

/// No segment shows the reading: the clock went over it where the first segment that reaches beyond it begins.
fn skipped(segments: &[Segment], first: usize, local: i64) -> Local {
    let after = &segments[first];
    let before = &segments[first.saturating_sub(1)];
    Local::Gap {
        before: local.saturating_sub(i64::from(before.offset)),
        after: local.saturating_sub(i64::from(after.offset)),
        transition: after.start,
    }
}
