//! `booking db forget-history`: history deleted, by whoever decides so.

use booking_core::{Clock, SystemClock};
use chrono::{DateTime, Utc};
use clap::Args;
use serde_json::json;

use super::super::business::named;
use super::super::place::Kept;
use super::super::progress::Progress;
use super::super::{Ending, Outcome, wait_for};
use super::address;
use crate::stores::{Purpose, Stores};

#[derive(Debug, Args)]
pub(super) struct ForgetHistory {
    /// What lies before this instant goes, for example 2020-01-01T00:00:00Z. It has to be over.
    #[arg(long, value_name = "INSTANT")]
    before: DateTime<Utc>,
    /// The business: its whole name, or its id.
    #[arg(long, value_name = "NAME")]
    business: String,
    #[command(flatten)]
    data: Kept,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl ForgetHistory {
    pub(super) fn run(self) -> Outcome<Ending> {
        address(&self.data)?;
        if self.before > SystemClock.now() {
            return Err(format!("{} lies ahead: what has yet to happen is no history", self.before).into());
        }
        wait_for(self.forget())?
    }

    async fn forget(self) -> Outcome<Ending> {
        let stores = Stores::open(&self.data.place(), Purpose::Change).await?;
        let tenant = match named(&stores.platform, &self.business).await {
            Ok(tenant) => tenant,
            Err(error) => {
                stores.close().await;
                return Err(error);
            }
        };
        let progress = Progress::turning("forgetting");
        let forgotten = stores.forget_history(tenant.id, self.before).await;
        drop(progress);
        stores.close().await;
        let (entries, events) = forgotten?;
        if self.json {
            println!("{}", json!({"business": tenant.name, "audit_entries": entries, "events": events}));
        } else {
            println!("{}: {entries} entries of the audit log and {events} events are gone", tenant.name);
        }
        Ok(Ending::Well)
    }
}
