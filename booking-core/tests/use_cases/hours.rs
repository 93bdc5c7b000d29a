//! Which hours count on a date: overrides, holidays, recurring openings and blocks, stays elsewhere, layers.

use booking_core::{
    Closure, DateOverride, DayInterval, Holiday, HolidaySet, Hours, Layer, Laying, Reason, Recurrence,
    Recurring, ResourceSpec, Schedule, ScheduleSpec, Travel, WeeklyHours, ZoneId, minutes,
};
use chrono::Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
use chrono::{NaiveDate, TimeDelta};

use super::desk::{Desk, at, reasons, resource, service, span, wish};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn mondays(from: &str, to: &str) -> ScheduleSpec {
    let weekly = WeeklyHours::closed().with(&[Mon], from, to).unwrap();
    ScheduleSpec { weekly, ..ScheduleSpec::in_zone(ZoneId::UTC) }
}

/// Visits of an hour, on the hour, with one person who works these hours.
fn desk(hours: Hours) -> Desk {
    let desk = Desk::open("2026-01-01T00:00:00Z", 0, service(minutes(60), &[1]));
    desk.hire(ResourceSpec::new(resource(1), "Ann", hours));
    desk
}

fn plain(spec: ScheduleSpec) -> Desk {
    desk(Hours::of(Schedule::new(spec).unwrap()))
}

/// The starts of one UTC date, as `09 10 11`.
fn on(desk: &Desk, day: &str) -> String {
    let start = at(&format!("{day}T00:00:00Z"));
    let window = booking_core::Interval::new(start, start + TimeDelta::days(1)).unwrap();
    let starts: Vec<String> =
        desk.starts(&wish(), window).iter().map(|start| start.format("%H").to_string()).collect();
    starts.join(" ")
}

fn why(desk: &Desk, start: &str) -> Closure {
    match &reasons(desk.book(&wish(), start))[..] {
        [Reason::Closed { why, .. }] => why.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_override_goes_before_a_holiday_and_a_holiday_before_weekly_hours() {
    let holiday = |day: &str| Holiday { date: date(day), name: "Feast".to_owned() };
    let open = DayInterval::parse("13:00", "15:00").unwrap();
    let desk = plain(ScheduleSpec {
        holidays: vec![HolidaySet {
            name: "Feasts".to_owned(),
            dates: vec![holiday("2026-01-05"), holiday("2026-01-12")],
        }],
        overrides: vec![
            DateOverride { date: date("2026-01-12"), intervals: vec![open] },
            DateOverride { date: date("2026-01-19"), intervals: Vec::new() },
            DateOverride { date: date("2026-01-20"), intervals: vec![open] },
        ],
        ..mondays("09:00", "11:00")
    });
    assert_eq!(on(&desk, "2026-01-05"), "");
    assert_eq!(why(&desk, "2026-01-05T09:00:00Z"), Closure::Holiday("Feast".to_owned()));
    assert_eq!(on(&desk, "2026-01-12"), "13 14");
    assert_eq!(on(&desk, "2026-01-19"), "");
    assert_eq!(why(&desk, "2026-01-19T09:00:00Z"), Closure::Override);
    assert_eq!(on(&desk, "2026-01-20"), "13 14", "an override opens a date that is closed by the week");
    assert_eq!(on(&desk, "2026-01-26"), "09 10");
}

#[test]
fn recurring_openings_are_added_except_on_dates_that_are_owned() {
    let set = Recurrence::new(date("2026-01-03").and_hms_opt(10, 0, 0).unwrap(), "FREQ=WEEKLY;BYDAY=SA")
        .and_then(|set| set.with_exdates(["20260110T100000"]))
        .and_then(|set| set.with_rdates(["20260111T160000"]));
    let opening = Recurring { recurrence: set.unwrap(), duration: minutes(120), name: String::new() };
    let closed = DateOverride { date: date("2026-01-17"), intervals: Vec::new() };
    let desk =
        plain(ScheduleSpec { openings: vec![opening], overrides: vec![closed], ..mondays("09:00", "11:00") });
    let found = ["2026-01-03", "2026-01-05", "2026-01-10", "2026-01-11", "2026-01-17", "2026-01-24"]
        .map(|day| on(&desk, day));
    assert_eq!(found, ["10 11", "09 10", "", "16 17", "", "10 11"]);
}

#[test]
fn a_recurring_block_takes_time_and_moves_no_grid() {
    let nine = date("2026-01-05").and_hms_opt(9, 30, 0).unwrap();
    let recurrence = Recurrence::new(nine, "FREQ=WEEKLY;COUNT=2").unwrap();
    let block = Recurring { recurrence, duration: minutes(45), name: "team".to_owned() };
    let desk = plain(ScheduleSpec { blocks: vec![block], ..mondays("08:00", "13:00") });
    let found = ["2026-01-05", "2026-01-12", "2026-01-19"].map(|day| on(&desk, day));
    assert_eq!(found, ["08 11 12", "08 11 12", "08 09 10 11 12"]);
    assert_eq!(why(&desk, "2026-01-05T09:00:00Z"), Closure::Recurring("team".to_owned()));
}

#[test]
fn a_week_in_another_zone_is_read_on_the_clocks_there() {
    let berlin = ZoneId::new("Europe/Berlin").unwrap();
    let stay = Travel {
        from: date("2026-01-12"),
        to: Some(date("2026-01-18")),
        zone: ZoneId::new("America/New_York").unwrap(),
    };
    let desk = plain(ScheduleSpec { zone: berlin, travel: vec![stay], ..mondays("09:00", "11:00") });
    let found = ["2026-01-05", "2026-01-12", "2026-01-19"].map(|day| on(&desk, day));
    assert_eq!(found, ["08 09", "14 15", "08 09"]);
}

fn layer(laying: Laying, spec: ScheduleSpec) -> Layer {
    Layer { laying, from: None, to: None, schedule: Schedule::new(spec).unwrap() }
}

fn layered(layers: Vec<Layer>) -> Desk {
    let base = Schedule::new(mondays("09:00", "12:00")).unwrap();
    desk(Hours::layered(base, layers).unwrap())
}

#[test]
fn each_kind_of_layer() {
    let monday = |laying, from, to| on(&layered(vec![layer(laying, mondays(from, to))]), "2026-01-05");
    assert_eq!(monday(Laying::Replace, "14:00", "16:00"), "14 15");
    assert_eq!(monday(Laying::Add, "18:00", "19:00"), "09 10 11 18");
    assert_eq!(monday(Laying::Within, "10:00", "18:00"), "10 11");
    assert_eq!(monday(Laying::Except, "10:00", "11:00"), "09 11");
}

#[test]
fn later_layers_win() {
    let lunch = layer(Laying::Except, mondays("10:00", "11:00"));
    let extra = layer(Laying::Add, mondays("10:00", "11:00"));
    assert_eq!(on(&layered(vec![lunch.clone(), extra.clone()]), "2026-01-05"), "09 10 11");
    assert_eq!(on(&layered(vec![extra, lunch]), "2026-01-05"), "09 11");
}

#[test]
fn a_layer_counts_on_its_dates_alone() {
    let summer = Layer {
        from: Some(date("2026-01-12")),
        to: Some(date("2026-01-18")),
        ..layer(Laying::Replace, mondays("14:00", "15:00"))
    };
    let desk = layered(vec![summer]);
    let found = ["2026-01-05", "2026-01-12", "2026-01-19"].map(|day| on(&desk, day));
    assert_eq!(found, ["09 10 11", "14", "09 10 11"]);
}

#[test]
fn a_layer_that_replaces_a_date_cuts_the_night_before_at_midnight() {
    let nights = WeeklyHours::closed().with(&[Mon, Tue, Wed, Thu, Fri, Sat, Sun], "22:00", "02:00").unwrap();
    let base = Schedule::new(ScheduleSpec { weekly: nights, ..ScheduleSpec::in_zone(ZoneId::UTC) }).unwrap();
    let closed = Layer {
        from: Some(date("2026-01-06")),
        to: Some(date("2026-01-06")),
        ..layer(Laying::Replace, ScheduleSpec::in_zone(ZoneId::UTC))
    };
    let desk = desk(Hours::layered(base, vec![closed]).unwrap());
    let found = ["2026-01-05", "2026-01-06", "2026-01-07"].map(|day| on(&desk, day));
    assert_eq!(found, ["00 01 22 23", "", "22 23"]);
    assert!(desk.starts(&wish(), span("2026-01-07T00:00:00Z", "2026-01-07T02:00:00Z")).is_empty());
}
