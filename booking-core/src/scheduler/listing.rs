//! Which times are free, and why not this one.

use chrono::{DateTime, Utc};

use super::snapshot::Purpose;
use super::{Refusal, Scheduler, Wish};
use crate::clock::Clock;
use crate::engine::{Availability, DaySummary, Explanation, FreeWindow, Slot, SlotQuery, Snapshot};
use crate::interval::{Interval, instant, second_of};
use crate::seconds::{DAY, HOUR};
use crate::service::Service;
use crate::store::{BookingStore, Catalog};
use crate::time::ZoneId;
use crate::{END_SECOND, FIRST_SECOND, Invalid};

/// The most alternatives a refusal names.
const MAX_ALTERNATIVES: usize = 3;

impl<S: Catalog + BookingStore, C: Clock> Scheduler<S, C> {
    /// Every bookable slot that starts in the window, with who could serve it and how much is left.
    pub async fn slots(&self, wish: &Wish, window: Interval) -> Result<Vec<Slot>, Refusal> {
        let service = self.service(wish.tenant, wish.service).await?;
        let query = Self::query(wish, window, self.present(wish)?)?;
        let snapshot = self.listed(wish, &service, &query).await?;
        Ok(self.availability(&service, &snapshot)?.slots(&query)?)
    }

    /// The starts alone.
    pub async fn starts(&self, wish: &Wish, window: Interval) -> Result<Vec<DateTime<Utc>>, Refusal> {
        Ok(self.starts_in_seconds(wish, window).await?.into_iter().map(instant).collect())
    }

    /// The starts alone, ascending, as seconds since the Unix epoch: the cheapest listing.
    pub async fn starts_in_seconds(&self, wish: &Wish, window: Interval) -> Result<Vec<i64>, Refusal> {
        let service = self.service(wish.tenant, wish.service).await?;
        let query = Self::query(wish, window, self.present(wish)?)?;
        let snapshot = self.listed(wish, &service, &query).await?;
        Ok(self.availability(&service, &snapshot)?.starts(&query)?)
    }

    /// The stretches in which a visit could start at any second, grid aside.
    pub async fn windows(&self, wish: &Wish, window: Interval) -> Result<Vec<FreeWindow>, Refusal> {
        let service = self.service(wish.tenant, wish.service).await?;
        let query = Self::query(wish, window, self.present(wish)?)?;
        let snapshot = self.listed(wish, &service, &query).await?;
        Ok(self.availability(&service, &snapshot)?.windows(&query)?)
    }

    /// How many slots start on each date of the viewer's zone (the service's, if none is given).
    pub async fn days(
        &self,
        wish: &Wish,
        window: Interval,
        viewer: Option<&ZoneId>,
    ) -> Result<Vec<DaySummary>, Refusal> {
        let service = self.service(wish.tenant, wish.service).await?;
        let zone = self.zones.zone(viewer.unwrap_or(&service.zone))?;
        let query = Self::query(wish, window, self.present(wish)?)?;
        let snapshot = self.listed(wish, &service, &query).await?;
        Ok(self.availability(&service, &snapshot)?.days(&query, &zone)?)
    }

    /// The first bookable start of the window.
    pub async fn first(&self, wish: &Wish, window: Interval) -> Result<Option<DateTime<Utc>>, Refusal> {
        let service = self.service(wish.tenant, wish.service).await?;
        let query = Self::query(wish, window, self.present(wish)?)?;
        let snapshot = self.listed(wish, &service, &query).await?;
        Ok(self.availability(&service, &snapshot)?.first(&query)?.map(instant))
    }

    /// Every reason against one start, and what speaks against every candidate; no reasons exactly when it is offered.
    pub async fn explain(&self, wish: &Wish, start: DateTime<Utc>) -> Result<Explanation, Refusal> {
        let service = self.service(wish.tenant, wish.service).await?;
        let start = second_of("start", start)?;
        let query = Self::query(wish, one_second(start)?, self.present(wish)?)?;
        let snapshot = self.listed(wish, &service, &query).await?;
        Ok(self.availability(&service, &snapshot)?.explain(&query, start)?)
    }

    /// What a listing depends on.
    pub(super) async fn listed(
        &self,
        wish: &Wish,
        service: &Service,
        query: &SlotQuery,
    ) -> Result<Snapshot, Refusal> {
        self.snapshot_for(Purpose::List, wish.tenant, service, query, wish.ignoring).await
    }

    /// The present as a listing is to see it.
    pub(super) fn present(&self, wish: &Wish) -> Result<i64, Invalid> {
        wish.as_of.map_or_else(|| Ok(self.now().timestamp()), |as_of| second_of("as_of", as_of))
    }

    pub(super) fn availability<'a>(
        &'a self,
        service: &'a Service,
        snapshot: &'a Snapshot,
    ) -> Result<Availability<'a>, Refusal> {
        Ok(Availability::with_kept(service, snapshot, &self.zones, &self.calendars)?.with_rules(&self.rules))
    }

    /// The bookable starts nearest to one that is not, within a week either way. An extra for people: when it cannot be
    /// found, there is none.
    pub(super) async fn alternatives(&self, wish: &Wish, start: i64) -> Vec<DateTime<Utc>> {
        for spare in [12 * HOUR, 7 * DAY] {
            let (from, until) = ((start - spare).max(FIRST_SECOND), (start + spare).min(END_SECOND));
            let Ok(window) = Interval::from_seconds(from, until) else { return Vec::new() };
            let Ok(mut starts) = self.starts(wish, window).await else { return Vec::new() };
            if !starts.is_empty() {
                starts.sort_by_key(|other| ((other.timestamp() - start).abs(), *other));
                starts.truncate(MAX_ALTERNATIVES);
                return starts;
            }
        }
        Vec::new()
    }
}

/// The window of one start.
pub(super) fn one_second(start: i64) -> Result<Interval, Invalid> {
    crate::check_second("start", start)?;
    Interval::from_seconds(start, start + 1)
        .map_err(|_| Invalid::new("start", instant(start), "an instant before the year 2100"))
}
