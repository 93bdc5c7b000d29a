//! What a business offers, as people edit it.
//!
//! The engine reads complete services and resources. People keep parts of them apart: one set of opening hours for the
//! whole practice, one holiday calendar for a country, one cancellation policy, one price list, one list of stylists.
//! So a [`ServiceProfile`] and a [`ResourceProfile`] may refer to such items, and `resolve` makes the complete ones
//! that the engine reads. A store resolves in the transaction of the write: whatever would not resolve is refused.

mod item;
mod resource;
mod service;
mod shared;

pub use item::{Item, ItemId, ItemKind, Kind};
pub use resource::{Contact, MAX_CALENDARS, ResourceParts, ResourceProfile};
pub use service::{ServiceParts, ServiceProfile};
pub use shared::{
    Group, HolidayCalendar, HolidayCalendarSpec, Location, NamedPolicy, NamedSchedule, PriceList,
    PriceListSpec,
};
