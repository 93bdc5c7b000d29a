//! What web pages may see of the catalogue.

use super::wire::resource::ResourceWire;
use super::wire::service::ServiceWire;
use super::wire::shared::{
    GroupWire, HolidayCalendarWire, LocationWire, PriceListWire, SharedPolicyWire, SharedScheduleWire,
};

/// What of an item callers with a publishable key may see.
pub(super) trait ForThePublic: Sized {
    /// The item as they see it; none where it is not for them.
    fn for_the_public(self) -> Option<Self> {
        None
    }
}

impl ForThePublic for ServiceWire {
    fn for_the_public(self) -> Option<Self> {
        Some(self)
    }
}

impl ForThePublic for ResourceWire {
    /// Without how staff is reached.
    fn for_the_public(self) -> Option<Self> {
        Some(self.without_contact())
    }
}

impl ForThePublic for LocationWire {
    fn for_the_public(self) -> Option<Self> {
        Some(self)
    }
}

impl ForThePublic for GroupWire {}
impl ForThePublic for HolidayCalendarWire {}
impl ForThePublic for SharedScheduleWire {}
impl ForThePublic for SharedPolicyWire {}
impl ForThePublic for PriceListWire {}
