//! The core's ports.

use std::sync::Arc;

use booking_core::{
    Block, BlockId, Booking, BookingFilter, BookingId, BookingStore, Catalog, Command, CommitError,
    Committed, Counted, CountedQuery, EntryId, Event, Occupancy, OccupancyQuery, Operation, Page, Recorded,
    Resource, ResourceId, Service, ServiceId, Standing, StandingQuery, StoreError, Tag, TenantId,
    WaitingQuery, WaitlistEntry,
};
use chrono::{DateTime, Utc};

use crate::SqliteStore;
use crate::row::Write;

impl Catalog for SqliteStore {
    async fn service(
        &self,
        tenant: TenantId,
        service: ServiceId,
    ) -> Result<Option<Arc<Service>>, StoreError> {
        self.read(Some(tenant), |memory| memory.platform.catalogue().service(tenant, service)).await
    }

    async fn resources(
        &self,
        tenant: TenantId,
        ids: &[ResourceId],
    ) -> Result<Vec<Arc<Resource>>, StoreError> {
        self.read(Some(tenant), |memory| memory.platform.catalogue().resources(tenant, ids)).await
    }

    async fn tagged(&self, tenant: TenantId, tag: &Tag) -> Result<Vec<Arc<Resource>>, StoreError> {
        self.read(Some(tenant), |memory| memory.platform.catalogue().tagged(tenant, tag)).await
    }
}

impl BookingStore for SqliteStore {
    async fn commit(&self, command: &Command) -> Result<Committed, CommitError> {
        let command = command.clone();
        self.write(move |memory, writes| {
            let (answer, changes) = memory.state.apply_noting(&command, command.now.timestamp())?;
            if !changes.is_empty() {
                writes.push(Write::Core(Box::new(changes)));
            }
            writes.extend(memory.platform.follow(&command, &answer).into_iter().map(Write::platform));
            Ok(answer)
        })
        .await
    }

    async fn occupancy(&self, query: &OccupancyQuery) -> Result<Occupancy, StoreError> {
        self.read(Some(query.tenant), |memory| memory.state.occupancy(query)).await
    }

    async fn counted(&self, query: &CountedQuery) -> Result<Vec<Counted>, StoreError> {
        self.read(Some(query.tenant), |memory| memory.state.counted(query)).await
    }

    async fn standing(&self, query: &StandingQuery) -> Result<Standing, StoreError> {
        self.read(Some(query.tenant), |memory| memory.state.standing(query)).await
    }

    async fn recorded(
        &self,
        tenant: TenantId,
        operation: Operation,
        key: &str,
    ) -> Result<Option<Recorded>, StoreError> {
        self.read(Some(tenant), |memory| memory.state.recorded(tenant, operation, key)).await
    }

    async fn booking(&self, tenant: TenantId, booking: BookingId) -> Result<Option<Booking>, StoreError> {
        self.read(Some(tenant), |memory| memory.state.booking(tenant, booking)).await
    }

    async fn bookings(&self, tenant: TenantId, filter: &BookingFilter) -> Result<Page<Booking>, StoreError> {
        self.read(Some(tenant), |memory| memory.state.bookings(tenant, filter)).await
    }

    async fn history(&self, tenant: TenantId, booking: BookingId) -> Result<Vec<Event>, StoreError> {
        self.read(Some(tenant), |memory| memory.state.history(tenant, booking)).await
    }

    async fn events(&self, tenant: TenantId, after: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        self.read(Some(tenant), |memory| memory.state.events(tenant, after, limit)).await
    }

    async fn lapsed(
        &self,
        tenant: TenantId,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Booking>, StoreError> {
        self.read(Some(tenant), |memory| memory.state.lapsed(tenant, now, limit)).await
    }

    async fn block(&self, tenant: TenantId, block: BlockId) -> Result<Option<Block>, StoreError> {
        self.read(Some(tenant), |memory| memory.state.block(tenant, block)).await
    }

    async fn entry(&self, tenant: TenantId, entry: EntryId) -> Result<Option<WaitlistEntry>, StoreError> {
        self.read(Some(tenant), |memory| memory.state.entry(tenant, entry)).await
    }

    async fn waiting(&self, query: &WaitingQuery) -> Result<Vec<WaitlistEntry>, StoreError> {
        self.read(Some(query.tenant), |memory| memory.state.waiting(query)).await
    }
}
