//! The order in which free candidates are preferred.

use std::cmp::Reverse;

use crate::ResourceId;
use crate::service::Strategy;
use crate::store::{ResourceStanding, Standing};

/// Sorts candidates (given with their id and weight) by a strategy; ties keep the order they come in.
pub(crate) fn prefer<T>(
    strategy: Strategy,
    standing: &Standing,
    candidates: &mut [T],
    of: impl Fn(&T) -> (ResourceId, u32),
) {
    let stands = |candidate: &T| {
        let (id, weight) = of(candidate);
        let found = standing.resources.iter().find(|(named, _)| *named == id);
        (found.map_or_else(ResourceStanding::default, |(_, standing)| *standing), weight.max(1))
    };
    match strategy {
        Strategy::Priority => {}
        Strategy::LeastLoaded => candidates.sort_by_key(|candidate| stands(candidate).0.seconds),
        Strategy::Weighted => candidates.sort_by(|a, b| {
            let ((one, one_weight), (other, other_weight)) = (stands(a), stands(b));
            let left = u64::from(one.bookings) * u64::from(other_weight);
            let right = u64::from(other.bookings) * u64::from(one_weight);
            left.cmp(&right).then(other_weight.cmp(&one_weight))
        }),
        Strategy::RoundRobin => candidates.sort_by_key(|candidate| {
            let stands = stands(candidate).0;
            (stands.last_assigned, stands.last_sequence)
        }),
        Strategy::Sticky => {
            let last = &standing.last_of_customer;
            candidates.sort_by_key(|candidate| Reverse(last.contains(&of(candidate).0)));
        }
    }
}
