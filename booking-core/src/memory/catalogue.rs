//! What businesses offer, in maps.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::resource::{Resource, Tag};
use crate::service::Service;
use crate::{ResourceId, ServiceId, TenantId};

/// The catalogues of all tenants in maps: the reference semantics of [`Catalog`](crate::Catalog).
///
/// No lock and no I/O, like [`State`](super::State), so that other stores can serve their catalogue from it.
#[derive(Debug, Default)]
pub struct Catalogue {
    services: HashMap<(TenantId, ServiceId), Arc<Service>>,
    resources: HashMap<(TenantId, ResourceId), Arc<Resource>>,
    tagged: HashMap<TenantId, HashMap<Tag, BTreeSet<ResourceId>>>,
}

impl Catalogue {
    /// Adds a service, or puts it in the place of the one with its id, which is answered.
    pub fn add_service(&mut self, tenant: TenantId, service: Service) -> Option<Arc<Service>> {
        self.services.insert((tenant, service.id), Arc::new(service))
    }

    /// Takes a service out; answers it.
    pub fn remove_service(&mut self, tenant: TenantId, id: ServiceId) -> Option<Arc<Service>> {
        self.services.remove(&(tenant, id))
    }

    /// See [`Catalog::service`](crate::Catalog::service).
    pub fn service(&self, tenant: TenantId, id: ServiceId) -> Option<Arc<Service>> {
        self.services.get(&(tenant, id)).cloned()
    }

    /// Adds a resource, or puts it in the place of the one with its id, which is answered.
    pub fn add_resource(&mut self, tenant: TenantId, resource: Resource) -> Option<Arc<Resource>> {
        let old = self.remove_resource(tenant, resource.id);
        let by_tag = self.tagged.entry(tenant).or_default();
        for tag in &resource.tags {
            by_tag.entry(tag.clone()).or_default().insert(resource.id);
        }
        self.resources.insert((tenant, resource.id), Arc::new(resource));
        old
    }

    /// Takes a resource out; answers it.
    pub fn remove_resource(&mut self, tenant: TenantId, id: ResourceId) -> Option<Arc<Resource>> {
        let old = self.resources.remove(&(tenant, id))?;
        let by_tag = self.tagged.entry(tenant).or_default();
        for tag in &old.tags {
            if let Some(ids) = by_tag.get_mut(tag) {
                ids.remove(&id);
                if ids.is_empty() {
                    by_tag.remove(tag);
                }
            }
        }
        Some(old)
    }

    /// See [`Catalog::resources`](crate::Catalog::resources).
    pub fn resources(&self, tenant: TenantId, ids: &[ResourceId]) -> Vec<Arc<Resource>> {
        ids.iter().filter_map(|&id| self.resources.get(&(tenant, id)).cloned()).collect()
    }

    /// See [`Catalog::tagged`](crate::Catalog::tagged).
    pub fn tagged(&self, tenant: TenantId, tag: &Tag) -> Vec<Arc<Resource>> {
        let ids = self.tagged.get(&tenant).and_then(|by_tag| by_tag.get(tag));
        let ids = ids.into_iter().flatten();
        ids.filter_map(|&id| self.resources.get(&(tenant, id)).cloned()).collect()
    }
}
