//! One type for all that a catalogue holds, so that it is kept, versioned and audited in one way.

use std::fmt;

use booking_core::{ResourceId, ServiceId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Group, HolidayCalendar, Location, NamedPolicy, NamedSchedule, PriceList, ResourceProfile, ServiceProfile,
};
use crate::worded::worded;
use crate::{GroupId, HolidayCalendarId, LocationId, PolicyId, PriceListId, ScheduleId};

worded! {
    /// The kinds of items.
    ItemKind = "kind" {
        /// What customers ask for.
        Service = "service",
        /// Whatever is claimed.
        Resource = "resource",
        /// A named list of resources.
        Group = "group",
        /// A place of business.
        Location = "location",
        /// Hours that several resources share.
        Schedule = "schedule",
        /// Closed dates that several resources share.
        HolidayCalendar = "holiday_calendar",
        /// A policy that several services share.
        Policy = "policy",
        /// Price tiers that several services share.
        PriceList = "price_list",
    }
}

/// A kind of item: for code that handles one kind by its own type.
pub trait Kind: Into<Item> + Clone + Send + Sync {
    /// Which kind.
    const KIND: ItemKind;
    /// The type of its ids.
    type Id: Into<ItemId> + Copy + Send + Sync;
    /// Its id.
    fn id(&self) -> Self::Id;
    /// The item, if it is of this kind.
    fn from_item(item: Item) -> Option<Self>;
    /// A look at the item, if it is of this kind.
    fn peek(item: &Item) -> Option<&Self>;
}

macro_rules! items {
    ($($kind:ident($type:ty, $id:ty, $get:expr);)*) => {
        /// Anything in a catalogue.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind", content = "item", rename_all = "snake_case")]
        #[expect(missing_docs, reason = "the kinds of `ItemKind`")]
        pub enum Item {
            $($kind($type),)*
        }

        /// The id of anything in a catalogue.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(tag = "kind", content = "id", rename_all = "snake_case")]
        #[expect(missing_docs, reason = "the kinds of `ItemKind`")]
        pub enum ItemId {
            $($kind($id),)*
        }

        impl Item {
            /// Its id.
            pub fn id(&self) -> ItemId {
                match self {
                    $(Self::$kind(item) => ItemId::$kind(Kind::id(item)),)*
                }
            }
        }

        impl ItemId {
            /// The id of that kind with this UUID.
            pub fn of(kind: ItemKind, uuid: Uuid) -> Self {
                match kind {
                    $(ItemKind::$kind => Self::$kind(<$id>::from_uuid(uuid)),)*
                }
            }

            /// Which kind.
            pub fn kind(self) -> ItemKind {
                match self {
                    $(Self::$kind(_) => ItemKind::$kind,)*
                }
            }

            /// The UUID inside.
            pub fn uuid(self) -> Uuid {
                match self {
                    $(Self::$kind(id) => id.uuid(),)*
                }
            }
        }

        $(
            impl Kind for $type {
                const KIND: ItemKind = ItemKind::$kind;
                type Id = $id;
                fn id(&self) -> $id {
                    let get: fn(&$type) -> $id = $get;
                    get(self)
                }
                fn from_item(item: Item) -> Option<Self> {
                    match item {
                        Item::$kind(item) => Some(item),
                        _ => None,
                    }
                }
                fn peek(item: &Item) -> Option<&Self> {
                    match item {
                        Item::$kind(item) => Some(item),
                        _ => None,
                    }
                }
            }

            impl From<$type> for Item {
                fn from(item: $type) -> Self {
                    Self::$kind(item)
                }
            }

            impl From<$id> for ItemId {
                fn from(id: $id) -> Self {
                    Self::$kind(id)
                }
            }
        )*
    };
}

items! {
    Service(ServiceProfile, ServiceId, |item| item.service.id);
    Resource(ResourceProfile, ResourceId, |item| item.resource.id);
    Group(Group, GroupId, |item| item.id);
    Location(Location, LocationId, |item| item.id);
    Schedule(NamedSchedule, ScheduleId, |item| item.id);
    HolidayCalendar(HolidayCalendar, HolidayCalendarId, |item| item.id);
    Policy(NamedPolicy, PolicyId, |item| item.id);
    PriceList(PriceList, PriceListId, |item| item.id);
}

impl Item {
    /// What it refers to, each once: all of it must exist while the item does.
    pub fn references(&self) -> Vec<ItemId> {
        let mut found: Vec<ItemId> = match self {
            Self::Service(profile) => profile.references().collect(),
            Self::Resource(profile) => profile.references().collect(),
            Self::Group(group) => group.members.iter().copied().map(ItemId::Resource).collect(),
            Self::Location(_)
            | Self::Schedule(_)
            | Self::HolidayCalendar(_)
            | Self::Policy(_)
            | Self::PriceList(_) => Vec::new(),
        };
        found.sort_unstable();
        found.dedup();
        found
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        match self {
            Self::Service(profile) => &profile.service.name,
            Self::Resource(profile) => &profile.resource.name,
            Self::Group(group) => group.name.as_str(),
            Self::Location(location) => location.name.as_str(),
            Self::Schedule(schedule) => schedule.name.as_str(),
            Self::HolidayCalendar(calendar) => &calendar.holidays.name,
            Self::Policy(policy) => policy.name.as_str(),
            Self::PriceList(list) => list.name.as_str(),
        }
    }
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind(), self.uuid())
    }
}
