//! Resources as people edit them.

use booking_core::{Hours, Invalid, Resource, ResourceSpec, Schedule, ScheduleSpec};
use serde::{Deserialize, Serialize};

use super::{HolidayCalendar, ItemId, NamedSchedule};
use crate::{Email, HolidayCalendarId, List, LocationId, Phone, ScheduleId, Text};

/// The most holiday calendars of one resource.
pub const MAX_CALENDARS: usize = 8;

/// How a member of staff is reached, or what is told about a room.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Contact {
    /// Where to write.
    pub email: Option<Email>,
    /// Where to call.
    pub phone: Option<Phone>,
    /// What customers read.
    pub about: Option<Text>,
}

/// A resource and what it shares with others.
///
/// Its capacity counts when it is created; afterwards
/// [`Action::SetCapacity`](booking_core::Action::SetCapacity) changes it, because bookings depend on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceProfile {
    /// The resource, with hours of its own.
    pub resource: Resource,
    /// The shared schedule that counts in place of its own hours.
    #[serde(default)]
    pub schedule: Option<ScheduleId>,
    /// Closed dates, in addition to those of its schedule.
    #[serde(default)]
    pub holidays: List<HolidayCalendarId, MAX_CALENDARS>,
    /// Where it is.
    #[serde(default)]
    pub location: Option<LocationId>,
    /// How it is reached.
    #[serde(default)]
    pub contact: Contact,
}

/// The items a profile refers to, as far as the engine needs them.
#[derive(Debug, Clone, Default)]
pub struct ResourceParts<'a> {
    /// The shared schedule.
    pub schedule: Option<&'a NamedSchedule>,
    /// The holiday calendars.
    pub holidays: Vec<&'a HolidayCalendar>,
}

impl From<Resource> for ResourceProfile {
    /// A resource that shares nothing.
    fn from(resource: Resource) -> Self {
        Self {
            resource,
            schedule: None,
            holidays: List::default(),
            location: None,
            contact: Contact::default(),
        }
    }
}

impl ResourceProfile {
    /// The complete resource. Refused: more than 16 sets of holidays.
    pub fn resolve(&self, parts: &ResourceParts<'_>) -> Result<Resource, Invalid> {
        if parts.schedule.is_none() && parts.holidays.is_empty() {
            return Ok(self.resource.clone());
        }
        let hours = parts.schedule.map_or(&self.resource.hours, |schedule| &schedule.hours);
        let mut base: ScheduleSpec = hours.base().clone().into_spec();
        base.holidays.extend(parts.holidays.iter().map(|calendar| calendar.holidays.clone()));
        let hours = Hours::layered(Schedule::new(base)?, hours.layers().to_vec())?;
        Resource::new(ResourceSpec { hours, ..self.resource.clone().into_spec() })
    }

    /// What it refers to.
    pub fn references(&self) -> impl Iterator<Item = ItemId> + '_ {
        let schedule = self.schedule.map(ItemId::Schedule);
        let location = self.location.map(ItemId::Location);
        let holidays = self.holidays.iter().copied().map(ItemId::HolidayCalendar);
        schedule.into_iter().chain(location).chain(holidays)
    }
}
