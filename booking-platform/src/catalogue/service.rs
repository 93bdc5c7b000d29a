//! Services as people edit them.

use std::collections::BTreeMap;

use booking_core::{Invalid, Pool, Service, ServiceSpec};
use serde::{Deserialize, Serialize};

use super::{Group, ItemId, NamedPolicy, PriceList};
use crate::{GroupId, LocationId, PolicyId, PriceListId, Text};

/// A service and what it shares with others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceProfile {
    /// The service, with a policy, prices and pools of its own.
    pub service: Service,
    /// What customers read.
    #[serde(default)]
    pub description: Option<Text>,
    /// Where it is given.
    #[serde(default)]
    pub location: Option<LocationId>,
    /// The shared policy that counts in place of its own.
    #[serde(default)]
    pub policy: Option<PolicyId>,
    /// The shared prices that count in place of its own.
    #[serde(default)]
    pub prices: Option<PriceListId>,
    /// Groups that are the pools of requirements, by the requirement's name, in place of their own.
    #[serde(default)]
    pub groups: BTreeMap<String, GroupId>,
}

/// The items a profile refers to, as far as the engine needs them.
#[derive(Debug, Clone, Default)]
pub struct ServiceParts<'a> {
    /// The shared policy.
    pub policy: Option<&'a NamedPolicy>,
    /// The shared prices.
    pub prices: Option<&'a PriceList>,
    /// The groups, by requirement.
    pub groups: BTreeMap<String, &'a Group>,
}

impl From<Service> for ServiceProfile {
    /// A service that shares nothing.
    fn from(service: Service) -> Self {
        Self {
            service,
            description: None,
            location: None,
            policy: None,
            prices: None,
            groups: BTreeMap::new(),
        }
    }
}

impl ServiceProfile {
    /// The complete service. Refused: a group for a requirement that the service does not have, and whatever makes the
    /// service wrong.
    pub fn resolve(&self, parts: &ServiceParts<'_>) -> Result<Service, Invalid> {
        let mut spec: ServiceSpec = self.service.clone().into_spec();
        if let Some(policy) = parts.policy {
            spec.policy = policy.policy.clone();
        }
        if let Some(prices) = parts.prices {
            spec.prices.clone_from(&prices.prices);
        }
        for (name, group) in &parts.groups {
            let mut served = spec.requirements.iter_mut().filter(|requirement| requirement.name == *name);
            let requirement = served.next().ok_or_else(|| {
                Invalid::new("groups", name.escape_debug(), "the name of a requirement of the service")
            })?;
            requirement.pool = Pool::Ids(group.members.to_vec());
        }
        Service::new(spec)
    }

    /// What it refers to.
    pub fn references(&self) -> impl Iterator<Item = ItemId> + '_ {
        let location = self.location.map(ItemId::Location);
        let policy = self.policy.map(ItemId::Policy);
        let prices = self.prices.map(ItemId::PriceList);
        let groups = self.groups.values().copied().map(ItemId::Group);
        let own = self
            .service
            .requirements
            .iter()
            .filter(|requirement| !self.groups.contains_key(&requirement.name));
        let members = own.filter_map(|requirement| match &requirement.pool {
            Pool::Ids(ids) => Some(ids.iter().copied().map(ItemId::Resource)),
            Pool::Tag(_) => None,
        });
        location.into_iter().chain(policy).chain(prices).chain(groups).chain(members.flatten())
    }
}
