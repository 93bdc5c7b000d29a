//! Services on the wire.

use std::collections::BTreeMap;

use booking_core::{
    Buffers, Grid, GridMode, HoldTimes, Invalid, Part, Pool, PriceTier, Requirement, Service, ServiceId,
    ServiceSpec, Strategy, Tag, Takes, ZoneId,
};
use booking_platform::{GroupId, LocationId, PolicyId, PriceListId, ServiceProfile, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::mirrored;
use super::policy::PolicyWire;
use super::prices::TierWire;
use crate::wire::id::{ResourceRef, WireId};
use crate::wire::time::Length;

mirrored! {
    /// What a grid's anchors are.
    GridModeWire = GridMode {
        /// The start of each opening.
        Hours,
        /// The start of each free stretch.
        Free,
        /// Round times of the clock.
        Clock,
    }
}

mirrored! {
    /// Which of several free candidates is chosen.
    StrategyWire = Strategy {
        /// The first in the pool's order.
        Priority,
        /// The one with the least booked on that day.
        LeastLoaded,
        /// The one with the fewest bookings for its weight.
        Weighted,
        /// The one whose last booking is the oldest.
        RoundRobin,
        /// The one who served this customer last.
        Sticky,
    }
}

/// Where starts are anchored.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GridWire {
    /// What the anchors are.
    mode: GridModeWire,
    /// Added once to each anchor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    offset: Option<Length>,
}

/// Time kept free around a visit.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BuffersWire {
    /// Before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<Length>,
    /// After it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<Length>,
}

/// How long holds and offers live.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HoldsWire {
    /// A hold whose length the caller does not say.
    default: Length,
    /// The longest a hold may live.
    max: Length,
    /// How long an offer from the waitlist stands.
    offer: Length,
}

/// Where the resources of a requirement come from.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PoolWire {
    /// These, in order of preference.
    #[schema(value_type = Vec<String>)]
    Resources(Vec<ResourceRef>),
    /// All that carry the tag.
    Tag(String),
}

/// What a claim takes of each chosen resource.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TakesWire {
    /// So many units.
    Units(u32),
    /// As many as the party has people.
    Party,
}

/// A stretch of the visit, from its start on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartWire {
    /// From when.
    from: Length,
    /// Until when.
    to: Length,
}

/// One need of a visit.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequirementWire {
    /// What it is called.
    name: String,
    /// Where its resources come from.
    pool: PoolWire,
    /// How many different ones. Default: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    count: Option<u32>,
    /// What a claim takes of each. Default: one unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    takes: Option<TakesWire>,
    /// The parts of the visit it covers; none means all of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    parts: Vec<PartWire>,
}

impl RequirementWire {
    fn read(self) -> Result<Requirement, Invalid> {
        let pool = match self.pool {
            PoolWire::Resources(ids) => Pool::Ids(ids.into_iter().map(|id| id.0).collect()),
            PoolWire::Tag(tag) => Pool::Tag(tag.parse::<Tag>().map_err(|invalid| invalid.within("pool"))?),
        };
        let part = |part: PartWire| Part { from: part.from.0, to: part.to.0 };
        Ok(Requirement {
            name: self.name,
            pool,
            count: self.count.unwrap_or(1),
            takes: match self.takes {
                Some(TakesWire::Party) => Takes::Party,
                Some(TakesWire::Units(units)) => Takes::Units(units),
                None => Takes::Units(1),
            },
            parts: self.parts.into_iter().map(part).collect(),
        })
    }

    fn show(requirement: &Requirement) -> Self {
        let part = |part: &Part| PartWire { from: Length(part.from), to: Length(part.to) };
        Self {
            name: requirement.name.clone(),
            pool: match &requirement.pool {
                Pool::Ids(ids) => PoolWire::Resources(ids.iter().copied().map(WireId).collect()),
                Pool::Tag(tag) => PoolWire::Tag(tag.as_str().to_owned()),
            },
            count: (requirement.count != 1).then_some(requirement.count),
            takes: match requirement.takes {
                Takes::Units(1) => None,
                Takes::Units(units) => Some(TakesWire::Units(units)),
                Takes::Party => Some(TakesWire::Party),
            },
            parts: requirement.parts.iter().map(part).collect(),
        }
    }
}

/// What a customer asks for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceWire {
    /// What people call it.
    name: String,
    /// What customers read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// The zone of its clock.
    #[schema(value_type = String)]
    zone: ZoneId,
    /// How long a visit lasts; the first is the default.
    durations: Vec<Length>,
    /// The distance of starts.
    step: Length,
    /// Where the starts are anchored. Default: at each opening.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    grid: Option<GridWire>,
    /// Time kept free around a visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    buffers: Option<BuffersWire>,
    /// Seats of a session. Default: 1, no sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seats: Option<u32>,
    /// The largest party of one booking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_party: Option<u32>,
    /// Which resources a visit needs, all of them.
    requirements: Vec<RequirementWire>,
    /// Which of several free candidates is chosen. Default: `priority`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    strategy: Option<StrategyWire>,
    /// What a visit costs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    prices: Vec<TierWire>,
    /// What the business allows.
    #[serde(default)]
    policy: PolicyWire,
    /// How long holds and offers live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    holds: Option<HoldsWire>,
    /// Where it is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    location: Option<WireId<LocationId>>,
    /// The shared policy that counts in place of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    shared_policy: Option<WireId<PolicyId>>,
    /// The price list that counts in place of its own prices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    price_list: Option<WireId<PriceListId>>,
    /// Groups that are the pools of requirements, by the requirement's name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, String>)]
    groups: BTreeMap<String, WireId<GroupId>>,
}

impl ServiceWire {
    pub(crate) fn read(self, id: ServiceId) -> Result<ServiceProfile, Invalid> {
        let requirement = |(index, one): (usize, RequirementWire)| {
            one.read().map_err(|invalid| invalid.within(format_args!("requirements[{index}]")))
        };
        let requirements = self.requirements.into_iter().enumerate().map(requirement);
        let prices: Vec<PriceTier> = TierWire::read_all(self.prices)?;
        let length = |length: Option<Length>| length.map_or(0, |length| length.0);
        let service = Service::new(ServiceSpec {
            id,
            name: self.name,
            zone: self.zone,
            durations: self.durations.into_iter().map(|length| length.0).collect(),
            step: self.step.0,
            grid: self
                .grid
                .map_or(Grid::HOURS, |grid| Grid { mode: grid.mode.into(), offset: length(grid.offset) }),
            buffers: self.buffers.map_or(Buffers::default(), |buffers| Buffers {
                before: length(buffers.before),
                after: length(buffers.after),
            }),
            seats: self.seats.unwrap_or(1),
            max_party: self.max_party,
            requirements: requirements.collect::<Result<_, _>>()?,
            strategy: self.strategy.map_or(Strategy::Priority, Into::into),
            prices,
            policy: self.policy.read().map_err(|invalid| invalid.within("policy"))?,
            holds: self.holds.map_or_else(HoldTimes::default, |holds| HoldTimes {
                default: holds.default.0,
                max: holds.max.0,
                offer: holds.offer.0,
            }),
        })?;
        let description = self.description.as_deref().map(Text::new).transpose();
        Ok(ServiceProfile {
            service,
            description: description
                .map_err(|error| Invalid::new("description", error.value(), error.expected().to_owned()))?,
            location: self.location.map(|id| id.0),
            policy: self.shared_policy.map(|id| id.0),
            prices: self.price_list.map(|id| id.0),
            groups: self.groups.into_iter().map(|(name, id)| (name, id.0)).collect(),
        })
    }

    pub(crate) fn show(profile: &ServiceProfile) -> Self {
        let service = &profile.service;
        let length = |seconds: i64| (seconds > 0).then_some(Length(seconds));
        let holds = service.holds;
        Self {
            name: service.name.clone(),
            description: profile.description.as_ref().map(|text| text.as_str().to_owned()),
            zone: service.zone.clone(),
            durations: service.durations.iter().copied().map(Length).collect(),
            step: Length(service.step),
            grid: Some(GridWire { mode: service.grid.mode.into(), offset: length(service.grid.offset) }),
            buffers: Some(BuffersWire {
                before: length(service.buffers.before),
                after: length(service.buffers.after),
            }),
            seats: Some(service.seats),
            max_party: service.max_party,
            requirements: service.requirements.iter().map(RequirementWire::show).collect(),
            strategy: Some(service.strategy.into()),
            prices: service.prices.iter().map(TierWire::show).collect(),
            policy: PolicyWire::show(&service.policy),
            holds: Some(HoldsWire {
                default: Length(holds.default),
                max: Length(holds.max),
                offer: Length(holds.offer),
            }),
            location: profile.location.map(WireId),
            shared_policy: profile.policy.map(WireId),
            price_list: profile.prices.map(WireId),
            groups: profile.groups.iter().map(|(name, id)| (name.clone(), WireId(*id))).collect(),
        }
    }
}
