//! The core's ports over the same state: what the engine reads, and commands that end up in the audit log.

use std::sync::Arc;

use booking_core::{
    Action, Block, BlockId, Booking, BookingFilter, BookingId, BookingStore, Catalog, Command, CommitError,
    Committed, Counted, CountedQuery, EntryId, Event, Occupancy, OccupancyQuery, Operation, Page, Recorded,
    Resource, ResourceId, Service, ServiceId, Standing, StandingQuery, StoreError, Tag, TenantId,
    WaitingQuery, WaitlistEntry,
};
use chrono::{DateTime, Utc};

use super::rows::PlatformRow;
use super::state::PlatformState;
use super::store::MemoryPlatform;
use crate::{Stamp, notes_of};

impl PlatformState {
    /// What a command of the core changes here: the audit log, and the capacity that an item tells. Answers the rows.
    pub fn follow(&mut self, command: &Command, answer: &Committed) -> Vec<PlatformRow> {
        let stamp = Stamp::new(command.actor.clone(), command.now);
        let mut rows = Vec::new();
        if let Action::SetCapacity { resource, capacity } = command.action
            && !answer.replayed
        {
            // The store has accepted the capacity, so that the resource with it is a valid one.
            rows.extend(self.set_capacity(command.tenant, resource, capacity, &stamp).unwrap_or_default());
        }
        for note in notes_of(command, answer) {
            rows.push(PlatformRow::Audit(self.note(command.tenant, &stamp, note)));
        }
        rows
    }
}

impl Catalog for MemoryPlatform {
    async fn service(
        &self,
        tenant: TenantId,
        service: ServiceId,
    ) -> Result<Option<Arc<Service>>, StoreError> {
        Ok(self.read().platform.catalogue().service(tenant, service))
    }

    async fn resources(
        &self,
        tenant: TenantId,
        ids: &[ResourceId],
    ) -> Result<Vec<Arc<Resource>>, StoreError> {
        Ok(self.read().platform.catalogue().resources(tenant, ids))
    }

    async fn tagged(&self, tenant: TenantId, tag: &Tag) -> Result<Vec<Arc<Resource>>, StoreError> {
        Ok(self.read().platform.catalogue().tagged(tenant, tag))
    }
}

impl BookingStore for MemoryPlatform {
    async fn commit(&self, command: &Command) -> Result<Committed, CommitError> {
        let mut shared = self.write();
        let answer = shared.state.apply(command, command.now.timestamp())?;
        let rows = shared.platform.follow(command, &answer);
        Ok(shared.keep((answer, rows)))
    }

    async fn occupancy(&self, query: &OccupancyQuery) -> Result<Occupancy, StoreError> {
        Ok(self.read().state.occupancy(query))
    }

    async fn counted(&self, query: &CountedQuery) -> Result<Vec<Counted>, StoreError> {
        Ok(self.read().state.counted(query))
    }

    async fn standing(&self, query: &StandingQuery) -> Result<Standing, StoreError> {
        Ok(self.read().state.standing(query))
    }

    async fn recorded(
        &self,
        tenant: TenantId,
        operation: Operation,
        key: &str,
    ) -> Result<Option<Recorded>, StoreError> {
        Ok(self.read().state.recorded(tenant, operation, key))
    }

    async fn booking(&self, tenant: TenantId, booking: BookingId) -> Result<Option<Booking>, StoreError> {
        Ok(self.read().state.booking(tenant, booking))
    }

    async fn bookings(&self, tenant: TenantId, filter: &BookingFilter) -> Result<Page<Booking>, StoreError> {
        Ok(self.read().state.bookings(tenant, filter))
    }

    async fn history(&self, tenant: TenantId, booking: BookingId) -> Result<Vec<Event>, StoreError> {
        Ok(self.read().state.history(tenant, booking))
    }

    async fn events(&self, tenant: TenantId, after: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        Ok(self.read().state.events(tenant, after, limit))
    }

    async fn lapsed(
        &self,
        tenant: TenantId,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Booking>, StoreError> {
        Ok(self.read().state.lapsed(tenant, now, limit))
    }

    async fn block(&self, tenant: TenantId, block: BlockId) -> Result<Option<Block>, StoreError> {
        Ok(self.read().state.block(tenant, block))
    }

    async fn entry(&self, tenant: TenantId, entry: EntryId) -> Result<Option<WaitlistEntry>, StoreError> {
        Ok(self.read().state.entry(tenant, entry))
    }

    async fn waiting(&self, query: &WaitingQuery) -> Result<Vec<WaitlistEntry>, StoreError> {
        Ok(self.read().state.waiting(query))
    }
}
