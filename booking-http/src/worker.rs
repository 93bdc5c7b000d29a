//! Whether the background worker is alive.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// When the worker last did its round, and when it must have done so again.
#[derive(Debug, Default)]
pub(crate) struct Worker(Mutex<Option<(Instant, Duration)>>);

/// How many rounds may fail to come.
const ROUNDS: u32 = 3;

impl Worker {
    pub(crate) fn ran(&self, next: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), next));
    }

    /// How long ago its last round was; none where there is no worker.
    pub(crate) fn idle(&self) -> Option<Duration> {
        Some(self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref()?.0.elapsed())
    }

    /// Whether it is overdue. Where there is no worker it is not.
    pub(crate) fn is_overdue(&self) -> bool {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.is_some_and(|(at, next)| at.elapsed() > next.saturating_mul(ROUNDS))
    }
}
