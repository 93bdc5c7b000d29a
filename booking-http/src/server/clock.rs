//! Clocks and ids for demonstrations that come out the same every time.

use std::sync::atomic::{AtomicU64, Ordering};

use booking_core::IdSource;
use chrono::{DateTime, Utc};
use uuid::{Builder, Uuid};

/// Version 7 UUIDs whose random part counts: 1, 2, 3 ... Never for anything but a demonstration, since they can be
/// guessed.
#[derive(Debug, Default)]
pub struct CountedIds(AtomicU64);

impl IdSource for CountedIds {
    fn next_id(&self, now: DateTime<Utc>) -> Uuid {
        let count = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        let mut tail = [0; 10];
        tail[2..].copy_from_slice(&count.to_be_bytes());
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
        Builder::from_unix_timestamp_millis(millis, &tail).into_uuid()
    }
}
