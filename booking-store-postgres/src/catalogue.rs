//! Services and resources.

use std::sync::Arc;

use booking_core::{
    Catalog, Resource, ResourceId, ResourceKind, Service, ServiceId, StoreError, Tag, TenantId,
};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use sqlx::types::Json;
use uuid::Uuid;

use crate::cache::{Known, Pool};
use crate::error::{of_commit, of_read};
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

    /// Lets this process forget, and the others know of, what was written or may have been.
    fn write<T>(&self, tenant: TenantId, done: Result<T, sqlx::Error>) -> Result<T, StoreError> {
        let done = done.map_err(|error| of_commit(&error));
        if matches!(done, Ok(_) | Err(StoreError::Unknown(_))) {
            self.wrote_catalogue(tenant);
        }
        done
    }
}

fn kind(kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::Staff => "staff",
        ResourceKind::Room => "room",
        ResourceKind::Equipment => "equipment",
    }
}

/// A stored value as text: mostly it is what it was when it was read before.
type Text = Json<Box<RawValue>>;

impl PostgresStore {
    async fn read_service(
        &self,
        tenant: TenantId,
        service: ServiceId,
    ) -> Result<Option<Arc<Service>>, StoreError> {
        let query = sqlx::query_scalar("SELECT booking.service($1, $2)");
        let query = query.bind(tenant.uuid()).bind(service.uuid());
        let spec: Option<Text> = query.fetch_one(self.pool()).await.map_err(|error| of_read(&error))?;
        let known = self.cache().map(|cache| &cache.offered().known_services);
        spec.map(|Json(spec)| parse("service", &spec, known)).transpose()
    }

    async fn read_pool(&self, tenant: TenantId, pool: &Pool) -> Result<Vec<Arc<Resource>>, StoreError> {
        let specs = match pool {
            Pool::Ids(ids) => {
                let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
                sqlx::query_scalar("SELECT booking.resources($1, $2)").bind(tenant.uuid()).bind(ids)
            }
            Pool::Tag(tag) => sqlx::query_scalar("SELECT booking.tagged($1, $2)")
                .bind(tenant.uuid())
                .bind(tag.as_str().to_owned()),
        };
        let Json(specs): Json<Vec<Box<RawValue>>> =
            specs.fetch_one(self.pool()).await.map_err(|error| of_read(&error))?;
        let known = self.cache().map(|cache| &cache.offered().known_resources);
        specs.iter().map(|spec| parse("resource", spec, known)).collect()
    }

    async fn pool_of(&self, tenant: TenantId, pool: Pool) -> Result<Vec<Arc<Resource>>, StoreError> {
        match self.cache() {
            Some(cache) => {
                cache.offered().pools.get(tenant, pool.clone(), self.read_pool(tenant, &pool)).await
            }
            None => self.read_pool(tenant, &pool).await,
        }
    }
}

/// Validates what was stored: it may have been written by hand.
fn parse<T: DeserializeOwned>(
    what: &'static str,
    spec: &RawValue,
    known: Option<&Known<T>>,
) -> Result<Arc<T>, StoreError> {
    let parsed = match known {
        Some(known) => known.parse(spec.get()),
        None => serde_json::from_str(spec.get()).map(Arc::new),
    };
    parsed.map_err(|error| damaged(what, error))
}

impl Catalog for PostgresStore {
    async fn service(
        &self,
        tenant: TenantId,
        service: ServiceId,
    ) -> Result<Option<Arc<Service>>, StoreError> {
        match self.cache() {
            Some(cache) => {
                cache.offered().services.get(tenant, service, self.read_service(tenant, service)).await
            }
            None => self.read_service(tenant, service).await,
        }
    }

    async fn resources(
        &self,
        tenant: TenantId,
        ids: &[ResourceId],
    ) -> Result<Vec<Arc<Resource>>, StoreError> {
        self.pool_of(tenant, Pool::Ids(ids.to_vec())).await
    }

    async fn tagged(&self, tenant: TenantId, tag: &Tag) -> Result<Vec<Arc<Resource>>, StoreError> {
        self.pool_of(tenant, Pool::Tag(tag.clone())).await
    }
}
