//! Where new ids come from. Randomness is drawn in this file only.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use uuid::{Builder, Uuid};

/// Makes new ids. Passed in, so that tests and simulations can replay.
pub trait IdSource: Send + Sync {
    /// An id that was not given before. `now` may lead it, so that ids sort by age.
    fn next_id(&self, now: DateTime<Utc>) -> Uuid;
}

/// Version 7 UUIDs (RFC 9562, section 5.7): milliseconds of `now`, then 74 random bits from the operating system's seed.
#[derive(Debug, Default)]
pub struct RandomIds {
    count: AtomicU64,
    seed: RandomState,
}

impl IdSource for RandomIds {
    fn next_id(&self, now: DateTime<Utc>) -> Uuid {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        // Each draw hashes a fresh counter under keys of the operating system: unique in the process, and as good as
        // random between processes. A fresh `RandomState` per draw adds another key.
        let draw = |salt: u64| {
            let mut hasher = self.seed.build_hasher();
            hasher.write_u64(count);
            hasher.write_u64(salt);
            hasher.finish()
        };
        let mut random = [0_u8; 10];
        random[..8].copy_from_slice(&draw(1).to_be_bytes());
        random[8..].copy_from_slice(&draw(RandomState::new().hash_one(2)).to_be_bytes()[..2]);
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
        Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
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
