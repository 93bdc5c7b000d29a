//! What is refused, under which name, and what the bounds are.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail by panicking")]

use booking_core::recurrence::{MAX_COUNT, MAX_DATES, MAX_INTERVAL, MAX_RULE_BYTES, MAX_STEPS};
use booking_core::{Interval, Recurrence, RecurrenceDate, RecurrenceError, Zone, ZoneId, Zones};
use chrono::{NaiveDate, NaiveDateTime};

fn start() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2026, 11, 2).unwrap().and_hms_opt(9, 0, 0).unwrap()
}

fn new_york() -> Zone {
    Zones::bundled().zone(&ZoneId::new("America/New_York").unwrap()).unwrap()
}

/// The rule is refused under this field.
#[track_caller]
fn refused(rule: &str, field: &str) {
    let error = Recurrence::new(start(), rule).expect_err(rule);
    assert_eq!(error.field(), field, "{rule}: {error}");
}

#[track_caller]
fn accepted(rule: &str) -> Recurrence {
    Recurrence::new(start(), rule).unwrap_or_else(|error| panic!("{rule}: {error}"))
}

#[test]
fn text_that_is_not_parts() {
    for rule in ["", "FREQ", ";", "FREQ=DAILY;", "FREQ=DAILY;;COUNT=2", " FREQ=DAILY", "FREQ=DAILY;X-A=1"] {
        refused(rule, "rrule");
    }
    for rule in
        ["RRULE:FREQ=DAILY", "FREQ=DAILY;RSCALE=GREGORIAN", "FREQ=DAILY;BYEASTER=1", "DTSTART=20260101"]
    {
        refused(rule, "rrule");
    }
    refused(&format!("FREQ=DAILY;BYDAY={}", "MO,".repeat(MAX_RULE_BYTES)), "rrule");
    refused("FREQ=WEEKLY;BYDAY=MÖ", "rrule");
    refused("COUNT=2", "rrule.FREQ");
    refused("FREQ=DAILY;COUNT=2;COUNT=2", "rrule.COUNT");
    refused("FREQ=DAILY\r\nEXDATE:20261103T090000", "rrule.FREQ");
    refused("FREQ= DAILY", "rrule.FREQ");
    refused("FREQ=DAILY,WEEKLY", "rrule.FREQ");
}

#[test]
fn values_out_of_range() {
    for value in ["0", "-1", "+1", "1.5", "", "abc", "100001", "99999999999999999999", "1 "] {
        refused(&format!("FREQ=DAILY;COUNT={value}"), "rrule.COUNT");
    }
    for value in ["0", "-1", "65536", "", "1,2"] {
        refused(&format!("FREQ=DAILY;INTERVAL={value}"), "rrule.INTERVAL");
    }
    let parts = [
        ("BYSECOND", &["61", "-1", "+1", "001", "", "1,,2", "1,"][..]),
        ("BYMINUTE", &["60", "x"]),
        ("BYHOUR", &["24", "9:00"]),
        ("BYDAY", &["XX", "0MO", "54MO", "-54MO", "1.5MO", "MO,", "M", "", "1", "--1MO", "MON", "1 MO"]),
        ("BYMONTHDAY", &["0", "32", "-32", "-0", "1-5"]),
        ("BYYEARDAY", &["0", "367", "-367", "0001"]),
        ("BYWEEKNO", &["0", "54", "-54"]),
        ("BYMONTH", &["0", "13", "-1", "1L", "JAN"]),
        ("BYSETPOS", &["0", "367", "-367"]),
        ("WKST", &["XX", "1MO", "", "MO,TU"]),
        (
            "UNTIL",
            &[
                "20260230",
                "2026",
                "20261301",
                "20260101T",
                "20260101T240000",
                "20260101T090000+01",
                "2026-01-01",
            ],
        ),
    ];
    for (part, values) in parts {
        for value in values {
            refused(&format!("FREQ=YEARLY;{part}={value}"), &format!("rrule.{part}"));
        }
    }
}

#[test]
fn parts_that_do_not_go_together() {
    refused("FREQ=WEEKLY;COUNT=5;UNTIL=20261231T000000Z", "rrule.COUNT");
    for frequency in ["HOURLY", "DAILY", "WEEKLY", "MONTHLY"] {
        refused(&format!("FREQ={frequency};BYWEEKNO=1"), "rrule.BYWEEKNO");
    }
    for frequency in ["DAILY", "WEEKLY", "MONTHLY"] {
        refused(&format!("FREQ={frequency};BYYEARDAY=1"), "rrule.BYYEARDAY");
    }
    for frequency in ["HOURLY", "DAILY", "WEEKLY"] {
        refused(&format!("FREQ={frequency};BYDAY=1MO"), "rrule.BYDAY");
        refused(&format!("BYDAY=1MO;FREQ={frequency}"), "rrule.BYDAY");
    }
    refused("FREQ=WEEKLY;BYMONTHDAY=5", "rrule.BYMONTHDAY");
    refused("FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO", "rrule.BYDAY");
    refused("FREQ=MONTHLY;BYSETPOS=1", "rrule.BYSETPOS");
    refused("FREQ=MONTHLY;BYSETPOS=1;WKST=SU", "rrule.BYSETPOS");
    let all = (0..60).map(|number| number.to_string()).collect::<Vec<_>>().join(",");
    refused(&format!("FREQ=HOURLY;BYMINUTE={all};BYSECOND=0,30"), "rrule.BYMINUTE");
}

#[test]
fn what_the_grammar_allows_is_accepted() {
    for rule in [
        "freq=weekly;byday=mo,We;wkst=su",
        "BYDAY=MO;COUNT=05;FREQ=DAILY",
        "FREQ=MONTHLY;BYDAY=+1MO,-1FR,MO;BYSETPOS=+1",
        "FREQ=MONTHLY;BYMONTHDAY=-31,+31;BYDAY=6MO",
        "FREQ=DAILY;UNTIL=99991231T235959Z",
        "FREQ=DAILY;UNTIL=19000101",
        "FREQ=HOURLY;BYYEARDAY=1;BYMINUTE=0,30;BYSETPOS=-1",
        "FREQ=WEEKLY;BYDAY=MO,MO,MO",
    ] {
        accepted(rule);
    }
    accepted(&format!("FREQ=DAILY;COUNT={MAX_COUNT};INTERVAL={MAX_INTERVAL}"));
    let days = (1..=366).map(|day| day.to_string()).collect::<Vec<_>>().join(",");
    accepted(&format!("FREQ=YEARLY;BYYEARDAY={days}"));
}

#[test]
fn second_sixty_is_the_fifty_ninth() {
    let leap = accepted("FREQ=DAILY;BYSECOND=60;UNTIL=20261103T235960");
    assert_eq!(leap.first(&new_york(), 5), accepted("FREQ=DAILY;BYSECOND=59;COUNT=2").first(&new_york(), 5));
}

#[test]
fn rules_that_never_match_end_within_their_steps() {
    for rule in [
        "FREQ=MONTHLY;BYMONTH=4;BYMONTHDAY=31",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY;INTERVAL=2;BYHOUR=8",
        "FREQ=YEARLY;BYMONTH=1;BYYEARDAY=200",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=YEARLY;INTERVAL=4;BYYEARDAY=366",
        "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6;BYDAY=MO",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=366",
        "FREQ=MONTHLY;BYDAY=6MO;COUNT=10",
    ] {
        let (found, steps) = accepted(rule).first_counted(&new_york(), 1).unwrap();
        assert!(found.is_empty(), "{rule}");
        assert!(steps <= MAX_STEPS / 3, "{rule}: {steps} steps");
        let year = Interval::from_seconds(1_767_225_600, 1_798_761_600).unwrap();
        let steps = accepted(rule).expand_counted(&new_york(), year, &mut Vec::new()).unwrap();
        assert!(steps <= 2_000, "{rule}: {steps} steps for a year");
    }
}

#[test]
fn too_much_for_one_call_is_an_error_and_leaves_the_output_alone() {
    let rule = accepted("FREQ=HOURLY;BYMINUTE=0,15,30,45");
    let century = Interval::from_seconds(0, 4_000_000_000).unwrap();
    let mut out = vec![7];
    let error = rule.expand(&new_york(), century, &mut out).unwrap_err();
    assert_eq!(error, RecurrenceError::BudgetExceeded { limit: MAX_STEPS });
    assert_eq!(
        error.to_string(),
        "the recurrence needs more than 200000 steps here, ask for a shorter window"
    );
    assert_eq!(out, [7]);
}

#[test]
fn output_is_appended_and_nothing_is_allocated_while_it_has_room() {
    let rule = accepted("FREQ=WEEKLY;BYDAY=MO,TU").with_exdates(["20261103T090000"]).unwrap();
    let month = Interval::from_seconds(1_793_491_200, 1_796_083_200).unwrap();
    let mut out = Vec::with_capacity(16);
    out.push(7);
    let place = out.as_ptr();
    rule.expand(&new_york(), month, &mut out).unwrap();
    assert_eq!(out[..3], [7, 1_793_628_000, 1_794_232_800]);
    assert_eq!(out.as_ptr(), place);
}

#[test]
fn dates_are_named_by_their_place() {
    let set = accepted("FREQ=DAILY");
    let error = set.clone().with_rdates(["20261103T090000", "20260230T090000"]).unwrap_err();
    assert_eq!((error.field(), error.value()), ("rdates[1]", "20260230T090000"));
    for text in
        ["20261103", "20261103T0900", "20261103T090000+01", "", "é", "18991231T235959", "21000101T000000Z"]
    {
        let error = set.clone().with_exdates([text]).unwrap_err();
        assert_eq!(error.field(), "exdates[0]", "{text}");
    }
    let many = vec!["20261103T090000"; MAX_DATES + 1];
    assert_eq!(set.clone().with_rdates(many.clone()).unwrap_err().field(), "rdates");
    let full = set.with_rdates(many[1..].to_vec()).unwrap();
    assert_eq!(full.rdates().collect::<Vec<_>>(), [RecurrenceDate::try_from("20261103T090000").unwrap()]);
    let typed = full.with_exdates([RecurrenceDate::Local(start())]).unwrap();
    assert_eq!(typed.exdates().map(String::from).collect::<Vec<_>>(), ["20261102T090000"]);
}

#[test]
fn a_start_is_whole_seconds_from_1900_to_2099() {
    let at =
        |year, milli| NaiveDate::from_ymd_opt(year, 6, 1).unwrap().and_hms_milli_opt(9, 0, 0, milli).unwrap();
    for bad in [at(1899, 0), at(2100, 0), at(9999, 0), at(2026, 1)] {
        assert_eq!(Recurrence::new(bad, "FREQ=DAILY").unwrap_err().field(), "dtstart");
        assert_eq!(Recurrence::once(bad).unwrap_err().field(), "dtstart");
    }
    let old = Recurrence::new(at(1900, 0), "FREQ=YEARLY").unwrap();
    assert_eq!(old.first(&new_york(), 1).unwrap(), [13_093_200], "1970-06-01 09:00 in New York");
}

#[test]
fn a_set_without_a_rule_is_its_start_and_its_dates() {
    let set =
        Recurrence::once(start()).unwrap().with_rdates(["20260801T090000", "20261102T140000Z"]).unwrap();
    assert_eq!(set.first(&new_york(), 9).unwrap(), [1_785_589_200, 1_793_628_000]);
    assert_eq!(
        set.with_exdates(["20261102T090000"]).unwrap().first(&new_york(), 9).unwrap(),
        [1_785_589_200]
    );
}

#[test]
fn serde_checks_what_the_constructors_check() {
    let read = |json: &str| serde_json::from_str::<Recurrence>(json);
    let set = read(r#"{"dtstart":"2026-11-02T09:00:00","rrule":"FREQ=DAILY","exdates":["20261103T090000"]}"#)
        .unwrap();
    assert_eq!(set, accepted("FREQ=DAILY").with_exdates(["20261103T090000"]).unwrap());
    for (json, named) in [
        (r#"{"dtstart":"2026-11-02T09:00:00","rrule":"FREQ=DAILY;COUNT=0"}"#, "rrule.COUNT"),
        (r#"{"dtstart":"2026-11-02T09:00:00.5"}"#, "dtstart"),
        (r#"{"dtstart":"2026-11-02T09:00:00","rdates":["now"]}"#, "rdates[0]"),
        (r#"{"dtstart":"2026-11-02T09:00:00","rule":"FREQ=DAILY"}"#, "rule"),
    ] {
        let error = read(json).unwrap_err().to_string();
        assert!(error.contains(named), "{error}");
    }
}
