//! What services and resources share, on the wire.

use booking_core::{Invalid, ZoneId};
use booking_platform::{
    Email, Group, GroupId, HolidayCalendar, HolidayCalendarId, HolidayCalendarSpec, List, Location,
    LocationId, Name, NamedPolicy, NamedSchedule, Phone, PolicyId, PriceList, PriceListId, PriceListSpec,
    ScheduleId, Text,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::hours::{ClosedDate, ClosedDates, HoursWire};
use super::policy::PolicyWire;
use super::prices::TierWire;
use crate::wire::id::{ResourceRef, WireId};

/// The same refusal under the name that the wire has for the field.
pub(crate) fn named(field: &'static str, invalid: &Invalid) -> Invalid {
    Invalid::new(field, invalid.value(), invalid.expected().to_owned())
}

/// A place of business.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LocationWire {
    /// What people call it.
    name: String,
    /// The zone of its clocks.
    #[schema(value_type = String)]
    zone: ZoneId,
    /// Where to go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// Whom to write to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// Whom to call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
}

impl LocationWire {
    pub(crate) fn read(self, id: LocationId) -> Result<Location, Invalid> {
        let address = self.address.as_deref().map(Text::new).transpose();
        Ok(Location {
            id,
            name: Name::new(&self.name)?,
            zone: self.zone,
            address: address.map_err(|invalid| named("address", &invalid))?,
            email: self.email.as_deref().map(Email::new).transpose()?,
            phone: self.phone.as_deref().map(Phone::new).transpose()?,
        })
    }

    pub(crate) fn show(location: &Location) -> Self {
        Self {
            name: location.name.to_string(),
            zone: location.zone.clone(),
            address: location.address.as_ref().map(ToString::to_string),
            email: location.email.as_ref().map(ToString::to_string),
            phone: location.phone.as_ref().map(ToString::to_string),
        }
    }
}

/// A named list of resources, the preferred first: the pool of requirements that refer to it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroupWire {
    /// What people call it.
    name: String,
    /// Its resources.
    #[schema(value_type = Vec<String>)]
    members: Vec<ResourceRef>,
}

impl GroupWire {
    pub(crate) fn read(self, id: GroupId) -> Result<Group, Invalid> {
        let members = List::new(self.members.into_iter().map(|id| id.0).collect());
        let members = members.map_err(|invalid| named("members", &invalid))?;
        Ok(Group { id, name: Name::new(&self.name)?, members })
    }

    pub(crate) fn show(group: &Group) -> Self {
        Self { name: group.name.to_string(), members: group.members.iter().copied().map(WireId).collect() }
    }
}

/// Closed dates that several resources share.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HolidayCalendarWire {
    /// What the set is.
    name: String,
    /// The dates, each once.
    dates: Vec<ClosedDate>,
}

impl HolidayCalendarWire {
    pub(crate) fn read(self, id: HolidayCalendarId) -> Result<HolidayCalendar, Invalid> {
        let holidays = ClosedDates { name: self.name, dates: self.dates }.read();
        HolidayCalendar::new(HolidayCalendarSpec { id, holidays })
    }

    pub(crate) fn show(calendar: &HolidayCalendar) -> Self {
        let ClosedDates { name, dates } = ClosedDates::show(&calendar.holidays);
        Self { name, dates }
    }
}

/// Hours that several resources share.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SharedScheduleWire {
    /// What people call it.
    name: String,
    /// The hours.
    hours: HoursWire,
}

impl SharedScheduleWire {
    pub(crate) fn read(self, id: ScheduleId) -> Result<NamedSchedule, Invalid> {
        let hours = self.hours.read().map_err(|invalid| invalid.within("hours"))?;
        Ok(NamedSchedule { id, name: Name::new(&self.name)?, hours })
    }

    pub(crate) fn show(schedule: &NamedSchedule) -> Self {
        Self { name: schedule.name.to_string(), hours: HoursWire::show(&schedule.hours) }
    }
}

/// A policy that several services share.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SharedPolicyWire {
    /// What people call it.
    name: String,
    /// The policy.
    policy: PolicyWire,
}

impl SharedPolicyWire {
    pub(crate) fn read(self, id: PolicyId) -> Result<NamedPolicy, Invalid> {
        let policy = self.policy.read().map_err(|invalid| invalid.within("policy"))?;
        Ok(NamedPolicy { id, name: Name::new(&self.name)?, policy })
    }

    pub(crate) fn show(policy: &NamedPolicy) -> Self {
        Self { name: policy.name.to_string(), policy: PolicyWire::show(&policy.policy) }
    }
}

/// Prices that several services share.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PriceListWire {
    /// What people call it.
    name: String,
    /// The tiers; the first that applies counts.
    prices: Vec<TierWire>,
}

impl PriceListWire {
    pub(crate) fn read(self, id: PriceListId) -> Result<PriceList, Invalid> {
        PriceList::new(PriceListSpec {
            id,
            name: Name::new(&self.name)?,
            prices: TierWire::read_all(self.prices)?,
        })
    }

    pub(crate) fn show(list: &PriceList) -> Self {
        Self { name: list.name.to_string(), prices: list.prices.iter().map(TierWire::show).collect() }
    }
}
