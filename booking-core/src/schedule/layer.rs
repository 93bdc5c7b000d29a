//! Schedules laid over each other.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Schedule, check_date};
use crate::Invalid;
use crate::seconds::check_count;
use crate::time::ZoneId;

/// The most layers over one base.
pub const MAX_LAYERS: usize = 16;

/// How a layer changes what lies below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Laying {
    /// On its dates the layer's hours count and nothing below does: summer hours.
    Replace,
    /// The layer's hours are open as well: an extra evening.
    Add,
    /// Open only where the layer is open too: the opening hours of the building.
    Within,
    /// Closed where the layer is open: a lunch break for everyone.
    Except,
}

/// A schedule laid over others, for all dates or for some.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// How it changes what lies below.
    pub laying: Laying,
    /// The first local date (in the layer's zone) it counts for; none means always.
    #[serde(default)]
    pub from: Option<NaiveDate>,
    /// The last local date it counts for; none means for ever.
    #[serde(default)]
    pub to: Option<NaiveDate>,
    /// Its hours.
    pub schedule: Schedule,
}

impl Layer {
    fn validate(&self) -> Result<(), Invalid> {
        for (field, date) in [("from", self.from), ("to", self.to)] {
            date.map_or(Ok(()), |date| check_date(field, date))?;
        }
        match (self.from, self.to) {
            (Some(from), Some(to)) if to < from => Err(Invalid::new("to", to, format!("{from} or later"))),
            _ => Ok(()),
        }
    }

    /// Whether the layer counts on a local date.
    pub fn covers(&self, date: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= date) && self.to.is_none_or(|to| date <= to)
    }
}

/// All the hours of a resource: a base schedule and layers over it, applied in order, so that later layers win.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "HoursParts", into = "HoursParts")]
pub struct Hours {
    base: Schedule,
    layers: Vec<Layer>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HoursParts {
    base: Schedule,
    #[serde(default)]
    layers: Vec<Layer>,
}

impl Hours {
    /// Hours of one schedule.
    pub fn of(base: Schedule) -> Self {
        Self { base, layers: Vec::new() }
    }

    /// Open around the clock.
    pub fn always(zone: ZoneId) -> Self {
        Self::of(Schedule::always(zone))
    }

    /// Refused: more than [`MAX_LAYERS`] layers, and layers that end before they begin.
    pub fn layered(base: Schedule, layers: Vec<Layer>) -> Result<Self, Invalid> {
        check_count("layers", layers.len(), MAX_LAYERS)?;
        for (index, layer) in layers.iter().enumerate() {
            layer.validate().map_err(|error| error.within(format_args!("layers[{index}]")))?;
        }
        Ok(Self { base, layers })
    }

    /// The lowest schedule.
    pub fn base(&self) -> &Schedule {
        &self.base
    }

    /// What is laid over it, in the order applied.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }
}

impl TryFrom<HoursParts> for Hours {
    type Error = Invalid;
    fn try_from(parts: HoursParts) -> Result<Self, Invalid> {
        Self::layered(parts.base, parts.layers)
    }
}

impl From<Hours> for HoursParts {
    fn from(hours: Hours) -> Self {
        Self { base: hours.base, layers: hours.layers }
    }
}
