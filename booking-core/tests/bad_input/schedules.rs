//! Schedules, layers and resources.

use booking_core::{
    DateOverride, Holiday, HolidaySet, Hours, Layer, Laying, Recurrence, Recurring, Resource, ResourceId,
    ResourceSpec, Schedule, ScheduleSpec, Travel, WeeklyHours, ZoneId,
};
use chrono::NaiveDate;
use serde_json::{Value, json};

use super::table::refused;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn schedule() -> Schedule {
    let recurrence = Recurrence::new(date("2026-01-05").and_hms_opt(9, 0, 0).unwrap(), "FREQ=DAILY").unwrap();
    let recurring = Recurring { recurrence, duration: 3_600, name: "meeting".to_owned() };
    Schedule::new(ScheduleSpec {
        overrides: ["2026-01-05", "2026-01-06"]
            .map(|day| DateOverride { date: date(day), intervals: Vec::new() })
            .into(),
        holidays: vec![HolidaySet {
            name: "Public holidays".to_owned(),
            dates: ["2026-01-01", "2026-12-25"]
                .map(|day| Holiday { date: date(day), name: "Holiday".to_owned() })
                .into(),
        }],
        openings: vec![recurring.clone()],
        blocks: vec![recurring],
        travel: [("2026-02-01", "2026-02-07"), ("2026-03-01", "2026-03-07")]
            .map(|(from, to)| Travel { from: date(from), to: Some(date(to)), zone: ZoneId::UTC })
            .into(),
        ..ScheduleSpec::in_zone(ZoneId::new("Europe/Berlin").unwrap())
    })
    .unwrap()
}

fn many<T: Clone + Into<Value>>(value: T, count: usize) -> Value {
    Value::Array(vec![value.into(); count])
}

#[test]
fn dates_of_a_schedule() {
    refused(
        &schedule(),
        &[
            (
                "/zone",
                json!("Mars"),
                "zone: Mars is not valid, expected an IANA time zone name like Europe/Berlin",
            ),
            (
                "/overrides/1/date",
                json!("2026-01-05"),
                "overrides.date: 2026-01-05 is not valid, expected each date once",
            ),
            (
                "/overrides/1/date",
                json!("2100-01-01"),
                "overrides.date: 2100-01-01 is not valid, expected a date in the years 1970 to 2099",
            ),
            (
                "/overrides/0/intervals",
                many(json!({"from": "09:00", "to": "10:00"}), 49),
                "overrides.intervals: 49 entries is not valid, expected at most 48 entries",
            ),
            (
                "/overrides",
                many(json!({"date": "2026-01-05"}), 4_001),
                "overrides: 4001 entries is not valid, expected at most 4000 entries",
            ),
            (
                "/holidays/0/name",
                json!(" "),
                "holidays[0].name:   is not valid, expected 1 to 200 characters without control characters",
            ),
            (
                "/holidays/0/dates/1/date",
                json!("2026-01-01"),
                "holidays[0].dates.date: 2026-01-01 is not valid, expected each date once",
            ),
            (
                "/holidays/0/dates/1/date",
                json!("1969-12-31"),
                "holidays[0].dates.date: 1969-12-31 is not valid, expected a date in the years 1970 to 2099",
            ),
            (
                "/holidays/0/dates/0/name",
                json!("a\u{0}b"),
                "holidays[0].dates.name: a\\0b is not valid, expected 1 to 200 characters without control characters",
            ),
            (
                "/holidays",
                many(json!({"name": "x", "dates": []}), 17),
                "holidays: 17 entries is not valid, expected at most 16 entries",
            ),
        ],
    );
}

#[test]
fn stays_elsewhere() {
    refused(
        &schedule(),
        &[
            (
                "/travel/0/to",
                json!("2026-01-31"),
                "travel.to: 2026-01-31 is not valid, expected 2026-02-01 or later",
            ),
            (
                "/travel/0/to",
                json!("2026-03-01"),
                "travel.from: 2026-03-01 is not valid, expected a date after the stay before it",
            ),
            (
                "/travel/1/to",
                json!("2100-01-01"),
                "travel.to: 2100-01-01 is not valid, expected a date in the years 1970 to 2099",
            ),
        ],
    );
}

#[test]
fn rules_of_a_schedule() {
    refused(
        &schedule(),
        &[
            (
                "/openings/0/duration",
                json!(0),
                "openings[0].duration: 0 s is not valid, expected 60 to 1209600 seconds",
            ),
            (
                "/blocks/0/duration",
                json!(i64::MAX),
                "blocks[0].duration: 9223372036854775807 s is not valid, expected 60 to 1209600 seconds",
            ),
            (
                "/blocks/0/name",
                json!("one\ntwo"),
                "blocks[0].name: one\\ntwo is not valid, expected at most 200 characters without control characters",
            ),
            (
                "/blocks/0/recurrence/rrule",
                json!("FREQ=SECONDLY"),
                "rrule.FREQ: SECONDLY is not valid, expected HOURLY or slower: a calendar of bookings has no use for more",
            ),
            (
                "/blocks",
                many(json!({"recurrence": {"dtstart": "2026-01-05T09:00:00"}, "duration": 60}), 64),
                "openings: 65 entries is not valid, expected at most 64 entries",
            ),
            (
                "/weekdays",
                json!([]),
                "unknown field `weekdays`, expected one of `zone`, `weekly`, `overrides`, `holidays`, `openings`, `blocks`, `travel`",
            ),
        ],
    );
}

#[test]
fn layers_and_resources() {
    let layer = Layer {
        laying: Laying::Replace,
        from: Some(date("2026-06-01")),
        to: Some(date("2026-08-31")),
        schedule: schedule(),
    };
    let base =
        Schedule::new(ScheduleSpec { weekly: WeeklyHours::always(), ..ScheduleSpec::in_zone(ZoneId::UTC) });
    let hours = Hours::layered(base.unwrap(), vec![layer.clone()]).unwrap();
    let ann = Resource::new(ResourceSpec::new(ResourceId::from_u64(1), "Ann", hours)).unwrap();
    let layer = serde_json::to_value(layer).unwrap();
    refused(
        &ann,
        &[
            (
                "/hours/layers/0/to",
                json!("2026-05-31"),
                "layers[0].to: 2026-05-31 is not valid, expected 2026-06-01 or later",
            ),
            (
                "/hours/layers/0/to",
                json!("9999-12-31"),
                "layers[0].to: 9999-12-31 is not valid, expected a date in the years 1970 to 2099",
            ),
            (
                "/hours/layers",
                many(layer, 17),
                "layers: 17 entries is not valid, expected at most 16 entries",
            ),
            ("/capacity", json!(0), "capacity: 0 is not valid, expected 1 to 100000 units"),
            ("/capacity", json!(u32::MAX), "capacity: 4294967295 is not valid, expected 1 to 100000 units"),
            ("/capacity", json!(-1), "invalid value: integer `-1`, expected u32"),
            ("/weight", json!(0), "weight: 0 is not valid, expected 1 to 1000"),
            (
                "/name",
                json!(""),
                "name:  is not valid, expected 1 to 200 characters without control characters",
            ),
            (
                "/name",
                json!("Ann\r\nBcc: all"),
                "name: Ann\\r\\nBcc: all is not valid, expected 1 to 200 characters without control characters",
            ),
            (
                "/tags",
                json!((0..65).map(|n| n.to_string()).collect::<Vec<_>>()),
                "tags: 65 entries is not valid, expected at most 64 entries",
            ),
        ],
    );
    let long = ResourceSpec { name: "x".repeat(201), ..ann.into_spec() };
    let error = Resource::new(long).unwrap_err();
    assert_eq!((error.field(), error.value().len()), ("name", 123), "what is shown is cut");
}
