//! A store behind a pointer, for programs that choose it when they run.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{
    BookingFilter, BookingStore, Catalog, Command, CommitError, Committed, Counted, CountedQuery, Occupancy,
    OccupancyQuery, Operation, Page, Recorded, Standing, StandingQuery, StoreError, WaitingQuery,
};
use crate::booking::{Block, Booking, Event, WaitlistEntry};
use crate::resource::{Resource, Tag};
use crate::service::Service;
use crate::{BlockId, BookingId, EntryId, ResourceId, ServiceId, TenantId};

/// Any store with its catalogue: one type for a program that picks memory, a file or a server by its configuration.
///
/// Clones share the store. Each call costs one allocation more than calling the store itself, for the future.
///
/// ```
/// use booking_core::{AnyStore, MemoryStore};
///
/// let stores: Vec<AnyStore> = vec![AnyStore::new(MemoryStore::new()), AnyStore::new(MemoryStore::new())];
/// assert_eq!(stores.len(), 2);
/// ```
#[derive(Clone)]
pub struct AnyStore(Arc<dyn Erased>);

impl AnyStore {
    /// Hides which store it is.
    pub fn new(store: impl Catalog + BookingStore + 'static) -> Self {
        Self(Arc::new(store))
    }
}

impl fmt::Debug for AnyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AnyStore")
    }
}

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Both ports with the futures boxed: what a pointer can dispatch to.
trait Erased: Send + Sync {
    fn service(
        &self,
        tenant: TenantId,
        service: ServiceId,
    ) -> Boxed<'_, Result<Option<Arc<Service>>, StoreError>>;
    fn resources<'a>(
        &'a self,
        tenant: TenantId,
        ids: &'a [ResourceId],
    ) -> Boxed<'a, Result<Vec<Arc<Resource>>, StoreError>>;
    fn tagged<'a>(
        &'a self,
        tenant: TenantId,
        tag: &'a Tag,
    ) -> Boxed<'a, Result<Vec<Arc<Resource>>, StoreError>>;
    fn commit<'a>(&'a self, command: &'a Command) -> Boxed<'a, Result<Committed, CommitError>>;
    fn occupancy<'a>(&'a self, query: &'a OccupancyQuery) -> Boxed<'a, Result<Occupancy, StoreError>>;
    fn counted<'a>(&'a self, query: &'a CountedQuery) -> Boxed<'a, Result<Vec<Counted>, StoreError>>;
    fn standing<'a>(&'a self, query: &'a StandingQuery) -> Boxed<'a, Result<Standing, StoreError>>;
    fn recorded<'a>(
        &'a self,
        tenant: TenantId,
        operation: Operation,
        key: &'a str,
    ) -> Boxed<'a, Result<Option<Recorded>, StoreError>>;
    fn booking(&self, tenant: TenantId, booking: BookingId)
    -> Boxed<'_, Result<Option<Booking>, StoreError>>;
    fn bookings<'a>(
        &'a self,
        tenant: TenantId,
        filter: &'a BookingFilter,
    ) -> Boxed<'a, Result<Page<Booking>, StoreError>>;
    fn history(&self, tenant: TenantId, booking: BookingId) -> Boxed<'_, Result<Vec<Event>, StoreError>>;
    fn events(&self, tenant: TenantId, after: u64, limit: usize)
    -> Boxed<'_, Result<Vec<Event>, StoreError>>;
    fn lapsed(
        &self,
        tenant: TenantId,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Boxed<'_, Result<Vec<Booking>, StoreError>>;
    fn block(&self, tenant: TenantId, block: BlockId) -> Boxed<'_, Result<Option<Block>, StoreError>>;
    fn entry(&self, tenant: TenantId, entry: EntryId)
    -> Boxed<'_, Result<Option<WaitlistEntry>, StoreError>>;
    fn waiting<'a>(&'a self, query: &'a WaitingQuery) -> Boxed<'a, Result<Vec<WaitlistEntry>, StoreError>>;
}

impl<S: Catalog + BookingStore> Erased for S {
    fn service(
        &self,
        tenant: TenantId,
        service: ServiceId,
    ) -> Boxed<'_, Result<Option<Arc<Service>>, StoreError>> {
        Box::pin(Catalog::service(self, tenant, service))
    }
    fn resources<'a>(
        &'a self,
        tenant: TenantId,
        ids: &'a [ResourceId],
    ) -> Boxed<'a, Result<Vec<Arc<Resource>>, StoreError>> {
        Box::pin(Catalog::resources(self, tenant, ids))
    }
    fn tagged<'a>(
        &'a self,
        tenant: TenantId,
        tag: &'a Tag,
    ) -> Boxed<'a, Result<Vec<Arc<Resource>>, StoreError>> {
        Box::pin(Catalog::tagged(self, tenant, tag))
    }
    fn commit<'a>(&'a self, command: &'a Command) -> Boxed<'a, Result<Committed, CommitError>> {
        Box::pin(BookingStore::commit(self, command))
    }
    fn occupancy<'a>(&'a self, query: &'a OccupancyQuery) -> Boxed<'a, Result<Occupancy, StoreError>> {
        Box::pin(BookingStore::occupancy(self, query))
    }
    fn counted<'a>(&'a self, query: &'a CountedQuery) -> Boxed<'a, Result<Vec<Counted>, StoreError>> {
        Box::pin(BookingStore::counted(self, query))
    }
    fn standing<'a>(&'a self, query: &'a StandingQuery) -> Boxed<'a, Result<Standing, StoreError>> {
        Box::pin(BookingStore::standing(self, query))
    }
    fn recorded<'a>(
        &'a self,
        tenant: TenantId,
        operation: Operation,
        key: &'a str,
    ) -> Boxed<'a, Result<Option<Recorded>, StoreError>> {
        Box::pin(BookingStore::recorded(self, tenant, operation, key))
    }
    fn booking(
        &self,
        tenant: TenantId,
        booking: BookingId,
    ) -> Boxed<'_, Result<Option<Booking>, StoreError>> {
        Box::pin(BookingStore::booking(self, tenant, booking))
    }
    fn bookings<'a>(
        &'a self,
        tenant: TenantId,
        filter: &'a BookingFilter,
    ) -> Boxed<'a, Result<Page<Booking>, StoreError>> {
        Box::pin(BookingStore::bookings(self, tenant, filter))
    }
    fn history(&self, tenant: TenantId, booking: BookingId) -> Boxed<'_, Result<Vec<Event>, StoreError>> {
        Box::pin(BookingStore::history(self, tenant, booking))
    }
    fn events(
        &self,
        tenant: TenantId,
        after: u64,
        limit: usize,
    ) -> Boxed<'_, Result<Vec<Event>, StoreError>> {
        Box::pin(BookingStore::events(self, tenant, after, limit))
    }
    fn lapsed(
        &self,
        tenant: TenantId,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Boxed<'_, Result<Vec<Booking>, StoreError>> {
        Box::pin(BookingStore::lapsed(self, tenant, now, limit))
    }
    fn block(&self, tenant: TenantId, block: BlockId) -> Boxed<'_, Result<Option<Block>, StoreError>> {
        Box::pin(BookingStore::block(self, tenant, block))
    }
    fn entry(
        &self,
        tenant: TenantId,
        entry: EntryId,
    ) -> Boxed<'_, Result<Option<WaitlistEntry>, StoreError>> {
        Box::pin(BookingStore::entry(self, tenant, entry))
    }
    fn waiting<'a>(&'a self, query: &'a WaitingQuery) -> Boxed<'a, Result<Vec<WaitlistEntry>, StoreError>> {
        Box::pin(BookingStore::waiting(self, query))
    }
}

impl Catalog for AnyStore {
    async fn service(
        &self,
        tenant: TenantId,
        service: ServiceId,
    ) -> Result<Option<Arc<Service>>, StoreError> {
        self.0.service(tenant, service).await
    }

    async fn resources(
        &self,
        tenant: TenantId,
        ids: &[ResourceId],
    ) -> Result<Vec<Arc<Resource>>, StoreError> {
        self.0.resources(tenant, ids).await
    }

    async fn tagged(&self, tenant: TenantId, tag: &Tag) -> Result<Vec<Arc<Resource>>, StoreError> {
        self.0.tagged(tenant, tag).await
    }
}

impl BookingStore for AnyStore {
    async fn commit(&self, command: &Command) -> Result<Committed, CommitError> {
        self.0.commit(command).await
    }

    async fn occupancy(&self, query: &OccupancyQuery) -> Result<Occupancy, StoreError> {
        self.0.occupancy(query).await
    }

    async fn counted(&self, query: &CountedQuery) -> Result<Vec<Counted>, StoreError> {
        self.0.counted(query).await
    }

    async fn standing(&self, query: &StandingQuery) -> Result<Standing, StoreError> {
        self.0.standing(query).await
    }

    async fn recorded(
        &self,
        tenant: TenantId,
        operation: Operation,
        key: &str,
    ) -> Result<Option<Recorded>, StoreError> {
        self.0.recorded(tenant, operation, key).await
    }

    async fn booking(&self, tenant: TenantId, booking: BookingId) -> Result<Option<Booking>, StoreError> {
        self.0.booking(tenant, booking).await
    }

    async fn bookings(&self, tenant: TenantId, filter: &BookingFilter) -> Result<Page<Booking>, StoreError> {
        self.0.bookings(tenant, filter).await
    }

    async fn history(&self, tenant: TenantId, booking: BookingId) -> Result<Vec<Event>, StoreError> {
        self.0.history(tenant, booking).await
    }

    async fn events(&self, tenant: TenantId, after: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        self.0.events(tenant, after, limit).await
    }

    async fn lapsed(
        &self,
        tenant: TenantId,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Booking>, StoreError> {
        self.0.lapsed(tenant, now, limit).await
    }

    async fn block(&self, tenant: TenantId, block: BlockId) -> Result<Option<Block>, StoreError> {
        self.0.block(tenant, block).await
    }

    async fn entry(&self, tenant: TenantId, entry: EntryId) -> Result<Option<WaitlistEntry>, StoreError> {
        self.0.entry(tenant, entry).await
    }

    async fn waiting(&self, query: &WaitingQuery) -> Result<Vec<WaitlistEntry>, StoreError> {
        self.0.waiting(query).await
    }
}
