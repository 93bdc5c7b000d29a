//! A platform store behind a pointer, for programs that choose it when they run.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use booking_core::{CustomerId, Page, StoreError, TenantId};

use crate::{
    ApiKey, AuditEntry, AuditLog, AuditQuery, CatalogueStore, Customer, CustomerStore, CustomerWrite, Expect,
    Item, ItemId, ItemKind, KeyId, KeyStore, PageQuery, PlatformError, PlatformStore, ReportQuery, ReportRow,
    Reports, SearchText, Stamp, Tenant, TenantStore, Versioned,
};

/// Any platform store: one type for a program that picks memory, a file or a server by its configuration.
///
/// Clones share the store. Each call costs one allocation more than calling the store itself, for the future.
#[derive(Clone)]
pub struct AnyPlatform(Arc<dyn Erased>);

impl AnyPlatform {
    /// Hides which store it is.
    pub fn new(store: impl PlatformStore + 'static) -> Self {
        Self(Arc::new(store))
    }
}

impl fmt::Debug for AnyPlatform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AnyPlatform")
    }
}

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// All ports with the futures boxed: what a pointer can dispatch to.
trait Erased: Send + Sync {
    fn tenant(&self, id: TenantId) -> Boxed<'_, Result<Option<Versioned<Tenant>>, StoreError>>;
    fn tenants(&self, page: PageQuery<TenantId>) -> Boxed<'_, Result<Page<Versioned<Tenant>>, StoreError>>;
    fn put_tenant<'a>(
        &'a self,
        tenant: &'a Tenant,
        expect: Expect,
        stamp: &'a Stamp,
    ) -> Boxed<'a, Result<Versioned<Tenant>, PlatformError>>;
    fn item(&self, tenant: TenantId, id: ItemId) -> Boxed<'_, Result<Option<Versioned<Item>>, StoreError>>;
    fn items(
        &self,
        tenant: TenantId,
        kind: ItemKind,
        page: PageQuery<ItemId>,
    ) -> Boxed<'_, Result<Page<Versioned<Item>>, StoreError>>;
    fn put_item<'a>(
        &'a self,
        tenant: TenantId,
        item: &'a Item,
        expect: Expect,
        stamp: &'a Stamp,
    ) -> Boxed<'a, Result<Versioned<Item>, PlatformError>>;
    fn delete_item<'a>(
        &'a self,
        tenant: TenantId,
        id: ItemId,
        expect: Expect,
        stamp: &'a Stamp,
    ) -> Boxed<'a, Result<(), PlatformError>>;
    fn customer(&self, tenant: TenantId, id: CustomerId) -> Boxed<'_, Result<Option<Customer>, StoreError>>;
    fn customers(
        &self,
        tenant: TenantId,
        page: PageQuery<CustomerId>,
    ) -> Boxed<'_, Result<Page<Customer>, StoreError>>;
    fn search_customers<'a>(
        &'a self,
        tenant: TenantId,
        text: &'a SearchText,
        limit: usize,
    ) -> Boxed<'a, Result<Page<Customer>, StoreError>>;
    fn write_customer<'a>(
        &'a self,
        tenant: TenantId,
        id: CustomerId,
        write: &'a CustomerWrite,
        expect: Expect,
        stamp: &'a Stamp,
    ) -> Boxed<'a, Result<Customer, PlatformError>>;
    fn key_by_lookup<'a>(&'a self, lookup: &'a str) -> Boxed<'a, Result<Option<ApiKey>, StoreError>>;
    fn keys(&self, tenant: TenantId, page: PageQuery<KeyId>) -> Boxed<'_, Result<Page<ApiKey>, StoreError>>;
    fn add_key<'a>(&'a self, key: &'a ApiKey, stamp: &'a Stamp) -> Boxed<'a, Result<(), PlatformError>>;
    fn revoke_key<'a>(
        &'a self,
        tenant: TenantId,
        id: KeyId,
        stamp: &'a Stamp,
    ) -> Boxed<'a, Result<ApiKey, PlatformError>>;
    fn audit<'a>(
        &'a self,
        tenant: TenantId,
        query: &'a AuditQuery,
    ) -> Boxed<'a, Result<Page<AuditEntry>, StoreError>>;
    fn report<'a>(
        &'a self,
        tenant: TenantId,
        query: &'a ReportQuery,
    ) -> Boxed<'a, Result<Vec<ReportRow>, StoreError>>;
}

impl<S: PlatformStore> Erased for S {
    fn tenant(&self, id: TenantId) -> Boxed<'_, Result<Option<Versioned<Tenant>>, StoreError>> {
        Box::pin(TenantStore::tenant(self, id))
    }
    fn tenants(&self, page: PageQuery<TenantId>) -> Boxed<'_, Result<Page<Versioned<Tenant>>, StoreError>> {
        Box::pin(TenantStore::tenants(self, page))
    }
    fn put_tenant<'a>(
        &'a self,
        tenant: &'a Tenant,
        expect: Expect,
        stamp: &'a Stamp,
    ) -> Boxed<'a, Result<Versioned<Tenant>, PlatformError>> {
        Box::pin(TenantStore::put_tenant(self, tenant, expect, stamp))
    }
    fn item(&self, tenant: TenantId, id: ItemId) -> Boxed<'_, Result<Option<Versioned<Item>>, StoreError>> {
        Box::pin(CatalogueStore::item(self, tenant, id))
    }
    fn items(
        &self,
        tenant: TenantId,
        kind: ItemKind,
        page: PageQuery<ItemId>,
    ) -> Boxed<'_, Result<Page<Versioned<Item>>, StoreError>> {
        Box::pin(CatalogueStore::items(self, tenant, kind, page))
    }
    fn put_item<'a>(
        &'a self,
        tenant: TenantId,
        item: &'a Item,
        expect: Expect,
        stamp: &'a Stamp,
    ) -> Boxed<'a, Result<Versioned<Item>, PlatformError>> {
        Box::pin(CatalogueStore::put_item(self, tenant, item, expect, stamp))
    }
    fn delete_item<'a>(
        &'a self,
        tenant: TenantId,
        id: ItemId,
        expect: Expect,
        stamp: &'a Stamp,
    ) -> Boxed<'a, Result<(), PlatformError>> {
        Box::pin(CatalogueStore::delete_item(self, tenant, id, expect, stamp))
    }
    fn customer(&self, tenant: TenantId, id: CustomerId) -> Boxed<'_, Result<Option<Customer>, StoreError>> {
        Box::pin(CustomerStore::customer(self, tenant, id))
    }
    fn customers(
        &self,
        tenant: TenantId,
        page: PageQuery<CustomerId>,
    ) -> Boxed<'_, Result<Page<Customer>, StoreError>> {
        Box::pin(CustomerStore::customers(self, tenant, page))
    }
    fn search_customers<'a>(
        &'a self,
        tenant: TenantId,
        text: &'a SearchText,
        limit: usize,
    ) -> Boxed<'a, Result<Page<Customer>, StoreError>> {
        Box::pin(CustomerStore::search_customers(self, tenant, text, limit))
    }
    fn write_customer<'a>(
        &'a self,
        tenant: TenantId,
        id: CustomerId,
        write: &'a CustomerWrite,
        expect: Expect,
        stamp: &'a Stamp,
    ) -> Boxed<'a, Result<Customer, PlatformError>> {
        Box::pin(CustomerStore::write_customer(self, tenant, id, write, expect, stamp))
    }
    fn key_by_lookup<'a>(&'a self, lookup: &'a str) -> Boxed<'a, Result<Option<ApiKey>, StoreError>> {
        Box::pin(KeyStore::key_by_lookup(self, lookup))
    }
    fn keys(&self, tenant: TenantId, page: PageQuery<KeyId>) -> Boxed<'_, Result<Page<ApiKey>, StoreError>> {
        Box::pin(KeyStore::keys(self, tenant, page))
    }
    fn add_key<'a>(&'a self, key: &'a ApiKey, stamp: &'a Stamp) -> Boxed<'a, Result<(), PlatformError>> {
        Box::pin(KeyStore::add_key(self, key, stamp))
    }
    fn revoke_key<'a>(
        &'a self,
        tenant: TenantId,
        id: KeyId,
        stamp: &'a Stamp,
    ) -> Boxed<'a, Result<ApiKey, PlatformError>> {
        Box::pin(KeyStore::revoke_key(self, tenant, id, stamp))
    }
    fn audit<'a>(
        &'a self,
        tenant: TenantId,
        query: &'a AuditQuery,
    ) -> Boxed<'a, Result<Page<AuditEntry>, StoreError>> {
        Box::pin(AuditLog::audit(self, tenant, query))
    }
    fn report<'a>(
        &'a self,
        tenant: TenantId,
        query: &'a ReportQuery,
    ) -> Boxed<'a, Result<Vec<ReportRow>, StoreError>> {
        Box::pin(Reports::report(self, tenant, query))
    }
}

impl TenantStore for AnyPlatform {
    async fn tenant(&self, id: TenantId) -> Result<Option<Versioned<Tenant>>, StoreError> {
        self.0.tenant(id).await
    }

    async fn tenants(&self, page: PageQuery<TenantId>) -> Result<Page<Versioned<Tenant>>, StoreError> {
        self.0.tenants(page).await
    }

    async fn put_tenant(
        &self,
        tenant: &Tenant,
        expect: Expect,
        stamp: &Stamp,
    ) -> Result<Versioned<Tenant>, PlatformError> {
        self.0.put_tenant(tenant, expect, stamp).await
    }
}

impl CatalogueStore for AnyPlatform {
    async fn item(&self, tenant: TenantId, id: ItemId) -> Result<Option<Versioned<Item>>, StoreError> {
        self.0.item(tenant, id).await
    }

    async fn items(
        &self,
        tenant: TenantId,
        kind: ItemKind,
        page: PageQuery<ItemId>,
    ) -> Result<Page<Versioned<Item>>, StoreError> {
        self.0.items(tenant, kind, page).await
    }

    async fn put_item(
        &self,
        tenant: TenantId,
        item: &Item,
        expect: Expect,
        stamp: &Stamp,
    ) -> Result<Versioned<Item>, PlatformError> {
        self.0.put_item(tenant, item, expect, stamp).await
    }

    async fn delete_item(
        &self,
        tenant: TenantId,
        id: ItemId,
        expect: Expect,
        stamp: &Stamp,
    ) -> Result<(), PlatformError> {
        self.0.delete_item(tenant, id, expect, stamp).await
    }
}

impl CustomerStore for AnyPlatform {
    async fn customer(&self, tenant: TenantId, id: CustomerId) -> Result<Option<Customer>, StoreError> {
        self.0.customer(tenant, id).await
    }

    async fn customers(
        &self,
        tenant: TenantId,
        page: PageQuery<CustomerId>,
    ) -> Result<Page<Customer>, StoreError> {
        self.0.customers(tenant, page).await
    }

    async fn search_customers(
        &self,
        tenant: TenantId,
        text: &SearchText,
        limit: usize,
    ) -> Result<Page<Customer>, StoreError> {
        self.0.search_customers(tenant, text, limit).await
    }

    async fn write_customer(
        &self,
        tenant: TenantId,
        id: CustomerId,
        write: &CustomerWrite,
        expect: Expect,
        stamp: &Stamp,
    ) -> Result<Customer, PlatformError> {
        self.0.write_customer(tenant, id, write, expect, stamp).await
    }
}

impl KeyStore for AnyPlatform {
    async fn key_by_lookup(&self, lookup: &str) -> Result<Option<ApiKey>, StoreError> {
        self.0.key_by_lookup(lookup).await
    }

    async fn keys(&self, tenant: TenantId, page: PageQuery<KeyId>) -> Result<Page<ApiKey>, StoreError> {
        self.0.keys(tenant, page).await
    }

    async fn add_key(&self, key: &ApiKey, stamp: &Stamp) -> Result<(), PlatformError> {
        self.0.add_key(key, stamp).await
    }

    async fn revoke_key(&self, tenant: TenantId, id: KeyId, stamp: &Stamp) -> Result<ApiKey, PlatformError> {
        self.0.revoke_key(tenant, id, stamp).await
    }
}

impl AuditLog for AnyPlatform {
    async fn audit(&self, tenant: TenantId, query: &AuditQuery) -> Result<Page<AuditEntry>, StoreError> {
        self.0.audit(tenant, query).await
    }
}

impl Reports for AnyPlatform {
    async fn report(&self, tenant: TenantId, query: &ReportQuery) -> Result<Vec<ReportRow>, StoreError> {
        self.0.report(tenant, query).await
    }
}
