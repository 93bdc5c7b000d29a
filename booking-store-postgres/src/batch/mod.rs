//! Group commit: ordinary bookings that come in while others are written share the next transaction and its flush.
//!
//! Nobody waits for company: while fewer than [`AT_ONCE`] batches of a tenant are under way, a booking starts one. Who wants
//! what a batch makes, or what is taken already, is told so by the same call. What else a batch cannot make becomes a command
//! of its own.

mod queue;

use std::collections::HashMap;
use std::sync::Arc;

use booking_core::{Command, CommitError, Committed, Seconds, StoreError, TenantId};
use sqlx::postgres::PgPool;
use sqlx::types::{Json, Uuid};
use tokio::sync::oneshot;

use crate::error::{Meaning, meaning, of_commit};
use crate::store::apply_alone;
use crate::wire::{BatchRows, Ordinary, Refusal};
use queue::{Item, Queue};

/// Bookings of one batch.
pub(crate) const MOST: usize = 63;
/// Batches of one tenant under way at once: one is made while others are flushed. A third books 5 % more than two where a
/// flush is fast and 13 % more where it takes 4 ms; a fourth, nothing more that lasts.
const AT_ONCE: usize = 3;

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
            let working = Working { batcher: self.clone(), tenant: Some(tenant) };
            tokio::spawn(working.work());
        }
        match answered.await {
            Ok(Outcome::Done(committed)) => Ok(Some(*committed)),
            Ok(Outcome::Alone) => Ok(None),
            Ok(Outcome::Failed(error)) => Err(error),
            // The runtime ends while the batch was under way.
            Err(_) => Err(StoreError::Unknown("the batch was given up".to_owned()).into()),
        }
    }

    async fn write(&self, tenant: TenantId, mut together: Vec<Item>, meeting: Vec<Item>) {
        // Nobody else is there: the command on its own is cheaper. Whoever comes meanwhile waits for the next batch.
        if together.len() + meeting.len() <= 1 {
            if let Some(item) = together.pop() {
                let done = apply_alone(&self.pool, &item.command, self.keep_keys).await;
                let outcome = done.map_or_else(Outcome::Failed, |done| Outcome::Done(Box::new(done)));
                let _ = item.answer.send(outcome);
            }
            return;
        }
        let mut written = self.send(tenant, &together, &meeting).await;
        let first = together.len();
        for (place, item) in together.into_iter().chain(meeting).enumerate() {
            let outcome = match &mut written {
                Ok(written) => written.outcome(place, &item.command, place < first),
                Err(error) if place < first && !undone(error) => Outcome::Failed(of_commit(error).into()),
                Err(_) => Outcome::Alone,
            };
            // Whoever asked may be gone.
            let _ = item.answer.send(outcome);
        }
    }

    async fn send(
        &self,
        tenant: TenantId,
        together: &[Item],
        meeting: &[Item],
    ) -> Result<Written, sqlx::Error> {
        let mut rows = BatchRows::default();
        let mut planned = i64::MIN;
        for (place, item) in together.iter().chain(meeting).enumerate() {
            planned = planned.max(item.command.now.timestamp());
            match Ordinary::of(&item.command) {
                Some(ordinary) if place < together.len() => rows.add(place, ordinary),
                Some(ordinary) => rows.add_other(place, ordinary),
                None => {}
            }
        }
        let sql = "SELECT now_, left_, refused FROM booking.commit_batch($1, $2, $3, $4, $5, $6, $7)";
        let (second, left, refused): (i64, Vec<Uuid>, Option<Json<Vec<Refusal>>>) = sqlx::query_as(sql)
            .bind(tenant.uuid())
            .bind(planned)
            .bind(Json(rows.bookings))
            .bind(Json(rows.claims))
            .bind(Json(rows.picks))
            .bind(Json(rows.keys))
            .bind(Json(rows.others))
            .fetch_one(&self.pool)
            .await?;
        let refused = refused.map(|Json(list)| list.into_iter().map(Refusal::placed).collect());
        Ok(Written { second, left, refused: refused.unwrap_or_default() })
    }
}

/// What became of a batch: when it was made, which of its bookings it left, and who is refused, by their places.
struct Written {
    second: i64,
    left: Vec<Uuid>,
    refused: HashMap<usize, CommitError>,
}

impl Written {
    fn outcome(&mut self, place: usize, command: &Command, asked: bool) -> Outcome {
        if let Some(refusal) = self.refused.remove(&place) {
            return Outcome::Failed(refusal);
        }
        match Ordinary::of(command) {
            Some(ordinary) if asked && !self.left.contains(&ordinary.id().uuid()) => {
                match ordinary.done(self.second) {
                    Ok(done) => Outcome::Done(Box::new(done)),
                    Err(error) => Outcome::Failed(error.into()),
                }
            }
            _ => Outcome::Alone,
        }
    }
}

/// A worker, whose place is free again also when its runtime ends, before it began or while it works, or when it panics: the
/// store may outlive both.
struct Working {
    batcher: Arc<Batcher>,
    tenant: Option<TenantId>,
}

impl Working {
    /// Writes batches until nothing waits that nobody else is about to write.
    async fn work(mut self) {
        while let Some(tenant) = self.tenant {
            let (together, meeting) = self.batcher.queue.take(tenant, MOST);
            self.batcher.write(tenant, together, meeting).await;
            self.tenant = self.batcher.queue.turn(tenant);
        }
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        if let Some(tenant) = self.tenant {
            self.batcher.queue.abandon(tenant);
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
