//! The demo business in a store: put there once, found there ever after, and never beside anything else.

use std::path::PathBuf;
use std::sync::Arc;

use booking_core::{
    Actor, AnyStore, BookingFilter, BookingStore, Clock, DAY, Holiday, HolidaySet, Interval, Scheduler,
    TenantId, ZoneId,
};
use booking_http::server::calendar_file::{self, CalendarFile};
use booking_http::server::import::Import;
use booking_http::server::{demo, demo_bookings};
use booking_platform::{
    CatalogueStore, Expect, HolidayCalendar, HolidayCalendarSpec, Item, ItemId, ItemKind, Name, PageQuery,
    PlatformError, Stamp, Tenant, TenantStore, Versioned,
};

use super::{Outcome, calendar};
use crate::stores::Stores;

/// How long before and after the present calendars are read, in days.
const PAST: i64 = 31;
const AHEAD: i64 = 4 * 366;

/// The version that the demo's row has as long as the demo is being filled. Completing it writes the row once more.
const UNFINISHED: u64 = 1;

/// Up to how many bookings are counted.
const COUNTED: usize = 1_000;

/// What is in the store of a demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Filled {
    /// How many bookings there are, [`COUNTED`] for more.
    pub(crate) bookings: usize,
    /// On how many dates it is closed.
    pub(crate) dates: usize,
    /// How many busy times the calendar files have.
    pub(crate) busy: usize,
    /// Whether it was there before.
    pub(crate) found: bool,
}

/// How the demo is put into a store.
pub(crate) struct DemoBusiness<'a> {
    pub(crate) stores: &'a Stores,
    pub(crate) scheduler: &'a Scheduler<AnyStore, Arc<dyn Clock>>,
    /// Calendar files to lay over it.
    pub(crate) calendars: &'a [PathBuf],
    /// How many bookings are made at the same time. One at a time comes out the same every time.
    pub(crate) at_once: usize,
}

impl DemoBusiness<'_> {
    /// Whether a store has the demo, and all of it.
    pub(crate) async fn is_in(stores: &Stores) -> Outcome<bool> {
        let row = stores.platform.tenant(demo::TENANT).await?;
        Ok(row.is_some_and(|row| row.version > UNFINISHED))
    }

    /// Finds the demo in the store, or puts it there. A filling that was interrupted is completed. Refused, with nothing
    /// changed: a store with anything else in it.
    pub(crate) async fn fill(&self) -> Outcome<Filled> {
        let row = self.row().await?;
        let zone = ZoneId::new(demo::ZONE)?;
        let window = self.window()?;
        let files = self.calendars.iter();
        let files: Vec<CalendarFile> = files
            .map(|path| calendar::read(path, &zone, self.scheduler.zones(), window))
            .collect::<Outcome<_>>()?;
        let finished = row.as_ref().is_some_and(|row| row.version > UNFINISHED);
        if row.is_none() {
            self.put_tenant(&zone, Expect::Absent).await?;
        }
        if !finished {
            self.put_catalogue(&zone, window).await?;
        }
        for file in &files {
            self.close_dates(&file.dates).await?;
            self.keep_busy(file, window).await?;
        }
        if !finished {
            demo_bookings::fill(self.scheduler, demo::TENANT, self.at_once).await?;
            self.put_tenant(&zone, Expect::Version(UNFINISHED)).await?;
        }
        let busy = files.iter().map(|file| file.busy.len()).sum();
        Ok(Filled {
            bookings: self.count().await?,
            dates: self.closed().await?.1.dates.len(),
            busy,
            found: finished,
        })
    }

    async fn count(&self) -> Outcome<usize> {
        let now = self.scheduler.clock().now().timestamp();
        let filter = BookingFilter { now, limit: COUNTED, ..BookingFilter::default() };
        Ok(self.stores.bookings.bookings(demo::TENANT, &filter).await?.items.len())
    }

    /// The demo's row, if it is there; refused where anything else is.
    async fn row(&self) -> Outcome<Option<Versioned<Tenant>>> {
        let tenants = self.stores.platform.tenants(PageQuery::first(2)).await?.items;
        let other = tenants.iter().find(|row| row.value.id != demo::TENANT);
        if let Some(other) = other {
            return Err(format!("it holds the business {}: {REFUSED}", other.value.name).into());
        }
        if tenants.is_empty() && self.has_unnamed_data().await? {
            return Err(format!("it holds data of a program without tenants: {REFUSED}").into());
        }
        Ok(tenants.into_iter().next())
    }

    /// A host without tenants keeps everything under one id, and no row says so.
    async fn has_unnamed_data(&self) -> Outcome<bool> {
        for kind in ItemKind::ALL {
            let page = self.stores.platform.items(TenantId::SINGLE, *kind, PageQuery::first(1)).await?;
            if !page.items.is_empty() {
                return Ok(true);
            }
        }
        Ok(!self.stores.bookings.events(TenantId::SINGLE, 0, 1).await?.is_empty())
    }

    fn window(&self) -> Outcome<Interval> {
        let now = self.scheduler.clock().now().timestamp();
        Ok(Interval::from_seconds(
            (now - PAST * DAY).max(0),
            (now + AHEAD * DAY).min(booking_core::END_SECOND),
        )?)
    }

    fn stamp(&self) -> Stamp {
        Stamp::new(Actor::new("demo", "cli"), self.scheduler.clock().now())
    }

    async fn put_tenant(&self, zone: &ZoneId, expect: Expect) -> Outcome {
        let business = Tenant { id: demo::TENANT, name: Name::new(demo::NAME)?, zone: zone.clone() };
        match self.stores.platform.put_tenant(&business, expect, &self.stamp()).await {
            // Another process fills the same database: both do the same.
            Ok(_) | Err(PlatformError::Exists { .. } | PlatformError::VersionConflict { .. }) => Ok(()),
            Err(other) => Err(other.into()),
        }
    }

    /// Puts in place what is not there yet.
    async fn put_catalogue(&self, zone: &ZoneId, window: Interval) -> Outcome {
        let closed = calendar_file::read(demo::HOLIDAYS, zone, self.scheduler.zones(), window)?.dates;
        for item in demo::catalogue(closed)? {
            match self.stores.platform.put_item(demo::TENANT, &item, Expect::Absent, &self.stamp()).await {
                Ok(_) | Err(PlatformError::Exists { .. }) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Ok(())
    }

    /// Closes the business on more dates.
    async fn close_dates(&self, dates: &[Holiday]) -> Outcome {
        let (version, mut holidays) = self.closed().await?;
        let before = holidays.dates.len();
        holidays.dates.extend(dates.iter().cloned());
        // The first name of a date counts.
        holidays.dates.sort_by_key(|holiday| holiday.date);
        holidays.dates.dedup_by_key(|holiday| holiday.date);
        if holidays.dates.len() == before {
            return Ok(());
        }
        let item = HolidayCalendar::new(HolidayCalendarSpec { id: demo::CLOSED, holidays })?.into();
        self.stores.platform.put_item(demo::TENANT, &item, Expect::Version(version), &self.stamp()).await?;
        Ok(())
    }

    /// When it is closed, and the version of that.
    async fn closed(&self) -> Outcome<(u64, HolidaySet)> {
        let id = ItemId::HolidayCalendar(demo::CLOSED);
        match self.stores.platform.item(demo::TENANT, id).await? {
            Some(Versioned { version, value: Item::HolidayCalendar(calendar), .. }) => {
                Ok((version, calendar.into_spec().holidays))
            }
            _ => Err("the demo has no calendar of holidays".into()),
        }
    }

    /// Keeps the practitioners busy.
    async fn keep_busy(&self, file: &CalendarFile, window: Interval) -> Outcome {
        let import = Import { tenant: demo::TENANT, file, window, zone: None };
        for practitioner in demo::PRACTITIONERS {
            import.run(self.scheduler, practitioner, &Actor::new("calendar", "cli"), || {}).await?;
        }
        Ok(())
    }
}

const REFUSED: &str = "the demo goes only where nothing else is, and nothing was changed; `--data FILE` names another \
    file, `--in-memory` needs none";

#[cfg(test)]
mod tests {
    use booking_core::ManualClock;

    use super::*;
    use crate::cli::wait_for;
    use crate::stores::{Place, Purpose};

    async fn empty() -> (Stores, Scheduler<AnyStore, Arc<dyn Clock>>) {
        let stores = Stores::open(&Place::Memory, Purpose::Make).await.expect("memory");
        let clock: Arc<dyn Clock> =
            Arc::new(ManualClock::at("2026-11-30T07:00:00Z".parse().expect("an instant")));
        let scheduler = Scheduler::new(stores.bookings.clone(), clock);
        (stores, scheduler)
    }

    fn demo<'a>(stores: &'a Stores, scheduler: &'a Scheduler<AnyStore, Arc<dyn Clock>>) -> DemoBusiness<'a> {
        DemoBusiness { stores, scheduler, calendars: &[], at_once: 1 }
    }

    async fn version(stores: &Stores) -> Option<u64> {
        stores.platform.tenant(demo::TENANT).await.expect("memory").map(|row| row.version)
    }

    #[test]
    fn a_second_start_finds_what_the_first_has_made() {
        let run = async {
            let (stores, scheduler) = empty().await;
            let first = demo(&stores, &scheduler).fill().await.expect("filled");
            let second = demo(&stores, &scheduler).fill().await.expect("found");
            assert_eq!(second, Filled { found: true, ..first });
            assert!(first.bookings > 200 && !first.found);
        };
        wait_for(run).expect("a runtime");
    }

    #[test]
    fn a_filling_that_was_interrupted_is_completed() {
        let run = async {
            let (stores, scheduler) = empty().await;
            let zone = ZoneId::new(demo::ZONE).expect("a zone");
            let half = demo(&stores, &scheduler);
            // As far as the first items of the catalogue.
            let stamp = half.stamp();
            half.put_tenant(&zone, Expect::Absent).await.expect("the tenant");
            for item in demo::catalogue(Vec::new()).expect("a catalogue").into_iter().take(5) {
                let put = stores.platform.put_item(demo::TENANT, &item, Expect::Absent, &stamp);
                put.await.expect("an item");
            }
            assert_eq!(version(&stores).await, Some(UNFINISHED));
            let filled = demo(&stores, &scheduler).fill().await.expect("completed");
            assert!(filled.bookings > 200 && !filled.found);
            assert_eq!(version(&stores).await, Some(UNFINISHED + 1));
            // As far as all bookings: nothing is made twice.
            let made = demo_bookings::fill(&scheduler, demo::TENANT, 1).await.expect("filled");
            assert!(made < filled.bookings / 4, "{made} of {}", filled.bookings);
        };
        wait_for(run).expect("a runtime");
    }

    #[test]
    fn data_without_a_tenant_is_other_data() {
        let run = async {
            let (stores, scheduler) = empty().await;
            let item = demo::catalogue(Vec::new()).expect("a catalogue").remove(0);
            let demo = demo(&stores, &scheduler);
            let stamp = demo.stamp();
            let put = stores.platform.put_item(TenantId::SINGLE, &item, Expect::Absent, &stamp);
            put.await.expect("an item");
            assert!(demo.fill().await.is_err());
            assert_eq!(version(&stores).await, None);
        };
        wait_for(run).expect("a runtime");
    }
}
