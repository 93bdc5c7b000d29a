//! When a resource works: weekly hours, date overrides, holidays, recurring openings and blocks, travel, and layers.
//!
//! Precedence on one local date, highest first: a date override, a holiday, then weekly hours together with recurring
//! openings. An override (and a holiday) owns its whole local date: also the tail of an opening that began the evening
//! before is cut at that date's midnight. [`Layer`]s are laid over the base in order; each says how.

mod calendar;
mod hours;
mod layer;
mod openings;

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

pub use calendar::Calendar;
pub use hours::{DayInterval, MAX_DAY_INTERVALS, TimeOfDay, WeeklyHours};
pub use layer::{Hours, Layer, Laying, MAX_LAYERS};
pub(crate) use openings::Openings;

use crate::recurrence::Recurrence;
use crate::seconds::{DAY, Seconds, check_count, check_length, check_name, check_text};
use crate::time::ZoneId;
use crate::validated::validated;
use crate::{Invalid, MINUTE};

/// The most date overrides one schedule may have.
pub const MAX_OVERRIDES: usize = 4_000;
/// The most recurring rules (openings and blocks together) one schedule may have.
pub const MAX_RULES: usize = 64;
/// The most dates one holiday set may have.
pub const MAX_HOLIDAYS: usize = 2_000;
/// The most holiday sets one schedule may have.
pub const MAX_HOLIDAY_SETS: usize = 16;
/// The most stays in other zones one schedule may have.
pub const MAX_STAYS: usize = 400;
/// The longest recurring opening or block, in seconds: 14 days.
pub const MAX_RECURRING: Seconds = 14 * DAY;

/// The plain values of a [`Schedule`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduleSpec {
    /// The zone all wall-clock times are read in, unless [`ScheduleSpec::travel`] says otherwise for a date.
    pub zone: ZoneId,
    /// Hours that repeat every week.
    #[serde(default)]
    pub weekly: WeeklyHours,
    /// Dates whose hours are replaced, or closed when the list is empty. One entry a date.
    #[serde(default)]
    pub overrides: Vec<DateOverride>,
    /// Dates that are closed unless overridden.
    #[serde(default)]
    pub holidays: Vec<HolidaySet>,
    /// Openings by recurrence rule, added to the weekly hours of the date they start on.
    #[serde(default)]
    pub openings: Vec<Recurring>,
    /// Blocks by recurrence rule (a weekly meeting, a cleaning hour): they block like time off and move no grid.
    #[serde(default)]
    pub blocks: Vec<Recurring>,
    /// Stays elsewhere: the hours and overrides of those dates are read in another zone. No two may share a date.
    #[serde(default)]
    pub travel: Vec<Travel>,
}

/// The hours of one local date, in place of everything else that date would have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DateOverride {
    /// The local date the intervals start on.
    pub date: NaiveDate,
    /// The intervals; none closes the date. Those that overlap or touch are one opening.
    #[serde(default)]
    pub intervals: Vec<DayInterval>,
}

/// Dates that are closed, with the reason to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HolidaySet {
    /// What the set is: "Public holidays, Germany".
    pub name: String,
    /// The dates and their names, one entry a date.
    pub dates: Vec<Holiday>,
}

/// One closed date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// The local date.
    pub date: NaiveDate,
    /// Its name: "New Year's Day".
    pub name: String,
}

/// A recurrence whose every occurrence lasts the same number of elapsed seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recurring {
    /// When it starts, in the schedule's zone.
    pub recurrence: Recurrence,
    /// How long each lasts, in seconds: 60 to [`MAX_RECURRING`].
    pub duration: Seconds,
    /// What to say of it when it is the reason for a refusal.
    #[serde(default)]
    pub name: String,
}

impl Recurring {
    fn validate(&self) -> Result<(), Invalid> {
        check_length("duration", self.duration, MINUTE, MAX_RECURRING)?;
        check_text("name", &self.name)
    }
}

/// Dates on which someone works from another zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Travel {
    /// The first date.
    pub from: NaiveDate,
    /// The last date; none means from then on.
    #[serde(default)]
    pub to: Option<NaiveDate>,
    /// The zone of those dates.
    pub zone: ZoneId,
}

impl Travel {
    /// Whether the date belongs to the stay.
    pub fn covers(&self, date: NaiveDate) -> bool {
        self.from <= date && self.to.is_none_or(|to| date <= to)
    }
}

validated! {
    /// When a resource works, in one zone. Built from a [`ScheduleSpec`].
    ///
    /// ```
    /// use booking_core::{Schedule, ScheduleSpec, WeeklyHours, ZoneId};
    /// use chrono::Weekday::{Fri, Mon, Thu, Tue, Wed};
    ///
    /// let schedule = Schedule::new(ScheduleSpec {
    ///     weekly: WeeklyHours::closed().with(&[Mon, Tue, Wed, Thu, Fri], "09:00", "17:00")?,
    ///     ..ScheduleSpec::in_zone(ZoneId::new("Europe/Berlin")?)
    /// })?;
    /// assert_eq!(schedule.zone.to_string(), "Europe/Berlin");
    /// # Ok::<(), booking_core::Invalid>(())
    /// ```
    Schedule(ScheduleSpec = "ScheduleSpec")
}

impl ScheduleSpec {
    /// A schedule with no hours yet.
    pub fn in_zone(zone: ZoneId) -> Self {
        Self {
            zone,
            weekly: WeeklyHours::closed(),
            overrides: Vec::new(),
            holidays: Vec::new(),
            openings: Vec::new(),
            blocks: Vec::new(),
            travel: Vec::new(),
        }
    }

    fn validate(&mut self) -> Result<(), Invalid> {
        check_count("overrides", self.overrides.len(), MAX_OVERRIDES)?;
        self.overrides.sort_by_key(|o| o.date);
        for one in &self.overrides {
            check_date("overrides.date", one.date)?;
            check_count("overrides.intervals", one.intervals.len(), MAX_DAY_INTERVALS)?;
        }
        check_distinct("overrides.date", self.overrides.iter().map(|o| o.date))?;
        check_count("holidays", self.holidays.len(), MAX_HOLIDAY_SETS)?;
        for (index, set) in self.holidays.iter_mut().enumerate() {
            set.validate().map_err(|error| error.within(format_args!("holidays[{index}]")))?;
        }
        check_count("openings", self.openings.len() + self.blocks.len(), MAX_RULES)?;
        for (list, rules) in [("openings", &self.openings), ("blocks", &self.blocks)] {
            for (index, rule) in rules.iter().enumerate() {
                rule.validate().map_err(|error| error.within(format_args!("{list}[{index}]")))?;
            }
        }
        self.validate_travel()
    }

    fn validate_travel(&mut self) -> Result<(), Invalid> {
        check_count("travel", self.travel.len(), MAX_STAYS)?;
        self.travel.sort_by_key(|t| t.from);
        for stay in &self.travel {
            check_date("travel.from", stay.from)?;
            stay.to.map_or(Ok(()), |to| check_date("travel.to", to))?;
            if let Some(to) = stay.to.filter(|to| *to < stay.from) {
                return Err(Invalid::new("travel.to", to, format!("{} or later", stay.from)));
            }
        }
        for pair in self.travel.windows(2) {
            if pair[0].to.is_none_or(|to| to >= pair[1].from) {
                return Err(Invalid::new("travel.from", pair[1].from, "a date after the stay before it"));
            }
        }
        Ok(())
    }
}

impl Schedule {
    /// Open around the clock, every day.
    pub fn always(zone: ZoneId) -> Self {
        Self(ScheduleSpec { weekly: WeeklyHours::always(), ..ScheduleSpec::in_zone(zone) })
    }

    /// The zone that wall-clock times of this date are read in.
    pub fn zone_on(&self, date: NaiveDate) -> &ZoneId {
        self.travel.iter().find(|stay| stay.covers(date)).map_or(&self.zone, |stay| &stay.zone)
    }

    /// The override of a date, if it has one.
    pub fn override_on(&self, date: NaiveDate) -> Option<&DateOverride> {
        let at = self.overrides.binary_search_by_key(&date, |o| o.date).ok()?;
        self.overrides.get(at)
    }

    /// The holiday of a date, if it is one.
    pub fn holiday_on(&self, date: NaiveDate) -> Option<&Holiday> {
        self.holidays.iter().find_map(|set| {
            let at = set.dates.binary_search_by_key(&date, |h| h.date).ok()?;
            set.dates.get(at)
        })
    }
}

impl HolidaySet {
    fn validate(&mut self) -> Result<(), Invalid> {
        check_name("name", &self.name)?;
        check_count("dates", self.dates.len(), MAX_HOLIDAYS)?;
        self.dates.sort_by_key(|h| h.date);
        for holiday in &self.dates {
            check_date("dates.date", holiday.date)?;
            check_name("dates.name", &holiday.name)?;
        }
        check_distinct("dates.date", self.dates.iter().map(|h| h.date))
    }
}

fn check_distinct(field: &'static str, dates: impl Iterator<Item = NaiveDate>) -> Result<(), Invalid> {
    let mut seen = BTreeSet::new();
    for date in dates {
        if !seen.insert(date) {
            return Err(Invalid::new(field, date, "each date once"));
        }
    }
    Ok(())
}

/// Dates lie in the supported years.
pub(crate) fn check_date(field: &'static str, date: NaiveDate) -> Result<(), Invalid> {
    if (1970..=2099).contains(&date.year()) {
        return Ok(());
    }
    Err(Invalid::new(field, date, "a date in the years 1970 to 2099"))
}
