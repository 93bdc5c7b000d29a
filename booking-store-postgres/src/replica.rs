//! Reads of availability from a streaming replica, which lags.
//!
//! A replica is asked only for what it has: the question names a position in the primary's log, and a replica that has not
//! replayed that far answers nothing, whereupon the primary is asked. The position is asked of the primary again when this
//! process has written something, or was told that another has, and at least every [`KNOWN`]: so that whoever has booked
//! sees it, and nobody an answer that is older.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use booking_core::OccupancyQuery;
use sqlx::postgres::{PgConnectOptions, PgPool, PgRow};

use crate::error::{Meaning, meaning};
use crate::read::about;
use crate::store::pool_options;

/// How long a position is good for. With what the busy cache remembers, answers are at most a second old.
const KNOWN: Duration = Duration::from_millis(100);
/// How long to wait for a connection to the replica: the primary is there too.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long a replica that did not answer is left alone.
const REST: Duration = Duration::from_secs(5);

/// Who answered reads of availability.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReplicaUse {
    /// How often the replica did.
    pub replica: u64,
    /// How often the primary did, because the replica lagged or was away.
    pub primary: u64,
}

#[derive(Debug)]
pub(crate) struct Replica {
    pool: PgPool,
    /// One asks the primary, the others find it done.
    position: tokio::sync::Mutex<Option<Position>>,
    /// How often something was written that a position may not have.
    writes: AtomicU64,
    rests_until: Mutex<Option<Instant>>,
    served: AtomicU64,
    passed: AtomicU64,
}

/// A position in the primary's log.
#[derive(Debug, Clone)]
struct Position {
    text: String,
    asked: Instant,
    writes: u64,
}

impl Replica {
    /// Connects when it is first asked: a replica that is away keeps nobody from starting.
    pub(crate) fn new(options: PgConnectOptions, connections: u32) -> Self {
        let pool = pool_options(connections).acquire_timeout(PATIENCE).connect_lazy_with(options);
        Self {
            pool,
            position: tokio::sync::Mutex::default(),
            writes: AtomicU64::new(0),
            rests_until: Mutex::default(),
            served: AtomicU64::new(0),
            passed: AtomicU64::new(0),
        }
    }

    pub(crate) fn counts(&self) -> ReplicaUse {
        ReplicaUse {
            replica: self.served.load(Ordering::Relaxed),
            primary: self.passed.load(Ordering::Relaxed),
        }
    }

    /// Something was written, and whoever reads from now on is to see it.
    pub(crate) fn wrote(&self) {
        self.writes.fetch_add(1, Ordering::SeqCst);
    }

    /// What occupies resources, if the replica knows by now.
    pub(crate) async fn occupancy(&self, primary: &PgPool, query: &OccupancyQuery) -> Option<Vec<PgRow>> {
        let found = if self.rests() { None } else { self.ask(primary, query).await };
        let count = if found.is_some() { &self.served } else { &self.passed };
        count.fetch_add(1, Ordering::Relaxed);
        found
    }

    async fn ask(&self, primary: &PgPool, query: &OccupancyQuery) -> Option<Vec<PgRow>> {
        // An error of the primary is told by the primary, which is asked next.
        let position = self.position(primary).await.ok()?;
        let call = sqlx::query("SELECT * FROM booking.occupancy_since($1, $2, $3, $4, $5, $6, $7)");
        let found = about(call.bind(position), query).fetch_all(&self.pool).await;
        match found {
            // No rows: it does not know yet.
            Ok(rows) => (!rows.is_empty()).then_some(rows),
            Err(error) => {
                if matches!(meaning(&error), Meaning::Away | Meaning::Broken) {
                    *self.resting() = Some(Instant::now() + REST);
                }
                None
            }
        }
    }

    /// How far the replica must be.
    async fn position(&self, primary: &PgPool) -> Result<String, sqlx::Error> {
        let mut known = self.position.lock().await;
        let (asked, writes) = (Instant::now(), self.writes.load(Ordering::SeqCst));
        if let Some(position) = known.as_ref()
            && position.writes == writes
            && position.asked.elapsed() < KNOWN
        {
            return Ok(position.text.clone());
        }
        // What was answered is on the disk, so that this is far enough.
        let text: String =
            sqlx::query_scalar("SELECT pg_current_wal_flush_lsn()::text").fetch_one(primary).await?;
        *known = Some(Position { text: text.clone(), asked, writes });
        Ok(text)
    }

    // Nothing is left half done by a panic while the lock is held.
    fn resting(&self) -> MutexGuard<'_, Option<Instant>> {
        self.rests_until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rests(&self) -> bool {
        self.resting().is_some_and(|until| Instant::now() < until)
    }
}
