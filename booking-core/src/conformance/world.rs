//! What a store is filled with before a rule runs.

use chrono::{DateTime, Utc};

use super::words::{customer, resource, service_id};
use crate::random::{IdSource, RandomIds};
use crate::resource::{Resource, ResourceSpec};
use crate::schedule::Hours;
use crate::seconds::HOUR;
use crate::service::{Requirement, Service, ServiceSpec};
use crate::time::ZoneId;
use crate::{CustomerId, TenantId};

/// The businesses a rule works with. Setting up means: make an empty store, and put these into its catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    /// One or two, each a tenant of its own. No rule uses a tenant that another has used, so that stores which share a
    /// database need not be emptied.
    pub businesses: Vec<Business>,
}

/// One tenant and what it offers.
#[derive(Debug, Clone, PartialEq)]
pub struct Business {
    /// The tenant: an id that was never given before.
    pub tenant: TenantId,
    /// Its services.
    pub services: Vec<Service>,
    /// Its resources. Their capacity is the one they start with.
    pub resources: Vec<Resource>,
    /// Customers that its bookings name. Only stores that check them need to know.
    pub customers: Vec<CustomerId>,
}

/// Resources 1 to this many, of one unit each.
pub(super) const RESOURCES: u64 = 20;
const SERVICES: u64 = 3;
const CUSTOMERS: u64 = 60;

impl Business {
    /// A business under a new tenant id, with what most rules need.
    pub(super) fn new() -> Self {
        Self {
            tenant: new_tenant(),
            services: (1..=SERVICES).map(service).collect(),
            resources: (1..=RESOURCES).map(|number| person(number, 1, &[])).collect(),
            customers: (1..=CUSTOMERS).map(customer).collect(),
        }
    }

    /// The same where resource 1 has this many units.
    pub(super) fn with_units(units: u32) -> Self {
        let mut business = Self::new();
        business.resources[0] = person(1, units, &[]);
        business
    }
}

/// A tenant that nobody has used: rules may share a database, and one that was not emptied since the last run.
pub(super) fn new_tenant() -> TenantId {
    TenantId::from_uuid(RandomIds::default().next_id(DateTime::<Utc>::UNIX_EPOCH))
}

/// A resource that is always open.
pub(super) fn person(number: u64, capacity: u32, tags: &[&str]) -> Resource {
    let hours = Hours::always(ZoneId::UTC);
    let tags = tags.iter().map(|tag| tag.parse().expect("a short word is a tag")).collect();
    let spec = ResourceSpec {
        capacity,
        tags,
        ..ResourceSpec::new(resource(number), format!("Resource {number}"), hours)
    };
    Resource::new(spec).expect("the suite's resources are valid")
}

fn service(number: u64) -> Service {
    let needs = vec![Requirement::one_of("main", (1..=RESOURCES).map(resource))];
    let spec = ServiceSpec::new(service_id(number), format!("Service {number}"), ZoneId::UTC, HOUR, needs);
    Service::new(spec).expect("the suite's services are valid")
}
