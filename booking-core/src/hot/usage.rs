//! How many units of a resource are in use, as a step function of time.

use super::blocked::Blocked;
use super::sweep::gallop;
use crate::booking::Claim;
use crate::span::Span;

/// The units of one resource in use over time: peaks decide, not the number of claims that overlap.
///
/// ```
/// use booking_core::hot::Usage;
/// use booking_core::{Claim, Interval, ResourceId};
///
/// let claim = |from, until| -> Result<Claim, booking_core::Invalid> {
///     let interval = Interval::from_seconds(from, until)?;
///     Ok(Claim { resource: ResourceId::from_u64(1), interval, before: 0, after: 0, units: 2 })
/// };
/// let mut usage = Usage::new();
/// usage.set_claims(&[claim(0, 3_600)?, claim(1_800, 5_400)?, claim(5_400, 7_200)?]);
/// assert_eq!(usage.peak(0, 7_200), 4);
/// assert_eq!(usage.peak(3_600, 7_200), 2);
/// # Ok::<(), booking_core::Invalid>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Usage {
    /// Where use may change, ascending.
    at: Vec<i64>,
    /// The units in use from there on; none from the last on.
    units: Vec<u32>,
    /// Starts and ends of claims, while they are counted.
    changes: Vec<(i64, i64)>,
}

impl Usage {
    /// Nothing is in use.
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces everything by these claims, in any order, with their own buffers. Memory is kept.
    pub fn set_claims<'a>(&mut self, claims: impl IntoIterator<Item = &'a Claim>) {
        self.at.clear();
        self.units.clear();
        self.changes.clear();
        for claim in claims {
            let units = i64::from(claim.units);
            self.changes.extend([(claim.blocked_from(), units), (claim.blocked_until(), -units)]);
        }
        self.changes.sort_unstable();
        let mut used = 0_i64;
        for same in self.changes.chunk_by(|one, other| one.0 == other.0) {
            used += same.iter().map(|(_, change)| change).sum::<i64>();
            self.at.push(same[0].0);
            self.units.push(used.clamp(0, u32::MAX.into()) as u32);
        }
    }

    /// The most units in use in any one second of `[from, until)`, both in seconds since the Unix epoch.
    pub fn peak(&self, from: i64, until: i64) -> u32 {
        let steps = self.at[self.begin(from)..].iter().zip(&self.units[self.begin(from)..]);
        steps.take_while(|(at, _)| **at < until).map(|(_, units)| *units).max().unwrap_or(0)
    }

    /// The step that holds an instant, or the first.
    fn begin(&self, at: i64) -> usize {
        let near = gallop(self.at.len(), |step| self.at[step] > at);
        (near.start + self.at[near].partition_point(|step| *step <= at)).saturating_sub(1)
    }

    /// Where more than `spare` units are in use within a range, sorted and joined. `bounds` is memory to work in.
    pub(crate) fn above(&self, spare: u32, range: Span, bounds: &mut Vec<i64>, out: &mut Blocked) {
        let out = out.spans_mut();
        out.clear();
        let begin = self.begin(range.start);
        let end = self.at.partition_point(|at| *at < range.end).max(begin);
        if bounds.len() <= end - begin {
            bounds.resize((end - begin + 1).next_power_of_two(), 0);
        }
        // No processor foresees how use crosses the bound, so there is no branch on it: each instant is written, and the
        // place moves on where it was a crossing.
        let (mut crossings, mut was_full) = (0, false);
        for (&at, &units) in self.at[begin..end].iter().zip(&self.units[begin..end]) {
            let is_full = units > spare;
            bounds[crossings] = at;
            crossings += usize::from(is_full != was_full);
            was_full = is_full;
        }
        if was_full {
            bounds[crossings] = range.end.max(self.at.get(end).copied().unwrap_or(range.end));
            crossings += 1;
        }
        out.extend(bounds[..crossings].as_chunks::<2>().0.iter().map(|&[start, end]| Span::new(start, end)));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Interval, ResourceId};

    proptest! {
        #[test]
        fn the_profile_is_the_use_of_every_second(
            list in prop::collection::vec((10_i64..90, 1_i64..40, 1_u32..4, 0_i64..5), 0..10),
            spare in 0_u32..6,
        ) {
            let claims: Vec<Claim> = list.iter().map(|&(from, length, units, before)| Claim {
                resource: ResourceId::from_u64(1),
                interval: Interval::from_seconds(from, from + length).unwrap(),
                before,
                after: 5 - before,
                units,
            }).collect();
            let used = |at: i64| -> u32 {
                let here = claims.iter().filter(|c| c.blocked_from() <= at && at < c.blocked_until());
                here.map(|claim| claim.units).sum()
            };
            let mut usage = Usage::new();
            usage.set_claims(&claims);
            for at in 0..150 {
                prop_assert_eq!(usage.peak(at, at + 1), used(at), "{}", at);
                prop_assert_eq!(usage.peak(at, at + 7), (at..at + 7).map(used).max().unwrap());
            }
            let mut above = Blocked::new();
            usage.above(spare, Span::new(20, 100), &mut Vec::new(), &mut above);
            for at in 20..100 {
                let found = above.spans().iter().any(|span| span.contains(at));
                prop_assert_eq!(found, used(at) > spare, "{}", at);
            }
        }
    }
}
