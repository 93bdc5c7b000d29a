//! Hours on the wire.

use booking_core::{
    DateOverride, DayInterval, Holiday, HolidaySet, Hours, Invalid, Layer, Laying, Recurrence, Recurring,
    Schedule, ScheduleSpec, TimeOfDay, Travel, WeeklyHours, ZoneId,
};
use chrono::{NaiveDate, NaiveDateTime, Weekday};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::mirrored;
use crate::wire::time::Length;

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Weekday)]
pub(crate) enum Day {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

const DAYS: [(Day, Weekday); 7] = [
    (Day::Monday, Weekday::Mon),
    (Day::Tuesday, Weekday::Tue),
    (Day::Wednesday, Weekday::Wed),
    (Day::Thursday, Weekday::Thu),
    (Day::Friday, Weekday::Fri),
    (Day::Saturday, Weekday::Sat),
    (Day::Sunday, Weekday::Sun),
];

impl From<Day> for Weekday {
    fn from(day: Day) -> Self {
        DAYS.iter().find(|(one, _)| *one == day).map_or(Self::Mon, |(_, weekday)| *weekday)
    }
}

impl From<Weekday> for Day {
    fn from(weekday: Weekday) -> Self {
        DAYS.iter().find(|(_, one)| *one == weekday).map_or(Self::Monday, |(day, _)| *day)
    }
}

/// A stretch of a day: until the next date where `to` is not after `from`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Span {
    /// `09:00`, or `09:00:30`.
    #[schema(value_type = String, example = "09:00")]
    from: TimeOfDay,
    /// `17:00`; `24:00` is the end of the day.
    #[schema(value_type = String, example = "17:00")]
    to: TimeOfDay,
}

impl Span {
    pub(crate) fn read(self) -> Result<DayInterval, Invalid> {
        DayInterval::new(self.from, self.to)
    }

    pub(crate) fn show(interval: DayInterval) -> Self {
        Self { from: interval.from(), to: interval.to() }
    }
}

/// The same hours on some days of every week.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Weekly {
    /// The days.
    days: Vec<Day>,
    /// From when.
    #[schema(value_type = String, example = "09:00")]
    from: TimeOfDay,
    /// Until when; on the next date where it is not after `from`.
    #[schema(value_type = String, example = "17:00")]
    to: TimeOfDay,
}

/// The hours of one date, in place of everything else it would have.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OnDate {
    /// The date.
    #[schema(value_type = String, format = Date)]
    date: NaiveDate,
    /// The hours; none closes it.
    #[serde(default)]
    intervals: Vec<Span>,
}

/// A closed date.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClosedDate {
    /// The date.
    #[schema(value_type = String, format = Date)]
    pub(crate) date: NaiveDate,
    /// Its name.
    pub(crate) name: String,
}

/// Closed dates.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClosedDates {
    /// What the set is.
    pub(crate) name: String,
    /// The dates, each once.
    pub(crate) dates: Vec<ClosedDate>,
}

impl ClosedDates {
    pub(crate) fn read(self) -> HolidaySet {
        let dates = self.dates.into_iter().map(|one| Holiday { date: one.date, name: one.name });
        HolidaySet { name: self.name, dates: dates.collect() }
    }

    pub(crate) fn show(set: &HolidaySet) -> Self {
        let date = |one: &Holiday| ClosedDate { date: one.date, name: one.name.clone() };
        Self { name: set.name.clone(), dates: set.dates.iter().map(date).collect() }
    }
}

/// Something that comes back by a rule of RFC 5545.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ByRule {
    /// The first, as the clock shows it.
    #[schema(value_type = String, example = "2026-12-01T12:00:00")]
    start: NaiveDateTime,
    /// The rule, without `RRULE:`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    /// Further starts, as RFC 5545 writes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    also: Vec<String>,
    /// Starts that are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    except: Vec<String>,
    /// How long each lasts.
    duration: Length,
    /// What to say of it.
    #[serde(default)]
    name: String,
}

impl ByRule {
    fn read(self) -> Result<Recurring, Invalid> {
        let set = match &self.rule {
            Some(rule) => Recurrence::new(self.start, rule)?,
            None => Recurrence::once(self.start)?,
        };
        let recurrence = set.with_rdates(self.also)?.with_exdates(self.except)?;
        Ok(Recurring { recurrence, duration: self.duration.0, name: self.name })
    }

    fn show(recurring: &Recurring) -> Self {
        let set = &recurring.recurrence;
        Self {
            start: set.dtstart(),
            rule: set.rrule().map(str::to_owned),
            also: set.rdates().map(String::from).collect(),
            except: set.exdates().map(String::from).collect(),
            duration: Length(recurring.duration),
            name: recurring.name.clone(),
        }
    }
}

/// Dates on which the hours are read in another zone.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stay {
    /// The first date.
    #[schema(value_type = String, format = Date)]
    from: NaiveDate,
    /// The last date; none means from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    to: Option<NaiveDate>,
    /// The zone.
    #[schema(value_type = String)]
    zone: ZoneId,
}

/// When something is open, in a zone. On one date a date override counts before a closed date, and that before weekly
/// hours and openings.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScheduleWire {
    /// The zone, by its IANA name.
    #[schema(value_type = String)]
    zone: ZoneId,
    /// Hours that repeat every week.
    #[serde(default)]
    weekly: Vec<Weekly>,
    /// Dates with hours of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    overrides: Vec<OnDate>,
    /// Dates that are closed unless overridden.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    holidays: Vec<ClosedDates>,
    /// Openings by rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    openings: Vec<ByRule>,
    /// Blocks by rule: a weekly meeting.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    blocks: Vec<ByRule>,
    /// Dates on which the hours are read in another zone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    travel: Vec<Stay>,
}

fn each<T, U>(
    name: &'static str,
    items: Vec<T>,
    read: impl Fn(T) -> Result<U, Invalid>,
) -> Result<Vec<U>, Invalid> {
    let one = |(index, item)| read(item).map_err(|invalid| invalid.within(format_args!("{name}[{index}]")));
    items.into_iter().enumerate().map(one).collect()
}

impl ScheduleWire {
    pub(crate) fn read(self) -> Result<Schedule, Invalid> {
        let mut weekly = WeeklyHours::closed();
        for (index, line) in self.weekly.into_iter().enumerate() {
            let at = |invalid: Invalid| invalid.within(format_args!("weekly[{index}]"));
            let interval = DayInterval::new(line.from, line.to).map_err(at)?;
            for day in line.days {
                weekly.push(day.into(), interval).map_err(at)?;
            }
        }
        let overrides = each("overrides", self.overrides, |one| {
            let intervals = each("intervals", one.intervals, Span::read)?;
            Ok(DateOverride { date: one.date, intervals })
        })?;
        Schedule::new(ScheduleSpec {
            zone: self.zone,
            weekly,
            overrides,
            holidays: self.holidays.into_iter().map(ClosedDates::read).collect(),
            openings: each("openings", self.openings, ByRule::read)?,
            blocks: each("blocks", self.blocks, ByRule::read)?,
            travel: self
                .travel
                .into_iter()
                .map(|stay| Travel { from: stay.from, to: stay.to, zone: stay.zone })
                .collect(),
        })
    }

    pub(crate) fn show(schedule: &Schedule) -> Self {
        let mut weekly: Vec<Weekly> = Vec::new();
        for (day, weekday) in DAYS {
            for interval in schedule.weekly.day(weekday) {
                let (from, to) = (interval.from(), interval.to());
                match weekly.iter_mut().find(|line| line.from == from && line.to == to) {
                    Some(line) => line.days.push(day),
                    None => weekly.push(Weekly { days: vec![day], from, to }),
                }
            }
        }
        let date = |one: &DateOverride| OnDate {
            date: one.date,
            intervals: one.intervals.iter().copied().map(Span::show).collect(),
        };
        let stay = |one: &Travel| Stay { from: one.from, to: one.to, zone: one.zone.clone() };
        Self {
            zone: schedule.zone.clone(),
            weekly,
            overrides: schedule.overrides.iter().map(date).collect(),
            holidays: schedule.holidays.iter().map(ClosedDates::show).collect(),
            openings: schedule.openings.iter().map(ByRule::show).collect(),
            blocks: schedule.blocks.iter().map(ByRule::show).collect(),
            travel: schedule.travel.iter().map(stay).collect(),
        }
    }
}

mirrored! {
    /// How a layer changes what lies below it.
    LayingWire = Laying {
        /// On its dates only the layer's hours count: summer hours.
        Replace,
        /// The layer's hours are open as well: an extra evening.
        Add,
        /// Open only where the layer is open too: the building's hours.
        Within,
        /// Closed where the layer is open: a break for everyone.
        Except,
    }
}

/// A schedule laid over others.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LayerWire {
    /// How it changes what lies below.
    laying: LayingWire,
    /// The first date it counts for; none means always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    from: Option<NaiveDate>,
    /// The last date it counts for; none means for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    to: Option<NaiveDate>,
    /// Its hours.
    schedule: ScheduleWire,
}

/// All the hours of a resource: a schedule, and layers over it, in order.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HoursWire {
    /// The lowest schedule.
    base: ScheduleWire,
    /// What is laid over it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    layers: Vec<LayerWire>,
}

impl HoursWire {
    pub(crate) fn read(self) -> Result<Hours, Invalid> {
        let base = self.base.read().map_err(|invalid| invalid.within("base"))?;
        let layers = each("layers", self.layers, |layer| {
            let schedule = layer.schedule.read().map_err(|invalid| invalid.within("schedule"))?;
            Ok(Layer { laying: layer.laying.into(), from: layer.from, to: layer.to, schedule })
        })?;
        Hours::layered(base, layers)
    }

    pub(crate) fn show(hours: &Hours) -> Self {
        let layer = |layer: &Layer| LayerWire {
            laying: layer.laying.into(),
            from: layer.from,
            to: layer.to,
            schedule: ScheduleWire::show(&layer.schedule),
        };
        Self { base: ScheduleWire::show(hours.base()), layers: hours.layers().iter().map(layer).collect() }
    }
}
