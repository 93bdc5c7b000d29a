//! How a database and the work on it are, for people.

use booking_store_postgres::{Health, PostgresStore, Replica, Replication, SlowQuery};
use chrono::DateTime;
use serde_json::Value;

use super::Purpose;
use super::postgres::{To, open, shown};
use crate::cli::{Outcome, told};

/// How a database is.
pub(crate) struct Told {
    /// What was looked at, and what was found.
    pub(crate) facts: Vec<(&'static str, String)>,
    /// The same for programs.
    pub(crate) health: Value,
    /// What somebody should look after: problem and fix.
    pub(crate) findings: Vec<(String, String)>,
}

/// How a database and the work on it are.
pub(crate) async fn health(url: &str) -> Outcome<Told> {
    let store = connect(url).await?;
    let health = store.health().await;
    store.pool().close().await;
    let health = health.map_err(|error| format!("{}: {}", shown(url), told(&error)))?;
    let findings = health.findings().into_iter().map(|one| (one.problem, one.fix)).collect();
    Ok(Told { facts: facts(url, &health), health: serde_json::to_value(&health)?, findings })
}

/// What takes at least so long on average.
pub(crate) async fn slow_queries(url: &str, min_ms: u32) -> Outcome<Vec<SlowQuery>> {
    let store = connect(url).await?;
    let slow = store.slow_queries(f64::from(min_ms)).await;
    store.pool().close().await;
    let slow = slow.map_err(|error| format!("{}: {}", shown(url), told(&error)))?;
    Ok(slow.map_err(|lack| format!("{}: {lack}", shown(url)))?)
}

/// Refuses a database without this version's schema, in the words of all other commands.
async fn connect(url: &str) -> Outcome<PostgresStore> {
    let (store, _) = open(To { url, connections: 1, replica: None }, Purpose::Look).await?;
    Ok(store)
}

fn facts(url: &str, health: &Health) -> Vec<(&'static str, String)> {
    let Health { outbox, lapsed_holds, jobs, overlaps, .. } = health;
    let others = if health.sees_all_sessions { "" } else { " (of this role's own; pg_monitor sees all)" };
    let dead = health.dead_tuples.iter().max_by_key(|(_, rows)| **rows);
    let dead = dead.map_or_else(|| "none".to_owned(), |(table, rows)| format!("{rows} in {table}, the most"));
    let looked = if overlaps.all_claims { "" } else { ", not all there are" };
    let now = DateTime::from_timestamp(health.now, 0).unwrap_or_default();
    vec![
        ("database", format!("{}, at {}", shown(url), now.format("%FT%TZ"))),
        ("businesses", format!("{}{}", health.tenants, if health.all_tenants { "" } else { ", and more" })),
        ("oldest transaction", format!("{} s{others}", health.oldest_transaction_seconds)),
        ("waiting for locks", format!("{} sessions", health.waiting_for_locks)),
        ("replicas", replicas(&health.replication)),
        ("dead rows", dead),
        ("events unnumbered", format!("{}, for {} s", outbox.events, outbox.age_seconds)),
        ("holds unswept", format!("{}, for {} s", lapsed_holds.bookings, lapsed_holds.age_seconds)),
        ("jobs", format!("overdue for {} s, {} failing", jobs.overdue_seconds, jobs.failing)),
        (
            "overlaps",
            format!(
                "on {} resources, of {} claims in {} days{looked}",
                overlaps.resources.len(),
                overlaps.claims,
                overlaps.days
            ),
        ),
    ]
}

fn replicas(replication: &Replication) -> String {
    let lag = |seconds: Option<i64>, bytes: Option<i64>, unknown: &str| match bytes {
        Some(bytes) => format!("{bytes} bytes, {} s behind", seconds.unwrap_or_default()),
        None => unknown.to_owned(),
    };
    match replication {
        Replication::Replica { replay_lag_bytes, replay_lag_seconds } => {
            format!("this is one: {}", lag(*replay_lag_seconds, *replay_lag_bytes, "it has received nothing"))
        }
        Replication::Primary { replicas } if replicas.is_empty() => "none".to_owned(),
        Replication::Primary { replicas } => {
            let told = |one: &Replica| {
                format!("{}: {}", one.name, lag(one.lag_seconds, one.lag_bytes, "not known to this role"))
            };
            replicas.iter().map(told).collect::<Vec<_>>().join("; ")
        }
    }
}
