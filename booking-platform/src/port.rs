//! The ports: one small trait per concern.
//!
//! Writes carry what they take for granted ([`Expect`]) and who writes ([`Stamp`]); a store checks, writes and appends
//! to the audit log in one transaction, or does nothing. Lists are pages of 1 to [`MAX_PAGE`] entries; other limits are
//! brought into that range. What belongs to one tenant is never seen through another.

use std::future::Future;

use booking_core::{CustomerId, Page, StoreError, TenantId};

use crate::{
    ApiKey, AuditEntry, AuditQuery, Customer, CustomerWrite, Expect, Item, ItemId, ItemKind, KeyId,
    PlatformError, ReportQuery, ReportRow, SearchText, Stamp, Tenant, Versioned,
};

/// The most entries of one page.
pub const MAX_PAGE: usize = 1_000;

/// Which part of a list that is ordered by id?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageQuery<I> {
    /// Continue after this one.
    pub after: Option<I>,
    /// At most this many, 1 to [`MAX_PAGE`].
    pub limit: usize,
}

impl<I> PageQuery<I> {
    /// The first entries.
    pub fn first(limit: usize) -> Self {
        Self { after: None, limit }
    }

    /// What comes after an entry.
    pub fn after(entry: I, limit: usize) -> Self {
        Self { after: Some(entry), limit }
    }
}

/// Keeps tenants.
pub trait TenantStore: Send + Sync {
    /// One tenant.
    fn tenant(
        &self,
        id: TenantId,
    ) -> impl Future<Output = Result<Option<Versioned<Tenant>>, StoreError>> + Send;

    /// Tenants by id.
    fn tenants(
        &self,
        page: PageQuery<TenantId>,
    ) -> impl Future<Output = Result<Page<Versioned<Tenant>>, StoreError>> + Send;

    /// Creates or replaces one.
    fn put_tenant(
        &self,
        tenant: &Tenant,
        expect: Expect,
        stamp: &Stamp,
    ) -> impl Future<Output = Result<Versioned<Tenant>, PlatformError>> + Send;
}

/// Keeps catalogues. What it holds is what [`booking_core::Catalog`] of the same store answers, resolved.
pub trait CatalogueStore: Send + Sync {
    /// One item.
    fn item(
        &self,
        tenant: TenantId,
        id: ItemId,
    ) -> impl Future<Output = Result<Option<Versioned<Item>>, StoreError>> + Send;

    /// Items of a kind by id. A cursor of another kind is one with its UUID.
    fn items(
        &self,
        tenant: TenantId,
        kind: ItemKind,
        page: PageQuery<ItemId>,
    ) -> impl Future<Output = Result<Page<Versioned<Item>>, StoreError>> + Send;

    /// Creates or replaces one, and resolves it and all that refers to it. Refused: an item that refers to what is not
    /// there, and one that would make something wrong that depends on it.
    fn put_item(
        &self,
        tenant: TenantId,
        item: &Item,
        expect: Expect,
        stamp: &Stamp,
    ) -> impl Future<Output = Result<Versioned<Item>, PlatformError>> + Send;

    /// Deletes one, unless something refers to it. Bookings of a deleted service or resource stay.
    fn delete_item(
        &self,
        tenant: TenantId,
        id: ItemId,
        expect: Expect,
        stamp: &Stamp,
    ) -> impl Future<Output = Result<(), PlatformError>> + Send;
}

/// Keeps customers.
pub trait CustomerStore: Send + Sync {
    /// One customer, merged and erased ones included.
    fn customer(
        &self,
        tenant: TenantId,
        id: CustomerId,
    ) -> impl Future<Output = Result<Option<Customer>, StoreError>> + Send;

    /// Customers by id, without merged and erased ones.
    fn customers(
        &self,
        tenant: TenantId,
        page: PageQuery<CustomerId>,
    ) -> impl Future<Output = Result<Page<Customer>, StoreError>> + Send;

    /// Customers of whom every word that is looked for begins a word ([`Customer::search_words`]), the best first:
    /// those with more whole words, then by name, then by id. Where there are none, those of whom each word begins one or
    /// may be a mistyped one: from four letters on, with the same first letter, and otherwise one letter more, less or
    /// other, or two swapped.
    fn search_customers(
        &self,
        tenant: TenantId,
        text: &SearchText,
        limit: usize,
    ) -> impl Future<Output = Result<Page<Customer>, StoreError>> + Send;

    /// Changes one. Only [`CustomerWrite::Profile`] can make one. Refused for those who were merged or erased.
    fn write_customer(
        &self,
        tenant: TenantId,
        id: CustomerId,
        write: &CustomerWrite,
        expect: Expect,
        stamp: &Stamp,
    ) -> impl Future<Output = Result<Customer, PlatformError>> + Send;
}

/// Keeps API keys.
pub trait KeyStore: Send + Sync {
    /// The key with this look-up prefix, whosever it is, revoked and expired ones included.
    fn key_by_lookup(&self, lookup: &str) -> impl Future<Output = Result<Option<ApiKey>, StoreError>> + Send;

    /// Keys of a tenant by id, revoked and expired ones included.
    fn keys(
        &self,
        tenant: TenantId,
        page: PageQuery<KeyId>,
    ) -> impl Future<Output = Result<Page<ApiKey>, StoreError>> + Send;

    /// Adds one. Refused: an id or a look-up prefix that is in use.
    fn add_key(&self, key: &ApiKey, stamp: &Stamp) -> impl Future<Output = Result<(), PlatformError>> + Send;

    /// Revokes one, for good. Revoking twice keeps the first instant.
    fn revoke_key(
        &self,
        tenant: TenantId,
        id: KeyId,
        stamp: &Stamp,
    ) -> impl Future<Output = Result<ApiKey, PlatformError>> + Send;
}

/// Reads the audit log. Writing it is part of every other write, of the core's commands too
/// ([`notes_of`](crate::notes_of)).
pub trait AuditLog: Send + Sync {
    /// Entries, the newest first.
    fn audit(
        &self,
        tenant: TenantId,
        query: &AuditQuery,
    ) -> impl Future<Output = Result<Page<AuditEntry>, StoreError>> + Send;
}

/// Counts what was booked.
pub trait Reports: Send + Sync {
    /// The bookings whose visits start on these days, by where they stand: a row for each group and state in which there
    /// is one, in this order.
    fn report(
        &self,
        tenant: TenantId,
        query: &ReportQuery,
    ) -> impl Future<Output = Result<Vec<ReportRow>, StoreError>> + Send;
}

/// Everything the platform asks of a store.
pub trait PlatformStore:
    TenantStore + CatalogueStore + CustomerStore + KeyStore + AuditLog + Reports
{
}

impl<S: TenantStore + CatalogueStore + CustomerStore + KeyStore + AuditLog + Reports> PlatformStore for S {}
