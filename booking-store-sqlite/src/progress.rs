//! Which batches are on the disk, and who waits for them.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use booking_core::StoreError;
use futures_channel::oneshot;

/// Batches are numbered from 1 and flushed in order; a number is never used again, so that an answer that was computed
/// from a batch that failed is never given.
#[derive(Debug, Default)]
pub(crate) struct Progress(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    flushed: u64,
    failed: BTreeSet<u64>,
    waiting: Vec<(u64, oneshot::Sender<bool>)>,
}

impl Progress {
    /// Waits until a batch is on the disk. An answer that depends on it may leave then, and not before.
    pub(crate) async fn flushed(&self, batch: u64) -> Result<(), StoreError> {
        let Some(waiting) = self.ask(batch)? else { return Ok(()) };
        match waiting.await {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(lost()),
        }
    }

    fn ask(&self, batch: u64) -> Result<Option<oneshot::Receiver<bool>>, StoreError> {
        let mut inner = self.lock();
        if inner.failed.contains(&batch) {
            return Err(lost());
        }
        if batch <= inner.flushed {
            return Ok(None);
        }
        let (tell, told) = oneshot::channel();
        inner.waiting.push((batch, tell));
        Ok(Some(told))
    }

    /// A batch is on the disk.
    pub(crate) fn flush(&self, batch: u64) {
        self.tell(batch, true);
    }

    /// A batch will never be.
    pub(crate) fn fail(&self, batch: u64) {
        self.tell(batch, false);
    }

    fn tell(&self, batch: u64, good: bool) {
        let mut inner = self.lock();
        if good {
            inner.flushed = batch;
        } else {
            inner.failed.insert(batch);
        }
        // There is one batch at a time, so that whoever waits waits for this one.
        for (_, tell) in inner.waiting.drain(..) {
            // Whoever no longer listens needs no answer.
            let _ = tell.send(good);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn lost() -> StoreError {
    StoreError::Unavailable("what was read could not be written to the disk; ask again".to_owned())
}
