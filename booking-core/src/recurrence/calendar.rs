//! Days of the proleptic Gregorian calendar, counted from 1970-01-01. No zones here, only dates.

/// Seconds in a day of wall-clock time.
pub(super) const DAY: i64 = 86_400;

/// A date: its day number since 1970-01-01 and what that is in the calendar.
#[derive(Debug, Clone, Copy)]
pub(super) struct Date {
    pub(super) number: i64,
    pub(super) year: i64,
    /// 1 to 12.
    pub(super) month: i64,
    /// 1 to 31.
    pub(super) day: i64,
}

impl Date {
    /// The date of a day number: years begin in March inside, so that a leap day comes last.
    pub(super) fn of(number: i64) -> Self {
        let shifted = number + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * day_of_year + 2) / 153;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self { number, year, month, day: day_of_year - (153 * from_march + 2) / 5 + 1 }
    }

    /// The place in its month, counted from both ends.
    pub(super) fn in_month(self) -> Place {
        Place { index: self.day, of: month_days(self.year, self.month) }
    }

    /// The place in its year, counted from both ends.
    pub(super) fn in_year(self) -> Place {
        let first = year_start(self.year);
        Place { index: self.number - first + 1, of: year_start(self.year + 1) - first }
    }

    /// The week number when weeks start on `week_start` (0 is Monday): week 1 is the first with at least four days
    /// in the year, and the days around New Year may belong to a week of the neighbouring year.
    pub(super) fn in_weeks(self, week_start: i64) -> Place {
        let mut year = self.year;
        if self.number >= first_week(year + 1, week_start) {
            year += 1;
        } else if self.number < first_week(year, week_start) {
            year -= 1;
        }
        let first = first_week(year, week_start);
        Place { index: (self.number - first) / 7 + 1, of: (first_week(year + 1, week_start) - first) / 7 }
    }
}

/// A place in a sequence: the `index`th (from 1) `of` so many.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) index: i64,
    pub(super) of: i64,
}

impl Place {
    /// Counted from the end: the last is 1.
    pub(super) const fn back(self) -> i64 {
        self.of + 1 - self.index
    }

    /// For a day in a month or year: the how manyth of its weekday it is.
    pub(super) const fn nth_weekday(self) -> (i64, i64) {
        ((self.index - 1) / 7 + 1, (self.of - self.index) / 7 + 1)
    }
}

/// 0 is Monday.
pub(super) const fn weekday(day: i64) -> i64 {
    (day + 3).rem_euclid(7)
}

/// The first day of the week that contains this day.
pub(super) const fn week_start_of(day: i64, week_start: i64) -> i64 {
    day - (weekday(day) - week_start).rem_euclid(7)
}

/// The day number of 1 January.
pub(super) const fn year_start(year: i64) -> i64 {
    let before = year - 1;
    before * 365 + before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400) - 719_162
}

/// The day number of the first of a month, given as months since year 0: `year * 12 + month - 1`.
pub(super) const fn month_start(months: i64) -> i64 {
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12));
    let mut day = year_start(year);
    let mut passed = 0;
    while passed < month {
        passed += 1;
        day += month_days(year, passed);
    }
    day
}

const fn month_days(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// The first day of week 1: the week that contains 4 January.
const fn first_week(year: i64, week_start: i64) -> i64 {
    week_start_of(year_start(year) + 3, week_start)
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, Days, NaiveDate};

    use super::*;

    #[test]
    fn every_date_from_1900_to_2100_is_what_chrono_says() {
        let epoch = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
        let mut date = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap();
        while date.year() <= 2100 {
            let number = (date - epoch).num_days();
            let ours = Date::of(number);
            let theirs = (i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
            assert_eq!((ours.year, ours.month, ours.day), theirs);
            assert_eq!(ours.in_year().index, i64::from(date.ordinal()));
            assert_eq!(ours.in_weeks(0).index, i64::from(date.iso_week().week()));
            assert_eq!(weekday(number), i64::from(date.weekday().num_days_from_monday()));
            assert_eq!(month_start(ours.year * 12 + ours.month - 1), number - ours.day + 1);
            let next = date.checked_add_days(Days::new(1)).unwrap();
            assert_eq!(ours.in_month().back() == 1, next.month() != date.month());
            assert_eq!(ours.in_year().back() == 1, next.year() != date.year());
            date = next;
        }
    }
}
