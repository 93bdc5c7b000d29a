//! The reference state behind a lock, and where a fault gets in.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use booking_core::conformance::World;
use booking_core::memory::State;
use booking_core::{
    Block, BlockId, Booking, BookingFilter, BookingId, BookingStore, Catalog, Command, CommitError,
    Committed, Counted, CountedQuery, EntryId, Event, EventKind, MemoryStore, Move, Occupancy,
    OccupancyQuery, Operation, Page, Recorded, Resource, ResourceId, Service, ServiceId, Standing,
    StandingQuery, StoreError, Tag, TenantId, WaitingQuery, WaitlistEntry,
};
use chrono::{DateTime, Utc};

/// One way to be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// Checks on a copy, then writes what it found right.
    NoLock,
    BuffersIgnored,
    ExpiredHoldsCounted,
    ReplayInsertsTwice,
    LimitsOutsideLock,
    ClaimsKeptAfterCancel,
    SeatsOversold,
    TenantIgnored,
    VersionIgnored,
    HalfAppliedBatch,
    BlockTreatedAsClaim,
    KeyContentIgnored,
    KeysShared,
    RefusalsRecorded,
    SweepChangesAnswers,
    LiveAtTheDeadline,
    TimeRunsBackwards,
    FailedMoveGivesUp,
    MoveCountsItself,
    FirstPlanOnly,
    OverlapsCounted,
    HoldsLiveForEver,
    EventsLost,
    OffersForgotten,
    CapacityUnchecked,
    ListsById,
    OccupancyWithoutBuffers,
    IgnoringIgnored,
    StatesAsWritten,
}

pub(crate) struct FaultyStore {
    pub(crate) fault: Fault,
    pub(crate) state: Mutex<State>,
    catalogue: MemoryStore,
    /// Keys that were seen, for faults of memory.
    pub(crate) keys: Mutex<HashMap<String, Option<String>>>,
}

impl FaultyStore {
    pub(crate) fn new(world: World, fault: Fault) -> Self {
        let (mut state, catalogue) = (State::new(), MemoryStore::new());
        for business in world.businesses {
            for service in business.services {
                catalogue.add_service(business.tenant, service);
            }
            for resource in business.resources {
                let tenant = if fault == Fault::TenantIgnored { TenantId::SINGLE } else { business.tenant };
                state.start_capacity(tenant, resource.id, resource.capacity);
                catalogue.add_resource(business.tenant, resource);
            }
        }
        Self { fault, state: Mutex::new(state), catalogue, keys: Mutex::default() }
    }

    /// Whose rows are meant.
    pub(crate) fn of(&self, tenant: TenantId) -> TenantId {
        if self.fault == Fault::TenantIgnored { TenantId::SINGLE } else { tenant }
    }

    #[expect(clippy::unnecessary_wraps, reason = "every method of the port answers a result")]
    fn read<T>(&self, look: impl FnOnce(&State) -> T) -> Result<T, StoreError> {
        Ok(look(&self.state.lock().unwrap()))
    }

    fn shown(&self, events: Vec<Event>) -> Vec<Event> {
        let lost = |event: &Event| event.kind == EventKind::Moved(Move::Extend);
        events.into_iter().filter(|event| self.fault != Fault::EventsLost || !lost(event)).collect()
    }
}

impl Catalog for FaultyStore {
    async fn service(&self, tenant: TenantId, id: ServiceId) -> Result<Option<Arc<Service>>, StoreError> {
        self.catalogue.service(tenant, id).await
    }

    async fn resources(
        &self,
        tenant: TenantId,
        ids: &[ResourceId],
    ) -> Result<Vec<Arc<Resource>>, StoreError> {
        self.catalogue.resources(tenant, ids).await
    }

    async fn tagged(&self, tenant: TenantId, tag: &Tag) -> Result<Vec<Arc<Resource>>, StoreError> {
        self.catalogue.tagged(tenant, tag).await
    }
}

impl BookingStore for FaultyStore {
    async fn commit(&self, command: &Command) -> Result<Committed, CommitError> {
        self.apply(Command { tenant: self.of(command.tenant), ..command.clone() })
    }

    async fn occupancy(&self, query: &OccupancyQuery) -> Result<Occupancy, StoreError> {
        let ignoring = query.ignoring.filter(|_| self.fault != Fault::IgnoringIgnored);
        let query = OccupancyQuery { tenant: self.of(query.tenant), ignoring, ..query.clone() };
        let mut occupancy = self.read(|state| state.occupancy(&query))?;
        if self.fault == Fault::OccupancyWithoutBuffers {
            occupancy.claims.retain(|row| row.claim.interval.overlaps(query.window));
        }
        Ok(occupancy)
    }

    async fn counted(&self, query: &CountedQuery) -> Result<Vec<Counted>, StoreError> {
        let query = CountedQuery { tenant: self.of(query.tenant), ..query.clone() };
        self.read(|state| state.counted(&query))
    }

    async fn standing(&self, query: &StandingQuery) -> Result<Standing, StoreError> {
        let query = StandingQuery { tenant: self.of(query.tenant), ..query.clone() };
        self.read(|state| state.standing(&query))
    }

    async fn recorded(
        &self,
        tenant: TenantId,
        operation: Operation,
        key: &str,
    ) -> Result<Option<Recorded>, StoreError> {
        self.read(|state| state.recorded(self.of(tenant), operation, key))
    }

    async fn booking(&self, tenant: TenantId, id: BookingId) -> Result<Option<Booking>, StoreError> {
        self.read(|state| state.booking(self.of(tenant), id))
    }

    async fn bookings(&self, tenant: TenantId, filter: &BookingFilter) -> Result<Page<Booking>, StoreError> {
        let now = if self.fault == Fault::StatesAsWritten { 0 } else { filter.now };
        let filter = BookingFilter { now, ..filter.clone() };
        let mut page = self.read(|state| state.bookings(self.of(tenant), &filter))?;
        if self.fault == Fault::ListsById {
            page.items.sort_by_key(|booking| booking.id);
        }
        Ok(page)
    }

    async fn history(&self, tenant: TenantId, id: BookingId) -> Result<Vec<Event>, StoreError> {
        self.read(|state| state.history(self.of(tenant), id)).map(|events| self.shown(events))
    }

    async fn events(&self, tenant: TenantId, after: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        self.read(|state| state.events(self.of(tenant), after, limit)).map(|events| self.shown(events))
    }

    async fn lapsed(
        &self,
        tenant: TenantId,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Booking>, StoreError> {
        self.read(|state| state.lapsed(self.of(tenant), now, limit))
    }

    async fn block(&self, tenant: TenantId, id: BlockId) -> Result<Option<Block>, StoreError> {
        self.read(|state| state.block(self.of(tenant), id))
    }

    async fn entry(&self, tenant: TenantId, id: EntryId) -> Result<Option<WaitlistEntry>, StoreError> {
        self.read(|state| state.entry(self.of(tenant), id))
    }

    async fn waiting(&self, query: &WaitingQuery) -> Result<Vec<WaitlistEntry>, StoreError> {
        let query = WaitingQuery { tenant: self.of(query.tenant), ..query.clone() };
        self.read(|state| state.waiting(&query))
    }
}
