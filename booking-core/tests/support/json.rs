//! The words that all worked cases share, and how they become the crate's types.

use std::collections::BTreeMap;

use booking_core::{
    Block, BlockId, BookingId, Buffers, Claim, ClaimRow, DateOverride, DayInterval, Grid, GridMode, Hours,
    Interval, Occupancy, Occupant, Resource, ResourceId, ResourceSpec, Schedule, ScheduleSpec, Seconds,
    Travel, ZoneId, minutes,
};
use chrono::{DateTime, NaiveDate, Utc, Weekday};
use serde::Deserialize;

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct WindowJson {
    pub(crate) start: DateTime<Utc>,
    pub(crate) end: DateTime<Utc>,
}

impl WindowJson {
    pub(crate) fn interval(&self) -> Interval {
        Interval::new(self.start, self.end).unwrap()
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct WeeklyJson {
    pub(crate) days: Vec<String>,
    pub(crate) from: String,
    pub(crate) to: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct FromToJson {
    pub(crate) from: String,
    pub(crate) to: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct OverrideJson {
    pub(crate) date: NaiveDate,
    pub(crate) intervals: Vec<FromToJson>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct TravelJson {
    pub(crate) from: NaiveDate,
    pub(crate) to: Option<NaiveDate>,
    pub(crate) tz: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct BusyJson {
    pub(crate) start: DateTime<Utc>,
    pub(crate) end: DateTime<Utc>,
    #[serde(default = "claim")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) same_service: bool,
    #[serde(default)]
    pub(crate) before_min: i64,
    #[serde(default)]
    pub(crate) after_min: i64,
    pub(crate) seats_taken: Option<u32>,
    pub(crate) units: Option<u32>,
}

fn claim() -> String {
    "claim".to_owned()
}

/// A provider of the slot cases, or a resource of the requirement cases.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ResourceJson {
    pub(crate) id: String,
    pub(crate) tz: String,
    pub(crate) role: Option<String>,
    pub(crate) group: Option<String>,
    pub(crate) weekly: Vec<WeeklyJson>,
    #[serde(default)]
    pub(crate) overrides: Vec<OverrideJson>,
    #[serde(default)]
    pub(crate) travel: Vec<TravelJson>,
    #[serde(default)]
    pub(crate) busy: Vec<BusyJson>,
    pub(crate) capacity: Option<u32>,
    #[serde(default)]
    pub(crate) tags: Vec<String>,
}

/// What the services of all cases have.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct CommonServiceJson {
    pub(crate) tz: String,
    pub(crate) duration_min: i64,
    pub(crate) step_min: i64,
    pub(crate) align: String,
    #[serde(default)]
    pub(crate) offset_min: i64,
    #[serde(default)]
    pub(crate) buffer_before_min: i64,
    #[serde(default)]
    pub(crate) buffer_after_min: i64,
    #[serde(default)]
    pub(crate) min_notice_min: i64,
}

impl CommonServiceJson {
    pub(crate) fn zone(&self) -> ZoneId {
        zone(&self.tz)
    }

    pub(crate) fn buffers(&self) -> Buffers {
        Buffers { before: minutes(self.buffer_before_min), after: minutes(self.buffer_after_min) }
    }

    /// The grid, with another mode than the case's own if one is named.
    pub(crate) fn grid(&self, align: &str) -> Grid {
        let mode = match align {
            "hours" => GridMode::Hours,
            "free" => GridMode::Free,
            "clock" => GridMode::Clock,
            other => panic!("unknown alignment {other}"),
        };
        Grid { mode, offset: minutes(self.offset_min) }
    }
}

/// The ids of named resources: their places in the list, from 1.
pub(crate) fn ids(resources: &[ResourceJson]) -> BTreeMap<String, ResourceId> {
    (1..).zip(resources).map(|(number, one)| (one.id.clone(), ResourceId::from_u64(number))).collect()
}

pub(crate) fn zone(name: &str) -> ZoneId {
    ZoneId::new(name).unwrap()
}

pub(crate) fn weekday(name: &str) -> Weekday {
    name.parse().unwrap()
}

impl ResourceJson {
    pub(crate) fn resource(&self, id: ResourceId) -> Resource {
        let mut spec = ResourceSpec::new(id, self.id.clone(), Hours::of(self.schedule()));
        spec.capacity = self.capacity.unwrap_or(1);
        spec.tags = self.tags.iter().map(|tag| tag.parse().unwrap()).collect();
        Resource::new(spec).unwrap()
    }

    fn schedule(&self) -> Schedule {
        let mut spec = ScheduleSpec::in_zone(zone(&self.tz));
        for line in &self.weekly {
            let days: Vec<Weekday> = line.days.iter().map(|day| weekday(day)).collect();
            spec.weekly = spec.weekly.with(&days, &line.from, &line.to).unwrap();
        }
        let interval = |one: &FromToJson| DayInterval::parse(&one.from, &one.to).unwrap();
        spec.overrides = self
            .overrides
            .iter()
            .map(|one| DateOverride {
                date: one.date,
                intervals: one.intervals.iter().map(interval).collect(),
            })
            .collect();
        spec.travel = self
            .travel
            .iter()
            .map(|one| Travel { from: one.from, to: one.to, zone: zone(&one.tz) })
            .collect();
        Schedule::new(spec).unwrap()
    }
}

impl BusyJson {
    pub(crate) fn is_booking(&self) -> bool {
        matches!(self.kind.as_str(), "booking" | "hold" | "claim")
    }

    /// The claim of a booking and its own buffers; none when it takes no time. One of length zero that has buffers takes
    /// these.
    pub(crate) fn claim(&self, resource: ResourceId) -> Option<Claim> {
        let (before, after) = (minutes(self.before_min), minutes(self.after_min));
        let units = self.units.unwrap_or(1);
        let (start, end) = (self.start.timestamp(), self.end.timestamp());
        if let Ok(interval) = Interval::from_seconds(start, end) {
            return Some(Claim { resource, interval, before, after, units });
        }
        let interval = Interval::from_seconds(start - before, end + after).ok()?;
        Some(Claim { resource, interval, before: 0, after: 0, units })
    }
}

/// Rows being collected, each with an id of its own.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(crate) occupancy: Occupancy,
    last: u64,
}

impl Rows {
    pub(crate) fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    pub(crate) fn push_block(&mut self, resource: ResourceId, from: i64, until: i64, text: &str) {
        let Ok(interval) = Interval::from_seconds(from, until) else { return };
        let id = BlockId::from_u64(self.number());
        self.occupancy.blocks.push(Block { id, resource, interval, text: text.to_owned() });
    }

    pub(crate) fn push_claim(&mut self, claim: Claim) -> BookingId {
        let id = BookingId::from_u64(self.number());
        self.occupancy.claims.push(ClaimRow { claim, by: Occupant::Booking(id) });
        id
    }

    /// A busy item that belongs to no session.
    pub(crate) fn push_busy(&mut self, resource: ResourceId, busy: &BusyJson) {
        if busy.is_booking() {
            if let Some(claim) = busy.claim(resource) {
                self.push_claim(claim);
            }
            return;
        }
        let from = busy.start.timestamp() - minutes(busy.before_min);
        self.push_block(resource, from, busy.end.timestamp() + minutes(busy.after_min), &busy.kind);
    }
}

pub(crate) fn seconds(start: DateTime<Utc>) -> Seconds {
    start.timestamp()
}
