//! Identifiers of what the platform keeps; those of scheduling are the core's.

booking_core::ids! {
    /// A named list of resources.
    GroupId = "group";
    /// A place of business.
    LocationId = "location";
    /// A schedule that several resources share.
    ScheduleId = "schedule";
    /// Closed dates that several resources share.
    HolidayCalendarId = "holiday calendar";
    /// A policy that several services share.
    PolicyId = "policy";
    /// Price tiers that several services share.
    PriceListId = "price list";
    /// An API key.
    KeyId = "key";
}
