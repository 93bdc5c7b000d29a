//! The platform's ports over the state.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use booking_core::memory::State;
use booking_core::{CustomerId, Page, StoreError, TenantId};

use super::report::report;
use super::rows::{PlatformRow, Written};
use super::state::{PlatformState, cut, held_capacity};
use crate::{
    ApiKey, AuditEntry, AuditLog, AuditQuery, CatalogueStore, Customer, CustomerStore, CustomerWrite, Expect,
    Item, ItemId, ItemKind, KeyId, KeyStore, PageQuery, PlatformError, ReportQuery, ReportRow, Reports,
    SearchText, Stamp, Tenant, TenantStore, Versioned,
};

/// A whole business in memory: the core's ports and the platform's, the reference that every other store is held
/// against, and all that tests and demos need.
///
/// Clones share everything. Answers are ready at once: the futures never wait, so any executor will do.
#[derive(Debug, Clone, Default)]
pub struct MemoryPlatform {
    shared: Arc<RwLock<Shared>>,
}

#[derive(Debug, Default)]
pub(super) struct Shared {
    pub(super) state: State,
    pub(super) platform: PlatformState,
    pub(super) audit: BTreeMap<TenantId, BTreeMap<u64, AuditEntry>>,
}

impl Shared {
    /// Keeps the log's entries among the rows; the state has the others.
    pub(super) fn keep<T>(&mut self, (answer, rows): Written<T>) -> T {
        for row in rows {
            if let PlatformRow::Audit(entry) = row {
                self.audit.entry(entry.tenant).or_default().insert(entry.sequence, entry);
            }
        }
        answer
    }
}

impl MemoryPlatform {
    /// Empty.
    pub fn new() -> Self {
        Self::default()
    }

    // A panic while the lock was held cannot leave rows that later reads trip over: they are plain collections.
    // Refusing all service from then on would be worse.
    pub(super) fn read(&self) -> RwLockReadGuard<'_, Shared> {
        self.shared.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, Shared> {
        self.shared.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TenantStore for MemoryPlatform {
    async fn tenant(&self, id: TenantId) -> Result<Option<Versioned<Tenant>>, StoreError> {
        Ok(self.read().platform.tenant(id))
    }

    async fn tenants(&self, page: PageQuery<TenantId>) -> Result<Page<Versioned<Tenant>>, StoreError> {
        Ok(self.read().platform.tenants(page))
    }

    async fn put_tenant(
        &self,
        tenant: &Tenant,
        expect: Expect,
        stamp: &Stamp,
    ) -> Result<Versioned<Tenant>, PlatformError> {
        let mut shared = self.write();
        let written = shared.platform.put_tenant(tenant, expect, stamp)?;
        Ok(shared.keep(written))
    }
}

impl CatalogueStore for MemoryPlatform {
    async fn item(&self, tenant: TenantId, id: ItemId) -> Result<Option<Versioned<Item>>, StoreError> {
        Ok(self.read().platform.item(tenant, id))
    }

    async fn items(
        &self,
        tenant: TenantId,
        kind: ItemKind,
        page: PageQuery<ItemId>,
    ) -> Result<Page<Versioned<Item>>, StoreError> {
        Ok(self.read().platform.items(tenant, kind, page))
    }

    async fn put_item(
        &self,
        tenant: TenantId,
        item: &Item,
        expect: Expect,
        stamp: &Stamp,
    ) -> Result<Versioned<Item>, PlatformError> {
        let mut shared = self.write();
        let resource = if let Item::Resource(profile) = item { Some(&profile.resource) } else { None };
        let held = resource.and_then(|resource| held_capacity(&shared.state, tenant, resource.id));
        let written = shared.platform.put_item(tenant, item, held, expect, stamp)?;
        if let Some(resource) = resource {
            shared.state.start_capacity(tenant, resource.id, resource.capacity);
        }
        Ok(shared.keep(written))
    }

    async fn delete_item(
        &self,
        tenant: TenantId,
        id: ItemId,
        expect: Expect,
        stamp: &Stamp,
    ) -> Result<(), PlatformError> {
        let mut shared = self.write();
        let written = shared.platform.delete_item(tenant, id, expect, stamp)?;
        shared.keep(written);
        Ok(())
    }
}

impl CustomerStore for MemoryPlatform {
    async fn customer(&self, tenant: TenantId, id: CustomerId) -> Result<Option<Customer>, StoreError> {
        Ok(self.read().platform.customer(tenant, id))
    }

    async fn customers(
        &self,
        tenant: TenantId,
        page: PageQuery<CustomerId>,
    ) -> Result<Page<Customer>, StoreError> {
        Ok(self.read().platform.customers(tenant, page))
    }

    async fn search_customers(
        &self,
        tenant: TenantId,
        text: &SearchText,
        limit: usize,
    ) -> Result<Page<Customer>, StoreError> {
        Ok(self.read().platform.search_customers(tenant, text, limit))
    }

    async fn write_customer(
        &self,
        tenant: TenantId,
        id: CustomerId,
        write: &CustomerWrite,
        expect: Expect,
        stamp: &Stamp,
    ) -> Result<Customer, PlatformError> {
        let mut shared = self.write();
        let written = shared.platform.write_customer(tenant, id, write, expect, stamp)?;
        Ok(shared.keep(written))
    }
}

impl KeyStore for MemoryPlatform {
    async fn key_by_lookup(&self, lookup: &str) -> Result<Option<ApiKey>, StoreError> {
        Ok(self.read().platform.key_by_lookup(lookup))
    }

    async fn keys(&self, tenant: TenantId, page: PageQuery<KeyId>) -> Result<Page<ApiKey>, StoreError> {
        Ok(self.read().platform.keys(tenant, page))
    }

    async fn add_key(&self, key: &ApiKey, stamp: &Stamp) -> Result<(), PlatformError> {
        let mut shared = self.write();
        let written = shared.platform.add_key(key, stamp)?;
        shared.keep(written);
        Ok(())
    }

    async fn revoke_key(&self, tenant: TenantId, id: KeyId, stamp: &Stamp) -> Result<ApiKey, PlatformError> {
        let mut shared = self.write();
        let written = shared.platform.revoke_key(tenant, id, stamp)?;
        Ok(shared.keep(written))
    }
}

impl AuditLog for MemoryPlatform {
    async fn audit(&self, tenant: TenantId, query: &AuditQuery) -> Result<Page<AuditEntry>, StoreError> {
        let shared = self.read();
        let log = shared.audit.get(&tenant).into_iter().flatten().rev();
        let older = log.filter(|(sequence, _)| query.before.is_none_or(|before| **sequence < before));
        let asked = older.map(|(_, entry)| entry).filter(|entry| query.asks_for(entry));
        Ok(cut(asked, query.limit))
    }
}

impl Reports for MemoryPlatform {
    async fn report(&self, tenant: TenantId, query: &ReportQuery) -> Result<Vec<ReportRow>, StoreError> {
        Ok(report(&self.read().state, tenant, query))
    }
}
