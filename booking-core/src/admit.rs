//! The one capacity rule: count peak use.
//!
//! On a resource of capacity N, at every instant, the units of all live claims (buffers included) are at most N. What
//! decides is the *peak* of the units in use, not how many claims overlap: two claims that both overlap a third need
//! not overlap each other.

use crate::booking::Claim;
use crate::interval::Interval;

/// The most units in use at one instant of `[from, until)` (seconds since the Unix epoch), buffers included.
///
/// Sorts its own copy of the bounds: O(n log n) in the claims that reach into the stretch.
///
/// ```
/// use booking_core::{Claim, Interval, ResourceId, peak_use};
///
/// let claim = |start, end| Claim {
///     resource: ResourceId::from_u64(1),
///     interval: Interval::from_seconds(start, end).unwrap(),
///     before: 0,
///     after: 0,
///     units: 1,
/// };
/// // Three claims overlap the stretch, but never more than two at once.
/// let claims = [claim(0, 60), claim(60, 120), claim(0, 120)];
/// assert_eq!(peak_use(&claims, 0, 120), 2);
/// ```
pub fn peak_use<'a>(claims: impl IntoIterator<Item = &'a Claim>, from: i64, until: i64) -> u32 {
    u32::try_from(exact_peak(claims, from, until)).unwrap_or(u32::MAX)
}

fn exact_peak<'a>(claims: impl IntoIterator<Item = &'a Claim>, from: i64, until: i64) -> i64 {
    let mut bounds: Vec<(i64, i64)> = Vec::new();
    for claim in claims {
        let (start, end) = (claim.blocked_from().max(from), claim.blocked_until().min(until));
        if start < end {
            bounds.push((start, i64::from(claim.units)));
            bounds.push((end, -i64::from(claim.units)));
        }
    }
    // At one instant, ends (negative) come before starts: intervals are half-open.
    bounds.sort_unstable();
    let mut used = 0_i64;
    let mut peak = 0_i64;
    for (_, change) in bounds {
        used += change;
        peak = peak.max(used);
    }
    peak
}

/// Whether new claims fit beside the existing ones of the same resource: the answer to every booking, in one place.
///
/// `existing` are the live claims of one resource; `proposed` those that one booking adds to it. Refused with the units
/// that are free at the fullest instant of the first proposed claim that does not fit.
pub fn admit(capacity: u32, existing: &[Claim], proposed: &[Claim]) -> Result<(), u32> {
    for claim in proposed {
        let (from, until) = (claim.blocked_from(), claim.blocked_until());
        if exact_peak(existing.iter().chain(proposed), from, until) > i64::from(capacity) {
            return Err(capacity.saturating_sub(peak_use(existing, from, until)));
        }
    }
    Ok(())
}

/// A pair of claims on one resource that share time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overlap {
    /// Index of the existing claim.
    pub existing: usize,
    /// Index of the proposed claim.
    pub proposed: usize,
    /// The time both block, buffers included.
    pub shared: Interval,
    /// Whether only buffers meet, not the visits themselves.
    pub buffers_only: bool,
}

/// Every pair of existing and proposed claims that share time on the same resource, buffers included, in order of the
/// proposed and then of the existing claims.
///
/// Pure and blind to capacity: what overlaps, not what is refused. For the latter see [`admit`].
pub fn conflicts(existing: &[Claim], proposed: &[Claim]) -> Vec<Overlap> {
    let mut found = Vec::new();
    for (new_index, new) in proposed.iter().enumerate() {
        for (old_index, old) in existing.iter().enumerate() {
            if old.resource != new.resource {
                continue;
            }
            let from = old.blocked_from().max(new.blocked_from()).max(crate::FIRST_SECOND);
            let until = old.blocked_until().min(new.blocked_until()).min(crate::END_SECOND);
            if let Ok(shared) = Interval::from_seconds(from, until) {
                let buffers_only = !old.interval.overlaps(new.interval);
                found.push(Overlap { existing: old_index, proposed: new_index, shared, buffers_only });
            }
        }
    }
    found
}
