//! How a database and the work on it are: what `booking.health()` says, and what of it somebody should look after.

use std::collections::BTreeMap;

use booking_core::StoreError;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::doctor::Finding;
use crate::error::of_read;
use crate::store::PostgresStore;

/// Seconds a transaction may be open: vacuum removes nothing that died since the oldest began.
const LONG: i64 = 300;
/// Sessions that wait for locks at once: a few do under load.
const CROWD: u64 = 20;
/// Rows of one table that wait for vacuum.
const DEAD: u64 = 5_000_000;
/// How far a replica may be behind, in seconds and in bytes.
const BEHIND: (i64, i64) = (60, 1 << 30);
/// Seconds that events may wait for their number: a server numbers them every ten minutes where nobody reads.
const UNNUMBERED: i64 = 3_600;
/// Seconds that a lapsed hold may wait for a sweep, which servers begin every few.
const UNSWEPT: i64 = 300;
/// Seconds that a job may be overdue, of which each is due every ten minutes.
const OVERDUE: i64 = 1_800;

/// What `booking.health()` says of a database, of all tenants together. Times are in seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Health {
    /// When it was asked, by the server's clock, in seconds since 1970.
    pub now: i64,
    /// Whether this is a replica.
    pub in_recovery: bool,
    /// Whether the role sees the sessions of others, and more of replicas than their names.
    pub sees_all_sessions: bool,
    /// For how long the oldest transaction has been open.
    pub oldest_transaction_seconds: i64,
    /// Sessions that wait for locks.
    pub waiting_for_locks: u64,
    /// Rows that wait for vacuum, by table.
    pub dead_tuples: BTreeMap<String, u64>,
    /// How far replicas are behind.
    pub replication: Replication,
    /// How many tenants were looked at.
    pub tenants: u64,
    /// Whether those are all there are.
    pub all_tenants: bool,
    /// Events that wait for their number in the feed.
    pub outbox: Outbox,
    /// Holds and pending bookings whose deadline has come and that nobody swept.
    pub lapsed_holds: LapsedHolds,
    /// The upkeep.
    pub jobs: Jobs,
    /// Claims that overlap.
    pub overlaps: Overlaps,
}

/// How far replicas are behind: on the primary each of them, on a replica itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Replication {
    /// On the primary.
    Primary {
        /// The replicas that are connected.
        replicas: Vec<Replica>,
    },
    /// On a replica.
    Replica {
        /// Bytes of what it got that it has not replayed; none before it got any.
        replay_lag_bytes: Option<i64>,
        /// For how long it has not; none before it has replayed any.
        replay_lag_seconds: Option<i64>,
    },
}

/// A replica, as its primary sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Replica {
    /// What it calls itself.
    pub name: String,
    /// Whether it streams, or catches up; none where the role may not know.
    pub state: Option<String>,
    /// Bytes that it has not replayed; none where the role may not know.
    pub lag_bytes: Option<i64>,
    /// For how long it has not; none where nothing was written lately, or the role may not know.
    pub lag_seconds: Option<i64>,
}

/// Events that wait for their number in the feed, at most 10,000 of each tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Outbox {
    /// How many.
    pub events: u64,
    /// For how long the oldest has waited.
    pub age_seconds: i64,
}

/// Holds and pending bookings whose deadline has come and that nobody swept, at most 10,000 of each tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LapsedHolds {
    /// How many.
    pub bookings: u64,
    /// For how long the first has waited.
    pub age_seconds: i64,
}

/// The upkeep: what is to be done now and then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Jobs {
    /// How overdue the most overdue is.
    pub overdue_seconds: i64,
    /// How many failed the last time.
    pub failing: u64,
    /// The ten that failed most often in a row.
    pub failures: Vec<Failure>,
}

/// A job that failed the last time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Failure {
    /// Whose.
    pub tenant: Uuid,
    /// What was to be done.
    pub kind: String,
    /// How often in a row.
    pub failures: u32,
    /// Why, the last time.
    pub error: String,
}

/// Claims that overlap, among those of the coming days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Overlaps {
    /// So many days ahead were looked at.
    pub days: u32,
    /// So many claims were.
    pub claims: u64,
    /// Whether those are all of these days.
    pub all_claims: bool,
    /// Resources on which claims overlap, at most ten: none, while the exclusion constraint holds.
    pub resources: Vec<Uuid>,
}

impl Health {
    pub(crate) async fn read(connection: &mut PgConnection) -> Result<Self, sqlx::Error> {
        let Json(health) = sqlx::query_scalar("SELECT booking.health()").fetch_one(connection).await?;
        Ok(health)
    }

    /// What somebody should look after, what is worst first: overlaps; jobs that fail, or that no server does; holds that
    /// no server sweeps; transactions that are open for five minutes; twenty sessions that wait for locks; replicas that are
    /// a minute or a gibibyte behind; five million dead rows in a table; events that wait for an hour. An empty list means
    /// that all is well.
    pub fn findings(&self) -> Vec<Finding> {
        let mut found = self.broken();
        found.extend(self.undone());
        found.extend(self.sessions());
        found.extend(self.replicas());
        found.extend(self.dead());
        found
    }

    /// What is wrong whoever runs, or nobody.
    pub(crate) fn broken(&self) -> Vec<Finding> {
        let overlaps = self.overlaps.resources.iter().map(|resource| {
            Finding::new(
                format!("claims of resource {resource} overlap: the exclusion constraint does not hold"),
                "stop the servers, find the bookings with `booking verify`, and make the constraint anew",
            )
        });
        let failures = self.jobs.failures.iter().map(|Failure { tenant, kind, failures, error }| {
            Finding::new(
                format!("the job {kind} of tenant {tenant} has failed {failures} times in a row: {error}"),
                "mend what it says; a server tries it again within an hour",
            )
        });
        overlaps.chain(failures).collect()
    }

    /// What servers do while they run.
    fn undone(&self) -> impl Iterator<Item = Finding> {
        const RUN: &str = "run a server (`booking serve`); where one runs, its log says what is in the way; a host without one sweeps \
            and calls `look_after` itself";
        let Self { lapsed_holds, jobs, outbox, .. } = self;
        let late = |limit: i64, seconds: i64, what: String| {
            (seconds >= limit).then(|| Finding::new(format!("{what}, for {seconds} seconds"), RUN))
        };
        [
            late(OVERDUE, jobs.overdue_seconds, "jobs are due and nobody does them".to_owned()),
            late(
                UNSWEPT,
                lapsed_holds.age_seconds,
                format!("{} holds have lapsed and nobody sweeps them", lapsed_holds.bookings),
            ),
            late(
                UNNUMBERED,
                outbox.age_seconds,
                format!("{} events wait for their number in the feed", outbox.events),
            ),
        ]
        .into_iter()
        .flatten()
    }

    fn sessions(&self) -> impl Iterator<Item = Finding> {
        let (seconds, waiting) = (self.oldest_transaction_seconds, self.waiting_for_locks);
        let old = (seconds >= LONG).then(|| {
            Finding::new(
                format!("a transaction has been open for {seconds} seconds: vacuum removes nothing that died since"),
                "as a superuser or a member of pg_signal_backend: `SELECT pid, xact_start, query FROM pg_stat_activity WHERE \
                 datname = current_database() AND backend_type = 'client backend' ORDER BY xact_start` names it, \
                 `SELECT pg_terminate_backend(pid)` ends it",
            )
        });
        let crowd = (waiting >= CROWD).then(|| {
            Finding::new(
                format!("{waiting} sessions wait for locks"),
                "`SELECT pid, pg_blocking_pids(pid), query FROM pg_stat_activity WHERE wait_event_type = 'Lock'` says for whom",
            )
        });
        old.into_iter().chain(crowd)
    }

    fn replicas(&self) -> Vec<Finding> {
        let behind = |what: &str, seconds: Option<i64>, bytes: Option<i64>| {
            let (seconds, bytes) = (seconds.unwrap_or_default(), bytes.unwrap_or_default());
            (seconds >= BEHIND.0 || bytes >= BEHIND.1).then(|| {
                Finding::new(
                    format!("{what} is {seconds} seconds and {bytes} bytes behind"),
                    "look whether it runs, and at its disk and network; until it has caught up, the primary answers",
                )
            })
        };
        match &self.replication {
            Replication::Primary { replicas } => {
                let told = |one: &Replica| {
                    behind(&format!("the replica `{}`", one.name), one.lag_seconds, one.lag_bytes)
                };
                replicas.iter().filter_map(told).collect()
            }
            Replication::Replica { replay_lag_bytes, replay_lag_seconds } => {
                behind("this replica", *replay_lag_seconds, *replay_lag_bytes).into_iter().collect()
            }
        }
    }

    fn dead(&self) -> impl Iterator<Item = Finding> {
        self.dead_tuples.iter().filter(|(_, rows)| **rows >= DEAD).map(|(table, rows)| {
            Finding::new(
                format!("{rows} dead rows of the table {table} wait for vacuum"),
                format!(
                    "as its owner: `VACUUM booking.{table}`, and look what keeps autovacuum from it: an old transaction, or its settings"
                ),
            )
        })
    }
}

impl PostgresStore {
    /// How the database and the work on it are. [`Health::findings`] says what of it somebody should look after.
    ///
    /// All tenants are visited, at most 5,000: with 10,000 it took 1.5 s, so that it is nothing for a probe that asks every
    /// second.
    pub async fn health(&self) -> Result<Health, StoreError> {
        let mut connection = self.pool().acquire().await.map_err(|error| of_read(&error))?;
        Health::read(&mut connection).await.map_err(|error| of_read(&error))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn well() -> Health {
        let told = json!({
            "now": 1_800_000_000_i64, "in_recovery": false, "sees_all_sessions": true,
            "oldest_transaction_seconds": LONG - 1, "waiting_for_locks": CROWD - 1, "dead_tuples": { "claims": DEAD - 1 },
            "replication": { "replicas": [
                { "name": "one", "state": "streaming", "lag_bytes": BEHIND.1 - 1, "lag_seconds": BEHIND.0 - 1 },
                { "name": "two", "state": null, "lag_bytes": null, "lag_seconds": null },
            ] },
            "tenants": 3, "all_tenants": true,
            "outbox": { "events": 5, "age_seconds": UNNUMBERED - 1 },
            "lapsed_holds": { "bookings": 2, "age_seconds": UNSWEPT - 1 },
            "jobs": { "overdue_seconds": OVERDUE - 1, "failing": 0, "failures": [] },
            "overlaps": { "days": 7, "claims": 9, "all_claims": true, "resources": [] },
        });
        serde_json::from_value(told).unwrap()
    }

    /// What is to be found, and what brings it about.
    type Step<'a> = (&'a str, &'a dyn Fn(&mut Health));

    /// Each thing alone, as it becomes one to look after.
    #[test]
    fn what_reaches_its_bound_is_found_and_nothing_below() {
        assert_eq!(well().findings(), []);
        let replica = |bytes, seconds| Replication::Replica {
            replay_lag_bytes: Some(bytes),
            replay_lag_seconds: Some(seconds),
        };
        let first = |health: &mut Health, seconds| {
            if let Replication::Primary { replicas } = &mut health.replication {
                replicas[0].lag_seconds = Some(seconds);
            }
        };
        let steps: [Step<'_>; 10] = [
            ("open for 300 seconds", &|health| health.oldest_transaction_seconds = LONG),
            ("20 sessions wait", &|health| health.waiting_for_locks = CROWD),
            ("of the table claims", &|health| *health.dead_tuples.get_mut("claims").unwrap() = DEAD),
            ("replica `one` is 60 seconds", &|health| first(health, BEHIND.0)),
            ("this replica is 0 seconds", &|health| health.replication = replica(BEHIND.1, 0)),
            ("5 events wait", &|health| health.outbox.age_seconds = UNNUMBERED),
            ("2 holds have lapsed", &|health| health.lapsed_holds.age_seconds = UNSWEPT),
            ("jobs are due", &|health| health.jobs.overdue_seconds = OVERDUE),
            ("has failed 4 times in a row: no room", &|health| {
                let (tenant, kind, error) = (Uuid::nil(), "forget".to_owned(), "no room".to_owned());
                health.jobs.failures.push(Failure { tenant, kind, failures: 4, error });
            }),
            ("overlap", &|health| health.overlaps.resources.push(Uuid::nil())),
        ];
        for (what, step) in steps {
            let mut health = well();
            step(&mut health);
            let found = health.findings();
            assert!(found.len() == 1 && found[0].problem.contains(what), "{what}: {found:?}");
        }
    }
}
