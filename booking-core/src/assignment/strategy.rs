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
    let known = Known::new(standing);
    match strategy {
        Strategy::Priority => {}
        Strategy::LeastLoaded => candidates.sort_by_cached_key(|candidate| known.of(of(candidate).0).seconds),
        Strategy::Weighted => candidates.sort_by_cached_key(|candidate| {
            let (id, weight) = of(candidate);
            Share { bookings: known.of(id).bookings, weight: weight.max(1) }
        }),
        // `None` is least: who was never given a booking comes first.
        Strategy::RoundRobin => candidates.sort_by_cached_key(|candidate| {
            let standing = known.of(of(candidate).0);
            (standing.last_assigned, standing.last_sequence)
        }),
        Strategy::Sticky => {
            let last = &standing.last_of_customer;
            candidates.sort_by_cached_key(|candidate| Reverse(last.contains(&of(candidate).0)));
        }
    }
}

/// Standings that can be looked up: pools have thousands of members.
struct Known<'a>(Vec<&'a (ResourceId, ResourceStanding)>);

impl<'a> Known<'a> {
    fn new(standing: &'a Standing) -> Self {
        let mut sorted: Vec<_> = standing.resources.iter().collect();
        sorted.sort_by_key(|(id, _)| *id);
        Self(sorted)
    }

    /// How a resource stands; resources not named have the default standing.
    fn of(&self, id: ResourceId) -> ResourceStanding {
        let found = self.0.binary_search_by_key(&id, |(named, _)| *named);
        found.map_or_else(|_| ResourceStanding::default(), |at| self.0[at].1)
    }
}

/// Bookings for their weight, compared crosswise: exact, and 32 by 32 bits fit 64.
struct Share {
    bookings: u32,
    weight: u32,
}

impl Ord for Share {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let own = u64::from(self.bookings) * u64::from(other.weight);
        own.cmp(&(u64::from(other.bookings) * u64::from(self.weight)))
    }
}

impl PartialOrd for Share {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Share {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Share {}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pool of resources 0, 1, 2 ... with these standings and weights: who is preferred in which order.
    fn check(strategy: Strategy, pool: &[(ResourceStanding, u32)], last: &[u64], expected: &[u64]) {
        // Named back to front: the order of the answer must not come from the store.
        let resources = pool.iter().enumerate().rev();
        let standing = Standing {
            resources: resources
                .map(|(id, (standing, _))| (ResourceId::from_u64(id as u64), *standing))
                .collect(),
            last_of_customer: last.iter().copied().map(ResourceId::from_u64).collect(),
            missed: 0,
        };
        let mut order: Vec<u64> = (0..pool.len() as u64).collect();
        prefer(strategy, &standing, &mut order, |id| (ResourceId::from_u64(*id), pool[*id as usize].1));
        assert_eq!(order, expected, "{strategy:?}");
    }

    #[test]
    fn priority_is_the_pool_order() {
        let busy = ResourceStanding { bookings: 9, seconds: 9, ..ResourceStanding::default() };
        check(Strategy::Priority, &[(busy, 1), (ResourceStanding::default(), 1)], &[1], &[0, 1]);
    }

    #[test]
    fn least_loaded_counts_seconds_not_bookings() {
        let pool = [(1, 7_200), (3, 5_400), (0, 7_200)].map(|(bookings, seconds)| {
            (ResourceStanding { bookings, seconds, ..ResourceStanding::default() }, 1)
        });
        check(Strategy::LeastLoaded, &pool, &[], &[1, 0, 2]);
    }

    #[test]
    fn weighted_compares_bookings_for_their_weight() {
        let pool = |shares: &[(u32, u32)]| -> Vec<_> {
            let standing = |bookings| ResourceStanding { bookings, ..ResourceStanding::default() };
            shares.iter().map(|(bookings, weight)| (standing(*bookings), *weight)).collect()
        };
        // 2/3 and 4/6 tie and keep the pool's order.
        check(Strategy::Weighted, &pool(&[(2, 3), (1, 1), (1, 2), (4, 6)]), &[], &[2, 0, 3, 1]);
        check(Strategy::Weighted, &pool(&[(0, 1), (0, 5)]), &[], &[0, 1]);
        check(Strategy::Weighted, &pool(&[(u32::MAX, 999), (u32::MAX, 1_000)]), &[], &[1, 0]);
    }

    #[test]
    fn round_robin_takes_the_never_assigned_then_the_longest_ago() {
        let pool = [(Some(50), 4), (None, 0), (Some(40), 9), (Some(50), 3), (None, 0)].map(
            |(last_assigned, last_sequence)| {
                (ResourceStanding { last_assigned, last_sequence, ..ResourceStanding::default() }, 1)
            },
        );
        check(Strategy::RoundRobin, &pool, &[], &[1, 4, 2, 3, 0]);
    }

    #[test]
    fn sticky_takes_who_served_the_customer_last() {
        check(Strategy::Sticky, &[(ResourceStanding::default(), 1); 4], &[3, 1], &[1, 3, 0, 2]);
    }

    #[test]
    fn resources_without_standing_stand_at_nothing() {
        let mut order = [1_u64, 2];
        let busy = ResourceStanding { seconds: 60, ..ResourceStanding::default() };
        let standing = Standing { resources: vec![(ResourceId::from_u64(1), busy)], ..Standing::default() };
        prefer(Strategy::LeastLoaded, &standing, &mut order, |id| (ResourceId::from_u64(*id), 1));
        assert_eq!(order, [2, 1]);
    }
}
