//! What a process remembers of busy calendars and of what is offered, for less than a second.
//!
//! Reads come twenty to a write, and most ask for the same weeks. An answer is kept by tenant, resource and month, for
//! the second it was asked in and never longer than [`FRESH`], so that another process's booking is seen within a second,
//! whatever happens to any message; what this process books is seen at once, and what others tell of as soon as they do.
//! Who asks for what is being read waits for it instead of reading it as well. Without the database nothing is kept longer:
//! requests then fail, as they do without a cache. Commands are judged by the database alone: whether there is room is never
//! told from here.

mod offered;
mod pages;

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use booking_core::{
    Action, Command, Interval, Occupancy, OccupancyQuery, PlanClaims, ResourceId, StoreError, TenantId,
};
use tokio::sync::OwnedMutexGuard;

use crate::store::PostgresStore;
pub(crate) use offered::{Known, Offered, Pool};
use pages::{Missing, Page, Pages, assemble, split};

/// How long an answer is used at most.
pub(crate) const FRESH: Duration = Duration::from_millis(900);
/// The months, of 31 days each, that a remembered question may touch: longer ones go to the database.
const MOST_MONTHS: i64 = 4;

/// How often the memory served a question, and how often the database had to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CacheUse {
    /// Months of a resource that were remembered.
    pub hits: u64,
    /// Months of a resource that had to be read.
    pub misses: u64,
}

/// The memory of a process.
#[derive(Debug, Default)]
pub(crate) struct BusyCache {
    pages: Pages,
    offered: Offered,
    hits: AtomicU64,
    misses: AtomicU64,
}

/// What a command may have changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Touched {
    Resources(Vec<ResourceId>),
    /// Anything of the tenant.
    All,
}

impl BusyCache {
    pub(crate) fn counts(&self) -> CacheUse {
        CacheUse { hits: self.hits.load(Ordering::Relaxed), misses: self.misses.load(Ordering::Relaxed) }
    }

    pub(crate) fn offered(&self) -> &Offered {
        &self.offered
    }

    /// Forgets all that is remembered of a tenant: its catalogue was changed, or nobody knows what was.
    pub(crate) fn forget_tenant(&self, tenant: TenantId) {
        self.offered.forget(tenant);
        self.pages.forget_tenant(tenant);
    }

    /// Forgets what a command of this process may have changed of what is busy. What is being read meanwhile is not
    /// remembered.
    pub(crate) fn forget(&self, tenant: TenantId, touched: &Touched) {
        match touched {
            Touched::All => self.pages.forget_tenant(tenant),
            Touched::Resources(resources) => {
                for &resource in resources {
                    self.pages.forget(tenant, resource);
                }
            }
        }
    }

    /// Nobody knows what has changed.
    pub(crate) fn forget_everything(&self) {
        self.offered.forget_everything();
        self.pages.forget_everything();
    }

    pub(crate) async fn occupancy(
        self: &Arc<Self>,
        store: &PostgresStore,
        query: &OccupancyQuery,
    ) -> Result<Occupancy, StoreError> {
        let months = pages::months(query.window);
        if query.ignoring.is_some() || months.end - months.start > MOST_MONTHS {
            return store.read_occupancy(query).await;
        }
        let mut resources = query.resources.clone();
        resources.sort_unstable();
        resources.dedup();
        let mut found: Vec<Page> = Vec::new();
        let mut missing = self.find(query, &months, &resources, &mut found);
        let mut turns = free_turns(&missing);
        if turns.len() < missing.len() {
            // Others read some of it: waits for them without keeping anybody waiting, and looks at all of it again, since what
            // was found has aged. One who cannot read keeps nobody longer than that.
            turns.clear();
            for (_, missed) in &missing {
                drop(missed.turn.lock().await);
            }
            found.clear();
            missing = self.find(query, &months, &resources, &mut found);
            turns = free_turns(&missing);
        }
        let each = (months.end - months.start).unsigned_abs();
        self.hits.fetch_add((resources.len() - missing.len()) as u64 * each, Ordering::Relaxed);
        self.misses.fetch_add(missing.len() as u64 * each, Ordering::Relaxed);
        if !missing.is_empty() {
            let Ok(window) = Interval::from_seconds(pages::start(months.start), pages::start(months.end))
            else {
                return store.read_occupancy(query).await;
            };
            let resources = missing.iter().map(|(resource, _)| *resource).collect();
            let asked = std::time::Instant::now();
            let read = store.read_occupancy(&OccupancyQuery { resources, window, ..query.clone() }).await?;
            for (resource, missed) in missing {
                let pages = split(&read, resource, &months);
                self.pages.keep(query.tenant, resource, missed.generation, query.now, asked, &pages);
                found.extend(pages.into_iter().map(|(_, page)| page));
            }
        }
        drop(turns);
        Ok(assemble(&found, query))
    }

    /// Adds the months that are remembered, resource by resource; answers the resources of which some are not.
    fn find(
        &self,
        query: &OccupancyQuery,
        months: &Range<i64>,
        resources: &[ResourceId],
        found: &mut Vec<Page>,
    ) -> Vec<(ResourceId, Missing)> {
        let mut missing = Vec::new();
        for &resource in resources {
            match self.pages.find(query.tenant, resource, months, query.now) {
                Ok(pages) => found.extend(pages),
                Err(missed) => missing.push((resource, missed)),
            }
        }
        missing
    }
}

/// The turns to read calendars, as far as nobody has them.
fn free_turns(missing: &[(ResourceId, Missing)]) -> Vec<OwnedMutexGuard<()>> {
    missing.iter().filter_map(|(_, missed)| Arc::clone(&missed.turn).try_lock_owned().ok()).collect()
}

/// What a command may change, as far as it says itself: ordinary bookings touch the resources they claim.
pub(crate) fn touched(command: &Command) -> Touched {
    let Action::Place(placements) = &command.action else { return Touched::All };
    if !command.offers.is_empty() {
        return Touched::All;
    }
    let mut resources = Vec::new();
    for plan in placements.iter().flat_map(|placement| &placement.plans) {
        match &plan.claims {
            PlanClaims::Own(claims) => resources.extend(claims.iter().map(|claim| claim.resource)),
            PlanClaims::Seats(session) => resources.extend(session.claims.iter().map(|claim| claim.resource)),
        }
    }
    Touched::Resources(resources)
}
