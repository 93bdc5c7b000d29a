//! The port over the state.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use chrono::{DateTime, Utc};

use super::catalogue::Catalogue;
use super::state::State;
use crate::booking::{Block, Booking, Event, WaitlistEntry};
use crate::resource::{Resource, Tag};
use crate::seconds::Seconds;
use crate::service::Service;
use crate::store::{
    BookingFilter, BookingStore, Catalog, Command, CommitError, Committed, Counted, CountedQuery, Occupancy,
    OccupancyQuery, Operation, Page, Recorded, Standing, StandingQuery, StoreError, WaitingQuery,
};
use crate::{BlockId, BookingId, EntryId, Invalid, ResourceId, ServiceId, TenantId};

/// A catalogue and a store in memory: the reference that every other store is held against, and all that tests,
/// examples and demos need.
///
/// Clones share everything. Deadlines are judged by each command's `now`, except that time does not run backwards within
/// a tenant; a store that several machines share uses its own clock instead. Answers are ready at once: the
/// futures never wait, so any executor will do.
///
/// ```
/// use booking_core::{Hours, MemoryStore, Resource, ResourceId, ResourceSpec, TenantId, ZoneId};
///
/// let store = MemoryStore::new();
/// let hours = Hours::always(ZoneId::new("Europe/Berlin")?);
/// let anna = ResourceSpec::new(ResourceId::from_u64(1), "Anna", hours);
/// let replaced = store.add_resource(TenantId::SINGLE, Resource::new(anna)?);
/// assert!(replaced.is_none());
/// # Ok::<(), booking_core::Invalid>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    catalogue: RwLock<Catalogue>,
    state: RwLock<State>,
}

impl MemoryStore {
    /// Empty.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps idempotency keys for this many seconds instead of 7 days: one day to 400 days.
    pub fn keep_keys(&self, seconds: Seconds) -> Result<(), Invalid> {
        self.write().keep_keys(seconds)
    }

    /// Adds a service, or puts it in the place of the one with its id, which is answered.
    pub fn add_service(&self, tenant: TenantId, service: Service) -> Option<Arc<Service>> {
        self.write_catalogue().add_service(tenant, service)
    }

    /// Takes a service out of the catalogue; its bookings stay.
    pub fn remove_service(&self, tenant: TenantId, service: ServiceId) -> Option<Arc<Service>> {
        self.write_catalogue().remove_service(tenant, service)
    }

    /// Adds a resource, or puts it in the place of the one with its id, which is answered.
    ///
    /// Its capacity counts the first time only: from then on the store has its own, which
    /// [`Action::SetCapacity`](crate::Action::SetCapacity) changes and protects.
    pub fn add_resource(&self, tenant: TenantId, resource: Resource) -> Option<Arc<Resource>> {
        self.write().start_capacity(tenant, resource.id, resource.capacity);
        self.write_catalogue().add_resource(tenant, resource)
    }

    /// Takes a resource out of the catalogue; its bookings and its capacity stay.
    pub fn remove_resource(&self, tenant: TenantId, resource: ResourceId) -> Option<Arc<Resource>> {
        self.write_catalogue().remove_resource(tenant, resource)
    }

    /// Looks at the state under the lock: for tests that compare all of it, and for exports.
    pub fn with_state<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.read())
    }

    // A panic while a lock was held cannot leave rows half written in a way that later reads trip over: they are
    // plain collections. Refusing all service from then on would be worse.
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.shared.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.shared.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn read_catalogue(&self) -> RwLockReadGuard<'_, Catalogue> {
        self.shared.catalogue.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_catalogue(&self) -> RwLockWriteGuard<'_, Catalogue> {
        self.shared.catalogue.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Catalog for MemoryStore {
    async fn service(
        &self,
        tenant: TenantId,
        service: ServiceId,
    ) -> Result<Option<Arc<Service>>, StoreError> {
        Ok(self.read_catalogue().service(tenant, service))
    }

    async fn resources(
        &self,
        tenant: TenantId,
        ids: &[ResourceId],
    ) -> Result<Vec<Arc<Resource>>, StoreError> {
        Ok(self.read_catalogue().resources(tenant, ids))
    }

    async fn tagged(&self, tenant: TenantId, tag: &Tag) -> Result<Vec<Arc<Resource>>, StoreError> {
        Ok(self.read_catalogue().tagged(tenant, tag))
    }
}

impl BookingStore for MemoryStore {
    async fn commit(&self, command: &Command) -> Result<Committed, CommitError> {
        self.write().apply(command, command.now.timestamp())
    }

    async fn occupancy(&self, query: &OccupancyQuery) -> Result<Occupancy, StoreError> {
        Ok(self.read().occupancy(query))
    }

    async fn counted(&self, query: &CountedQuery) -> Result<Vec<Counted>, StoreError> {
        Ok(self.read().counted(query))
    }

    async fn standing(&self, query: &StandingQuery) -> Result<Standing, StoreError> {
        Ok(self.read().standing(query))
    }

    async fn recorded(
        &self,
        tenant: TenantId,
        operation: Operation,
        key: &str,
    ) -> Result<Option<Recorded>, StoreError> {
        Ok(self.read().recorded(tenant, operation, key))
    }

    async fn booking(&self, tenant: TenantId, booking: BookingId) -> Result<Option<Booking>, StoreError> {
        Ok(self.read().booking(tenant, booking))
    }

    async fn bookings(&self, tenant: TenantId, filter: &BookingFilter) -> Result<Page<Booking>, StoreError> {
        Ok(self.read().bookings(tenant, filter))
    }

    async fn history(&self, tenant: TenantId, booking: BookingId) -> Result<Vec<Event>, StoreError> {
        Ok(self.read().history(tenant, booking))
    }

    async fn events(&self, tenant: TenantId, after: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        Ok(self.read().events(tenant, after, limit))
    }

    async fn lapsed(
        &self,
        tenant: TenantId,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Booking>, StoreError> {
        Ok(self.read().lapsed(tenant, now, limit))
    }

    async fn block(&self, tenant: TenantId, block: BlockId) -> Result<Option<Block>, StoreError> {
        Ok(self.read().block(tenant, block))
    }

    async fn entry(&self, tenant: TenantId, entry: EntryId) -> Result<Option<WaitlistEntry>, StoreError> {
        Ok(self.read().entry(tenant, entry))
    }

    async fn waiting(&self, query: &WaitingQuery) -> Result<Vec<WaitlistEntry>, StoreError> {
        Ok(self.read().waiting(query))
    }
}
