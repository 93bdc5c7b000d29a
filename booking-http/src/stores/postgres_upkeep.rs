//! What a database needs now and then: what is over forgotten, days counted, indexes rebuilt.

use std::time::Duration;

use booking_core::StoreError;
use booking_store_postgres::{PostgresStore, Upkeep};

use super::Purpose;
use super::postgres::{To, open, shown};
use crate::cli::{Outcome, told};

/// How often a server looks for what is due.
const EVERY: Duration = Duration::from_secs(30);
/// How many jobs it claims at once: others do the rest meanwhile.
const AT_ONCE: u32 = 8;

/// Looks after a database while a server runs, together with the other servers on it.
pub(crate) struct Keeper(pub(super) PostgresStore);

impl Keeper {
    /// Goes on until it is dropped. What fails is logged, and tried again after a while by whichever server comes to it.
    pub(crate) async fn run(self) {
        loop {
            tokio::time::sleep(EVERY).await;
            if let Err(error) = self.round().await {
                tracing::warn!("the database could not be looked after: {error}");
            }
        }
    }

    /// Until nothing is due that no other server does.
    async fn round(&self) -> Result<(), StoreError> {
        loop {
            let done = self.0.look_after(AT_ONCE).await?;
            if done.is_empty() {
                return Ok(());
            }
            for job in done {
                if let Err(error) = job.outcome {
                    tracing::warn!(tenant = %job.tenant, job = %job.kind, "a job failed: {error}");
                }
            }
        }
    }
}

/// What a role gets that does not own what it would rebuild.
const NOT_ITS_OWN: &str = "42501";

/// Looks at every index and, unless `dry`, rebuilds what is invalid or bloated. Answers those that need attention.
pub(crate) async fn maintain(url: &str, dry: bool) -> Outcome<Vec<Upkeep>> {
    // Whether there is a schema, and whose, is said before.
    open(To { url, connections: 1, replica: None }, Purpose::Look).await?.1.close().await;
    let found = booking_store_postgres::maintain(url, !dry).await;
    Ok(found.map_err(|error| match error.as_database_error() {
        Some(said) if said.code().as_deref() == Some(NOT_ITS_OWN) => {
            format!("{}: {}: connect as the role that owns the schema", shown(url), said.message())
        }
        Some(said) => format!("{}: {}", shown(url), said.message()),
        None => format!("{}: {}", shown(url), told(&error)),
    })?)
}
