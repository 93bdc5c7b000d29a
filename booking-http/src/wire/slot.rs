//! Slots and the other views of availability.

use chrono::NaiveDate;
use serde::Serialize;

use super::id::{ResourceRef, ServiceRef};
use super::time::Local;

/// One bookable start.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct Slot {
    /// When it starts, on the clock of the answer's zone.
    pub(crate) start: Local,
    /// When it ends, buffers not included.
    pub(crate) end: Local,
    /// The largest party one booking can bring: where more than one person can book the same start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) left: Option<u32>,
    /// For each requirement, who could serve it; where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) candidates: Option<Vec<Candidates>>,
}

/// Who could serve a requirement.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct Candidates {
    /// The requirement's name.
    pub(crate) requirement: String,
    /// The resources, in the pool's order.
    #[cfg_attr(feature = "server", schema(value_type = Vec<String>))]
    pub(crate) resources: Vec<ResourceRef>,
}

/// Every bookable start of a window.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct SlotList {
    /// The service.
    pub(crate) service: ServiceRef,
    /// The zone of the times.
    pub(crate) zone: String,
    /// The slots, by start.
    pub(crate) slots: Vec<Slot>,
}

/// A stretch in which a visit could start at any second, if there were no grid.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct Window {
    /// The first possible start.
    pub(crate) first_start: Local,
    /// The last possible start.
    pub(crate) last_start: Local,
    /// The last end.
    pub(crate) end: Local,
}

/// The free windows of a window of time.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct WindowList {
    /// The service.
    pub(crate) service: ServiceRef,
    /// The zone of the times.
    pub(crate) zone: String,
    /// The free stretches, by start.
    pub(crate) windows: Vec<Window>,
}

/// A date and how many slots start on it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct Day {
    /// The date in the answer's zone.
    #[cfg_attr(feature = "server", schema(value_type = String, format = Date))]
    pub(crate) date: NaiveDate,
    /// How many slots start on it.
    pub(crate) slots: u32,
    /// The first of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) first: Option<Local>,
    /// The last of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last: Option<Local>,
}

/// The dates of a window, also those without slots.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct DayList {
    /// The service.
    pub(crate) service: ServiceRef,
    /// The zone of the dates.
    pub(crate) zone: String,
    /// One entry a date.
    pub(crate) days: Vec<Day>,
}

/// The first bookable start of a window.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct FirstSlot {
    /// The service.
    pub(crate) service: ServiceRef,
    /// The zone of the time.
    pub(crate) zone: String,
    /// The first slot; null when nothing is free.
    #[cfg_attr(feature = "server", schema(required = true))]
    pub(crate) first: Option<Slot>,
}
