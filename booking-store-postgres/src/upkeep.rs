//! What has to be done now and then: indexes rebuilt, what is over forgotten, reports brought up to date.

use booking_core::{DAY, Seconds, StoreError, TenantId};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection, Executor};

use crate::error::of_read;
use crate::store::PostgresStore;
use crate::wire::damaged;

/// An index is bloated when it is at least this many times as large as it should be,
const BLOATED: u64 = 2;
/// and this many bytes larger: below, a rebuild gains nothing.
const WORTH: u64 = 1 << 20;
/// How long claims are kept after they are over, in seconds: corrections of yesterday's calendar still meet them.
const KEEP_CLAIMS: Seconds = 7 * DAY;
/// The most rows that one call forgets, so that it stays short.
const AT_ONCE: i32 = 10_000;

/// What is the matter with an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Condition {
    /// A rebuild that was broken off left it behind, or left it unusable.
    Invalid,
    /// It is at least twice as large as its rows need.
    Bloated {
        /// About the bytes they need.
        expected: u64,
    },
    /// No query used it since statistics began, and no rule needs it. It is told, and never dropped.
    Unused,
}

/// An index that needs attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upkeep {
    /// The index, in the schema `booking`.
    pub index: String,
    /// Its table.
    pub table: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// What is the matter.
    pub condition: Condition,
    /// Whether it was rebuilt, or removed where it was left behind.
    pub mended: bool,
}

/// Name, table, whether it is valid, bytes, expected bytes, uses, whether a rule needs it.
type Row = (String, String, bool, i64, Option<i64>, i64, bool);

fn condition(row: &Row) -> Option<Condition> {
    let &(_, _, valid, bytes, expected, scans, rule) = row;
    let (bytes, expected) = (bytes.unsigned_abs(), expected.map(i64::unsigned_abs));
    match expected {
        _ if !valid => Some(Condition::Invalid),
        Some(expected) if bytes >= BLOATED * expected && bytes - expected >= WORTH => {
            Some(Condition::Bloated { expected })
        }
        _ if scans == 0 && !rule => Some(Condition::Unused),
        _ => None,
    }
}

/// Looks at every index, and with `mend` rebuilds those that are invalid or bloated while bookings go on.
///
/// The role must own the schema. Rebuilding reads the table and takes as long as that; it waits for transactions that
/// are under way and blocks none. Sizes are estimated from the statistics that `ANALYZE` gathers.
pub async fn maintain(url: &str, mend: bool) -> Result<Vec<Upkeep>, sqlx::Error> {
    let options: PgConnectOptions = url.parse()?;
    // A rebuild may take longer than any request.
    let options = options.options([("statement_timeout", "0"), ("lock_timeout", "0")]);
    let mut connection = PgConnection::connect_with(&options).await?;
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT index_name, table_name, valid, bytes, expected_bytes, scans, rule FROM booking.index_condition()",
    )
    .fetch_all(&mut connection)
    .await?;
    let mut found = Vec::new();
    for row in rows {
        let Some(condition) = condition(&row) else { continue };
        let (index, table, _, bytes, ..) = row;
        let mended = mend && condition != Condition::Unused;
        if mended {
            rebuild(&mut connection, &index).await?;
        }
        found.push(Upkeep { index, table, bytes: bytes.unsigned_abs(), condition, mended });
    }
    connection.close().await?;
    Ok(found)
}

/// `index` comes from the catalogue of the database.
async fn rebuild(connection: &mut PgConnection, index: &str) -> Result<(), sqlx::Error> {
    let quoted = index.replace('"', "\"\"");
    let left_behind = index.contains("_ccnew") || index.contains("_ccold");
    let what = if left_behind { "DROP" } else { "REINDEX" };
    let sql = format!("{what} INDEX CONCURRENTLY booking.\"{quoted}\"");
    connection.execute(AssertSqlSafe(sql)).await.map(drop)
}

/// What was forgotten.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Claims that had been over for seven days.
    pub claims: u32,
    /// Recorded answers older than the store keeps them.
    pub keys: u32,
    /// Assignments after which their resource was given another booking of the service.
    pub assignments: u32,
    /// Events that waited for their number in the feed, which nobody had read; they are kept.
    pub numbered: u32,
}

impl Forgotten {
    /// Whether one call was not enough, perhaps.
    pub fn is_full(&self) -> bool {
        [self.claims, self.keys, self.assignments, self.numbered].contains(&AT_ONCE.unsigned_abs())
    }
}

/// What was forgotten of a tenant's history.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ForgottenHistory {
    /// Entries of the audit log.
    pub entries: u32,
    /// Events of bookings, which were in the feed.
    pub events: u32,
}

impl ForgottenHistory {
    /// Whether nothing was deleted: the oldest by number are to stay. A call that deletes less than 10,000 rows need not be
    /// the last, where numbers and times are not in one order.
    pub fn is_empty(&self) -> bool {
        (self.entries, self.events) == (0, 0)
    }
}

/// A query and what it costs, in milliseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct SlowQuery {
    /// Its text, with placeholders.
    pub query: String,
    /// How often it ran.
    pub calls: u64,
    /// How long it takes.
    pub mean: f64,
    /// How long it took at most.
    pub max: f64,
    /// How long it took in all.
    pub total: f64,
}

/// Why nobody knows what queries cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Uncounted {
    /// The extension is not in this database.
    #[error(
        "this database does not have the extension pg_stat_statements: as a superuser, CREATE EXTENSION pg_stat_statements in it"
    )]
    NoExtension,
    /// The server does not load its library.
    #[error(
        "the server does not load pg_stat_statements: set shared_preload_libraries to 'pg_stat_statements' and start it anew"
    )]
    NotPreloaded,
    /// The extension is of an older server.
    #[error(
        "the extension pg_stat_statements is of an older server: as a superuser, ALTER EXTENSION pg_stat_statements UPDATE"
    )]
    Old,
}

impl PostgresStore {
    /// Deletes what nobody needs any more of a tenant, at most 10,000 rows of a kind: claims that have been over for
    /// seven days, whose bookings and sessions stay, idempotency keys that are too old, and assignments that do not count
    /// any more; and numbers events where nobody reads the feed. To be called now and then, beside the sweep of expired
    /// holds, and again while [`Forgotten::is_full`].
    pub async fn forget(&self, tenant: TenantId) -> Result<Forgotten, StoreError> {
        let (claims, keys, assignments): (i32, i32, i32) = sqlx::query_as(
            "SELECT booking.forget_claims($1, $2, $4), booking.forget_keys($1, $3, $4), booking.forget_assignments($1, $4)",
        )
        .bind(tenant.uuid())
        .bind(KEEP_CLAIMS)
        .bind(self.kept())
        .bind(AT_ONCE)
        .fetch_one(self.pool())
        .await
        .map_err(|error| of_read(&error))?;
        // Apart: readers of the feed wait for whoever numbers it.
        let numbered: i64 = sqlx::query_scalar("SELECT booking.drain($1, $2)")
            .bind(tenant.uuid())
            .bind(AT_ONCE)
            .fetch_one(self.pool())
            .await
            .map_err(|error| of_read(&error))?;
        Ok(Forgotten {
            claims: claims.unsigned_abs(),
            keys: keys.unsigned_abs(),
            assignments: assignments.unsigned_abs(),
            numbered: u32::try_from(numbered).unwrap_or(u32::MAX),
        })
    }

    /// Deletes history of a tenant from before an instant (of now at most), at most 10,000 rows of a kind: entries of the
    /// audit log, and events of bookings whose visits were over by then. Nothing calls this unless somebody decides so; to
    /// be called again until [`ForgottenHistory::is_empty`].
    ///
    /// Bookings, sessions and the daily summary stay. The history of a booking whose events were forgotten is empty, or
    /// begins later. Events go from the old end of the feed only, up to the first that is not to go, so that its numbers
    /// stay without gaps; whoever reads it from a number that was forgotten gets what is left. The last event of the feed
    /// stays in any case.
    pub async fn forget_history(
        &self,
        tenant: TenantId,
        before: DateTime<Utc>,
    ) -> Result<ForgottenHistory, StoreError> {
        let (entries, events): (i32, i32) =
            sqlx::query_as("SELECT entries, events FROM booking.forget_history($1, $2, $3)")
                .bind(tenant.uuid())
                .bind(before.timestamp().max(0))
                .bind(AT_ONCE)
                .fetch_one(self.pool())
                .await
                .map_err(|error| of_read(&error))?;
        Ok(ForgottenHistory { entries: entries.unsigned_abs(), events: events.unsigned_abs() })
    }

    /// Counts the bookings that start on these days, the last not included, into `booking.daily_summary`. Answers the
    /// number of its rows.
    pub async fn refresh_daily(
        &self,
        tenant: TenantId,
        from: NaiveDate,
        until: NaiveDate,
    ) -> Result<u64, StoreError> {
        let rows: i64 = sqlx::query_scalar("SELECT booking.refresh_daily($1, $2::date, $3::date)")
            .bind(tenant.uuid())
            .bind(from.to_string())
            .bind(until.to_string())
            .fetch_one(self.pool())
            .await
            .map_err(|error| of_read(&error))?;
        Ok(rows.unsigned_abs())
    }

    /// Queries that take at least so many milliseconds on average, those that cost most first, at most 100; or what the
    /// server lacks to count them.
    pub async fn slow_queries(&self, min_ms: f64) -> Result<Result<Vec<SlowQuery>, Uncounted>, StoreError> {
        let lacks: Option<String> = sqlx::query_scalar("SELECT booking.counting_lacks()")
            .fetch_one(self.pool())
            .await
            .map_err(|error| of_read(&error))?;
        match lacks.as_deref() {
            None => {}
            Some("extension") => return Ok(Err(Uncounted::NoExtension)),
            Some("preload") => return Ok(Err(Uncounted::NotPreloaded)),
            Some("update") => return Ok(Err(Uncounted::Old)),
            Some(other) => return Err(damaged("lack", other)),
        }
        let rows: Vec<(String, i64, f64, f64, f64)> =
            sqlx::query_as("SELECT query, calls, mean_ms, max_ms, total_ms FROM booking.slow_queries($1)")
                .bind(min_ms)
                .fetch_all(self.pool())
                .await
                .map_err(|error| of_read(&error))?;
        let slow = |(query, calls, mean, max, total): (String, i64, f64, f64, f64)| SlowQuery {
            query,
            calls: calls.unsigned_abs(),
            mean,
            max,
            total,
        };
        Ok(Ok(rows.into_iter().map(slow).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(valid: bool, bytes: i64, expected: Option<i64>, scans: i64, rule: bool) -> Row {
        ("some_index".to_owned(), "some_table".to_owned(), valid, bytes, expected, scans, rule)
    }

    #[test]
    fn an_index_is_told_by_what_is_worst() {
        const MIB: i64 = 1 << 20;
        assert_eq!(condition(&row(false, 8_192, Some(8_192), 0, false)), Some(Condition::Invalid));
        let bloated = Condition::Bloated { expected: 1 << 20 };
        assert_eq!(condition(&row(true, 2 * MIB, Some(MIB), 0, true)), Some(bloated));
        assert_eq!(condition(&row(true, 2 * MIB - 1, Some(MIB), 5, false)), None);
        assert_eq!(condition(&row(true, 80_000, Some(8_192), 5, false)), None);
        assert_eq!(condition(&row(true, 8_192, None, 0, false)), Some(Condition::Unused));
        assert_eq!(condition(&row(true, 8_192, None, 0, true)), None);
    }
}
