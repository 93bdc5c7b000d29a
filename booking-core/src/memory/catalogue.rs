//! What businesses offer, in maps.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::resource::{Resource, Tag};
use crate::service::Service;
use crate::{ResourceId, ServiceId, TenantId};

/// The catalogues of all tenants.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    services: HashMap<(TenantId, ServiceId), Arc<Service>>,
    resources: HashMap<(TenantId, ResourceId), Arc<Resource>>,
    tagged: HashMap<TenantId, HashMap<Tag, BTreeSet<ResourceId>>>,
}

impl Catalogue {
    pub(super) fn add_service(&mut self, tenant: TenantId, service: Service) -> Option<Arc<Service>> {
        self.services.insert((tenant, service.id), Arc::new(service))
    }

    pub(super) fn remove_service(&mut self, tenant: TenantId, id: ServiceId) -> Option<Arc<Service>> {
        self.services.remove(&(tenant, id))
    }

    pub(super) fn service(&self, tenant: TenantId, id: ServiceId) -> Option<Arc<Service>> {
        self.services.get(&(tenant, id)).cloned()
    }

    pub(super) fn add_resource(&mut self, tenant: TenantId, resource: Resource) -> Option<Arc<Resource>> {
        let old = self.remove_resource(tenant, resource.id);
        let by_tag = self.tagged.entry(tenant).or_default();
        for tag in &resource.tags {
            by_tag.entry(tag.clone()).or_default().insert(resource.id);
        }
        self.resources.insert((tenant, resource.id), Arc::new(resource));
        old
    }

    pub(super) fn remove_resource(&mut self, tenant: TenantId, id: ResourceId) -> Option<Arc<Resource>> {
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

    pub(super) fn resources(&self, tenant: TenantId, ids: &[ResourceId]) -> Vec<Arc<Resource>> {
        ids.iter().filter_map(|&id| self.resources.get(&(tenant, id)).cloned()).collect()
    }

    pub(super) fn tagged(&self, tenant: TenantId, tag: &Tag) -> Vec<Arc<Resource>> {
        let ids = self.tagged.get(&tenant).and_then(|by_tag| by_tag.get(tag));
        let ids = ids.into_iter().flatten();
        ids.filter_map(|&id| self.resources.get(&(tenant, id)).cloned()).collect()
    }
}
