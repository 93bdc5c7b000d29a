//! Items that others refer to.

use booking_core::{
    HolidaySet, Hours, Invalid, MAX_POOL, Policy, PriceTier, Requirement, ResourceId, Schedule, ScheduleSpec,
    Service, ServiceId, ServiceSpec, ZoneId,
};
use serde::{Deserialize, Serialize};

use crate::{
    Email, GroupId, HolidayCalendarId, List, LocationId, Name, Phone, PolicyId, PriceListId, ScheduleId, Text,
};

/// A named list of resources, in order of preference: the pool of requirements that refer to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// What people call it.
    pub name: Name,
    /// Its resources, the preferred first.
    #[serde(default)]
    pub members: List<ResourceId, MAX_POOL>,
}

/// A place of business.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Location {
    /// Its id.
    pub id: LocationId,
    /// What people call it.
    pub name: Name,
    /// The zone of its clocks.
    pub zone: ZoneId,
    /// Where to go.
    #[serde(default)]
    pub address: Option<Text>,
    /// Whom to write to.
    #[serde(default)]
    pub email: Option<Email>,
    /// Whom to call.
    #[serde(default)]
    pub phone: Option<Phone>,
}

/// Hours that several resources share: date overrides and recurring rules included.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedSchedule {
    /// Its id.
    pub id: ScheduleId,
    /// What people call it.
    pub name: Name,
    /// The hours.
    pub hours: Hours,
}

/// A policy that several services share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedPolicy {
    /// Its id.
    pub id: PolicyId,
    /// What people call it.
    pub name: Name,
    /// The policy.
    pub policy: Policy,
}

/// The plain values of a [`HolidayCalendar`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HolidayCalendarSpec {
    /// Its id.
    pub id: HolidayCalendarId,
    /// The dates, and what the set is called.
    pub holidays: HolidaySet,
}

impl HolidayCalendarSpec {
    /// The core checks sets of holidays as part of a schedule.
    fn validate(&mut self) -> Result<(), Invalid> {
        let holidays = vec![self.holidays.clone()];
        let schedule = Schedule::new(ScheduleSpec { holidays, ..ScheduleSpec::in_zone(ZoneId::UTC) })?;
        self.holidays = schedule.into_spec().holidays.pop().unwrap_or_else(|| self.holidays.clone());
        Ok(())
    }
}

booking_core::validated! {
    /// Closed dates that several resources share: the public holidays of a country, the works holiday.
    HolidayCalendar(HolidayCalendarSpec = "HolidayCalendarSpec")
}

/// The plain values of a [`PriceList`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceListSpec {
    /// Its id.
    pub id: PriceListId,
    /// What people call it.
    pub name: Name,
    /// The tiers; the first that applies counts.
    pub prices: Vec<PriceTier>,
}

impl PriceListSpec {
    /// The core checks price tiers as part of a service: of one that has every duration they name. Whether a service
    /// that takes the list has them is checked when it does.
    fn validate(&mut self) -> Result<(), Invalid> {
        let anything = vec![Requirement::one_of("anything", [ResourceId::from_u64(1)])];
        let mut durations: Vec<_> = self.prices.iter().filter_map(|tier| tier.when.duration).collect();
        durations.sort_unstable();
        durations.dedup();
        if durations.is_empty() {
            durations.push(60);
        }
        let bare = ServiceSpec::new(ServiceId::from_u64(1), "any", ZoneId::UTC, 60, anything);
        Service::new(ServiceSpec { durations, prices: self.prices.clone(), ..bare }).map(drop)
    }
}

booking_core::validated! {
    /// Price tiers that several services share.
    PriceList(PriceListSpec = "PriceListSpec")
}
