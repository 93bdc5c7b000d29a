//! Services and resources.

use std::sync::Arc;

use booking_core::{
    Catalog, Resource, ResourceId, ResourceKind, Service, ServiceId, StoreError, Tag, TenantId,
};
use serde::de::DeserializeOwned;
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::of_read;
use crate::store::PostgresStore;
use crate::wire::damaged;

impl PostgresStore {
    /// Adds a service, or puts it in the place of the one with its id.
    pub async fn put_service(&self, tenant: TenantId, service: &Service) -> Result<(), StoreError> {
        let query = sqlx::query("SELECT booking.put_service($1, $2, $3, $4)");
        let query = query.bind(tenant.uuid()).bind(service.id.uuid()).bind(&service.name).bind(Json(service));
        self.write(tenant, query.execute(self.pool()).await.map(drop))
    }

    /// Takes a service out of the catalogue; its bookings stay. Answers whether it was there.
    pub async fn remove_service(&self, tenant: TenantId, service: ServiceId) -> Result<bool, StoreError> {
        self.remove("SELECT booking.remove_service($1, $2)", tenant, service.uuid()).await
    }

    /// Adds a resource, or puts it in the place of the one with its id.
    ///
    /// Its capacity counts the first time only: from then on the store has its own, which
    /// [`Action::SetCapacity`](booking_core::Action::SetCapacity) changes and protects.
    pub async fn put_resource(&self, tenant: TenantId, resource: &Resource) -> Result<(), StoreError> {
        let tags: Vec<&str> = resource.tags.iter().map(Tag::as_str).collect();
        let query =
            sqlx::query("SELECT booking.put_resource($1, $2, $3, $4::booking.resource_kind, $5, $6, $7)");
        let query = query.bind(tenant.uuid()).bind(resource.id.uuid()).bind(&resource.name);
        let query = query.bind(kind(resource.kind)).bind(tags).bind(Json(resource));
        let query = query.bind(i32::try_from(resource.capacity).unwrap_or(i32::MAX));
        self.write(tenant, query.execute(self.pool()).await.map(drop))
    }

    /// Takes a resource out of the catalogue; its bookings and its capacity stay. Answers whether it was there. Fails where
    /// services or groups that people edit refer to it.
    pub async fn remove_resource(&self, tenant: TenantId, resource: ResourceId) -> Result<bool, StoreError> {
        self.remove("SELECT booking.remove_resource($1, $2)", tenant, resource.uuid()).await
    }

    async fn remove(&self, call: &'static str, tenant: TenantId, id: Uuid) -> Result<bool, StoreError> {
        let query = sqlx::query_scalar(call).bind(tenant.uuid()).bind(id);
        let done = query.fetch_one(self.pool()).await;
        let error = done.as_ref().err().and_then(sqlx::Error::as_database_error);
        if error.is_some_and(sqlx::error::DatabaseError::is_foreign_key_violation) {
            return Err(StoreError::Failed("other items of the catalogue refer to it".to_owned()));
        }
        self.write(tenant, done)
    }

    /// Lets the others know of what was written.
    fn write<T>(&self, tenant: TenantId, done: Result<T, sqlx::Error>) -> Result<T, StoreError> {
        let done = done.map_err(|error| of_read(&error))?;
        self.wrote(tenant);
        Ok(done)
    }
}

fn kind(kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::Staff => "staff",
        ResourceKind::Room => "room",
        ResourceKind::Equipment => "equipment",
    }
}

/// Validates what was stored: it may have been written by hand.
fn parse<T: DeserializeOwned>(
    what: &'static str,
    specs: Vec<serde_json::Value>,
) -> Result<Vec<Arc<T>>, StoreError> {
    let parse = |spec| serde_json::from_value(spec).map(Arc::new).map_err(|error| damaged(what, error));
    specs.into_iter().map(parse).collect()
}

impl Catalog for PostgresStore {
    async fn service(
        &self,
        tenant: TenantId,
        service: ServiceId,
    ) -> Result<Option<Arc<Service>>, StoreError> {
        let query = sqlx::query_scalar("SELECT booking.service($1, $2)");
        let query = query.bind(tenant.uuid()).bind(service.uuid());
        let spec: Option<Json<serde_json::Value>> =
            query.fetch_one(self.pool()).await.map_err(|error| of_read(&error))?;
        Ok(parse("service", spec.into_iter().map(|Json(spec)| spec).collect())?.pop())
    }

    async fn resources(
        &self,
        tenant: TenantId,
        ids: &[ResourceId],
    ) -> Result<Vec<Arc<Resource>>, StoreError> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
        let query = sqlx::query_scalar("SELECT booking.resources($1, $2)").bind(tenant.uuid()).bind(ids);
        let Json(specs) = query.fetch_one(self.pool()).await.map_err(|error| of_read(&error))?;
        parse("resource", specs)
    }

    async fn tagged(&self, tenant: TenantId, tag: &Tag) -> Result<Vec<Arc<Resource>>, StoreError> {
        let query =
            sqlx::query_scalar("SELECT booking.tagged($1, $2)").bind(tenant.uuid()).bind(tag.as_str());
        let Json(specs) = query.fetch_one(self.pool()).await.map_err(|error| of_read(&error))?;
        parse("resource", specs)
    }
}
