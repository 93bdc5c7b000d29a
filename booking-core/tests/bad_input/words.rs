//! Instants, intervals, zones, times of day, money, tags, ids, dates of a set.

use booking_core::{
    BookingId, Currency, DayInterval, Interval, MAX_MINOR, Money, Recurrence, RecurrenceDate, Tag, TimeOfDay,
    WeeklyHours, ZoneId, Zones, hours, minutes, second_of,
};
use chrono::{DateTime, Utc};
use serde_json::json;

use super::table::unreadable;

#[test]
fn intervals() {
    unreadable::<Interval>(&[
        (
            json!({"start": "2026-01-05T10:00:00Z", "end": "2026-01-05T10:00:00Z"}),
            "end: 2026-01-05T10:00:00Z is not valid, expected an instant after 2026-01-05T10:00:00Z",
        ),
        (
            json!({"start": "2026-01-05T10:00:00Z", "end": "2026-01-05T09:00:00Z"}),
            "end: 2026-01-05T09:00:00Z is not valid, expected an instant after 2026-01-05T10:00:00Z",
        ),
        (
            json!({"start": "2026-01-05T10:00:00.000000001Z", "end": "2026-01-05T11:00:00Z"}),
            "start: 2026-01-05T10:00:00.000000001Z is not valid, expected an instant of whole seconds",
        ),
        (
            json!({"start": "1969-12-31T23:59:59Z", "end": "2026-01-05T11:00:00Z"}),
            "start: 1969-12-31T23:59:59Z is not valid, expected an instant in the years 1970 to 2099",
        ),
        (
            json!({"start": "2026-01-05T11:00:00Z", "end": "2100-01-01T00:00:01Z"}),
            "end: 2100-01-01T00:00:01Z is not valid, expected an instant in the years 1970 to 2099",
        ),
        (
            json!({"start": "2026-01-05T10:00:00Z", "end": "2026-01-05T11:00:00Z", "zone": "UTC"}),
            "unknown field `zone`, expected `start` or `end`",
        ),
    ]);
    let last = Interval::from_seconds(0, 4_102_444_800).unwrap();
    assert_eq!(last.end().to_rfc3339(), "2100-01-01T00:00:00+00:00");
    for wrong in [i64::MIN, -1, 4_102_444_801, i64::MAX] {
        assert_eq!(Interval::from_seconds(wrong, 1).unwrap_err().field(), "start");
        assert_eq!(Interval::from_seconds(0, wrong).unwrap_err().field(), "end");
    }
    for wrong in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        assert_eq!(second_of("at", wrong).unwrap_err().field(), "at");
    }
}

#[test]
fn zones() {
    let expected =
        |name: &str| format!("zone: {name} is not valid, expected an IANA time zone name like Europe/Berlin");
    for name in ["", "Mars/Olympus", "+01:00", "../etc/passwd", "Europe/Berlin\n", "Europe/Bërlin", "EUROPE"]
    {
        assert_eq!(ZoneId::new(name).unwrap_err().to_string(), expected(name));
    }
    assert!(ZoneId::new(&"x".repeat(1_000_000)).unwrap_err().to_string().len() < 300);
    let data = Zones::bundled().with_tzif("Mars/Olympus", "2027a", b"TZif");
    assert_eq!(data.unwrap_err().field().split('.').next(), Some("tzif"));
    assert!(ZoneId::new("Mars/Olympus").is_err(), "data that are refused name no zone");
}

#[test]
fn times_of_day() {
    for text in
        ["", "9:00", "09", "09:60", "24:01", "24:00:01", "25:00", "09:00:60", "09:00:00:00", "０９:00"]
    {
        let error = text.parse::<TimeOfDay>().unwrap_err().to_string();
        let shown = text.escape_debug();
        assert_eq!(error, format!("time: {shown} is not valid, expected HH:MM or HH:MM:SS, 00:00 to 24:00"));
    }
    unreadable::<DayInterval>(&[
        (
            json!({"from": "24:00", "to": "24:00"}),
            "from: 24:00 is not valid, expected 00:00 to 23:59:59; 24:00 starts the next date",
        ),
        (json!({"from": "09:00"}), "missing field `to`"),
    ]);
    let line = json!({"days": ["Mon"], "from": "09:00", "to": "10:00"});
    unreadable::<WeeklyHours>(&[
        (
            json!([line, {"days": ["Mon"], "from": "24:00", "to": "10:00"}]),
            "weekly[1].from: 24:00 is not valid, expected 00:00 to 23:59:59; 24:00 starts the next date",
        ),
        (json!(vec![line; 49]), "weekly[48].weekly: 49 entries is not valid, expected at most 48 entries"),
        (
            json!([{"days": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Mon"], "from": "09:00", "to": "10:00"}]),
            "weekly[0].days: 8 entries is not valid, expected at most 7 entries",
        ),
    ]);
}

#[test]
fn money_tags_and_ids() {
    unreadable::<Money>(&[
        (
            json!({"minor": -1, "currency": "EUR"}),
            "minor: -1 is not valid, expected 0 to 1000000000000 minor units",
        ),
        (
            json!({"minor": i64::MAX, "currency": "EUR"}),
            "minor: 9223372036854775807 is not valid, expected 0 to 1000000000000 minor units",
        ),
        (
            json!({"minor": 1, "currency": "eur"}),
            "currency: eur is not valid, expected three capital letters such as EUR",
        ),
    ]);
    unreadable::<Currency>(&[(
        json!("€€€"),
        "currency: €€€ is not valid, expected three capital letters such as EUR",
    )]);
    let most = Money::new(MAX_MINOR, "EUR".parse().unwrap()).unwrap();
    assert_eq!(most.times(u32::MAX), most);
    assert_eq!(most.share_of_10_000(u32::MAX), most);
    unreadable::<Tag>(&[
        (json!(""), "tag:  is not valid, expected 1 to 64 characters without control characters"),
        (
            json!("a\r\nb"),
            "tag: a\\r\\nb is not valid, expected 1 to 64 characters without control characters",
        ),
    ]);
    assert_eq!(
        "bkg_1".parse::<BookingId>().unwrap_err().to_string(),
        "booking: bkg_1 is not valid, expected a UUID"
    );
    assert_eq!((minutes(i64::MAX), hours(i64::MIN)), (i64::MAX, i64::MIN));
}

#[test]
fn recurrences() {
    let rule = |rrule: String| json!({"dtstart": "2026-01-05T09:00:00", "rrule": rrule});
    unreadable::<Recurrence>(&[
        (
            rule("FREQ=WEEKLY;BYDAY=MÖ".to_owned()),
            "rrule: FREQ=WEEKLY;BYDAY=MÖ is not valid, expected ASCII text, as in FREQ=WEEKLY;BYDAY=MO,WE",
        ),
        (
            rule("FREQ=DAILY;INTERVAL=0".to_owned()),
            "rrule.INTERVAL: 0 is not valid, expected a whole number from 1 to 65535",
        ),
        (
            json!({"dtstart": "2026-01-05T09:00:00.5"}),
            "dtstart: 2026-01-05 09:00:00.500 is not valid, expected a time of whole seconds",
        ),
        (
            json!({"dtstart": "2026-01-05T09:00:00", "exdates": ["20260105"]}),
            "exdates[0]: 20260105 is not valid, expected YYYYMMDDTHHMMSS, or with a Z at the end for UTC",
        ),
    ]);
    // A thousand lines, as one property value.
    let lines = "FREQ=DAILY\r\n".repeat(1_000);
    let error = Recurrence::new("2026-01-05T09:00:00".parse().unwrap(), &lines).unwrap_err();
    assert_eq!((error.field(), error.expected()), ("rrule", "at most 2000 bytes"));
    assert!(error.to_string().len() < 300, "{error}");
    unreadable::<RecurrenceDate>(&[(
        json!("20260230T090000"),
        "date: 20260230T090000 is not valid, expected YYYYMMDDTHHMMSS, or with a Z at the end for UTC",
    )]);
}
