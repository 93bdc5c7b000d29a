//! What is wanted of a service: the part that many requests share.

use std::fmt;

use booking_core::{BookingId, CustomerId, ResourceId, Waiver};
use serde::{Deserialize, Deserializer, Serialize};

use super::id::{Prefixed, WireId, parse};

/// The most resources one request may name.
const MAX_RESOURCES: usize = 100;

/// A rule that staff may set aside for one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Waived {
    /// Starts off the grid.
    Grid,
    /// Outside hours and on closed dates.
    Hours,
    /// Less notice than asked for.
    Notice,
    /// Beyond the horizon.
    Horizon,
    /// Limits, the no-show rule, and windows for changes.
    Limits,
}

pub(crate) fn waiver(waived: &[Waived]) -> Waiver {
    let has = |rule| waived.contains(&rule);
    Waiver {
        grid: has(Waived::Grid),
        hours: has(Waived::Hours),
        notice: has(Waived::Notice),
        horizon: has(Waived::Horizon),
        limits: has(Waived::Limits),
    }
}

/// A list in one parameter of a query string: `res_...,res_...`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct List<T>(pub(crate) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Prefixed> Deserialize<'de> for List<WireId<T>> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let item = |text: &str| parse(text).map(WireId);
        split(deserializer, item, format_args!("ids of a {} with commas between", T::WORD)).map(Self)
    }
}

impl<'de> Deserialize<'de> for List<Waived> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let item = |text: &str| match text {
            "grid" => Some(Waived::Grid),
            "hours" => Some(Waived::Hours),
            "notice" => Some(Waived::Notice),
            "horizon" => Some(Waived::Horizon),
            "limits" => Some(Waived::Limits),
            _ => None,
        };
        split(deserializer, item, format_args!("grid, hours, notice, horizon or limits with commas between"))
            .map(Self)
    }
}

fn split<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    item: impl Fn(&str) -> Option<T>,
    expected: fmt::Arguments<'_>,
) -> Result<Vec<T>, D::Error> {
    let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
    let all: Option<Vec<T>> = text.split(',').take(MAX_RESOURCES + 1).map(item).collect();
    all.filter(|all| all.len() <= MAX_RESOURCES)
        .ok_or_else(|| serde::de::Error::custom(format_args!("expected {expected}, at most {MAX_RESOURCES}")))
}

/// Wants as the engine takes them, whoever read them.
#[derive(Debug, Default)]
pub(crate) struct Wants {
    pub(crate) duration: Option<i64>,
    pub(crate) party: Option<u32>,
    pub(crate) customer: Option<CustomerId>,
    pub(crate) group: Option<String>,
    pub(crate) resources: Vec<ResourceId>,
    pub(crate) waive: Waiver,
    pub(crate) ignoring: Option<BookingId>,
    pub(crate) as_of: Option<chrono::DateTime<chrono::Utc>>,
}

impl Wants {
    /// Whether it asks for what only staff may: rules set aside, another's booking ignored, another present.
    pub(crate) fn needs_staff(&self) -> bool {
        !self.waive.is_none() || self.ignoring.is_some() || self.as_of.is_some() || self.customer.is_some()
    }
}

/// A request body: what is wanted of a service, and more. Written as a macro because serde can either flatten a struct
/// or refuse unknown fields, not both.
macro_rules! wish_body {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, serde::Deserialize)]
        #[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name {
            /// The service.
            pub(super) service: crate::wire::id::ServiceRef,
            /// One of the service's durations. Default: its first.
            #[serde(default)]
            duration: Option<crate::wire::time::Length>,
            /// How many people. Default: 1.
            #[serde(default)]
            party: Option<u32>,
            /// The customer. Needs a secret key.
            #[serde(default)]
            customer: Option<crate::wire::id::CustomerRef>,
            /// The customer's price group, as price tiers name it.
            #[serde(default)]
            group: Option<String>,
            /// Only these resources, where a requirement may choose among them.
            #[serde(default)]
            #[cfg_attr(feature = "server", schema(value_type = Vec<String>))]
            resources: Vec<crate::wire::id::ResourceRef>,
            /// Rules set aside. Needs a secret key.
            #[serde(default)]
            waive: Vec<crate::wire::wish::Waived>,
            $($(#[$field_doc])* pub(super) $field: $type,)*
        }

        impl $name {
            /// The part of it that is about the service.
            pub(super) fn wants(&self) -> crate::wire::wish::Wants {
                crate::wire::wish::Wants {
                    duration: self.duration.map(|length| length.0),
                    party: self.party,
                    customer: self.customer.map(|id| id.0),
                    group: self.group.clone(),
                    resources: self.resources.iter().map(|id| id.0).collect(),
                    waive: crate::wire::wish::waiver(&self.waive),
                    ..crate::wire::wish::Wants::default()
                }
            }
        }
    };
}

pub(crate) use wish_body;
