//! Day numbers against chrono's calendar, for every day from 1969 to 2101.

use booking_core::time::civil::{self, DAY};
use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, Weekday};

fn every_day() -> impl Iterator<Item = (i64, NaiveDate)> {
    let first = NaiveDate::from_ymd_opt(1969, 1, 1).unwrap_or_default();
    (-365..).zip(first.iter_days()).take_while(|(_, date)| date.year() < 2102)
}

#[test]
fn days_are_numbered_from_1970() {
    for (day, date) in every_day() {
        assert_eq!((civil::day_of(date), civil::date_of(day)), (day, date));
        assert_eq!(u32::from(civil::weekday(day)), date.weekday().num_days_from_monday(), "{date}");
        let midnight = date.and_hms_opt(0, 0, 0).unwrap();
        assert_eq!((civil::local_of(midnight), civil::wall_of(day * DAY)), (day * DAY, midnight));
        for within in [0, 1, DAY - 1] {
            assert_eq!(civil::day_of_local(day * DAY + within), day);
            assert_eq!(civil::second_of_day(day * DAY + within), within);
        }
    }
}

#[test]
fn periods_hold_their_day_and_nothing_of_the_next() {
    let weekdays = [0, 1, 2, 3, 4, 5, 6].map(|number| Weekday::try_from(number).unwrap());
    for (day, date) in every_day() {
        for first in weekdays {
            let week = civil::week(day, first);
            assert!(week.contains(&day) && week.end - week.start == 7, "{date} {first}");
            assert_eq!(civil::date_of(week.start).weekday(), first, "{date}");
        }
        let (month, year) = (civil::month(day), civil::year(day));
        assert!(month.contains(&day) && year.contains(&day), "{date}");
        assert_eq!(civil::date_of(month.start), date.with_day(1).unwrap());
        assert_eq!(civil::date_of(month.end - 1).month(), date.month());
        assert_eq!(civil::date_of(month.end).day(), 1);
        assert_eq!(civil::date_of(year.start), date.with_ordinal(1).unwrap());
        assert_eq!(Some(civil::date_of(year.end)), NaiveDate::from_ymd_opt(date.year() + 1, 1, 1));
    }
}

#[test]
fn any_number_is_answered() {
    for extreme in [i64::MIN, i64::MAX] {
        assert!([NaiveDate::MIN, NaiveDate::MAX].contains(&civil::date_of(extreme)));
        assert!([NaiveDateTime::MIN, NaiveDateTime::MAX].contains(&civil::wall_of(extreme)));
        assert!(civil::week(extreme, Weekday::Sun).end >= extreme.saturating_sub(7));
        assert!(civil::month(extreme).start <= extreme && civil::year(extreme).start <= extreme);
        assert!(civil::weekday(extreme) < 7);
    }
    let last = civil::day_of(NaiveDate::MAX);
    assert_eq!(civil::date_of(last).checked_add_days(Days::new(1)), None);
}
