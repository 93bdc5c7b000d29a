//! The catalogue: items, what refers to what, and what the engine reads of them.

use std::collections::BTreeMap;

use booking_core::memory::Catalogue;
use booking_core::{Invalid, Page, Resource, ResourceId, ResourceSpec, Service, TenantId};
use uuid::Uuid;

use super::rows::{PlatformRow, Written};
use super::state::{PlatformState, check, cut, made, next};
use crate::{
    AuditAction, AuditNote, Expect, Group, HolidayCalendar, Item, ItemId, ItemKind, Kind, NamedPolicy,
    NamedSchedule, PageQuery, PlatformError, PriceList, ResourceParts, ResourceProfile, ServiceParts,
    ServiceProfile, Stamp, Versioned,
};

/// What the engine reads.
pub(super) enum Resolved {
    Service(Service),
    Resource(Resource),
}

impl PlatformState {
    /// What the engine reads of all catalogues.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// One item.
    pub fn item(&self, tenant: TenantId, id: ItemId) -> Option<Versioned<Item>> {
        self.items.get(&(tenant, id)).cloned()
    }

    /// See [`CatalogueStore::items`](crate::CatalogueStore::items).
    pub fn items(&self, tenant: TenantId, kind: ItemKind, page: PageQuery<ItemId>) -> Page<Versioned<Item>> {
        let after = page.after.map(|id| (tenant, ItemId::of(kind, id.uuid())));
        let from = after.unwrap_or((tenant, ItemId::of(kind, Uuid::nil())));
        let rows = self.items.range(from..).filter(|(key, _)| Some(**key) != after);
        let of_kind = rows.take_while(|((owner, id), _)| *owner == tenant && id.kind() == kind);
        cut(of_kind.map(|(_, row)| row), page.limit)
    }

    /// See [`CatalogueStore::put_item`](crate::CatalogueStore::put_item). `held` is the capacity that the bookings' state
    /// has for the resource ([`held_capacity`](super::held_capacity)): a resource with another is refused.
    pub fn put_item(
        &mut self,
        tenant: TenantId,
        item: &Item,
        held: Option<u32>,
        expect: Expect,
        stamp: &Stamp,
    ) -> Result<Written<Versioned<Item>>, PlatformError> {
        let id = item.id();
        let old = self.items.get(&(tenant, id));
        let row = next(old, item.clone(), expect, stamp, id.kind().as_str())?;
        if let (Item::Resource(profile), Some(held)) = (item, held)
            && profile.resource.capacity != held
        {
            let expected = format!("{held}, which bookings rely on; setting the capacity is a command");
            return Err(Invalid::new("capacity", profile.resource.capacity, expected).into());
        }
        if let Some(missing) = self.first_missing(tenant, item) {
            return Err(PlatformError::Missing(missing));
        }
        for resolved in self.resolve_with(tenant, id, item)? {
            self.offer(tenant, resolved);
        }
        self.file_item(tenant, row.clone());
        let entry = self.note(tenant, stamp, AuditNote::new(made(row.version), id, Some(row.version)));
        Ok((row.clone(), vec![PlatformRow::Item(tenant, row), PlatformRow::Audit(entry)]))
    }

    /// See [`CatalogueStore::delete_item`](crate::CatalogueStore::delete_item).
    pub fn delete_item(
        &mut self,
        tenant: TenantId,
        id: ItemId,
        expect: Expect,
        stamp: &Stamp,
    ) -> Result<Written<()>, PlatformError> {
        let current = self.items.get(&(tenant, id)).map(|row| row.version);
        let what = id.kind().as_str();
        check(current, expect, what)?;
        let Some(version) = current else { return Err(PlatformError::NotFound { what }) };
        if let Some(by) = self.referrers.get(&(tenant, id)).and_then(|ids| ids.first()) {
            return Err(PlatformError::InUse { by: *by });
        }
        self.unfile_item(tenant, id);
        let note = AuditNote::new(AuditAction::Delete, id, Some(version));
        let entry = self.note(tenant, stamp, note);
        Ok(((), vec![PlatformRow::Deleted(tenant, id), PlatformRow::Audit(entry)]))
    }

    /// A capacity was set by a command: the item tells it from now on. Nothing to do for resources that are not in the
    /// catalogue.
    pub fn set_capacity(
        &mut self,
        tenant: TenantId,
        resource: ResourceId,
        capacity: u32,
        stamp: &Stamp,
    ) -> Result<Vec<PlatformRow>, PlatformError> {
        let id = ItemId::Resource(resource);
        let Some(old) = self.items.get(&(tenant, id)) else { return Ok(Vec::new()) };
        let Item::Resource(profile) = &old.value else { return Ok(Vec::new()) };
        let spec = ResourceSpec { capacity, ..profile.resource.clone().into_spec() };
        let item = Item::Resource(ResourceProfile { resource: Resource::new(spec)?, ..profile.clone() });
        let row = next(Some(old), item, Expect::Present, stamp, "resource")?;
        for resolved in self.resolve_with(tenant, id, &row.value)? {
            self.offer(tenant, resolved);
        }
        self.file_item(tenant, row.clone());
        Ok(vec![PlatformRow::Item(tenant, row)])
    }

    pub(super) fn file_item(&mut self, tenant: TenantId, row: Versioned<Item>) {
        let id = row.value.id();
        let new = row.value.references();
        let old = self.items.insert((tenant, id), row);
        self.refer(tenant, id, &old.map(|old| old.value.references()).unwrap_or_default(), false);
        self.refer(tenant, id, &new, true);
    }

    pub(super) fn unfile_item(&mut self, tenant: TenantId, id: ItemId) {
        if let Some(old) = self.items.remove(&(tenant, id)) {
            self.refer(tenant, id, &old.value.references(), false);
        }
        match id {
            ItemId::Service(id) => drop(self.catalogue.remove_service(tenant, id)),
            ItemId::Resource(id) => drop(self.catalogue.remove_resource(tenant, id)),
            _ => {}
        }
    }

    pub(super) fn offer(&mut self, tenant: TenantId, resolved: Resolved) {
        match resolved {
            Resolved::Service(service) => drop(self.catalogue.add_service(tenant, service)),
            Resolved::Resource(resource) => drop(self.catalogue.add_resource(tenant, resource)),
        }
    }

    /// What the engine reads of an item, with another item laid over those that are kept; none where it reads nothing.
    pub(super) fn resolve(
        &self,
        tenant: TenantId,
        id: ItemId,
        with: Option<&Item>,
    ) -> Result<Option<Resolved>, Invalid> {
        let seen = Seen { state: self, tenant, with };
        match seen.item(id) {
            Some(Item::Service(profile)) => {
                profile.resolve(&seen.service_parts(profile)).map(|service| Some(Resolved::Service(service)))
            }
            Some(Item::Resource(profile)) => profile
                .resolve(&seen.resource_parts(profile))
                .map(|resource| Some(Resolved::Resource(resource))),
            _ => Ok(None),
        }
    }

    /// What the engine reads of an item and of all that refers to it.
    fn resolve_with(&self, tenant: TenantId, id: ItemId, item: &Item) -> Result<Vec<Resolved>, Invalid> {
        let mut found: Vec<Resolved> = self.resolve(tenant, id, Some(item))?.into_iter().collect();
        for &other in self.referrers.get(&(tenant, id)).into_iter().flatten().filter(|other| **other != id) {
            found.extend(self.resolve(tenant, other, Some(item)).map_err(|error| error.within(other))?);
        }
        Ok(found)
    }

    fn first_missing(&self, tenant: TenantId, item: &Item) -> Option<ItemId> {
        item.references().into_iter().find(|id| !self.items.contains_key(&(tenant, *id)))
    }

    fn refer(&mut self, tenant: TenantId, from: ItemId, to: &[ItemId], enter: bool) {
        for &target in to {
            let ids = self.referrers.entry((tenant, target)).or_default();
            if enter {
                ids.insert(from);
            } else {
                ids.remove(&from);
            }
            if ids.is_empty() {
                self.referrers.remove(&(tenant, target));
            }
        }
    }
}

/// The items of a tenant, with one laid over them.
struct Seen<'a> {
    state: &'a PlatformState,
    tenant: TenantId,
    with: Option<&'a Item>,
}

impl<'a> Seen<'a> {
    fn item(&self, id: ItemId) -> Option<&'a Item> {
        let laid = self.with.filter(|item| item.id() == id);
        laid.or_else(|| self.state.items.get(&(self.tenant, id)).map(|row| &row.value))
    }

    fn service_parts(&self, profile: &ServiceProfile) -> ServiceParts<'a> {
        let policy = profile.policy.and_then(|id| self.item(id.into()));
        let prices = profile.prices.and_then(|id| self.item(id.into()));
        let groups: BTreeMap<String, &Group> = profile
            .groups
            .iter()
            .filter_map(|(name, id)| Some((name.clone(), Group::peek(self.item((*id).into())?)?)))
            .collect();
        ServiceParts {
            policy: policy.and_then(NamedPolicy::peek),
            prices: prices.and_then(PriceList::peek),
            groups,
        }
    }

    fn resource_parts(&self, profile: &ResourceProfile) -> ResourceParts<'a> {
        let schedule = profile.schedule.and_then(|id| self.item(id.into()));
        let calendars = profile.holidays.iter().filter_map(|id| self.item((*id).into()));
        ResourceParts {
            schedule: schedule.and_then(NamedSchedule::peek),
            holidays: calendars.filter_map(HolidayCalendar::peek).collect(),
        }
    }
}
