//! `booking tz-drift`: bookings whose time on the wall has moved because a government changed its rules.

use std::sync::Arc;

use booking_core::{Clock, Drift, Scheduler, SystemClock};
use booking_platform::{PageQuery, Tenant, TenantStore};
use clap::Args;
use serde_json::{Value, json};

use super::place::Kept;
use super::progress::Progress;
use super::{Ending, Outcome, wait_for};
use crate::stores::{Purpose, Stores};

/// Businesses of one page.
const PAGE: usize = 1_000;

/// List the bookings ahead that the clock on the wall no longer shows at the time that was agreed. Nothing is moved. The
/// exit code is 3 when there are any.
#[derive(Debug, Args)]
pub(crate) struct TzDrift {
    #[command(flatten)]
    data: Kept,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl TzDrift {
    pub(crate) fn run(self) -> Outcome<Ending> {
        wait_for(self.list())?
    }

    async fn list(self) -> Outcome<Ending> {
        let stores = Stores::open(&self.data.place(), Purpose::Look).await?;
        let progress = Progress::turning("comparing");
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let scheduler = Scheduler::new(stores.bookings.clone(), clock);
        let mut found = Vec::new();
        let mut query = PageQuery::first(PAGE);
        loop {
            let page = stores.platform.tenants(query).await?;
            for row in &page.items {
                let drifted = scheduler.tz_drift(row.value.id).await?;
                progress.step();
                found.extend(drifted.into_iter().map(|drift| (row.value.clone(), drift)));
            }
            match page.items.last() {
                Some(last) if page.more => query = PageQuery::after(last.value.id, PAGE),
                _ => break,
            }
        }
        drop(progress);
        drop(scheduler);
        stores.close().await;
        self.show(&found);
        Ok(if found.is_empty() { Ending::Well } else { Ending::Found })
    }

    fn show(&self, found: &[(Tenant, Drift)]) {
        if self.json {
            let items: Vec<Value> = found.iter().map(|(tenant, drift)| as_json(tenant, drift)).collect();
            println!("{}", json!({"items": items}));
            return;
        }
        for (tenant, drift) in found {
            let local = &drift.booking.local;
            println!(
                "{}  bkg_{}  agreed {} {} by {}, now {} by {}",
                tenant.name,
                drift.booking.id.uuid().simple(),
                local.wall,
                local.zone,
                local.tzdata,
                drift.shown,
                drift.tzdata
            );
        }
        println!("{} bookings have moved on the wall", found.len());
    }
}

fn as_json(tenant: &Tenant, drift: &Drift) -> Value {
    let local = &drift.booking.local;
    json!({
        "business": tenant.name.as_str(), "booking": format!("bkg_{}", drift.booking.id.uuid().simple()),
        "start": drift.booking.start(), "zone": local.zone.as_str(), "agreed": local.wall,
        "agreed_tzdata": local.tzdata, "shown": drift.shown, "shown_tzdata": drift.tzdata,
    })
}
