//! A business whose bookings can be asked about: the demo, or one that is kept.

use std::path::PathBuf;
use std::sync::Arc;

use booking_core::{AnyStore, Clock, ManualClock, Scheduler, SystemClock, TenantId};
use booking_http::server::clock::CountedIds;
use booking_http::server::demo;
use booking_platform::{AnyPlatform, PageQuery, Tenant, TenantStore};
use chrono::{DateTime, Utc};
use clap::Args;

use super::Outcome;
use super::demo_business::{DemoBusiness, Filled};
use super::place::Kept;
use crate::stores::{Place, Purpose, Stores};

/// The most businesses that are looked through for one by name.
const MAX_BUSINESSES: usize = 1_000;

/// Which business.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// Which business, where there are several: the beginning of its name.
    #[arg(long, value_name = "NAME")]
    business: Option<String>,
}

/// Which business is asked, and as of when.
#[derive(Debug, Args)]
pub(crate) struct Asked {
    /// Ask the demo business. Where neither `--data` nor a database is named, it is made in memory for this question.
    #[arg(long)]
    demo: bool,
    #[command(flatten)]
    data: Kept,
    #[command(flatten)]
    which: Which,
    /// Ask as of this instant instead of now.
    #[arg(long, value_name = "INSTANT")]
    at: Option<DateTime<Utc>>,
    /// Lay a calendar file (.ics) over the demo business. May be given several times.
    #[arg(long, value_name = "FILE", requires = "demo")]
    calendar: Vec<PathBuf>,
}

/// A business whose bookings can be asked about.
pub(crate) struct Open {
    pub(crate) tenant: TenantId,
    pub(crate) scheduler: Scheduler<AnyStore, Arc<dyn Clock>>,
    pub(crate) platform: AnyPlatform,
    /// Kept open as long as it is asked.
    _stores: Stores,
}

impl Asked {
    /// Opens the business for looking: what is kept stays as it is.
    pub(crate) async fn open(&self) -> Outcome<Open> {
        if self.demo {
            return match self.data.named().unwrap_or(Place::Memory) {
                place @ Place::Postgres { .. } => self.open_shared_demo(&place).await,
                place => Ok(open_demo(&place, self.at, &self.calendar).await?.0),
            };
        }
        let stores = Stores::open(&self.data.place(), Purpose::Look).await?;
        let tenant = self.which.of(&stores.platform).await?.id;
        Ok(Open::new(stores, tenant, clock(self.at)))
    }

    /// The demo in a database, of which no copy is opened: it must be there, and nothing can be laid over it.
    async fn open_shared_demo(&self, place: &Place) -> Outcome<Open> {
        if !self.calendar.is_empty() {
            let instead = "`--data FILE` names a file, of which a copy is asked";
            return Err(format!("{place}: `--calendar` would change what others see: {instead}").into());
        }
        let stores = Stores::open(place, Purpose::Look).await?;
        if !DemoBusiness::is_in(&stores).await? {
            let made = "`booking serve --demo` makes it; with an empty DATABASE_URL it is made in memory";
            return Err(format!("{place}: the demo is not there: {made}").into());
        }
        Ok(Open::new(stores, demo::TENANT, clock(self.at)))
    }
}

/// Opens the demo business for looking: a new one in memory, or the one that a file has.
pub(crate) async fn open_demo(
    place: &Place,
    at: Option<DateTime<Utc>>,
    calendars: &[PathBuf],
) -> Outcome<(Open, Filled)> {
    let stores = Stores::open(place, Purpose::Look).await?;
    let scheduler = scheduler(&stores, at);
    let filled =
        DemoBusiness { stores: &stores, scheduler: &scheduler, calendars, at_once: 1 }.fill().await?;
    let platform = stores.platform.clone();
    Ok((Open { tenant: demo::TENANT, scheduler, platform, _stores: stores }, filled))
}

/// A scheduler over the stores. With a clock that stands still, ids are counted, so that all comes out the same.
pub(crate) fn scheduler(stores: &Stores, at: Option<DateTime<Utc>>) -> Scheduler<AnyStore, Arc<dyn Clock>> {
    let scheduler = Scheduler::new(stores.bookings.clone(), clock(at));
    if at.is_some() { scheduler.with_ids(CountedIds::default()) } else { scheduler }
}

fn clock(at: Option<DateTime<Utc>>) -> Arc<dyn Clock> {
    match at {
        Some(at) => Arc::new(ManualClock::at(at)),
        None => Arc::new(SystemClock),
    }
}

impl Open {
    fn new(stores: Stores, tenant: TenantId, clock: Arc<dyn Clock>) -> Self {
        let scheduler = Scheduler::new(stores.bookings.clone(), clock);
        Self { tenant, scheduler, platform: stores.platform.clone(), _stores: stores }
    }
}

impl Which {
    /// The business that was named, or the only one.
    pub(crate) async fn of(&self, platform: &AnyPlatform) -> Outcome<Tenant> {
        let page = platform.tenants(PageQuery::first(MAX_BUSINESSES)).await?.items;
        let wanted = self.business.as_deref().unwrap_or_default().to_lowercase();
        let mut found = page.iter().filter(|row| row.value.name.as_str().to_lowercase().starts_with(&wanted));
        match (found.next(), found.next()) {
            (Some(one), None) => Ok(one.value.clone()),
            (None, _) if page.is_empty() => Err("there is no business yet: `booking init` makes one".into()),
            (one, _) => {
                let names: Vec<&str> = page.iter().map(|row| row.value.name.as_str()).collect();
                let what = if one.is_some() { "several businesses" } else { "no such business" };
                Err(format!("{what}; `--business NAME` says which of: {}", names.join(", ")).into())
            }
        }
    }
}
