//! What is done for each tenant now and then. Any number of processes on a database share it: each job is one process's at a
//! time, and one that died with it keeps it from the others only for a while.

use std::fmt;
use std::time::{Duration, Instant};

use booking_core::{StoreError, TenantId};
use chrono::{DateTime, Days, Utc};
use uuid::Uuid;

use crate::error::of_read;
use crate::store::PostgresStore;
use crate::wire::damaged;

/// How long a process has what it claimed to itself, in seconds. Jobs take a fraction of it; whoever takes longer may find
/// that another process does the same, which harms nothing.
const HELD: i32 = 600;
/// How often each job is done, in seconds.
const EVERY: i32 = 600;
/// How many days back bookings are counted again: people correct the last week.
const BACK: Days = Days::new(7);
/// How often rows are forgotten in a row: up to 10,000 of a kind each time.
const MAX_IN_A_ROW: usize = 10;

/// What is done for a tenant now and then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JobKind {
    /// [`PostgresStore::forget`], again while there is more.
    Forget,
    /// [`PostgresStore::refresh_daily`] for the last seven days and today.
    DailySummary,
}

impl JobKind {
    const ALL: &[Self] = &[Self::Forget, Self::DailySummary];

    /// Its name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Forget => "forget",
            Self::DailySummary => "daily_summary",
        }
    }

    fn read(name: &str) -> Result<Self, StoreError> {
        let found = Self::ALL.iter().find(|kind| kind.as_str() == name);
        found.copied().ok_or_else(|| damaged("job", name))
    }
}

impl fmt::Display for JobKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A job that was claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// For whom.
    pub tenant: TenantId,
    /// What is to be done.
    pub kind: JobKind,
    /// When it was claimed, by the database's clock.
    pub at: DateTime<Utc>,
    run: i64,
}

/// A job that was done.
#[derive(Debug)]
pub struct Done {
    /// For whom.
    pub tenant: TenantId,
    /// What.
    pub kind: JobKind,
    /// How it went. What failed is tried again in a minute, then in two, and so on up to an hour; the database keeps the
    /// error.
    pub outcome: Result<(), StoreError>,
}

impl PostgresStore {
    /// Does up to so many jobs that are due, of any tenants, and answers how they went; nothing when nothing is due that no
    /// other process does. To be called now and then, and again while there is something.
    ///
    /// A tenant has its jobs from its first row on: what is over is forgotten and the daily summary is brought up to date,
    /// every ten minutes. An error means that the database cannot be asked; what was claimed is done later.
    pub async fn look_after(&self, most: u32) -> Result<Vec<Done>, StoreError> {
        let mut done = Vec::new();
        for job in self.claim_jobs(most).await? {
            let begun = Instant::now();
            let outcome = self.do_job(&job).await;
            self.finish_job(&job, begun.elapsed(), &outcome).await?;
            done.push(Done { tenant: job.tenant, kind: job.kind, outcome });
        }
        Ok(done)
    }

    /// Claims up to so many jobs that are due, the most overdue first, for ten minutes. For hosts that do them in an order
    /// of their own; [`look_after`](Self::look_after) is simpler.
    pub async fn claim_jobs(&self, most: u32) -> Result<Vec<Job>, StoreError> {
        let rows: Vec<(Uuid, String, i64, i64)> =
            sqlx::query_as("SELECT tenant, what, run_, now_ FROM booking.claim_jobs($1, $2)")
                .bind(i32::try_from(most).unwrap_or(i32::MAX))
                .bind(HELD)
                .fetch_all(self.pool())
                .await
                .map_err(|error| of_read(&error))?;
        let read = |(tenant, kind, run, now): (Uuid, String, i64, i64)| {
            let at = DateTime::from_timestamp(now, 0).ok_or_else(|| damaged("instant", now))?;
            Ok(Job { tenant: TenantId::from_uuid(tenant), kind: JobKind::read(&kind)?, at, run })
        };
        rows.into_iter().map(read).collect()
    }

    /// Does what a job asks for.
    pub async fn do_job(&self, job: &Job) -> Result<(), StoreError> {
        match job.kind {
            JobKind::Forget => {
                for _ in 0..MAX_IN_A_ROW {
                    if !self.forget(job.tenant).await?.is_full() {
                        break;
                    }
                }
            }
            JobKind::DailySummary => {
                let today = job.at.date_naive();
                if let (Some(from), Some(until)) = (today.checked_sub_days(BACK), today.succ_opt()) {
                    self.refresh_daily(job.tenant, from, until).await?;
                }
            }
        }
        Ok(())
    }

    /// Tells the database how a claimed job went and how long it took. Answers false where another process has taken it
    /// over since, because it was claimed more than ten minutes ago: then nothing is changed.
    pub async fn finish_job(
        &self,
        job: &Job,
        took: Duration,
        outcome: &Result<(), StoreError>,
    ) -> Result<bool, StoreError> {
        sqlx::query_scalar("SELECT booking.finish_job($1, $2::booking.job_kind, $3, $4, $5, $6)")
            .bind(job.tenant.uuid())
            .bind(job.kind.as_str())
            .bind(job.run)
            .bind(i64::try_from(took.as_millis()).unwrap_or(i64::MAX))
            .bind(EVERY)
            .bind(outcome.as_ref().err().map(ToString::to_string))
            .fetch_one(self.pool())
            .await
            .map_err(|error| of_read(&error))
    }
}
