//! Stores that are wrong in one way each: the suite must say so, or it proves nothing.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::collections::HashMap;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use booking_core::conformance::block_on;
use booking_core::{
    Block, BlockId, Booking, BookingFilter, BookingId, BookingStore, Catalog, Command, CommitError,
    Committed, Counted, CountedQuery, CustomerId, EntryId, Event, Interval, Occupancy, OccupancyQuery,
    Operation, Page, Recorded, Resource, ResourceId, Service, ServiceId, Standing, StandingQuery, StoreError,
    Tag, TenantId, WaitingQuery, WaitlistEntry,
};
use booking_platform::conformance as rules;
use booking_platform::memory::MemoryPlatform;
use booking_platform::{
    ApiKey, AuditEntry, AuditLog, AuditQuery, CatalogueStore, Customer, CustomerStore, CustomerWrite, Expect,
    Item, ItemId, ItemKind, KeyId, KeyStore, PageQuery, PlatformError, ReportQuery, ReportRow, Reports,
    SearchText, Stamp, Tally, Tenant, TenantStore, Versioned,
};
use chrono::{DateTime, Days, Utc};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    VersionsIgnored,
    TenantsMixed,
    CommandsUnaudited,
    RefusalsAudited,
    ReferencesIgnored,
    CatalogueStale,
    ErasingForgotten,
    OneWordSearched,
    RevocationForgotten,
    PagesUnordered,
    ReplaysAudited,
    WindowsClosed,
    ReportsClosed,
    ReportsByUtc,
    ReportsStale,
}

/// The reference with a fault.
struct Faulty {
    inner: MemoryPlatform,
    fault: Fault,
    seen: Mutex<HashMap<ResourceId, Arc<Resource>>>,
    told: Mutex<Vec<(ReportQuery, Vec<ReportRow>)>>,
}

impl Faulty {
    fn new(fault: Fault) -> Self {
        Self { inner: MemoryPlatform::new(), fault, seen: Mutex::default(), told: Mutex::default() }
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    fn expect(&self, expect: Expect) -> Expect {
        match expect {
            Expect::Version(_) if self.has(Fault::VersionsIgnored) => Expect::Present,
            other => other,
        }
    }

    /// The suite's two tenants, the other way round.
    fn mixed(&self, tenant: TenantId) -> Option<TenantId> {
        let other = if tenant == TenantId::from_u64(7) { 8 } else { 7 };
        self.has(Fault::TenantsMixed).then_some(TenantId::from_u64(other))
    }
}

macro_rules! passed_on {
    ($($name:ident($($arg:ident: $type:ty),*) -> $out:ty;)*) => {$(
        async fn $name(&self, $($arg: $type),*) -> $out {
            self.inner.$name($($arg),*).await
        }
    )*};
}

impl TenantStore for Faulty {
    passed_on! {
        tenant(id: TenantId) -> Result<Option<Versioned<Tenant>>, StoreError>;
        tenants(page: PageQuery<TenantId>) -> Result<Page<Versioned<Tenant>>, StoreError>;
    }

    async fn put_tenant(
        &self,
        tenant: &Tenant,
        expect: Expect,
        stamp: &Stamp,
    ) -> Result<Versioned<Tenant>, PlatformError> {
        self.inner.put_tenant(tenant, self.expect(expect), stamp).await
    }
}

impl CatalogueStore for Faulty {
    async fn item(&self, tenant: TenantId, id: ItemId) -> Result<Option<Versioned<Item>>, StoreError> {
        let own = self.inner.item(tenant, id).await?;
        match (own, self.mixed(tenant)) {
            (None, Some(other)) => self.inner.item(other, id).await,
            (own, _) => Ok(own),
        }
    }

    async fn items(
        &self,
        tenant: TenantId,
        kind: ItemKind,
        page: PageQuery<ItemId>,
    ) -> Result<Page<Versioned<Item>>, StoreError> {
        let mut found = self.inner.items(tenant, kind, page).await?;
        if self.has(Fault::PagesUnordered) {
            found.items.reverse();
        }
        Ok(found)
    }

    async fn put_item(
        &self,
        tenant: TenantId,
        item: &Item,
        expect: Expect,
        stamp: &Stamp,
    ) -> Result<Versioned<Item>, PlatformError> {
        let put = self.inner.put_item(tenant, item, self.expect(expect), stamp).await;
        if put.is_err() && self.has(Fault::RefusalsAudited) {
            // Something that leaves an entry.
            let note = Tenant { id: tenant, name: "note".parse()?, zone: booking_core::ZoneId::UTC };
            self.inner.put_tenant(&note, Expect::Absent, stamp).await?;
        }
        put
    }

    async fn delete_item(
        &self,
        tenant: TenantId,
        id: ItemId,
        expect: Expect,
        stamp: &Stamp,
    ) -> Result<(), PlatformError> {
        match self.inner.delete_item(tenant, id, self.expect(expect), stamp).await {
            Err(PlatformError::InUse { .. }) if self.has(Fault::ReferencesIgnored) => Ok(()),
            other => other,
        }
    }
}

impl CustomerStore for Faulty {
    passed_on! {
        customer(tenant: TenantId, id: CustomerId) -> Result<Option<Customer>, StoreError>;
        customers(tenant: TenantId, page: PageQuery<CustomerId>) -> Result<Page<Customer>, StoreError>;
    }

    async fn search_customers(
        &self,
        tenant: TenantId,
        text: &SearchText,
        limit: usize,
    ) -> Result<Page<Customer>, StoreError> {
        let first = text.as_str().split(' ').next().and_then(|word| SearchText::new(word).ok());
        let text = first.filter(|_| self.has(Fault::OneWordSearched)).unwrap_or_else(|| text.clone());
        self.inner.search_customers(tenant, &text, limit).await
    }

    async fn write_customer(
        &self,
        tenant: TenantId,
        id: CustomerId,
        write: &CustomerWrite,
        expect: Expect,
        stamp: &Stamp,
    ) -> Result<Customer, PlatformError> {
        if *write == CustomerWrite::Erase && self.has(Fault::ErasingForgotten) {
            let found = self.inner.customer(tenant, id).await?;
            return found.ok_or(PlatformError::NotFound { what: "customer" });
        }
        self.inner.write_customer(tenant, id, write, self.expect(expect), stamp).await
    }
}

impl KeyStore for Faulty {
    passed_on! {
        keys(tenant: TenantId, page: PageQuery<KeyId>) -> Result<Page<ApiKey>, StoreError>;
        add_key(key: &ApiKey, stamp: &Stamp) -> Result<(), PlatformError>;
        revoke_key(tenant: TenantId, id: KeyId, stamp: &Stamp) -> Result<ApiKey, PlatformError>;
    }

    async fn key_by_lookup(&self, lookup: &str) -> Result<Option<ApiKey>, StoreError> {
        let found = self.inner.key_by_lookup(lookup).await?;
        let revoked = |key: &ApiKey| key.revoked.filter(|_| !self.has(Fault::RevocationForgotten));
        Ok(found.map(|key| ApiKey { revoked: revoked(&key), ..key }))
    }
}

impl AuditLog for Faulty {
    async fn audit(&self, tenant: TenantId, query: &AuditQuery) -> Result<Page<AuditEntry>, StoreError> {
        let mut query = query.clone();
        if self.has(Fault::WindowsClosed) {
            // With the instant after its last.
            let longer =
                |window: Interval| Interval::from_seconds(window.start_second(), window.end_second() + 1);
            query.window = query.window.map(|window| longer(window).unwrap());
        }
        let mut page = self.inner.audit(tenant, &query).await?;
        if self.has(Fault::CommandsUnaudited) {
            page.items.retain(|entry| entry.actor.who != "bob");
        }
        Ok(page)
    }
}

impl Reports for Faulty {
    async fn report(&self, tenant: TenantId, query: &ReportQuery) -> Result<Vec<ReportRow>, StoreError> {
        if self.has(Fault::ReportsByUtc) {
            let mut tally = Tally::default();
            let all = BookingFilter { limit: 1_000, now: query.now(), ..BookingFilter::default() };
            for mut booking in self.inner.bookings(tenant, &all).await?.items {
                booking.local.wall = booking.start().naive_utc();
                tally.count(query, &booking);
            }
            return Ok(tally.rows());
        }
        let until = query.until() + Days::new(u64::from(self.has(Fault::ReportsClosed)));
        let now = DateTime::from_timestamp(query.now(), 0).unwrap();
        let rows = ReportQuery::new(query.from(), until, query.by(), now).unwrap();
        let rows = self.inner.report(tenant, &rows).await?;
        let mut told = self.told.lock().unwrap();
        match told.iter().find(|known| known.0 == *query) {
            Some(known) if self.has(Fault::ReportsStale) => Ok(known.1.clone()),
            _ => {
                told.push((*query, rows.clone()));
                Ok(rows)
            }
        }
    }
}

impl Catalog for Faulty {
    passed_on! {
        service(tenant: TenantId, service: ServiceId) -> Result<Option<Arc<Service>>, StoreError>;
        tagged(tenant: TenantId, tag: &Tag) -> Result<Vec<Arc<Resource>>, StoreError>;
    }

    async fn resources(
        &self,
        tenant: TenantId,
        ids: &[ResourceId],
    ) -> Result<Vec<Arc<Resource>>, StoreError> {
        let found = self.inner.resources(tenant, ids).await?;
        if !self.has(Fault::CatalogueStale) {
            return Ok(found);
        }
        let mut seen = self.seen.lock().unwrap();
        Ok(found.into_iter().map(|one| Arc::clone(seen.entry(one.id).or_insert(one))).collect())
    }
}

impl BookingStore for Faulty {
    async fn commit(&self, command: &Command) -> Result<Committed, CommitError> {
        let answer = self.inner.commit(command).await?;
        if answer.replayed && self.has(Fault::ReplaysAudited) {
            // Applied once more, under another id, in the place of the first.
            let booking = answer.bookings[0].id;
            let change = booking_core::Change::Cancel { fee: None };
            let cancel = booking_core::Action::Change { booking, if_version: None, change };
            self.inner.commit(&Command { key: None, action: cancel, ..command.clone() }).await?;
            self.inner.commit(&Command { key: None, action: again(command), ..command.clone() }).await?;
        }
        Ok(answer)
    }

    passed_on! {
        occupancy(query: &OccupancyQuery) -> Result<Occupancy, StoreError>;
        counted(query: &CountedQuery) -> Result<Vec<Counted>, StoreError>;
        standing(query: &StandingQuery) -> Result<Standing, StoreError>;
        recorded(tenant: TenantId, operation: Operation, key: &str) -> Result<Option<Recorded>, StoreError>;
        booking(tenant: TenantId, booking: BookingId) -> Result<Option<Booking>, StoreError>;
        bookings(tenant: TenantId, filter: &BookingFilter) -> Result<Page<Booking>, StoreError>;
        history(tenant: TenantId, booking: BookingId) -> Result<Vec<Event>, StoreError>;
        events(tenant: TenantId, after: u64, limit: usize) -> Result<Vec<Event>, StoreError>;
        lapsed(tenant: TenantId, now: DateTime<Utc>, limit: usize) -> Result<Vec<Booking>, StoreError>;
        block(tenant: TenantId, block: BlockId) -> Result<Option<Block>, StoreError>;
        entry(tenant: TenantId, entry: EntryId) -> Result<Option<WaitlistEntry>, StoreError>;
        waiting(query: &WaitingQuery) -> Result<Vec<WaitlistEntry>, StoreError>;
    }
}

/// The command's placements under an id of their own.
fn again(command: &Command) -> booking_core::Action {
    let mut action = command.action.clone();
    if let booking_core::Action::Place(placements) = &mut action {
        for placement in placements {
            placement.booking.id = BookingId::from_u64(999);
        }
    }
    action
}

/// The rule passes on the reference and fails on the store with the fault.
fn check<F: Future<Output = ()>>(fault: Fault, rule: impl Fn(&'static Faulty) -> F) {
    let store = |fault| &*Box::leak(Box::new(Faulty::new(fault)));
    block_on(rule(store(Fault::None)));
    let broken = catch_unwind(AssertUnwindSafe(|| block_on(rule(store(fault)))));
    assert!(broken.is_err(), "{fault:?} was not noticed");
}

#[test]
fn versions_that_are_ignored_are_noticed() {
    check(Fault::VersionsIgnored, rules::a_tenant_is_created_once_and_replaced_by_version);
    check(Fault::VersionsIgnored, rules::an_item_is_replaced_only_in_the_version_it_has);
    check(Fault::VersionsIgnored, rules::a_customer_is_changed_only_in_the_version_they_have);
}

#[test]
fn tenants_that_see_each_other_are_noticed() {
    check(Fault::TenantsMixed, rules::items_of_other_tenants_are_not_seen);
}

#[test]
fn gaps_in_the_audit_log_are_noticed() {
    check(Fault::CommandsUnaudited, rules::commands_of_the_core_are_audited);
    check(Fault::RefusalsAudited, rules::a_refused_write_is_not_audited);
    check(Fault::ReplaysAudited, rules::a_replayed_command_is_audited_once);
    check(Fault::WindowsClosed, rules::the_audit_log_is_read_by_time);
}

#[test]
fn reports_that_count_wrongly_are_noticed() {
    check(Fault::ReportsClosed, rules::a_report_tells_days_and_services_apart);
    check(Fault::ReportsByUtc, rules::a_visit_belongs_to_its_date_on_the_wall);
    check(Fault::ReportsStale, rules::days_that_are_over_are_counted_as_they_are_now);
}

#[test]
fn a_catalogue_that_falls_apart_is_noticed() {
    check(Fault::ReferencesIgnored, rules::what_is_referred_to_is_not_deleted);
    check(Fault::CatalogueStale, rules::shared_hours_reach_every_resource);
    check(Fault::CatalogueStale, rules::holidays_close_every_resource);
    check(Fault::PagesUnordered, rules::items_are_listed_by_kind_and_id);
}

#[test]
fn customers_who_are_not_forgotten_or_found_wrongly_are_noticed() {
    check(Fault::ErasingForgotten, rules::an_erased_customer_is_forgotten);
    check(Fault::OneWordSearched, rules::customers_are_found_by_the_beginnings_of_words);
}

#[test]
fn a_key_that_comes_back_is_noticed() {
    check(Fault::RevocationForgotten, rules::a_revoked_key_stays_revoked);
    check(Fault::RevocationForgotten, rules::a_token_is_good_until_it_is_revoked_or_expires);
}
