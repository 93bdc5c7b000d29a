//! Where new ids come from. Randomness is drawn in this file only.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use uuid::{Builder, Uuid};

use crate::interval::{END_SECOND, FIRST_SECOND};

/// Makes new ids. Passed in, so that tests and simulations can replay.
pub trait IdSource: Send + Sync {
    /// An id that was not given before. `now` may lead it, so that ids sort by age.
    fn next_id(&self, now: DateTime<Utc>) -> Uuid;
}

/// Version 7 UUIDs (RFC 9562, section 5.7) that only ascend: milliseconds of `now`, a counter of 12 bits (section 6.2,
/// method 1), then 62 random bits from the operating system's seed.
///
/// Ids drawn one after the other lie side by side in an index, within a second as well. Where more are drawn than the counter
/// holds, or `now` goes back, the milliseconds run ahead of it.
#[derive(Debug, Default)]
pub struct RandomIds {
    /// Milliseconds and counter of the last id.
    last: AtomicU64,
    seed: RandomState,
}

/// The bits of the counter.
const COUNTER: u32 = 12;

impl RandomIds {
    /// What the next id begins with.
    fn next_lead(&self, now: DateTime<Utc>) -> u64 {
        // A clock beyond the supported years must not push the ids of later ones there.
        let millis = now.timestamp().clamp(FIRST_SECOND, END_SECOND).unsigned_abs() * 1_000;
        let present = (millis + u64::from(now.timestamp_subsec_millis())) << COUNTER;
        let next = |last: u64| present.max(last.saturating_add(1));
        let kept = |last| Some(next(last));
        let (Ok(last) | Err(last)) = self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, kept);
        next(last)
    }
}

impl IdSource for RandomIds {
    fn next_id(&self, now: DateTime<Utc>) -> Uuid {
        let lead = self.next_lead(now);
        // Each draw hashes a fresh number under keys of the operating system: unique in the process, and as good as
        // random between processes. A fresh `RandomState` per draw adds another key.
        let (own, other) = (self.seed.hash_one(lead), RandomState::new().hash_one(lead));
        let mut random = [0_u8; 10];
        random[..2].copy_from_slice(&(lead as u16 & ((1 << COUNTER) - 1)).to_be_bytes());
        random[2..].copy_from_slice(&(own ^ other).to_be_bytes());
        Builder::from_unix_timestamp_millis(lead >> COUNTER, &random).into_uuid()
    }
}

/// 1, 2, 3 ...: for tests, simulations and examples.
#[derive(Debug, Default)]
pub struct SequentialIds(AtomicU64);

impl IdSource for SequentialIds {
    fn next_id(&self, _now: DateTime<Utc>) -> Uuid {
        Uuid::from_u128(u128::from(self.0.fetch_add(1, Ordering::Relaxed)) + 1)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    #[test]
    fn ids_begin_with_the_time_and_ascend_within_a_second_and_when_the_clock_goes_back() {
        let ids = RandomIds::default();
        let first = ids.next_id(at(1_800_000_000));
        assert_eq!(first.get_version_num(), 7);
        assert_eq!(first.get_variant(), uuid::Variant::RFC4122);
        assert_eq!(first.as_u128() >> 80, 1_800_000_000_000);
        let mut last = first;
        for index in 0..10_000 {
            let id = ids.next_id(at(1_800_000_000 - index % 2));
            assert!(id > last, "{id} comes after {last}");
            last = id;
        }
        // 10,000 are more than the counter of two milliseconds holds.
        assert_eq!(last.as_u128() >> 80, 1_800_000_000_002);
        assert_eq!(ids.next_id(at(1_800_000_001)).as_u128() >> 80, 1_800_000_001_000);
    }

    #[test]
    fn sources_that_draw_in_the_same_second_draw_different_ids() {
        let (one, other) = (RandomIds::default(), RandomIds::default());
        for _ in 0..1_000 {
            let (a, b) = (one.next_id(at(0)), other.next_id(at(0)));
            assert_eq!(a.as_u128() >> 64, b.as_u128() >> 64);
            assert_ne!(a, b);
        }
    }

    #[test]
    fn threads_never_draw_one_id_twice() {
        let ids = Arc::new(RandomIds::default());
        let draw = |ids: Arc<RandomIds>| move || (0..2_000).map(|_| ids.next_id(at(7))).collect::<Vec<_>>();
        let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(draw(Arc::clone(&ids)))).collect();
        let mut drawn: Vec<u128> = Vec::new();
        for thread in threads {
            drawn.extend(thread.join().unwrap().iter().map(|id| id.as_u128() >> 62));
        }
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn.len(), 8_000);
    }
}
