//! Where `now` comes from. The wall clock is read in this file only.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, SubsecRound, Utc};

use crate::interval::instant;

/// Tells the time, in whole seconds.
pub trait Clock: Send + Sync {
    /// The present instant, truncated to whole seconds.
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the wall clock")]
        let now = Utc::now();
        now.trunc_subsecs(0)
    }
}

/// A clock that stands still until it is told to move: for tests, simulations and `as_of`.
///
/// Clones share the time.
///
/// ```
/// use booking_core::{Clock, ManualClock};
///
/// let clock = ManualClock::at("2026-03-29T00:30:00Z".parse()?);
/// let seen_elsewhere = clock.clone();
/// clock.advance(3_600);
/// assert_eq!(seen_elsewhere.now().to_rfc3339(), "2026-03-29T01:30:00+00:00");
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that shows this instant; a sub-second part is cut.
    pub fn at(now: DateTime<Utc>) -> Self {
        Self(Arc::new(AtomicI64::new(now.timestamp())))
    }

    /// Moves the clock to an instant, forwards or back.
    pub fn set(&self, now: DateTime<Utc>) {
        self.0.store(now.timestamp(), Ordering::SeqCst);
    }

    /// Moves the clock forwards (or back, if negative) by seconds.
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        instant(self.0.load(Ordering::SeqCst))
    }
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> DateTime<Utc> {
        (**self).now()
    }
}

impl<C: Clock + ?Sized> Clock for &C {
    fn now(&self) -> DateTime<Utc> {
        (**self).now()
    }
}
