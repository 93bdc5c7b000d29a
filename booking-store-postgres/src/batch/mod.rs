//! Group commit: ordinary bookings that come in while others are written share the next transaction and its flush.
//!
//! Nobody waits for company: while fewer than [`AT_ONCE`] batches of a tenant are under way, a booking starts one. What
//! a batch cannot make, because something is in the way or the booking is not so ordinary after all, becomes a command of
//! its own; a batch refuses nothing.

mod queue;

use std::sync::Arc;

use booking_core::{Command, CommitError, Committed, Seconds, StoreError, TenantId};
use sqlx::postgres::PgPool;
use sqlx::types::{Json, Uuid};
use tokio::sync::oneshot;

use crate::error::{Meaning, meaning, of_commit};
use crate::store::apply_alone;
use crate::wire::{BatchRows, Ordinary};
use queue::{Item, Queue};

/// Bookings of one batch.
pub(crate) const MOST: usize = 63;
/// Batches of one tenant under way at once: one is made while the other is flushed.
const AT_ONCE: usize = 2;

/// What became of a booking in its batch.
pub(crate) enum Outcome {
    Done(Box<Committed>),
    /// It needs a command of its own.
    Alone,
    Failed(CommitError),
}

/// Collects ordinary bookings and writes them together.
#[derive(Debug)]
pub(crate) struct Batcher {
    queue: Queue,
    pool: PgPool,
    keep_keys: Seconds,
}

impl Batcher {
    /// Leaves half of the connections to everything else.
    pub(crate) fn new(pool: PgPool, keep_keys: Seconds) -> Arc<Self> {
        let connections = pool.options().get_max_connections() as usize;
        Arc::new(Self { queue: Queue::new(AT_ONCE, (connections / 2).max(1)), pool, keep_keys })
    }

    /// Books with others, or answers that the command has to go alone.
    pub(crate) async fn book(self: &Arc<Self>, command: &Command) -> Result<Option<Committed>, CommitError> {
        if Ordinary::of(command).is_none() {
            return Ok(None);
        }
        let (answer, answered) = oneshot::channel();
        let item = Item { command: command.clone(), answer };
        if let Some(tenant) = self.queue.push(item) {
            tokio::spawn(self.clone().work(tenant));
        }
        match answered.await {
            Ok(Outcome::Done(committed)) => Ok(Some(*committed)),
            Ok(Outcome::Alone) => Ok(None),
            Ok(Outcome::Failed(error)) => Err(error),
            // The runtime ends while the batch was under way.
            Err(_) => Err(StoreError::Unknown("the batch was given up".to_owned()).into()),
        }
    }

    /// Writes batches until nothing waits that nobody else is about to write.
    async fn work(self: Arc<Self>, tenant: TenantId) {
        let mut working = Working { queue: &self.queue, tenant: Some(tenant) };
        while let Some(tenant) = working.tenant {
            let (together, meeting) = self.queue.take(tenant, MOST);
            self.write(tenant, together).await;
            // Now they can be judged: most are in the way of what was just made, and all at once are told so.
            for item in meeting {
                let _ = item.answer.send(Outcome::Alone);
            }
            working.tenant = self.queue.turn(tenant);
        }
    }

    async fn write(&self, tenant: TenantId, mut items: Vec<Item>) {
        // Nobody else is there: the command on its own is cheaper. Whoever comes meanwhile waits for the next batch.
        if items.len() <= 1 {
            if let Some(item) = items.pop() {
                let done = apply_alone(&self.pool, &item.command, self.keep_keys).await;
                let outcome = done.map_or_else(Outcome::Failed, |done| Outcome::Done(Box::new(done)));
                let _ = item.answer.send(outcome);
            }
            return;
        }
        let written = self.send(tenant, &items).await;
        for item in items {
            let outcome = match (&written, Ordinary::of(&item.command)) {
                (Ok((second, left)), Some(ordinary)) if !left.contains(&ordinary.id().uuid()) => {
                    match ordinary.done(*second) {
                        Ok(done) => Outcome::Done(Box::new(done)),
                        Err(error) => Outcome::Failed(error.into()),
                    }
                }
                (Err(error), _) if !undone(error) => Outcome::Failed(of_commit(error).into()),
                _ => Outcome::Alone,
            };
            // Whoever asked may be gone.
            let _ = item.answer.send(outcome);
        }
    }

    /// When the batch was made, and which bookings it left.
    async fn send(&self, tenant: TenantId, items: &[Item]) -> Result<(i64, Vec<Uuid>), sqlx::Error> {
        let mut rows = BatchRows::default();
        let mut planned = i64::MIN;
        for item in items {
            planned = planned.max(item.command.now.timestamp());
            if let Some(ordinary) = Ordinary::of(&item.command) {
                rows.add(ordinary);
            }
        }
        sqlx::query_as("SELECT now_, left_ FROM booking.commit_batch($1, $2, $3, $4, $5, $6)")
            .bind(tenant.uuid())
            .bind(planned)
            .bind(Json(rows.bookings))
            .bind(Json(rows.claims))
            .bind(Json(rows.picks))
            .bind(Json(rows.keys))
            .fetch_one(&self.pool)
            .await
    }
}

/// A worker, whose place is free again also when its runtime ends or it panics: the store may outlive both.
struct Working<'q> {
    queue: &'q Queue,
    tenant: Option<TenantId>,
}

impl Drop for Working<'_> {
    fn drop(&mut self) {
        if let Some(tenant) = self.tenant {
            self.queue.abandon(tenant);
        }
    }
}

/// Whether nothing of the batch was made and it is right to ask again, one by one: others were in the way, or one
/// booking has something that the database does not take, which is no fault of the rest.
fn undone(error: &sqlx::Error) -> bool {
    match meaning(error) {
        Meaning::TryAgain => true,
        Meaning::Wrong => matches!(error, sqlx::Error::Database(_)),
        Meaning::Away | Meaning::Broken => false,
    }
}
