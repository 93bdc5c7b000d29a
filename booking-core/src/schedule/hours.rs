//! Times of day, the intervals of one day, and weekly hours.

use std::fmt;
use std::str::FromStr;

use chrono::Weekday;
use serde::{Deserialize, Serialize};

use crate::Invalid;
use crate::seconds::{DAY, Seconds, check_count};

/// The most intervals one day may have.
pub const MAX_DAY_INTERVALS: usize = 48;

/// A wall-clock time of day, `00:00` to `24:00`, in whole seconds.
///
/// `24:00` is the midnight that ends the day. Text is `HH:MM` or `HH:MM:SS`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(u32);

impl TimeOfDay {
    /// Hours and minutes; 24:00 is allowed.
    pub fn new(hour: u32, minute: u32) -> Result<Self, Invalid> {
        if (hour < 24 && minute < 60) || (hour == 24 && minute == 0) {
            return Ok(Self(hour * 3_600 + minute * 60));
        }
        Err(Invalid::new("time", format_args!("{hour:02}:{minute:02}"), "00:00 to 24:00"))
    }

    /// Seconds since midnight on the wall clock, 0 to 86,400.
    pub fn seconds(self) -> Seconds {
        Seconds::from(self.0)
    }
}

impl FromStr for TimeOfDay {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let wrong = || Invalid::new("time", text.escape_debug(), "HH:MM or HH:MM:SS, 00:00 to 24:00");
        let two = |part: &str| -> Option<u32> {
            (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse().ok())?
        };
        let mut parts = text.split(':');
        let hour = parts.next().and_then(two).ok_or_else(wrong)?;
        let minute = parts.next().and_then(two).ok_or_else(wrong)?;
        let second = parts.next().map_or(Some(0), two).ok_or_else(wrong)?;
        if parts.next().is_some() || minute > 59 || second > 59 {
            return Err(wrong());
        }
        let all = hour * 3_600 + minute * 60 + second;
        if i64::from(all) > DAY { Err(wrong()) } else { Ok(Self(all)) }
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        time.to_string()
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute, second) = (self.0 / 3_600, self.0 / 60 % 60, self.0 % 60);
        write!(f, "{hour:02}:{minute:02}")?;
        if second == 0 { Ok(()) } else { write!(f, ":{second:02}") }
    }
}

impl fmt::Debug for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One opening on one local date. An end at or before the start lies on the next date: `22:00` to `02:00`; `09:00` to
/// `09:00` is 24 hours of wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "FromTo", into = "FromTo")]
pub struct DayInterval {
    from: TimeOfDay,
    to: TimeOfDay,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FromTo {
    from: TimeOfDay,
    to: TimeOfDay,
}

impl DayInterval {
    /// Refused: a start of 24:00, which belongs to the next date.
    pub fn new(from: TimeOfDay, to: TimeOfDay) -> Result<Self, Invalid> {
        if from.seconds() == DAY {
            return Err(Invalid::new("from", from, "00:00 to 23:59:59; 24:00 starts the next date"));
        }
        Ok(Self { from, to })
    }

    /// From two texts: `DayInterval::parse("09:00", "17:00")`.
    pub fn parse(from: &str, to: &str) -> Result<Self, Invalid> {
        let at = |name, text: &str| text.parse().map_err(|e: Invalid| e.within(name));
        Self::new(at("from", from)?, at("to", to)?)
    }

    /// Where it starts on the wall clock.
    pub fn from(self) -> TimeOfDay {
        self.from
    }

    /// Where it ends on the wall clock, on the next date if not after the start.
    pub fn to(self) -> TimeOfDay {
        self.to
    }

    /// Seconds from the date's midnight on the wall clock: start, and end (above 86,400 if on the next date).
    pub(crate) fn wall(self) -> (Seconds, Seconds) {
        let (from, to) = (self.from.seconds(), self.to.seconds());
        (from, if to <= from { to + DAY } else { to })
    }
}

impl TryFrom<FromTo> for DayInterval {
    type Error = Invalid;
    fn try_from(hours: FromTo) -> Result<Self, Invalid> {
        Self::new(hours.from, hours.to)
    }
}

impl From<DayInterval> for FromTo {
    fn from(hours: DayInterval) -> Self {
        Self { from: hours.from, to: hours.to }
    }
}

/// Hours that repeat every week, by the local date they start on.
///
/// Several intervals a day; those that overlap or touch are one opening.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<WeeklyLine>", into = "Vec<WeeklyLine>")]
pub struct WeeklyHours {
    days: [Vec<DayInterval>; 7],
}

/// One line of [`WeeklyHours`] as serde sees it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WeeklyLine {
    days: Vec<Weekday>,
    from: TimeOfDay,
    to: TimeOfDay,
}

impl WeeklyHours {
    /// No hours at all.
    pub fn closed() -> Self {
        Self::default()
    }

    /// The whole of every day.
    pub fn always() -> Self {
        let whole = DayInterval { from: TimeOfDay(0), to: TimeOfDay(DAY as u32) };
        Self { days: std::array::from_fn(|_| vec![whole]) }
    }

    /// Adds the same interval to several weekdays.
    ///
    /// ```
    /// use booking_core::WeeklyHours;
    /// use chrono::Weekday::{Fri, Mon, Sat};
    ///
    /// let hours = WeeklyHours::closed()
    ///     .with(&[Mon, Fri], "09:00", "12:00")?
    ///     .with(&[Mon, Fri], "13:00", "17:00")?
    ///     .with(&[Sat], "22:00", "02:00")?;
    /// assert_eq!(hours.day(Mon).len(), 2);
    /// # Ok::<(), booking_core::Invalid>(())
    /// ```
    pub fn with(mut self, days: &[Weekday], from: &str, to: &str) -> Result<Self, Invalid> {
        let interval = DayInterval::parse(from, to)?;
        for &day in days {
            self.push(day, interval)?;
        }
        Ok(self)
    }

    /// Adds one interval to one weekday. Refused: more than [`MAX_DAY_INTERVALS`] a day.
    pub fn push(&mut self, day: Weekday, interval: DayInterval) -> Result<(), Invalid> {
        let list = &mut self.days[day.num_days_from_monday() as usize];
        check_count("weekly", list.len() + 1, MAX_DAY_INTERVALS)?;
        let at = list.partition_point(|other| *other <= interval);
        list.insert(at, interval);
        Ok(())
    }

    /// The intervals that start on this weekday, by start.
    pub fn day(&self, day: Weekday) -> &[DayInterval] {
        &self.days[day.num_days_from_monday() as usize]
    }

    /// The same by number, 0 = Monday.
    pub(crate) fn by_number(&self, monday_based: usize) -> &[DayInterval] {
        &self.days[monday_based % 7]
    }
}

impl TryFrom<Vec<WeeklyLine>> for WeeklyHours {
    type Error = Invalid;
    fn try_from(lines: Vec<WeeklyLine>) -> Result<Self, Invalid> {
        check_count("weekly", lines.len(), 7 * MAX_DAY_INTERVALS)?;
        let mut hours = Self::closed();
        for (index, line) in lines.into_iter().enumerate() {
            let at = |error: Invalid| error.within(format_args!("weekly[{index}]"));
            let interval = DayInterval::new(line.from, line.to).map_err(at)?;
            check_count("days", line.days.len(), 7).map_err(at)?;
            for day in line.days {
                hours.push(day, interval).map_err(at)?;
            }
        }
        Ok(hours)
    }
}

impl From<WeeklyHours> for Vec<WeeklyLine> {
    fn from(hours: WeeklyHours) -> Self {
        let mut day = Weekday::Mon;
        let mut lines = Vec::new();
        for intervals in hours.days {
            lines.extend(intervals.iter().map(|i| WeeklyLine { days: vec![day], from: i.from, to: i.to }));
            day = day.succ();
        }
        lines
    }
}
