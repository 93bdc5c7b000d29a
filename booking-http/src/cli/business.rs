//! The demo business, open for bookings: its catalogue, its calendars, its bookings and its clock.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use booking_core::{
    Actor, AnyStore, Clock, DAY, Holiday, Interval, ManualClock, Scheduler, SystemClock, TenantId, ZoneId,
    Zones,
};
use booking_http::server::calendar_file::{self, CalendarFile, MAX_BYTES};
use booking_http::server::clock::CountedIds;
use booking_http::server::{demo, demo_bookings};
use booking_platform::{AnyPlatform, CatalogueStore, Expect, Name, Stamp, Tenant, TenantStore};
use chrono::{DateTime, Utc};
use clap::Args;

use super::{OpenDemo, Outcome, Stores};

/// How long before and after the present calendars are read, in days.
const PAST: i64 = 31;
const AHEAD: i64 = 4 * 366;

/// Which demo business.
#[derive(Debug, Args)]
pub(crate) struct Business {
    /// Let the clock stand still at this instant, so that everything comes out the same every time.
    #[arg(long, value_name = "INSTANT")]
    at: Option<DateTime<Utc>>,
    /// Read a calendar file (.ics): all-day events close the business, others keep the practitioners busy. May be
    /// given several times.
    #[arg(long, value_name = "FILE")]
    calendar: Vec<PathBuf>,
}

/// A business whose bookings can be asked about.
pub(crate) struct Open {
    pub(crate) tenant: TenantId,
    pub(crate) scheduler: Scheduler<AnyStore, Arc<dyn Clock>>,
    pub(crate) platform: AnyPlatform,
    pub(crate) bookings: usize,
    pub(crate) dates: usize,
    pub(crate) busy: usize,
}

impl Business {
    /// Opens the demo business in a store.
    pub(crate) async fn open(&self, open: OpenDemo) -> Outcome<Open> {
        let tenant = TenantId::SINGLE;
        let clock = self.clock();
        let zones = Zones::bundled();
        let zone = ZoneId::new(demo::ZONE)?;
        let now = clock.now().timestamp();
        let window = Interval::from_seconds((now - PAST * DAY).max(0), now + AHEAD * DAY)?;
        let mut file = calendar_file::read(demo::HOLIDAYS, &zone, &zones, window)?;
        for path in &self.calendar {
            let more = read(path, &zone, &zones, window)?;
            file.dates.extend(more.dates);
            file.busy.extend(more.busy);
        }
        let dates = distinct(file.dates);
        let closed = dates.len();
        let Stores { bookings, platform } = open();
        fill_catalogue(&platform, tenant, &zone, dates, clock.now()).await?;
        let mut scheduler = Scheduler::new(bookings, clock);
        if self.at.is_some() {
            scheduler = scheduler.with_ids(CountedIds::default());
        }
        let importer = Actor::new("calendar", "cli");
        for busy in &file.busy {
            for practitioner in demo::PRACTITIONERS {
                scheduler.block(tenant, practitioner, busy.interval, &busy.text, &importer).await?;
            }
        }
        let bookings = demo_bookings::fill(&scheduler, tenant).await?;
        Ok(Open { tenant, scheduler, platform, bookings, dates: closed, busy: file.busy.len() })
    }

    fn clock(&self) -> Arc<dyn Clock> {
        match self.at {
            Some(at) => Arc::new(ManualClock::at(at)),
            None => Arc::new(SystemClock),
        }
    }
}

/// Makes the tenant and puts its catalogue in place.
async fn fill_catalogue(
    platform: &AnyPlatform,
    tenant: TenantId,
    zone: &ZoneId,
    closed: Vec<Holiday>,
    at: DateTime<Utc>,
) -> Outcome {
    let stamp = Stamp::new(Actor::new("demo", "cli"), at);
    let business = Tenant { id: tenant, name: Name::new("Lindenhof")?, zone: zone.clone() };
    platform.put_tenant(&business, Expect::Absent, &stamp).await?;
    for item in demo::catalogue(closed)? {
        platform.put_item(tenant, &item, Expect::Absent, &stamp).await?;
    }
    Ok(())
}

/// Reads a file that is not larger than a calendar may be.
pub(crate) fn read(path: &Path, zone: &ZoneId, zones: &Zones, window: Interval) -> Outcome<CalendarFile> {
    let named = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let size = std::fs::metadata(path).map_err(|error| named(&error))?.len();
    if size > MAX_BYTES as u64 {
        return Err(named(&format!("{size} bytes, at most {MAX_BYTES}")).into());
    }
    let bytes = std::fs::read(path).map_err(|error| named(&error))?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(calendar_file::read(&text, zone, zones, window).map_err(|error| named(&error))?)
}

/// One entry a date: the first name counts.
fn distinct(mut dates: Vec<Holiday>) -> Vec<Holiday> {
    dates.sort_by_key(|holiday| holiday.date);
    dates.dedup_by_key(|holiday| holiday.date);
    dates
}
