//! The few rows that a change of the platform is judged by.

use std::collections::BTreeSet;

use booking_core::{CustomerId, StoreError, TenantId};
use booking_platform::memory::PlatformRow;
use booking_platform::{ApiKey, Customer, Item, ItemId, ItemKind, KeyId, Versioned};
use sqlx::postgres::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::platform::{ask, call, keys};

/// What a change is judged by.
pub(crate) enum Gather<'a> {
    Tenant,
    /// The item as it is and what it is to refer to; and where several share it, whatever does, with all that this is made
    /// of.
    ToPut(&'a Item),
    /// The item and one that refers to it.
    ToDelete(ItemId),
    Customers(&'a [CustomerId]),
    Key(KeyId),
}

impl Gather<'_> {
    pub(crate) async fn rows(
        self,
        connection: &mut PgConnection,
        tenant: TenantId,
    ) -> Result<Vec<PlatformRow>, StoreError> {
        match self {
            Self::Tenant => {
                let row = ask(connection, call("SELECT booking.read_tenant($1)", tenant)).await?;
                Ok(row.map(PlatformRow::Tenant).into_iter().collect())
            }
            Self::ToPut(item) => {
                let rows = to_put(connection, tenant, item).await?;
                Ok(rows.into_iter().map(|row| PlatformRow::Item(tenant, row)).collect())
            }
            Self::ToDelete(id) => {
                let mut ids = users(connection, tenant, id, Some(1)).await?;
                ids.insert(id);
                let rows = items(connection, tenant, &ids).await?;
                Ok(rows.into_iter().map(|row| PlatformRow::Item(tenant, row)).collect())
            }
            Self::Customers(ids) => {
                let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
                let call = call("SELECT booking.customers_of($1, $2)", tenant).bind(ids);
                let rows: Option<Vec<Customer>> = ask(connection, call).await?;
                Ok(rows.unwrap_or_default().into_iter().map(PlatformRow::Customer).collect())
            }
            Self::Key(id) => {
                let rows: Option<Vec<ApiKey>> = ask(connection, keys(tenant, Some(id), None, 1)).await?;
                Ok(rows.unwrap_or_default().into_iter().map(PlatformRow::Key).collect())
            }
        }
    }
}

async fn to_put(
    connection: &mut PgConnection,
    tenant: TenantId,
    item: &Item,
) -> Result<Vec<Versioned<Item>>, StoreError> {
    let id = item.id();
    let mut others: BTreeSet<ItemId> = item.references().into_iter().chain([id]).collect();
    let mut rows = Vec::new();
    if is_part(id.kind()) {
        let users = users(connection, tenant, id, None).await?;
        rows = items(connection, tenant, &users).await?;
        let parts = rows.iter().flat_map(|row| row.value.references());
        others.extend(parts.filter(|part| is_part(part.kind())));
    }
    rows.extend(items(connection, tenant, &others).await?);
    Ok(rows)
}

/// Whether what the engine reads of services and resources is made of such items.
fn is_part(kind: ItemKind) -> bool {
    match kind {
        ItemKind::Group
        | ItemKind::Schedule
        | ItemKind::HolidayCalendar
        | ItemKind::Policy
        | ItemKind::PriceList => true,
        ItemKind::Service | ItemKind::Resource | ItemKind::Location => false,
    }
}

/// What refers to an item: all, or the first of them.
async fn users(
    connection: &mut PgConnection,
    tenant: TenantId,
    id: ItemId,
    most: Option<i64>,
) -> Result<BTreeSet<ItemId>, StoreError> {
    let call = call("SELECT booking.users_of($1, $2, $3, $4)", tenant);
    let call = call.bind(id.kind().as_str()).bind(id.uuid()).bind(most);
    Ok(ask(connection, call).await?.unwrap_or_default())
}

async fn items(
    connection: &mut PgConnection,
    tenant: TenantId,
    ids: &BTreeSet<ItemId>,
) -> Result<Vec<Versioned<Item>>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let call = call("SELECT booking.items_of($1, $2)", tenant).bind(Json(serde_json::json!(ids)));
    Ok(ask(connection, call).await?.unwrap_or_default())
}
