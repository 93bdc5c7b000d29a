//! `tests/cases/engine/requirements.json`: services with several requirements, and the starts they must offer.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use booking_core::{
    Part, Policy, PolicySpec, Pool, Requirement, ResourceId, Service, ServiceSpec, Takes, Waiver, minutes,
};
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::json::{CommonServiceJson, ResourceJson, Rows, WindowJson, ids};
use super::slot_cases::SERVICE;
use super::world::{Ask, World};

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct RequirementCase {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) now: DateTime<Utc>,
    pub(crate) window: WindowJson,
    pub(crate) service: ServiceJson,
    pub(crate) resources: Vec<ResourceJson>,
    pub(crate) expected: Vec<DateTime<Utc>>,
    pub(crate) expected_usable: BTreeMap<DateTime<Utc>, BTreeMap<String, Vec<String>>>,
    pub(crate) checks: Vec<CheckJson>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ServiceJson {
    #[serde(flatten)]
    pub(crate) common: CommonServiceJson,
    pub(crate) requirements: Vec<RequirementJson>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct RequirementJson {
    pub(crate) name: String,
    pub(crate) pool: PoolJson,
    pub(crate) count: u32,
    #[serde(default)]
    pub(crate) parts_min: Vec<(i64, i64)>,
    pub(crate) units: Option<u32>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PoolJson {
    Ids(Vec<String>),
    Tag(String),
}

/// A start that is not in the answer, or is, and why.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct CheckJson {
    pub(crate) start: DateTime<Utc>,
    pub(crate) feasible: bool,
    pub(crate) on_grid: bool,
    pub(crate) bookable: bool,
}

/// All requirement cases.
pub(crate) fn all() -> Vec<RequirementCase> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/engine/requirements.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

impl RequirementCase {
    pub(crate) fn world(&self) -> World {
        let ids = ids(&self.resources);
        let mut rows = Rows::default();
        for resource in &self.resources {
            for busy in &resource.busy {
                rows.push_busy(ids[&resource.id], busy);
            }
        }
        World {
            service: self.service(&ids),
            resources: self.resources.iter().map(|one| one.resource(ids[&one.id])).collect(),
            occupancy: rows.occupancy,
            counted: Vec::new(),
            ask: Ask {
                window: self.window.interval(),
                now: self.now.timestamp(),
                duration: minutes(self.service.common.duration_min),
                party: 1,
                customer: None,
                pins: Vec::new(),
                waive: Waiver::default(),
            },
        }
    }

    /// What `expected_usable` says of a start, in the order of the requirements.
    pub(crate) fn usable(&self, start: DateTime<Utc>) -> Vec<BTreeSet<ResourceId>> {
        let ids = ids(&self.resources);
        let by_name = &self.expected_usable[&start];
        let names = self.service.requirements.iter().map(|requirement| &by_name[&requirement.name]);
        names.map(|names| names.iter().map(|name| ids[name]).collect()).collect()
    }

    fn service(&self, ids: &BTreeMap<String, ResourceId>) -> Service {
        let common = &self.service.common;
        let policy = PolicySpec { notice: minutes(common.min_notice_min), ..PolicySpec::default() };
        let duration = minutes(common.duration_min);
        let requirements = self.service.requirements.iter().map(|one| one.requirement(ids)).collect();
        Service::new(ServiceSpec {
            step: minutes(common.step_min),
            grid: common.grid(&common.align),
            buffers: common.buffers(),
            policy: Policy::new(policy).unwrap(),
            ..ServiceSpec::new(SERVICE, self.title.clone(), common.zone(), duration, requirements)
        })
        .unwrap()
    }
}

impl RequirementJson {
    fn requirement(&self, ids: &BTreeMap<String, ResourceId>) -> Requirement {
        let part = |&(from, to): &(i64, i64)| Part { from: minutes(from), to: minutes(to) };
        Requirement {
            name: self.name.clone(),
            pool: match &self.pool {
                PoolJson::Ids(names) => Pool::Ids(names.iter().map(|name| ids[name]).collect()),
                PoolJson::Tag(tag) => Pool::Tag(tag.parse().unwrap()),
            },
            count: self.count,
            takes: Takes::Units(self.units.unwrap_or(1)),
            parts: self.parts_min.iter().map(part).collect(),
        }
    }
}
