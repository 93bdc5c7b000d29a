//! Stores that are broken on purpose: what the auditor must notice.

use std::sync::{Arc, Mutex, PoisonError};

use booking_core::memory::{Rows, State};
use booking_core::{
    Action, Block, BlockId, Booking, BookingFilter, BookingId, BookingStore, Catalog, Change, Command,
    CommitError, Committed, Counted, CountedQuery, EntryId, Event, MemoryStore, Occupancy, OccupancyQuery,
    Operation, Page, Recorded, Resource, ResourceId, Service, ServiceId, Standing, StandingQuery, StoreError,
    Tag, TenantId, WaitingQuery, WaitlistEntry,
};
use chrono::{DateTime, TimeDelta, Utc};

use super::town::Stock;

/// What is wrong with a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// What does not fit any more is written all the same, as if it had been checked before the other was there.
    NoLock,
    /// Confirming does not look at the deadline.
    Revives,
    /// Keys are not recorded.
    ForgetsKeys,
    /// Lapsed holds block until they are swept.
    CountsExpired,
    /// The second tenant is shown the bookings of the first.
    MixesTenants,
}

/// A memory store with a fault.
pub(crate) struct Faulty {
    catalogue: MemoryStore,
    state: Mutex<State>,
    fault: Fault,
}

impl Faulty {
    pub(crate) fn new(fault: Fault) -> Self {
        Self { catalogue: MemoryStore::new(), state: Mutex::default(), fault }
    }

    fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn apply(&self, state: &mut State, command: &Command) -> Result<Committed, CommitError> {
        let now = command.now.timestamp();
        let mut command = command.clone();
        if self.fault == Fault::ForgetsKeys {
            command.key = None;
        }
        if let (Fault::Revives, Action::Change { booking, change: Change::Confirm, .. }) =
            (self.fault, &command.action)
        {
            let mut rows = state.rows(command.tenant);
            for row in rows.bookings.iter_mut().filter(|row| row.id == *booking && row.deadline.is_some()) {
                row.deadline = Some(command.now + TimeDelta::minutes(1));
            }
            state.restore(command.tenant, rows);
        }
        let done = state.apply(&command, now);
        match (&done, &command.action) {
            (Err(CommitError::NoFit { .. }), Action::Place(_)) if self.fault == Fault::NoLock => {
                force(state, &command)
            }
            _ => done,
        }
    }
}

/// Places a booking as if nothing else were there.
fn force(state: &mut State, command: &Command) -> Result<Committed, CommitError> {
    let rows = state.rows(command.tenant);
    let empty = Rows { bookings: Vec::new(), sessions: Vec::new(), ..rows.clone() };
    state.restore(command.tenant, empty);
    let done = state.apply(command, command.now.timestamp());
    let mut all = if done.is_ok() { state.rows(command.tenant) } else { rows.clone() };
    if done.is_ok() {
        all.bookings.extend(rows.bookings);
        all.sessions.extend(rows.sessions);
    }
    state.restore(command.tenant, all);
    done
}

impl Stock for Faulty {
    fn stock_service(&self, tenant: TenantId, service: Service) {
        self.catalogue.add_service(tenant, service);
    }

    fn stock_resource(&self, tenant: TenantId, resource: Resource) {
        self.with(|state| state.start_capacity(tenant, resource.id, resource.capacity));
        self.catalogue.add_resource(tenant, resource);
    }
}

impl Catalog for Faulty {
    async fn service(
        &self,
        tenant: TenantId,
        service: ServiceId,
    ) -> Result<Option<Arc<Service>>, StoreError> {
        self.catalogue.service(tenant, service).await
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

impl BookingStore for Faulty {
    async fn commit(&self, command: &Command) -> Result<Committed, CommitError> {
        self.with(|state| self.apply(state, command))
    }

    async fn occupancy(&self, query: &OccupancyQuery) -> Result<Occupancy, StoreError> {
        let mut query = query.clone();
        if self.fault == Fault::CountsExpired {
            query.now = 0;
        }
        Ok(self.with(|state| state.occupancy(&query)))
    }

    async fn counted(&self, query: &CountedQuery) -> Result<Vec<Counted>, StoreError> {
        Ok(self.with(|state| state.counted(query)))
    }

    async fn standing(&self, query: &StandingQuery) -> Result<Standing, StoreError> {
        Ok(self.with(|state| state.standing(query)))
    }

    async fn recorded(
        &self,
        tenant: TenantId,
        operation: Operation,
        key: &str,
    ) -> Result<Option<Recorded>, StoreError> {
        Ok(self.with(|state| state.recorded(tenant, operation, key)))
    }

    async fn booking(&self, tenant: TenantId, booking: BookingId) -> Result<Option<Booking>, StoreError> {
        Ok(self.with(|state| state.booking(tenant, booking)))
    }

    async fn bookings(&self, tenant: TenantId, filter: &BookingFilter) -> Result<Page<Booking>, StoreError> {
        let shown = if self.fault == Fault::MixesTenants { TenantId::from_u64(1) } else { tenant };
        Ok(self.with(|state| state.bookings(shown, filter)))
    }

    async fn history(&self, tenant: TenantId, booking: BookingId) -> Result<Vec<Event>, StoreError> {
        Ok(self.with(|state| state.history(tenant, booking)))
    }

    async fn events(&self, tenant: TenantId, after: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        Ok(self.with(|state| state.events(tenant, after, limit)))
    }

    async fn lapsed(
        &self,
        tenant: TenantId,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Booking>, StoreError> {
        Ok(self.with(|state| state.lapsed(tenant, now, limit)))
    }

    async fn block(&self, tenant: TenantId, block: BlockId) -> Result<Option<Block>, StoreError> {
        Ok(self.with(|state| state.block(tenant, block)))
    }

    async fn entry(&self, tenant: TenantId, entry: EntryId) -> Result<Option<WaitlistEntry>, StoreError> {
        Ok(self.with(|state| state.entry(tenant, entry)))
    }

    async fn waiting(&self, query: &WaitingQuery) -> Result<Vec<WaitlistEntry>, StoreError> {
        Ok(self.with(|state| state.waiting(query)))
    }
}
