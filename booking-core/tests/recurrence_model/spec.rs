//! Random rules, and a slow model that judges them: every date of every period, held against every part.

use std::fmt::Write as _;

use chrono::{Datelike, Duration, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// A rule by its parts; empty lists are absent parts. Weekdays count from Monday = 0, with 0 for "every".
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    pub(crate) frequency: &'static str,
    pub(crate) interval: i64,
    pub(crate) count: Option<usize>,
    pub(crate) until: Option<NaiveDateTime>,
    pub(crate) week_start: i64,
    pub(crate) months: Vec<i64>,
    pub(crate) month_days: Vec<i64>,
    pub(crate) year_days: Vec<i64>,
    pub(crate) weeks: Vec<i64>,
    pub(crate) weekdays: Vec<(i64, i64)>,
    pub(crate) hours: Vec<i64>,
    pub(crate) minutes: Vec<i64>,
    pub(crate) positions: Vec<i64>,
}

impl Spec {
    /// As RRULE text.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("FREQ={};INTERVAL={}", self.frequency, self.interval);
        let lists = [
            ("BYMONTH", &self.months),
            ("BYMONTHDAY", &self.month_days),
            ("BYYEARDAY", &self.year_days),
            ("BYWEEKNO", &self.weeks),
            ("BYHOUR", &self.hours),
            ("BYMINUTE", &self.minutes),
            ("BYSETPOS", &self.positions),
        ];
        for (name, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            let items: Vec<_> = list.iter().map(i64::to_string).collect();
            write!(text, ";{name}={}", items.join(",")).unwrap();
        }
        if !self.weekdays.is_empty() {
            let items: Vec<_> = self
                .weekdays
                .iter()
                .map(|(nth, day)| {
                    let name = WEEKDAYS[*day as usize];
                    if *nth == 0 { name.to_owned() } else { format!("{nth}{name}") }
                })
                .collect();
            write!(text, ";BYDAY={}", items.join(",")).unwrap();
        }
        if self.week_start != 0 {
            write!(text, ";WKST={}", WEEKDAYS[self.week_start as usize]).unwrap();
        }
        if let Some(count) = self.count {
            write!(text, ";COUNT={count}").unwrap();
        }
        if let Some(until) = self.until {
            write!(text, ";UNTIL={}", until.format("%Y%m%dT%H%M%S")).unwrap();
        }
        text
    }

    /// Whether no part says which days, so that DTSTART does.
    pub(crate) fn lacks_a_day(&self) -> bool {
        self.month_days.is_empty() && self.year_days.is_empty() && self.weekdays.is_empty()
    }

    /// What the rule generates from `start` to before `end`, on the wall clock.
    pub(crate) fn occurrences(&self, start: NaiveDateTime, end: NaiveDateTime) -> Vec<NaiveDateTime> {
        let mut found = Vec::new();
        let mut date = self.period_start(start.date());
        while date.and_time(NaiveTime::MIN) < end {
            let next = self.next_period(date);
            if self.in_phase(start.date(), date) {
                let days: Vec<_> = date.iter_days().take_while(|day| *day < next).collect();
                let days = days.into_iter().filter(|day| self.allows(start, *day));
                let sets = self.sets(start, days.collect());
                found.extend(sets.into_iter().flat_map(|set| self.chosen(&set)));
            }
            date = next;
        }
        found.retain(|at| *at >= start && *at < end && self.until.is_none_or(|until| *at <= until));
        found.truncate(self.count.unwrap_or(usize::MAX));
        found
    }

    fn period_start(&self, date: NaiveDate) -> NaiveDate {
        match self.frequency {
            "YEARLY" => date.with_ordinal(1).unwrap(),
            "MONTHLY" => date.with_day(1).unwrap(),
            "WEEKLY" => {
                let mut date = date;
                while weekday(date) != self.week_start {
                    date = date.pred_opt().unwrap();
                }
                date
            }
            _ => date,
        }
    }

    fn next_period(&self, date: NaiveDate) -> NaiveDate {
        let next = date + Duration::days(1);
        match self.frequency {
            "YEARLY" => next.with_year(date.year() + 1).unwrap().with_ordinal(1).unwrap(),
            "MONTHLY" => date.checked_add_months(chrono::Months::new(1)).unwrap(),
            "WEEKLY" => date + Duration::days(7),
            _ => next,
        }
    }

    /// Whether the period that starts on this date is whole intervals after DTSTART's.
    fn in_phase(&self, start: NaiveDate, date: NaiveDate) -> bool {
        let first = self.period_start(start);
        let passed = match self.frequency {
            "YEARLY" => i64::from(date.year() - first.year()),
            "MONTHLY" => {
                i64::from((date.year() - first.year()) * 12) + i64::from(date.month())
                    - i64::from(first.month())
            }
            "WEEKLY" => (date - first).num_days() / 7,
            "DAILY" => (date - first).num_days(),
            // Hours have their phase below.
            _ => 0,
        };
        passed % self.interval == 0
    }

    /// The sets that BYSETPOS picks from: one a period.
    fn sets(&self, start: NaiveDateTime, days: Vec<NaiveDate>) -> Vec<Vec<NaiveDateTime>> {
        let minutes = or(&self.minutes, i64::from(start.minute()));
        let hours = or(&self.hours, i64::from(start.hour()));
        let at = |day: NaiveDate, hour: i64, minute: i64| {
            day.and_hms_opt(hour as u32, minute as u32, start.second()).unwrap()
        };
        if self.frequency != "HOURLY" {
            let mut set = Vec::new();
            for day in days {
                for hour in &hours {
                    set.extend(minutes.iter().map(|minute| at(day, *hour, *minute)));
                }
            }
            return vec![set];
        }
        let first = start.with_minute(0).unwrap().with_second(0).unwrap();
        let mut sets = Vec::new();
        for day in days {
            for hour in 0..24 {
                let passed = (at(day, hour, 0).with_second(0).unwrap() - first).num_hours();
                if passed % self.interval == 0 && (self.hours.is_empty() || self.hours.contains(&hour)) {
                    sets.push(minutes.iter().map(|minute| at(day, hour, *minute)).collect());
                }
            }
        }
        sets
    }

    fn chosen(&self, set: &[NaiveDateTime]) -> Vec<NaiveDateTime> {
        let of = set.len() as i64;
        let picked = |index: &i64| {
            self.positions.is_empty()
                || self.positions.contains(&(index + 1))
                || self.positions.contains(&(index - of))
        };
        (0..of).filter(picked).map(|index| set[index as usize]).collect()
    }

    /// The day parts of RFC 5545's table, each on its own; what none of them says comes from DTSTART.
    fn allows(&self, start: NaiveDateTime, day: NaiveDate) -> bool {
        let no_day = self.lacks_a_day();
        let implied = match self.frequency {
            "WEEKLY" => !no_day || weekday(day) == weekday(start.date()),
            "MONTHLY" => !no_day || day.day() == start.day(),
            "YEARLY" if !no_day => true,
            "YEARLY" if !self.weeks.is_empty() => weekday(day) == weekday(start.date()),
            "YEARLY" => day.day() == start.day() && (!self.months.is_empty() || day.month() == start.month()),
            _ => true,
        };
        implied
            && (self.months.is_empty() || self.months.contains(&i64::from(day.month())))
            && (self.month_days.is_empty() || numbered(&self.month_days, &month_of(day), day))
            && (self.year_days.is_empty() || numbered(&self.year_days, &year_of(day), day))
            && (self.weeks.is_empty() || self.allows_week(day))
            && (self.weekdays.is_empty() || self.allows_weekday(day))
    }

    /// A week belongs to the year that holds most of it, which is its fourth day's.
    fn allows_week(&self, day: NaiveDate) -> bool {
        let week_of = |day: NaiveDate| {
            let mut first = day;
            while weekday(first) != self.week_start {
                first = first.pred_opt().unwrap();
            }
            let middle = first + Duration::days(3);
            (middle.year(), i64::from(middle.ordinal0()) / 7 + 1)
        };
        let (year, week) = week_of(day);
        // 28 December is always in the last week of its year.
        let (_, last) = week_of(NaiveDate::from_ymd_opt(year, 12, 28).unwrap());
        self.weeks.contains(&week) || self.weeks.contains(&(week - last - 1))
    }

    fn allows_weekday(&self, day: NaiveDate) -> bool {
        let in_year = self.frequency == "YEARLY" && self.months.is_empty();
        let scope = if in_year { year_of(day) } else { month_of(day) };
        let same: Vec<_> = scope.into_iter().filter(|other| weekday(*other) == weekday(day)).collect();
        self.weekdays
            .iter()
            .any(|(nth, wanted)| *wanted == weekday(day) && (*nth == 0 || numbered(&[*nth], &same, day)))
    }
}

fn weekday(day: NaiveDate) -> i64 {
    i64::from(day.weekday().num_days_from_monday())
}

fn or(list: &[i64], single: i64) -> Vec<i64> {
    let mut list = if list.is_empty() { vec![single] } else { list.to_vec() };
    list.sort_unstable();
    list.dedup();
    list
}

/// Whether the day's number among these days, from the start or from the end, is in the list.
fn numbered(list: &[i64], days: &[NaiveDate], day: NaiveDate) -> bool {
    let index = days.iter().position(|other| *other == day).unwrap() as i64;
    list.contains(&(index + 1)) || list.contains(&(index - days.len() as i64))
}

fn month_of(day: NaiveDate) -> Vec<NaiveDate> {
    year_of(day).into_iter().filter(|other| other.month() == day.month()).collect()
}

fn year_of(day: NaiveDate) -> Vec<NaiveDate> {
    day.with_ordinal(1).unwrap().iter_days().take_while(|other| other.year() == day.year()).collect()
}

/// Any list of a part: mostly absent.
fn part(numbers: Vec<i64>) -> impl Strategy<Value = Vec<i64>> {
    let some = subsequence(numbers, 1..=4).prop_shuffle();
    prop_oneof![3 => Just(Vec::new()), 2 => some]
}

fn both_ways(max: i64) -> Vec<i64> {
    (-max..=max).filter(|number| *number != 0).collect()
}

fn weekdays(frequency: &'static str) -> BoxedStrategy<Vec<(i64, i64)>> {
    let nths = match frequency {
        "MONTHLY" => vec![0, 0, 1, 2, 3, 4, 5, -1, -2, -5],
        "YEARLY" => vec![0, 0, 1, 2, 5, 10, 53, -1, -2, -53],
        _ => vec![0],
    };
    let some = vec((select(nths), 0..7_i64), 1..=4);
    prop_oneof![1 => Just(Vec::new()), 1 => some].boxed()
}

fn spec_of(frequency: &'static str) -> impl Strategy<Value = Spec> {
    let months = part((1..=12).collect());
    let month_days = part(both_ways(31));
    let year_days = part(both_ways(366));
    let weeks = part(both_ways(53));
    let times = (part((0..24).collect()), part((0..60).collect()));
    let positions = part(vec![1, 2, 3, 4, 7, 31, -1, -2, -3, -7]);
    let end = prop_oneof![2 => Just((None, None)), 1 => (1..60_usize).prop_map(|count| (Some(count), None)),
        1 => (0..4_000_i64, 0..86_400_i64).prop_map(|day| (None, Some(day)))];
    let interval = prop_oneof![3 => Just(1), 3 => 2..8_i64, 1 => 8..50_i64];
    ((interval, end, 0..7_i64, months, month_days), (year_days, weeks, weekdays(frequency), times, positions))
        .prop_map(
            move |(
                (interval, end, week_start, months, month_days),
                (year_days, weeks, weekdays, times, positions),
            )| {
                let epoch = NaiveDate::from_ymd_opt(2020, 1, 1).unwrap().and_time(NaiveTime::MIN);
                let until = end.1.map(|(day, second)| epoch + Duration::seconds(day * 86_400 + second));
                let (hours, minutes) = times;
                Spec {
                    frequency,
                    interval,
                    count: end.0,
                    until,
                    week_start,
                    months,
                    month_days,
                    year_days,
                    weeks,
                    weekdays,
                    hours,
                    minutes,
                    positions,
                }
                .legal()
            },
        )
}

impl Spec {
    /// Without the parts that RFC 5545 forbids beside the others.
    fn legal(mut self) -> Self {
        if self.frequency != "YEARLY" {
            self.weeks.clear();
        }
        if !matches!(self.frequency, "YEARLY" | "HOURLY") {
            self.year_days.clear();
        }
        if self.frequency == "WEEKLY" {
            self.month_days.clear();
        }
        if !self.weeks.is_empty() {
            self.weekdays.retain(|(nth, _)| *nth == 0);
        }
        let lists =
            [&self.months, &self.month_days, &self.year_days, &self.weeks, &self.hours, &self.minutes];
        if lists.iter().all(|list| list.is_empty()) && self.weekdays.is_empty() {
            self.positions.clear();
        }
        self
    }
}

/// Any legal rule, with a DTSTART of the last 30 years.
pub(crate) fn rules() -> impl Strategy<Value = (NaiveDateTime, Spec)> {
    let frequency =
        select(vec!["HOURLY", "DAILY", "WEEKLY", "WEEKLY", "MONTHLY", "MONTHLY", "YEARLY", "YEARLY"]);
    let minute = (0..11_000_i64, 0..1_440_i64).prop_map(|(day, minute)| {
        let first = NaiveDate::from_ymd_opt(1996, 1, 1).unwrap().and_time(NaiveTime::MIN);
        first + Duration::days(day) + Duration::minutes(minute)
    });
    (minute, frequency.prop_flat_map(spec_of))
}
