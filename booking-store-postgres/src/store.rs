//! The store: a pool of connections, and one call of a database function for every method of the ports.

use std::sync::Arc;
use std::time::Duration;

use booking_core::{Action, Command, CommitError, Committed, DAY, Invalid, Seconds, StoreError, TenantId};
use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::types::Json;
use tokio::sync::watch;

use crate::batch::Batcher;
use crate::cache::{BusyCache, CacheUse, Touched, touched};
use crate::changes::Changes;
use crate::error::{Meaning, meaning, of_commit, of_read, said};
use crate::migrate::{MigrateError, check, check_pooler};
use crate::replica::{Replica, ReplicaUse};
use crate::wire::{Answer, decode_answer, encode};

/// How often a command is sent again when others were in the way at the same instant. Each time some other command has
/// made progress, so that this many in a row mean something else is wrong.
const ATTEMPTS: u32 = 12;

/// Attempts that follow at once. Later ones wait, a millisecond and then twice as long each time: whoever is in the way may
/// have no processor just now.
const AT_ONCE: u32 = 3;
/// The longest of these waits: a quarter of a second in all.
const LONGEST: Duration = Duration::from_millis(64);

/// Connections idle for longer are tried before use: after a restart of the database the first requests would
/// otherwise fail on connections that are dead.
const TRY_AFTER: Duration = Duration::from_secs(1);

/// How long idempotency keys are kept unless told otherwise, in seconds: 7 days.
const KEEP_KEYS: Seconds = 7 * DAY;

/// Bookings and catalogue in `PostgreSQL`, shared by any number of processes. Clones share the connections.
///
/// ```no_run
/// # async fn start() -> Result<(), Box<dyn std::error::Error>> {
/// use booking_store_postgres::{PostgresStore, migrate};
///
/// migrate("postgres://owner@localhost/shop").await?;
/// let store = PostgresStore::connect("postgres://booking@localhost/shop", 32).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct PostgresStore {
    pool: PgPool,
    keep_keys: Seconds,
    batcher: Option<Arc<Batcher>>,
    cache: Option<Arc<BusyCache>>,
    changes: Option<Arc<Changes>>,
    replica: Option<Arc<Replica>>,
}

impl PostgresStore {
    /// Connects, with at most this many connections. About eight for each core of the database's server are right for all
    /// processes together, more where a flush takes milliseconds.
    ///
    /// Refused: a database whose schema is not that of this version, older or newer; and a pooler in between that loses
    /// prepared statements, as `PgBouncer` in transaction mode does. Nothing is changed.
    pub async fn connect(url: &str, connections: u32) -> Result<Self, StoreError> {
        let options: PgConnectOptions = url.parse().map_err(|error| of_read(&error))?;
        check_pooler(&options).await.map_err(refusal)?;
        let pool = pool_options(connections).connect_with(options).await.map_err(|error| of_read(&error))?;
        let mut connection = pool.acquire().await.map_err(|error| of_read(&error))?;
        check(&mut connection).await.map_err(refusal)?;
        Ok(Self::from_pool(pool))
    }

    /// Uses a pool of the host's. [`pool_options`](Self::pool_options) has the settings that were measured.
    pub fn from_pool(pool: PgPool) -> Self {
        let batcher = Some(Batcher::new(pool.clone(), KEEP_KEYS));
        Self { pool, keep_keys: KEEP_KEYS, batcher, cache: None, changes: None, replica: None }
    }

    /// Settings for a pool: no extra round trip before each use, except for connections that were idle.
    pub fn pool_options(connections: u32) -> PgPoolOptions {
        pool_options(connections)
    }

    /// Keeps idempotency keys for this many seconds instead of 7 days: one day to 400 days.
    pub fn keep_keys(mut self, seconds: Seconds) -> Result<Self, Invalid> {
        if !(DAY..=400 * DAY).contains(&seconds) {
            let expected = format!("{DAY} to {} seconds", 400 * DAY);
            return Err(Invalid::new("keep_keys", format_args!("{seconds} s"), expected));
        }
        self.keep_keys = seconds;
        self.batcher = self.batcher.map(|_| Batcher::new(self.pool.clone(), seconds));
        Ok(self)
    }

    /// Writes every booking in a transaction of its own. Unless this is called, ordinary bookings of a tenant that come
    /// in together share one and its flush, which is faster from two clients on and costs one client nothing.
    pub fn without_batches(mut self) -> Self {
        self.batcher = None;
        self
    }

    /// Remembers what is busy for less than a second, at most about 50 MiB of it, and what is offered, at most about 150 MiB, so that
    /// many readers of the same weeks cost the database one read a second. What this store and its clones write is seen at
    /// once; what others write, other processes among them, within a second. Whether there is room is judged by the database
    /// all the same; the hours and the policy that a command is planned by may be as old as that.
    pub fn with_busy_cache(mut self) -> Self {
        self.cache = Some(Arc::default());
        self
    }

    /// Tells the other processes what this store and its clones write, a moment after it is committed, and hears what they
    /// tell: the busy cache then forgets it at once, and [`changes`](Self::changes) tells. It takes one connection more.
    /// Processes without it, and what [`commit_in`] writes, are seen within a second all the same.
    ///
    /// To be called after [`with_busy_cache`](Self::with_busy_cache) and [`with_replica`](Self::with_replica), in the runtime that the store is to live in.
    pub async fn with_change_feed(mut self) -> Result<Self, StoreError> {
        let options = self.pool.connect_options();
        let changes = Changes::follow(&options, self.cache.clone(), self.replica.clone()).await;
        self.changes = Some(Arc::new(changes.map_err(|error| of_read(&error))?));
        Ok(self)
    }

    /// Changes whenever another process has told of something that it wrote, and whenever something may have been missed;
    /// nothing without [`with_change_feed`](Self::with_change_feed). Who waits for news is to ask now and then all the same.
    pub fn changes(&self) -> Option<watch::Receiver<u64>> {
        self.changes.as_ref().map(|changes| changes.heard())
    }

    /// Asks a streaming replica what occupies resources, over at most this many connections, where it has replayed what
    /// this store and its clones have written or heard of, and what was written more than a tenth of a second ago; the
    /// primary otherwise, and whenever the replica is away. Commands are judged by the primary all the same.
    ///
    /// To be called before [`with_change_feed`](Self::with_change_feed).
    pub fn with_replica(mut self, url: &str, connections: u32) -> Result<Self, StoreError> {
        let options: PgConnectOptions = url.parse().map_err(|error| of_read(&error))?;
        self.replica = Some(Arc::new(Replica::new(options, connections)));
        Ok(self)
    }

    /// Who answered reads of availability; nothing where there is no replica.
    pub fn replica_use(&self) -> ReplicaUse {
        self.replica.as_ref().map(|replica| replica.counts()).unwrap_or_default()
    }

    pub(crate) fn replica(&self) -> Option<&Arc<Replica>> {
        self.replica.as_ref()
    }

    /// How often the busy cache was of use; nothing where there is none.
    pub fn cache_use(&self) -> CacheUse {
        self.cache.as_ref().map(|cache| cache.counts()).unwrap_or_default()
    }

    pub(crate) fn cache(&self) -> Option<&Arc<BusyCache>> {
        self.cache.as_ref()
    }

    /// The connections.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    pub(crate) fn kept(&self) -> Seconds {
        self.keep_keys
    }

    pub(crate) async fn apply(&self, command: &Command) -> Result<Committed, CommitError> {
        let answer = self.apply_somehow(command).await;
        // Before anything is forgotten: whoever reads it again is to find what is new.
        if let Some(replica) = &self.replica {
            replica.wrote();
        }
        if self.cache.is_some() || self.changes.is_some() {
            self.spread(command, &answer);
        }
        answer
    }

    /// Forgets what a command may have changed, here and elsewhere.
    fn spread(&self, command: &Command, answer: &Result<Committed, CommitError>) {
        // A refusal has changed nothing, but shows that others have: what it was planned on is old. Whoever does not know
        // whether it was done forgets everything.
        let touched = match answer {
            Err(CommitError::Store(_)) => Touched::All,
            Ok(_) | Err(_) => touched(command),
        };
        if let Some(cache) = &self.cache {
            match command.action {
                // It is written into the resource too.
                Action::SetCapacity { .. } => cache.forget_tenant(command.tenant),
                _ => cache.forget(command.tenant, &touched),
            }
        }
        if matches!(answer, Ok(_) | Err(CommitError::Store(StoreError::Unknown(_)))) {
            self.tell(command.tenant, &touched);
        }
    }

    /// The catalogue was written: what is offered may be otherwise.
    pub(crate) fn wrote_catalogue(&self, tenant: TenantId) {
        if let Some(cache) = &self.cache {
            cache.forget_tenant(tenant);
        }
        self.wrote(tenant);
    }

    /// Something was written that is no command: tells the other processes, if they are to be told.
    pub(crate) fn wrote(&self, tenant: TenantId) {
        if let Some(replica) = &self.replica {
            replica.wrote();
        }
        self.tell(tenant, &Touched::All);
    }

    fn tell(&self, tenant: TenantId, touched: &Touched) {
        if let Some(changes) = &self.changes {
            changes.note(tenant, touched);
        }
    }

    async fn apply_somehow(&self, command: &Command) -> Result<Committed, CommitError> {
        if let Some(batcher) = &self.batcher
            && let Some(done) = batcher.book(command).await?
        {
            return Ok(done);
        }
        apply_alone(&self.pool, command, self.keep_keys).await
    }
}

/// A command in a transaction of its own, sent again while others are in its way at the same instant.
pub(crate) async fn apply_alone(
    pool: &PgPool,
    command: &Command,
    keep_keys: Seconds,
) -> Result<Committed, CommitError> {
    let wire = encode(command, keep_keys);
    let mut connection = pool.acquire().await.map_err(|error| match meaning(&error) {
        Meaning::Wrong => StoreError::Failed(said(&error)),
        _ => StoreError::Unavailable(said(&error)),
    })?;
    let mut attempt = 1;
    loop {
        match send(&mut connection, &wire).await {
            Ok(answer) => return decode_answer(command.tenant, answer),
            Err(error) if meaning(&error) == Meaning::TryAgain && attempt < ATTEMPTS => attempt += 1,
            Err(error) => return Err(of_commit(&error).into()),
        }
        if let Some(pause) = pause(attempt) {
            tokio::time::sleep(pause).await;
        }
    }
}

/// How long the so many-th attempt waits.
fn pause(attempt: u32) -> Option<Duration> {
    let late = attempt.checked_sub(AT_ONCE + 1)?;
    Some(Duration::from_millis(1 << late.min(30)).min(LONGEST))
}

/// Why a store is not opened.
fn refusal(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Database(error) => of_read(&error),
        error => StoreError::Failed(error.to_string()),
    }
}

pub(crate) fn pool_options(connections: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(5))
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > TRY_AFTER {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
}

async fn send(connection: &mut PgConnection, wire: &serde_json::Value) -> Result<Answer, sqlx::Error> {
    let Json(answer): Json<Answer> =
        sqlx::query_scalar("SELECT booking.commit($1)").bind(Json(wire)).fetch_one(connection).await?;
    Ok(answer)
}

/// Applies a command inside a transaction of the host's: the booking is there when the host commits, with whatever
/// else it wrote, and is not when it rolls back.
///
/// A refusal leaves the transaction usable and without a trace of the command. The isolation must be the default,
/// READ COMMITTED. Locks are held until the host commits: keep what follows short. A
/// [`StoreError::Unavailable`](booking_core::StoreError::Unavailable) means that the transaction has to be rolled back
/// and begun again.
///
/// ```no_run
/// # async fn order(command: booking_core::Command) -> Result<(), Box<dyn std::error::Error>> {
/// use booking_store_postgres::{commit_in, sqlx};
/// use sqlx::Connection;
///
/// let mut connection = sqlx::PgConnection::connect("postgres://booking@localhost/shop").await?;
/// let mut transaction = connection.begin().await?;
/// sqlx::query("INSERT INTO orders (number) VALUES (7)").execute(&mut *transaction).await?;
/// commit_in(&mut transaction, &command).await?;
/// transaction.commit().await?;
/// # Ok(())
/// # }
/// ```
pub async fn commit_in(connection: &mut PgConnection, command: &Command) -> Result<Committed, CommitError> {
    match send(connection, &encode(command, KEEP_KEYS)).await {
        Ok(answer) => decode_answer(command.tenant, answer),
        Err(error) => Err(of_commit(&error).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_attempts_wait_longer_and_none_waits_long() {
        assert_eq!([1, 2, 3].map(pause), [None; 3]);
        assert_eq!(
            [4, 5, 6, 10, 11, ATTEMPTS].map(|attempt| pause(attempt).unwrap().as_millis()),
            [1, 2, 4, 64, 64, 64]
        );
        let all: Duration = (1..=ATTEMPTS).filter_map(pause).sum();
        assert!(all < Duration::from_millis(300), "{all:?}");
    }
}
