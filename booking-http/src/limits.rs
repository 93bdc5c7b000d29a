//! How many requests a caller may make: a bucket of tokens each, that fills at a steady rate.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use booking_core::{Invalid, TenantId};
use tokio::time::Instant;

use crate::access::Caller;

/// How many requests each caller may make: so many at once, and then so many a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    per_second: u32,
    burst: u32,
}

/// The most requests a second, and at once, that can be counted.
const MOST: u32 = 1_000_000;
/// How many callers are counted at once. Those whose bucket is full are forgotten first.
const MAX_CALLERS: usize = 10_000;

impl RateLimit {
    /// 1 to 1,000,000 a second, and 1 to 1,000,000 at once.
    pub fn new(per_second: u32, burst: u32) -> Result<Self, Invalid> {
        for (field, value) in [("per_second", per_second), ("burst", burst)] {
            if !(1..=MOST).contains(&value) {
                return Err(Invalid::new(field, value, format!("1 to {MOST}")));
            }
        }
        Ok(Self { per_second, burst })
    }

    /// The time in which one token comes.
    fn each(self) -> Duration {
        Duration::from_secs(1) / self.per_second
    }

    /// The time in which an empty bucket fills.
    fn whole(self) -> Duration {
        self.each() * self.burst
    }

    /// The field `RateLimit-Policy`.
    pub(crate) fn policy(self) -> String {
        format!("\"key\";q={};w={}", self.burst, seconds(self.whole()))
    }
}

/// Whole seconds, rounded up, at least one.
fn seconds(time: Duration) -> u32 {
    let whole = time.as_secs() + u64::from(time.subsec_nanos() > 0);
    u32::try_from(whole.max(1)).unwrap_or(u32::MAX)
}

/// How a caller stands after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Whether the request may go on.
    pub(crate) allowed: bool,
    /// How many more requests may be made at once.
    pub(crate) remaining: u32,
    /// After how many seconds the bucket is full again; for one that was refused, after how many there is a token.
    pub(crate) wait: u32,
}

impl Standing {
    /// The field `RateLimit`.
    pub(crate) fn field(self) -> String {
        format!("\"key\";r={};t={}", self.remaining, self.wait)
    }
}

/// The buckets of all callers. A bucket is the one instant at which it will be full.
pub(crate) struct Buckets {
    limit: RateLimit,
    full_at: Mutex<HashMap<(TenantId, String), Instant>>,
}

impl Buckets {
    pub(crate) fn new(limit: RateLimit) -> Self {
        Self { limit, full_at: Mutex::default() }
    }

    pub(crate) fn limit(&self) -> RateLimit {
        self.limit
    }

    /// Takes a token, if there is one.
    pub(crate) fn take(&self, caller: &Caller, now: Instant) -> Standing {
        // A panic while the lock was held leaves a bucket as it was.
        let mut buckets = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MAX_CALLERS {
            forget(&mut buckets, now);
        }
        let bucket = buckets.entry((caller.tenant, caller.name.clone())).or_insert(now);
        let (each, whole) = (self.limit.each(), self.limit.whole());
        let full_at = (*bucket).max(now) + each;
        let missing = full_at - now;
        if missing > whole {
            return Standing { allowed: false, remaining: 0, wait: seconds(missing.saturating_sub(whole)) };
        }
        *bucket = full_at;
        let remaining = whole.saturating_sub(missing).as_nanos() / each.as_nanos().max(1);
        let remaining = u32::try_from(remaining).unwrap_or(u32::MAX);
        Standing { allowed: true, remaining, wait: seconds(missing) }
    }
}

/// Makes room: those whose bucket is full stand as if they had never come; if there are none, whoever is nearest to it.
fn forget(buckets: &mut HashMap<(TenantId, String), Instant>, now: Instant) {
    buckets.retain(|_, full_at| *full_at > now);
    if buckets.len() >= MAX_CALLERS {
        let nearest = buckets.iter().min_by_key(|(_, full_at)| **full_at).map(|(caller, _)| caller.clone());
        nearest.map(|caller| buckets.remove(&caller));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::KeyKind;

    fn caller(name: &str) -> Caller {
        Caller { tenant: TenantId::SINGLE, kind: KeyKind::Secret, name: name.to_owned() }
    }

    #[test]
    fn a_bucket_empties_and_fills() {
        let buckets = Buckets::new(RateLimit::new(2, 3).expect("a limit"));
        let now = Instant::now();
        let one = caller("one");
        let remaining: Vec<u32> = (0..3).map(|_| buckets.take(&one, now).remaining).collect();
        assert_eq!(remaining, [2, 1, 0]);
        assert_eq!(buckets.take(&one, now), Standing { allowed: false, remaining: 0, wait: 1 });
        assert!(buckets.take(&caller("two"), now).allowed, "each has its own");
        let later = now + Duration::from_millis(500);
        assert!(buckets.take(&one, later).allowed && !buckets.take(&one, later).allowed);
        let much_later = now + Duration::from_secs(100);
        assert_eq!(buckets.take(&one, much_later).remaining, 2, "no more than a bucket");
    }

    #[test]
    fn callers_are_bounded() {
        let buckets = Buckets::new(RateLimit::new(1, 1).expect("a limit"));
        let now = Instant::now();
        for number in 0..MAX_CALLERS + 5 {
            buckets.take(&caller(&number.to_string()), now);
        }
        assert!(buckets.full_at.lock().expect("no panic").len() <= MAX_CALLERS);
        assert!(RateLimit::new(0, 1).is_err() && RateLimit::new(1, MOST + 1).is_err());
    }
}
