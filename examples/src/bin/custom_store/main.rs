//! A store written from scratch: plain vectors behind one lock, and nothing but the public API.
//!
//! Five files: `rows` is what is kept and how it is read, `commands` is what changes it, `fit` is whether it may,
//! `conformance` is the proof, and this one joins them to the two traits. It is slow on purpose (every question reads every row): a store over a
//! database differs in where the rows are and which of them it has to look at, not in what it decides.
//!
//! How it gets its three promises, each in one line:
//! - *wholly or not at all*: a command changes a copy of the tenant's rows, which replaces them only when all went well;
//! - *one after the other*: the copy is made and put back under the same lock;
//! - *never more than there is*: whether a plan fits is asked of `booking_core::admit`, on the copy.

#![cfg_attr(
    not(test),
    expect(clippy::wildcard_imports, reason = "a store speaks nearly every word of the port")
)]

mod commands;
#[cfg(test)]
mod conformance;
mod fit;
mod rows;

use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use booking_core::*;
use booking_examples::{block_on, says};
use chrono::{DateTime, Utc};
use rows::Rows;

/// Services, resources, bookings and all the rest, of all tenants.
#[derive(Clone, Default)]
struct VecStore {
    tenants: Arc<Mutex<HashMap<TenantId, Rows>>>,
}

impl VecStore {
    fn add_service(&self, tenant: TenantId, service: Service) {
        let mut tenants = self.lock();
        let services = &mut tenants.entry(tenant).or_default().services;
        services.retain(|known| known.id != service.id);
        services.push(Arc::new(service));
    }

    /// The capacity counts the first time only: after that it is the store's, changed by `Action::SetCapacity`.
    fn add_resource(&self, tenant: TenantId, resource: Resource) {
        let mut tenants = self.lock();
        let rows = tenants.entry(tenant).or_default();
        rows.capacities.entry(resource.id).or_insert(resource.capacity);
        rows.resources.retain(|known| known.id != resource.id);
        rows.resources.push(Arc::new(resource));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TenantId, Rows>> {
        self.tenants.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks a tenant's rows something. Who has none has empty ones.
    fn read<T>(&self, tenant: TenantId, ask: impl FnOnce(&Rows) -> T) -> T {
        ask(self.lock().get(&tenant).unwrap_or(&Rows::default()))
    }
}

impl Catalog for VecStore {
    async fn service(&self, tenant: TenantId, id: ServiceId) -> Result<Option<Arc<Service>>, StoreError> {
        Ok(self.read(tenant, |rows| rows.services.iter().find(|service| service.id == id).cloned()))
    }

    async fn resources(
        &self,
        tenant: TenantId,
        ids: &[ResourceId],
    ) -> Result<Vec<Arc<Resource>>, StoreError> {
        Ok(self.read(tenant, |rows| {
            let by_id = |id: &ResourceId| rows.resources.iter().find(|resource| resource.id == *id);
            ids.iter().filter_map(by_id).cloned().collect()
        }))
    }

    async fn tagged(&self, tenant: TenantId, tag: &Tag) -> Result<Vec<Arc<Resource>>, StoreError> {
        Ok(self.read(tenant, |rows| {
            let mut found: Vec<_> = rows.resources.iter().filter(|r| r.tags.contains(tag)).cloned().collect();
            found.sort_by_key(|resource| resource.id);
            found
        }))
    }
}

impl BookingStore for VecStore {
    async fn commit(&self, command: &Command) -> Result<Committed, CommitError> {
        let mut tenants = self.lock();
        let rows = tenants.entry(command.tenant).or_default();
        let mut copy = rows.clone();
        let answer = copy.apply(command)?;
        *rows = copy;
        Ok(answer)
    }

    async fn occupancy(&self, query: &OccupancyQuery) -> Result<Occupancy, StoreError> {
        Ok(self.read(query.tenant, |rows| rows.occupancy(query)))
    }

    async fn counted(&self, query: &CountedQuery) -> Result<Vec<Counted>, StoreError> {
        Ok(self.read(query.tenant, |rows| rows.counted(query)))
    }

    async fn standing(&self, query: &StandingQuery) -> Result<Standing, StoreError> {
        Ok(self.read(query.tenant, |rows| rows.standing(query)))
    }

    async fn recorded(
        &self,
        tenant: TenantId,
        operation: Operation,
        key: &str,
    ) -> Result<Option<Recorded>, StoreError> {
        Ok(self.read(tenant, |rows| rows.recorded(operation, key).cloned()))
    }

    async fn booking(&self, tenant: TenantId, id: BookingId) -> Result<Option<Booking>, StoreError> {
        Ok(self.read(tenant, |rows| rows.bookings.iter().find(|booking| booking.id == id).cloned()))
    }

    async fn bookings(&self, tenant: TenantId, filter: &BookingFilter) -> Result<Page<Booking>, StoreError> {
        Ok(self.read(tenant, |rows| rows.list(filter)))
    }

    async fn history(&self, tenant: TenantId, booking: BookingId) -> Result<Vec<Event>, StoreError> {
        Ok(self.read(tenant, |rows| {
            rows.events.iter().filter(|event| event.booking == booking).cloned().collect()
        }))
    }

    async fn events(&self, tenant: TenantId, after: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        Ok(self.read(tenant, |rows| {
            rows.events.iter().filter(|event| event.sequence > after).take(limit).cloned().collect()
        }))
    }

    async fn lapsed(
        &self,
        tenant: TenantId,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Booking>, StoreError> {
        Ok(self.read(tenant, |rows| rows.lapsed(now, limit)))
    }

    async fn block(&self, tenant: TenantId, id: BlockId) -> Result<Option<Block>, StoreError> {
        Ok(self.read(tenant, |rows| rows.blocks.iter().find(|block| block.id == id).cloned()))
    }

    async fn entry(&self, tenant: TenantId, id: EntryId) -> Result<Option<WaitlistEntry>, StoreError> {
        Ok(self.read(tenant, |rows| rows.entries.iter().find(|entry| entry.id == id).cloned()))
    }

    async fn waiting(&self, query: &WaitingQuery) -> Result<Vec<WaitlistEntry>, StoreError> {
        Ok(self.read(query.tenant, |rows| rows.waiting(query)))
    }
}

/// The scheduler neither knows nor cares which store it works on.
fn main() -> Result<(), Box<dyn Error>> {
    let (tenant, desk) = (TenantId::SINGLE, ResourceId::from_u64(1));
    let store = VecStore::default();
    let two_desks =
        ResourceSpec { capacity: 2, ..ResourceSpec::new(desk, "Desks", Hours::always(ZoneId::UTC)) };
    store.add_resource(tenant, Resource::new(two_desks)?);
    let needs = vec![Requirement::one_of("desk", [desk])];
    let spec = ServiceSpec::new(ServiceId::from_u64(1), "Desk", ZoneId::UTC, hours(1), needs);
    let wish = Wish::new(tenant, spec.id);
    store.add_service(tenant, Service::new(spec)?);

    let clock = ManualClock::at("2026-05-01T08:00:00Z".parse()?);
    let scheduler = Scheduler::new(store, clock).with_ids(SequentialIds::default());
    let request = BookRequest::new(wish, "2026-05-01T10:00:00Z".parse()?);
    let first = block_on(scheduler.book(&request))?.booking;
    block_on(scheduler.book(&request))?;
    match block_on(scheduler.book(&request)) {
        Err(Refusal::NotBookable { reasons, .. }) => says(reasons.len(), "1"),
        other => return Err(format!("three at two desks: {other:?}").into()),
    }
    block_on(scheduler.cancel(&ChangeRequest::new(tenant, first.id)))?;
    says(block_on(scheduler.book(&request))?.booking.state, "confirmed");
    Ok(())
}
