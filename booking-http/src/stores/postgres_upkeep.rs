//! What a database needs now and then: what is over forgotten, days counted, indexes rebuilt.

use std::time::Duration;

use booking_core::TenantId;
use booking_platform::{MAX_PAGE, PageQuery, TenantStore};
use booking_store_postgres::{Condition, PostgresStore};
use chrono::{DateTime, Days, Utc};

use crate::cli::Outcome;

/// How often a server looks after its database.
const EVERY: Duration = Duration::from_mins(10);
/// How many days back bookings are counted again: people correct the last week.
const BACK: Days = Days::new(7);
/// How often one tenant's rows are forgotten in a row: up to 10,000 of a kind each time.
const MAX_IN_A_ROW: usize = 10;

/// Looks after a database while a server runs.
pub(crate) struct Keeper(pub(super) PostgresStore);

impl Keeper {
    /// Goes on until it is dropped. What fails is logged and tried again the next time.
    pub(crate) async fn run(self, now: impl Fn() -> DateTime<Utc>) {
        loop {
            tokio::time::sleep(EVERY).await;
            if let Err(error) = self.round(now()).await {
                tracing::warn!("the database could not be looked after: {error}");
            }
        }
    }

    async fn round(&self, now: DateTime<Utc>) -> Result<(), booking_core::StoreError> {
        let mut query = PageQuery::first(MAX_PAGE);
        loop {
            let page = self.0.tenants(query).await?;
            for row in &page.items {
                self.look_after(row.value.id, now).await?;
            }
            match page.items.last() {
                Some(last) if page.more => query = PageQuery::after(last.value.id, MAX_PAGE),
                _ => return Ok(()),
            }
        }
    }

    async fn look_after(&self, tenant: TenantId, now: DateTime<Utc>) -> Result<(), booking_core::StoreError> {
        for _ in 0..MAX_IN_A_ROW {
            if !self.0.forget(tenant).await?.is_full() {
                break;
            }
        }
        let today = now.date_naive();
        let (from, until) = (today.checked_sub_days(BACK), today.succ_opt());
        if let (Some(from), Some(until)) = (from, until) {
            self.0.refresh_daily(tenant, from, until).await?;
        }
        Ok(())
    }
}

/// Looks at every index and, unless `dry`, rebuilds what is invalid or bloated. Answers a line for each that needs
/// attention, and whether it was mended.
pub(crate) async fn maintain(url: &str, dry: bool) -> Outcome<Vec<(String, bool)>> {
    let found = booking_store_postgres::maintain(url, !dry).await;
    let found =
        found.map_err(|error| format!("{}: {}", super::postgres::shown(url), crate::cli::told(&error)))?;
    let told = found.into_iter().map(|one| {
        let what = match one.condition {
            Condition::Invalid => "invalid".to_owned(),
            Condition::Bloated { expected } => format!("{} bytes where {expected} would do", one.bytes),
            Condition::Unused => "not used by any query since statistics began".to_owned(),
            _ => "needs attention".to_owned(),
        };
        (format!("{} on {}: {what}", one.index, one.table), one.mended)
    });
    Ok(told.collect())
}
