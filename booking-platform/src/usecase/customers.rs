//! Customers: making, finding, merging, exporting and erasing them.

use booking_core::{
    Booking, BookingFilter, BookingStore, CustomerId, Event, IdSource, Page, StoreError, TenantId,
};
use serde::{Deserialize, Serialize};

use crate::{
    AuditEntry, AuditLog, AuditObject, AuditQuery, Consent, Customer, CustomerState, CustomerStore,
    CustomerWrite, Expect, MAX_PAGE, PageQuery, PlatformError, Profile, SearchText, Stamp,
};

/// The most bookings, and the most entries of the audit log, of one export.
pub const MAX_EXPORT: usize = 100_000;

/// Everything that is kept about a customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CustomerExport {
    /// Who they are, what they agreed to, and under which other ids they are known.
    pub customer: Customer,
    /// Their bookings, those made under other ids included, by start.
    pub bookings: Vec<Booking>,
    /// What happened to those bookings, oldest first within each.
    pub events: Vec<Event>,
    /// What was done to their record, newest first.
    pub audit: Vec<AuditEntry>,
}

/// The use cases around customers, over a platform store and a store of bookings (often the same).
#[derive(Debug, Clone)]
pub struct CustomerDesk<P, B> {
    platform: P,
    bookings: B,
}

impl<P: CustomerStore + AuditLog, B: BookingStore> CustomerDesk<P, B> {
    /// Over these stores.
    pub fn new(platform: P, bookings: B) -> Self {
        Self { platform, bookings }
    }

    /// Adds a customer under a new id.
    pub async fn create(
        &self,
        tenant: TenantId,
        profile: Profile,
        ids: &impl IdSource,
        stamp: &Stamp,
    ) -> Result<Customer, PlatformError> {
        let id = CustomerId::from_uuid(ids.next_id(stamp.at));
        let write = CustomerWrite::Profile(profile);
        self.platform.write_customer(tenant, id, &write, Expect::Absent, stamp).await
    }

    /// The customer who is known under an id by now: for one who was merged, who stayed.
    pub async fn get(&self, tenant: TenantId, id: CustomerId) -> Result<Option<Customer>, StoreError> {
        let found = self.platform.customer(tenant, id).await?;
        match found.as_ref().map(|customer| &customer.state) {
            Some(&CustomerState::Merged { into }) => self.platform.customer(tenant, into).await,
            _ => Ok(found),
        }
    }

    /// Customers by id.
    pub async fn list(
        &self,
        tenant: TenantId,
        page: PageQuery<CustomerId>,
    ) -> Result<Page<Customer>, StoreError> {
        self.platform.customers(tenant, page).await
    }

    /// Customers by the beginnings of their words, the best first.
    pub async fn search(
        &self,
        tenant: TenantId,
        text: &SearchText,
        limit: usize,
    ) -> Result<Page<Customer>, StoreError> {
        self.platform.search_customers(tenant, text, limit).await
    }

    /// Replaces what is known; with a version, only if the customer has that one.
    pub async fn replace(
        &self,
        tenant: TenantId,
        id: CustomerId,
        profile: Profile,
        if_version: Option<u64>,
        stamp: &Stamp,
    ) -> Result<Customer, PlatformError> {
        self.write(tenant, id, CustomerWrite::Profile(profile), if_version, stamp).await
    }

    /// Notes that they agree, or no longer agree.
    pub async fn consent(
        &self,
        tenant: TenantId,
        id: CustomerId,
        consent: Consent,
        if_version: Option<u64>,
        stamp: &Stamp,
    ) -> Result<Customer, PlatformError> {
        self.write(tenant, id, CustomerWrite::Consent(consent), if_version, stamp).await
    }

    /// Makes two records one; answers the one who stays. Bookings keep the id they were made with, which the one who
    /// stays has among its aliases.
    pub async fn merge(
        &self,
        tenant: TenantId,
        id: CustomerId,
        into: CustomerId,
        if_version: Option<u64>,
        stamp: &Stamp,
    ) -> Result<Customer, PlatformError> {
        self.write(tenant, id, CustomerWrite::MergeInto(into), if_version, stamp).await
    }

    /// Forgets what is known of them. Their bookings stay, without a name.
    pub async fn erase(
        &self,
        tenant: TenantId,
        id: CustomerId,
        if_version: Option<u64>,
        stamp: &Stamp,
    ) -> Result<Customer, PlatformError> {
        self.write(tenant, id, CustomerWrite::Erase, if_version, stamp).await
    }

    /// Everything that is kept about them. Refused above [`MAX_EXPORT`] bookings or entries: an export is whole or it is
    /// none.
    pub async fn export(&self, tenant: TenantId, id: CustomerId) -> Result<CustomerExport, PlatformError> {
        let customer = self.get(tenant, id).await?.ok_or(PlatformError::NotFound { what: "customer" })?;
        let mut bookings = Vec::new();
        let mut audit = Vec::new();
        for &known in std::iter::once(&customer.id).chain(&customer.aliases) {
            self.add_bookings(tenant, known, &mut bookings).await?;
            self.add_audit(tenant, known, &mut audit).await?;
        }
        bookings.sort_by_key(|booking| (booking.visit.start_second(), booking.id));
        audit.sort_by_key(|entry| std::cmp::Reverse(entry.sequence));
        let mut events = Vec::new();
        for booking in &bookings {
            events.extend(self.bookings.history(tenant, booking.id).await?);
        }
        Ok(CustomerExport { customer, bookings, events, audit })
    }

    async fn add_bookings(
        &self,
        tenant: TenantId,
        customer: CustomerId,
        found: &mut Vec<Booking>,
    ) -> Result<(), StoreError> {
        let mut after = None;
        loop {
            let filter = BookingFilter {
                customer: Some(customer),
                after,
                limit: MAX_PAGE,
                ..BookingFilter::default()
            };
            let page = self.bookings.bookings(tenant, &filter).await?;
            after = page.cursor();
            found.extend(page.items);
            bounded(found.len())?;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    async fn add_audit(
        &self,
        tenant: TenantId,
        customer: CustomerId,
        found: &mut Vec<AuditEntry>,
    ) -> Result<(), StoreError> {
        let mut before = None;
        loop {
            let object = Some(AuditObject::from(customer));
            let page = self
                .platform
                .audit(tenant, &AuditQuery { object, before, limit: MAX_PAGE, ..AuditQuery::default() })
                .await?;
            before = page.items.last().map(|entry| entry.sequence).filter(|_| page.more);
            found.extend(page.items);
            bounded(found.len())?;
            if before.is_none() {
                return Ok(());
            }
        }
    }

    async fn write(
        &self,
        tenant: TenantId,
        id: CustomerId,
        write: CustomerWrite,
        if_version: Option<u64>,
        stamp: &Stamp,
    ) -> Result<Customer, PlatformError> {
        let expect = if_version.map_or(Expect::Present, Expect::Version);
        self.platform.write_customer(tenant, id, &write, expect, stamp).await
    }
}

fn bounded(count: usize) -> Result<(), StoreError> {
    if count <= MAX_EXPORT {
        return Ok(());
    }
    Err(StoreError::Failed(format!("more than {MAX_EXPORT} entries to export")))
}
