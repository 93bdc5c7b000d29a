//! Resources on the wire.

use std::collections::BTreeSet;

use booking_core::{Hours, Invalid, Resource, ResourceId, ResourceKind, ResourceSpec, Tag, ZoneId};
use booking_platform::{
    Contact, Email, HolidayCalendarId, List, LocationId, Phone, ResourceProfile, ScheduleId, Text,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::hours::HoursWire;
use super::mirrored;
use super::shared::named;
use crate::wire::id::WireId;

mirrored! {
    /// What a resource is.
    ResourceKindWire = ResourceKind {
        /// A person.
        Staff,
        /// A place.
        Room,
        /// A thing.
        Equipment,
    }
}

/// How a resource is reached, or what is told about it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContactWire {
    /// Where to write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// Where to call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    /// What customers read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    about: Option<String>,
}

/// Whatever is claimed: a person, a room, a machine.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResourceWire {
    /// What people call it.
    name: String,
    /// What it is. Default: `staff`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<ResourceKindWire>,
    /// How many units may be in use at once, when it is made; `set-capacity` changes it. Default: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    capacity: Option<u32>,
    /// When it works. Without, it is never open unless a shared `schedule` counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hours: Option<HoursWire>,
    /// What pools may ask for.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    tags: BTreeSet<String>,
    /// Its share under the weighted strategy. Default: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    weight: Option<u32>,
    /// The shared schedule that counts in place of its own hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    schedule: Option<WireId<ScheduleId>>,
    /// Holiday calendars, in addition to its hours.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    holiday_calendars: Vec<WireId<HolidayCalendarId>>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    location: Option<WireId<LocationId>>,
    /// How it is reached.
    #[serde(default)]
    contact: ContactWire,
}

impl ResourceWire {
    pub(crate) fn read(self, id: ResourceId) -> Result<ResourceProfile, Invalid> {
        let hours = match self.hours {
            Some(hours) => hours.read().map_err(|invalid| invalid.within("hours"))?,
            None => closed()?,
        };
        let tags = self.tags.iter().map(|tag| tag.parse::<Tag>()).collect::<Result<_, _>>();
        let resource = Resource::new(ResourceSpec {
            kind: self.kind.map_or(ResourceKind::Staff, Into::into),
            capacity: self.capacity.unwrap_or(1),
            tags: tags.map_err(|invalid: Invalid| named("tags", &invalid))?,
            weight: self.weight.unwrap_or(1),
            ..ResourceSpec::new(id, self.name, hours)
        })?;
        let calendars = List::new(self.holiday_calendars.into_iter().map(|id| id.0).collect());
        let contact = self.contact;
        let at = |name: &'static str| move |invalid: Invalid| named(name, &invalid);
        Ok(ResourceProfile {
            resource,
            schedule: self.schedule.map(|id| id.0),
            holidays: calendars.map_err(at("holiday_calendars"))?,
            location: self.location.map(|id| id.0),
            contact: Contact {
                email: contact.email.as_deref().map(Email::new).transpose().map_err(at("contact.email"))?,
                phone: contact.phone.as_deref().map(Phone::new).transpose().map_err(at("contact.phone"))?,
                about: contact.about.as_deref().map(Text::new).transpose().map_err(at("contact.about"))?,
            },
        })
    }

    /// Without how it is reached: what customers read stays.
    pub(crate) fn without_contact(self) -> Self {
        let about = self.contact.about;
        Self { contact: ContactWire { about, ..ContactWire::default() }, ..self }
    }

    pub(crate) fn show(profile: &ResourceProfile) -> Self {
        let (resource, contact) = (&profile.resource, &profile.contact);
        Self {
            name: resource.name.clone(),
            kind: Some(resource.kind.into()),
            capacity: Some(resource.capacity),
            hours: Some(HoursWire::show(&resource.hours)),
            tags: resource.tags.iter().map(|tag| tag.as_str().to_owned()).collect(),
            weight: Some(resource.weight),
            schedule: profile.schedule.map(WireId),
            holiday_calendars: profile.holidays.iter().copied().map(WireId).collect(),
            location: profile.location.map(WireId),
            contact: ContactWire {
                email: contact.email.as_ref().map(ToString::to_string),
                phone: contact.phone.as_ref().map(ToString::to_string),
                about: contact.about.as_ref().map(ToString::to_string),
            },
        }
    }
}

/// Hours of one that is never open.
fn closed() -> Result<Hours, Invalid> {
    let spec = booking_core::ScheduleSpec::in_zone(ZoneId::UTC);
    Ok(Hours::of(booking_core::Schedule::new(spec)?))
}
