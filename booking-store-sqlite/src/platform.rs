//! The platform's ports.

use booking_core::{CustomerId, Page, StoreError, TenantId};
use booking_platform::memory::{Written, held_capacity, report};
use booking_platform::{
    ApiKey, AuditEntry, AuditLog, AuditQuery, CatalogueStore, Customer, CustomerStore, CustomerWrite, Expect,
    Item, ItemId, ItemKind, KeyId, KeyStore, PageQuery, PlatformError, ReportQuery, ReportRow, Reports,
    SearchText, Stamp, Tenant, TenantStore, Versioned,
};

use crate::SqliteStore;
use crate::row::{Write, audit};

/// Takes the answer out, and leaves the rows to be written.
fn keep<T>((answer, rows): Written<T>, writes: &mut Vec<Write>) -> T {
    writes.extend(rows.into_iter().map(Write::platform));
    answer
}

impl TenantStore for SqliteStore {
    async fn tenant(&self, id: TenantId) -> Result<Option<Versioned<Tenant>>, StoreError> {
        self.read(Some(id), |memory| memory.platform.tenant(id)).await
    }

    async fn tenants(&self, page: PageQuery<TenantId>) -> Result<Page<Versioned<Tenant>>, StoreError> {
        self.read(None, |memory| memory.platform.tenants(page)).await
    }

    async fn put_tenant(
        &self,
        tenant: &Tenant,
        expect: Expect,
        stamp: &Stamp,
    ) -> Result<Versioned<Tenant>, PlatformError> {
        let (tenant, stamp) = (tenant.clone(), stamp.clone());
        let change = move |memory: &mut crate::memory::Memory, writes: &mut Vec<Write>| {
            Ok(keep(memory.platform.put_tenant(&tenant, expect, &stamp)?, writes))
        };
        self.write(change).await
    }
}

impl CatalogueStore for SqliteStore {
    async fn item(&self, tenant: TenantId, id: ItemId) -> Result<Option<Versioned<Item>>, StoreError> {
        self.read(Some(tenant), |memory| memory.platform.item(tenant, id)).await
    }

    async fn items(
        &self,
        tenant: TenantId,
        kind: ItemKind,
        page: PageQuery<ItemId>,
    ) -> Result<Page<Versioned<Item>>, StoreError> {
        self.read(Some(tenant), |memory| memory.platform.items(tenant, kind, page)).await
    }

    async fn put_item(
        &self,
        tenant: TenantId,
        item: &Item,
        expect: Expect,
        stamp: &Stamp,
    ) -> Result<Versioned<Item>, PlatformError> {
        let (item, stamp) = (item.clone(), stamp.clone());
        self.write(move |memory, writes| {
            let resource = if let Item::Resource(profile) = &item { Some(&profile.resource) } else { None };
            let held = resource.and_then(|resource| held_capacity(&memory.state, tenant, resource.id));
            let written = memory.platform.put_item(tenant, &item, held, expect, &stamp)?;
            if let (Some(resource), None) = (resource, held) {
                let units = memory.state.start_capacity(tenant, resource.id, resource.capacity);
                writes.push(Write::Capacity(tenant, resource.id, units));
            }
            Ok(keep(written, writes))
        })
        .await
    }

    async fn delete_item(
        &self,
        tenant: TenantId,
        id: ItemId,
        expect: Expect,
        stamp: &Stamp,
    ) -> Result<(), PlatformError> {
        let stamp = stamp.clone();
        self.write(move |memory, writes| {
            keep(memory.platform.delete_item(tenant, id, expect, &stamp)?, writes);
            Ok(())
        })
        .await
    }
}

impl CustomerStore for SqliteStore {
    async fn customer(&self, tenant: TenantId, id: CustomerId) -> Result<Option<Customer>, StoreError> {
        self.read(Some(tenant), |memory| memory.platform.customer(tenant, id)).await
    }

    async fn customers(
        &self,
        tenant: TenantId,
        page: PageQuery<CustomerId>,
    ) -> Result<Page<Customer>, StoreError> {
        self.read(Some(tenant), |memory| memory.platform.customers(tenant, page)).await
    }

    async fn search_customers(
        &self,
        tenant: TenantId,
        text: &SearchText,
        limit: usize,
    ) -> Result<Page<Customer>, StoreError> {
        self.read(Some(tenant), |memory| memory.platform.search_customers(tenant, text, limit)).await
    }

    async fn write_customer(
        &self,
        tenant: TenantId,
        id: CustomerId,
        write: &CustomerWrite,
        expect: Expect,
        stamp: &Stamp,
    ) -> Result<Customer, PlatformError> {
        let (write, stamp) = (write.clone(), stamp.clone());
        self.write(move |memory, writes| {
            Ok(keep(memory.platform.write_customer(tenant, id, &write, expect, &stamp)?, writes))
        })
        .await
    }
}

impl KeyStore for SqliteStore {
    async fn key_by_lookup(&self, lookup: &str) -> Result<Option<ApiKey>, StoreError> {
        // Every request asks this: with what others write it has nothing to do.
        self.find(|memory| {
            let key = memory.platform.key_by_lookup(lookup);
            let tenant = key.as_ref().map(|key| key.tenant);
            (key, tenant)
        })
        .await
    }

    async fn keys(&self, tenant: TenantId, page: PageQuery<KeyId>) -> Result<Page<ApiKey>, StoreError> {
        self.read(Some(tenant), |memory| memory.platform.keys(tenant, page)).await
    }

    async fn add_key(&self, key: &ApiKey, stamp: &Stamp) -> Result<(), PlatformError> {
        let (key, stamp) = (key.clone(), stamp.clone());
        self.write(move |memory, writes| {
            keep(memory.platform.add_key(&key, &stamp)?, writes);
            Ok(())
        })
        .await
    }

    async fn revoke_key(&self, tenant: TenantId, id: KeyId, stamp: &Stamp) -> Result<ApiKey, PlatformError> {
        let stamp = stamp.clone();
        self.write(move |memory, writes| Ok(keep(memory.platform.revoke_key(tenant, id, &stamp)?, writes)))
            .await
    }
}

/// The log stays in the file; it is read there, and what is there is on the disk.
impl AuditLog for SqliteStore {
    async fn audit(&self, tenant: TenantId, query: &AuditQuery) -> Result<Page<AuditEntry>, StoreError> {
        // A store that has stopped serves nothing.
        self.read(None, |_| ()).await?;
        self.read_file(|file| audit(file, tenant, query))
    }
}

impl Reports for SqliteStore {
    async fn report(&self, tenant: TenantId, query: &ReportQuery) -> Result<Vec<ReportRow>, StoreError> {
        self.read(Some(tenant), |memory| report(&memory.state, tenant, query)).await
    }
}
