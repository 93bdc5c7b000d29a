//! What surrounds scheduling, over the same database.
//!
//! Changes are judged by the platform's own reference semantics over the few rows they depend on, read under a lock, and
//! written in the same transaction. Such changes are rare; commands and reads of the calendar do not pass here.

use booking_core::{CustomerId, Interval, Page, ResourceId, ServiceId, StoreError, TenantId};
use booking_platform::memory::{PlatformRow, PlatformState, Written};
use booking_platform::{
    ApiKey, AuditEntry, AuditLog, AuditQuery, CatalogueStore, Customer, CustomerStore, CustomerWrite, Expect,
    Item, ItemId, ItemKind, KeyId, KeyStore, MAX_PAGE, PageQuery, PlatformError, SearchText, Stamp, Tenant,
    TenantStore, Versioned,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sqlx::postgres::{PgArguments, PgConnection};
use sqlx::query::QueryScalar;
use sqlx::types::Json;
use sqlx::{Connection, Postgres};
use uuid::Uuid;

use crate::error::{of_commit, of_read};
use crate::gather::Gather;
use crate::store::PostgresStore;
use crate::wire::damaged;

pub(crate) type Call<'q> = QueryScalar<'q, Postgres, Option<Json<Value>>, PgArguments>;

/// What the function answers, read as what it is.
pub(crate) async fn ask<T: DeserializeOwned>(
    connection: &mut PgConnection,
    call: Call<'_>,
) -> Result<Option<T>, StoreError> {
    let found = call.fetch_one(connection).await.map_err(|error| of_read(&error))?;
    let read = |Json(value)| serde_json::from_value(value).map_err(|error| damaged("row", error));
    found.map(read).transpose()
}

/// How many entries to read for a page: one more tells whether there are more.
fn one_more(limit: usize) -> i64 {
    i64::try_from(limit.clamp(1, MAX_PAGE) + 1).unwrap_or(i64::MAX)
}

impl PostgresStore {
    async fn look<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<Option<T>, StoreError> {
        let mut connection = self.pool().acquire().await.map_err(|error| of_read(&error))?;
        ask(&mut connection, call).await
    }

    async fn page<T: DeserializeOwned>(&self, call: Call<'_>, limit: usize) -> Result<Page<T>, StoreError> {
        let items: Vec<T> = self.look(call).await?.unwrap_or_default();
        Ok(Page::cut(items, limit.clamp(1, MAX_PAGE)))
    }

    /// One change: locks, lets the reference semantics judge what `gather` reads, and writes what they answer.
    async fn change<T>(
        &self,
        tenant: TenantId,
        lock: &'static str,
        gather: Gather<'_>,
        judge: impl FnOnce(&mut PlatformState) -> Result<Written<T>, PlatformError>,
    ) -> Result<T, PlatformError> {
        let mut connection = self.pool().acquire().await.map_err(|error| of_read(&error))?;
        let mut transaction = connection.begin().await.map_err(|error| of_read(&error))?;
        let enter = sqlx::query("SELECT booking.enter($1, $2)").bind(tenant.uuid()).bind(lock);
        enter.execute(&mut *transaction).await.map_err(|error| of_read(&error))?;
        let rows = gather.rows(&mut transaction, tenant).await?;
        let mut state = PlatformState::restore(rows).map_err(|error| damaged("item", error))?;
        let (answer, written) = judge(&mut state)?;
        let rows = encode(tenant, &state, &written);
        let write = sqlx::query("SELECT booking.write_platform($1, $2)").bind(tenant.uuid()).bind(Json(rows));
        write.execute(&mut *transaction).await.map_err(|error| of_write(&error))?;
        let committed = transaction.commit().await.map_err(|error| of_commit(&error));
        if !matches!(committed, Err(StoreError::Unavailable(_) | StoreError::Failed(_))) {
            if lock == CATALOGUE {
                self.wrote_catalogue(tenant);
            } else {
                self.wrote(tenant);
            }
        }
        committed?;
        Ok(answer)
    }
}

/// A look-up prefix that another tenant's key has is only seen when it is written.
fn of_write(error: &sqlx::Error) -> PlatformError {
    let constraint = error.as_database_error().and_then(|error| error.constraint());
    match constraint {
        Some("api_keys_by_lookup") => PlatformError::Exists { what: "key" },
        _ => of_commit(error).into(),
    }
}

pub(crate) fn call<'q>(sql: &'static str, tenant: TenantId) -> Call<'q> {
    sqlx::query_scalar(sql).bind(tenant.uuid())
}

pub(crate) fn keys<'q>(tenant: TenantId, one: Option<KeyId>, after: Option<KeyId>, most: i64) -> Call<'q> {
    let call = call("SELECT booking.keys($1, $2, $3, $4)", tenant);
    call.bind(one.map(KeyId::uuid)).bind(after.map(KeyId::uuid)).bind(most)
}

fn items<'q>(
    tenant: TenantId,
    kind: ItemKind,
    one: Option<Uuid>,
    after: Option<Uuid>,
    most: i64,
) -> Call<'q> {
    let call = call("SELECT booking.items($1, $2, $3, $4, $5)", tenant);
    call.bind(kind.as_str()).bind(one).bind(after).bind(most)
}

/// The rows of a change as `booking.write_platform` reads them, followed by what the engine reads since.
fn encode(tenant: TenantId, state: &PlatformState, rows: &[PlatformRow]) -> Value {
    let mut encoded = Vec::with_capacity(rows.len());
    let mut written = None;
    for row in rows {
        encoded.push(match row {
            PlatformRow::Tenant(row) => json!({ "row": "tenant", "value": row }),
            PlatformRow::Item(_, row) => {
                let id = row.value.id();
                written = Some(id);
                json!({ "row": "item", "kind": id.kind(), "id": id.uuid(), "name": row.value.name(), "value": row })
            }
            PlatformRow::Deleted(_, id) => json!({ "row": "deleted", "kind": id.kind(), "id": id.uuid() }),
            PlatformRow::Customer(row) => customer_row(row),
            PlatformRow::Key(key) => json!({ "row": "key", "id": key.id, "lookup": key.hash.lookup, "value": key }),
            PlatformRow::Audit(entry) => audit_row(entry),
        });
    }
    if let Some(id) = written {
        encoded.extend(resolved(tenant, state, id));
    }
    Value::Array(encoded)
}

fn customer_row(row: &Customer) -> Value {
    let name = row.profile().and_then(|profile| profile.name.as_ref());
    let words = format!(" {} ", row.search_words().join(" "));
    json!({ "row": "customer", "id": row.id, "known": row.profile().is_some(), "name": name, "words": words,
            "value": row })
}

fn audit_row(entry: &AuditEntry) -> Value {
    json!({ "row": "audit", "at": entry.at, "who": entry.actor.who, "origin": entry.actor.from,
            "action": entry.action, "kind": entry.object.kind, "id": entry.object.id, "version": entry.version })
}

/// What the engine reads of the item that was written, or of all services and resources that refer to it.
fn resolved(tenant: TenantId, state: &PlatformState, id: ItemId) -> Vec<Value> {
    let catalogue = state.catalogue();
    let (services, resources): (Vec<ServiceId>, Vec<ResourceId>) = match id {
        ItemId::Service(id) => (vec![id], Vec::new()),
        ItemId::Resource(id) => (Vec::new(), vec![id]),
        // Nothing that the engine reads.
        ItemId::Location(_) => (Vec::new(), Vec::new()),
        _ => users(tenant, state, id),
    };
    let services = services.into_iter().filter_map(|id| catalogue.service(tenant, id)).map(
        |service| json!({ "row": "service", "id": service.id, "name": service.name, "value": *service }),
    );
    let resources = catalogue.resources(tenant, &resources).into_iter().map(|resource| {
        json!({ "row": "resource", "id": resource.id, "name": resource.name, "kind": resource.kind,
                "tags": resource.tags, "capacity": resource.capacity, "value": *resource })
    });
    services.chain(resources).collect()
}

/// The services and resources of the state that refer to an item.
fn users(tenant: TenantId, state: &PlatformState, id: ItemId) -> (Vec<ServiceId>, Vec<ResourceId>) {
    let (mut services, mut resources) = (Vec::new(), Vec::new());
    for kind in [ItemKind::Service, ItemKind::Resource] {
        let mut page = PageQuery::first(MAX_PAGE);
        loop {
            let found = state.items(tenant, kind, page);
            for row in found.items.iter().filter(|row| row.value.references().contains(&id)) {
                match row.value.id() {
                    ItemId::Service(id) => services.push(id),
                    ItemId::Resource(id) => resources.push(id),
                    _ => {}
                }
            }
            match found.items.last() {
                Some(last) if found.more => page = PageQuery::after(last.value.id(), MAX_PAGE),
                _ => break,
            }
        }
    }
    (services, resources)
}

impl TenantStore for PostgresStore {
    async fn tenant(&self, id: TenantId) -> Result<Option<Versioned<Tenant>>, StoreError> {
        self.look(call("SELECT booking.read_tenant($1)", id)).await
    }

    async fn tenants(&self, page: PageQuery<TenantId>) -> Result<Page<Versioned<Tenant>>, StoreError> {
        let call = sqlx::query_scalar("SELECT booking.read_tenants($1, $2)");
        self.page(call.bind(page.after.map(TenantId::uuid)).bind(one_more(page.limit)), page.limit).await
    }

    async fn put_tenant(
        &self,
        tenant: &Tenant,
        expect: Expect,
        stamp: &Stamp,
    ) -> Result<Versioned<Tenant>, PlatformError> {
        let judge = |state: &mut PlatformState| state.put_tenant(tenant, expect, stamp);
        self.change(tenant.id, "tenant", Gather::Tenant, judge).await
    }
}

/// What those who edit a catalogue lock.
const CATALOGUE: &str = "catalogue";

impl CatalogueStore for PostgresStore {
    async fn item(&self, tenant: TenantId, id: ItemId) -> Result<Option<Versioned<Item>>, StoreError> {
        let found: Option<Vec<Versioned<Item>>> =
            self.look(items(tenant, id.kind(), Some(id.uuid()), None, 1)).await?;
        Ok(found.and_then(|mut rows| rows.pop()))
    }

    async fn items(
        &self,
        tenant: TenantId,
        kind: ItemKind,
        page: PageQuery<ItemId>,
    ) -> Result<Page<Versioned<Item>>, StoreError> {
        let after = page.after.map(ItemId::uuid);
        self.page(items(tenant, kind, None, after, one_more(page.limit)), page.limit).await
    }

    async fn put_item(
        &self,
        tenant: TenantId,
        item: &Item,
        expect: Expect,
        stamp: &Stamp,
    ) -> Result<Versioned<Item>, PlatformError> {
        let held = match item {
            Item::Resource(profile) => self.held_capacity(tenant, profile.resource.id).await?,
            _ => None,
        };
        let judge = |state: &mut PlatformState| state.put_item(tenant, item, held, expect, stamp);
        self.change(tenant, CATALOGUE, Gather::ToPut(item), judge).await
    }

    async fn delete_item(
        &self,
        tenant: TenantId,
        id: ItemId,
        expect: Expect,
        stamp: &Stamp,
    ) -> Result<(), PlatformError> {
        let judge = |state: &mut PlatformState| state.delete_item(tenant, id, expect, stamp);
        self.change(tenant, CATALOGUE, Gather::ToDelete(id), judge).await
    }
}

impl PostgresStore {
    async fn held_capacity(&self, tenant: TenantId, resource: ResourceId) -> Result<Option<u32>, StoreError> {
        let query = sqlx::query_scalar("SELECT booking.held_capacity($1, $2)");
        let held: Option<i32> = query
            .bind(tenant.uuid())
            .bind(resource.uuid())
            .fetch_one(self.pool())
            .await
            .map_err(|error| of_read(&error))?;
        Ok(held.and_then(|units| u32::try_from(units).ok()))
    }
}

impl CustomerStore for PostgresStore {
    async fn customer(&self, tenant: TenantId, id: CustomerId) -> Result<Option<Customer>, StoreError> {
        let call = call("SELECT booking.customers_of($1, $2)", tenant).bind(vec![id.uuid()]);
        let found: Option<Vec<Customer>> = self.look(call).await?;
        Ok(found.and_then(|mut rows| rows.pop()))
    }

    async fn customers(
        &self,
        tenant: TenantId,
        page: PageQuery<CustomerId>,
    ) -> Result<Page<Customer>, StoreError> {
        let call = call("SELECT booking.customers($1, $2, $3)", tenant);
        self.page(call.bind(page.after.map(CustomerId::uuid)).bind(one_more(page.limit)), page.limit).await
    }

    async fn search_customers(
        &self,
        tenant: TenantId,
        text: &SearchText,
        limit: usize,
    ) -> Result<Page<Customer>, StoreError> {
        let words: Vec<String> = text.words().collect();
        // The longest leaves the fewest to look at.
        let Some(longest) = words.iter().max_by_key(|word| word.len()).cloned() else {
            return Ok(Page { items: Vec::new(), more: false });
        };
        let call = call("SELECT booking.search_customers($1, $2, $3, $4)", tenant);
        self.page(call.bind(words).bind(longest).bind(one_more(limit)), limit).await
    }

    async fn write_customer(
        &self,
        tenant: TenantId,
        id: CustomerId,
        write: &CustomerWrite,
        expect: Expect,
        stamp: &Stamp,
    ) -> Result<Customer, PlatformError> {
        let mut ids = vec![id];
        ids.extend(if let CustomerWrite::MergeInto(into) = write { Some(*into) } else { None });
        // Those who were merged into them lead to whoever stays.
        if let Some(known) = self.customer(tenant, id).await? {
            ids.extend(known.aliases);
        }
        let judge = |state: &mut PlatformState| state.write_customer(tenant, id, write, expect, stamp);
        self.change(tenant, "customers", Gather::Customers(&ids), judge).await
    }
}

impl KeyStore for PostgresStore {
    async fn key_by_lookup(&self, lookup: &str) -> Result<Option<ApiKey>, StoreError> {
        self.look(sqlx::query_scalar("SELECT booking.key_by_lookup($1)").bind(lookup)).await
    }

    async fn keys(&self, tenant: TenantId, page: PageQuery<KeyId>) -> Result<Page<ApiKey>, StoreError> {
        self.page(keys(tenant, None, page.after, one_more(page.limit)), page.limit).await
    }

    async fn add_key(&self, key: &ApiKey, stamp: &Stamp) -> Result<(), PlatformError> {
        let judge = |state: &mut PlatformState| state.add_key(key, stamp);
        self.change(key.tenant, "keys", Gather::Key(key.id), judge).await
    }

    async fn revoke_key(&self, tenant: TenantId, id: KeyId, stamp: &Stamp) -> Result<ApiKey, PlatformError> {
        let judge = |state: &mut PlatformState| state.revoke_key(tenant, id, stamp);
        self.change(tenant, "keys", Gather::Key(id), judge).await
    }
}

impl AuditLog for PostgresStore {
    async fn audit(&self, tenant: TenantId, query: &AuditQuery) -> Result<Page<AuditEntry>, StoreError> {
        let before = query.before.map(|before| i64::try_from(before).unwrap_or(i64::MAX));
        let call = call("SELECT booking.read_audit($1, $2, $3, $4, $5, $6, $7)", tenant)
            .bind(query.object.map(|object| object.kind.as_str()))
            .bind(query.object.map(|object| object.id))
            .bind(before)
            .bind(query.window.map(Interval::start_second))
            .bind(query.window.map(Interval::end_second))
            .bind(one_more(query.limit));
        self.page(call, query.limit).await
    }
}
