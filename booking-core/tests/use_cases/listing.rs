//! Listing and booking are one rule.

use booking_core::{
    Buffers, Hours, Policy, PolicySpec, Reason, Recurrence, Recurring, ResourceSpec, Schedule, ScheduleSpec,
    ServiceSpec, WeeklyHours, Wish, ZoneId, minutes,
};

use super::desk::{Desk, at, invalid, now_or_never, reasons, resource, service, span, wish};

/// A meeting every day from 08:00 to 09:00, and half an hour of buffer before each visit.
fn with_meeting() -> Desk {
    let spec = ServiceSpec {
        step: minutes(30),
        buffers: Buffers { before: minutes(30), after: minutes(30) },
        ..service(minutes(30), &[1])
    };
    let desk = Desk::open("2026-01-01T00:00:00Z", 0, spec);
    let dtstart = at("2026-01-01T08:00:00Z").naive_utc();
    let meeting = Recurring {
        recurrence: Recurrence::new(dtstart, "FREQ=DAILY").unwrap(),
        duration: minutes(60),
        name: "meeting".to_owned(),
    };
    let schedule = Schedule::new(ScheduleSpec {
        weekly: WeeklyHours::always(),
        blocks: vec![meeting],
        ..ScheduleSpec::in_zone(ZoneId::UTC)
    });
    desk.hire(ResourceSpec::new(resource(1), "Ann", Hours::of(schedule.unwrap())));
    desk
}

#[test]
fn a_recurring_block_keeps_its_buffer_however_the_window_is_cut() {
    let desk = with_meeting();
    let day = desk.starts(&wish(), span("2026-01-05T06:30:00Z", "2026-01-05T10:30:00Z"));
    let expected = ["06:30", "07:00", "09:30", "10:00"].map(|time| at(&format!("2026-01-05T{time}:00Z")));
    assert_eq!(day, expected);
    // From the end of the meeting on, and up to its start: the meeting itself lies outside the window.
    let after = desk.starts(&wish(), span("2026-01-05T09:00:00Z", "2026-01-05T10:30:00Z"));
    assert_eq!(after, expected[2..]);
    let before = desk.starts(&wish(), span("2026-01-05T06:30:00Z", "2026-01-05T07:31:00Z"));
    assert_eq!(before, expected[..2]);
    for start in ["2026-01-05T09:00:00Z", "2026-01-05T07:30:00Z"] {
        let why = reasons(desk.book(&wish(), start));
        assert!(matches!(why[..], [Reason::Closed { .. }]), "{start}: {why:?}");
    }
}

#[test]
fn a_visit_that_needs_approval_cannot_start_at_once() {
    let policy = Policy::new(PolicySpec { approval: Some(minutes(60)), ..PolicySpec::default() }).unwrap();
    let spec = ServiceSpec { policy, ..service(minutes(30), &[1]) };
    let desk = Desk::open("2026-01-05T09:00:00Z", 1, spec);
    // Nobody could decide on it before it starts, so it is not offered either.
    let starts = desk.starts(&wish(), span("2026-01-05T09:00:00Z", "2026-01-05T10:00:00Z"));
    assert_eq!(starts, [at("2026-01-05T09:30:00Z")]);
    let why = reasons(desk.book(&wish(), "2026-01-05T09:00:00Z"));
    assert_eq!(why, [Reason::TooSoon { earliest: at("2026-01-05T09:00:01Z") }]);
    assert!(desk.book(&wish(), "2026-01-05T09:30:00Z").is_ok());
}

#[test]
fn a_resource_that_no_pool_has_cannot_be_asked_for() {
    let desk = Desk::open("2026-01-05T09:00:00Z", 3, service(minutes(30), &[1, 2]));
    let pinned = |number| Wish { resources: vec![resource(number)], ..wish() };
    assert!(desk.book(&pinned(2), "2026-01-05T10:00:00Z").is_ok());
    for number in [3, 4] {
        let refused = invalid(desk.book(&pinned(number), "2026-01-05T11:00:00Z"));
        let expected = format!(
            "resources: 00000000-0000-0000-0000-00000000000{number} is not valid, expected resources of the \
             service's pools"
        );
        assert_eq!(refused, expected);
    }
}

#[test]
fn as_of_is_a_whole_second_of_the_supported_years() {
    let desk = Desk::open("2026-01-05T09:00:00Z", 1, service(minutes(30), &[1]));
    let window = span("2026-01-05T09:00:00Z", "2026-01-05T10:00:00Z");
    for (wrong, expected) in [
        ("2026-01-05T09:00:00.5Z", "an instant of whole seconds"),
        ("1969-12-31T23:59:59Z", "an instant in the years 1970 to 2099"),
        ("2100-01-01T00:00:01Z", "an instant in the years 1970 to 2099"),
    ] {
        let wish = Wish { as_of: Some(at(wrong)), ..wish() };
        let refused = invalid(now_or_never(desk.scheduler.starts(&wish, window)));
        assert!(refused.starts_with("as_of: ") && refused.ends_with(expected), "{refused}");
    }
}
