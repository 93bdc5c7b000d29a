//! Calendar files become busy times and closed dates.

use booking_core::{Interval, ZoneId, Zones};
use booking_http::server::calendar_file::{CalendarError, CalendarFile, MAX_BYTES, read};

/// A file of these events, read for the weeks around the clock change of 29 March 2026, in Berlin.
fn read_events(events: &str) -> Result<CalendarFile, CalendarError> {
    read_text(&format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}END:VCALENDAR\r\n", events.replace('\n', "\r\n")))
}

fn read_text(text: &str) -> Result<CalendarFile, CalendarError> {
    let berlin = ZoneId::new("Europe/Berlin").expect("a zone");
    let from = "2026-03-15T23:00:00Z".parse().expect("an instant");
    let until = "2026-04-19T22:00:00Z".parse().expect("an instant");
    read(text, &berlin, &Zones::bundled(), Interval::new(from, until).expect("an interval"))
}

fn event(lines: &str) -> String {
    format!("BEGIN:VEVENT\nUID:one\nSUMMARY:Meeting\n{lines}\nEND:VEVENT\n")
}

#[track_caller]
fn busy(events: &str, expected: &[&str]) {
    let file = read_events(events).expect("a good file");
    let shown: Vec<String> = file
        .busy
        .iter()
        .map(|busy| {
            format!(
                "{}/{}",
                busy.interval.start().format("%m-%dT%H:%MZ"),
                busy.interval.end().format("%H:%M")
            )
        })
        .collect();
    assert_eq!(shown, expected);
}

#[track_caller]
fn closed(events: &str, expected: &[&str]) {
    let file = read_events(events).expect("a good file");
    let shown: Vec<String> = file.dates.iter().map(|holiday| holiday.date.to_string()).collect();
    assert_eq!(shown, expected);
    assert!(file.busy.is_empty());
}

#[test]
fn a_weekly_event_keeps_its_wall_time() {
    let weekly = event(
        "DTSTART;TZID=Europe/Berlin:20260324T090000\nDTEND;TZID=Europe/Berlin:20260324T100000\nRRULE:FREQ=WEEKLY;COUNT=3",
    );
    busy(&weekly, &["03-24T08:00Z/09:00", "03-31T07:00Z/08:00", "04-07T07:00Z/08:00"]);
}

#[test]
fn a_rule_without_end_reaches_to_the_end_of_what_is_read() {
    let daily = event("DTSTART:20200101T120000Z\nDURATION:PT15M\nRRULE:FREQ=DAILY");
    let file = read_events(&daily).expect("a good file");
    assert_eq!(file.busy.len(), 35);
}

#[test]
fn what_was_removed_cancelled_or_moved_blocks_only_where_it_is_now() {
    let series = event(
        "DTSTART;TZID=Europe/Berlin:20260323T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=4\nEXDATE;TZID=Europe/Berlin:20260406T090000",
    );
    let moved = event(
        "RECURRENCE-ID;TZID=Europe/Berlin:20260330T090000\nDTSTART;TZID=Europe/Berlin:20260331T110000\nDURATION:PT30M",
    );
    let cancelled = event(
        "RECURRENCE-ID:20260413T070000Z\nDTSTART;TZID=Europe/Berlin:20260413T090000\nDURATION:PT1H\nSTATUS:CANCELLED",
    );
    busy(&format!("{series}{moved}{cancelled}"), &["03-23T08:00Z/09:00", "03-31T09:00Z/09:30"]);
    // The order in the file does not matter.
    busy(&format!("{cancelled}{moved}{series}"), &["03-23T08:00Z/09:00", "03-31T09:00Z/09:30"]);
}

#[test]
fn what_is_cancelled_or_free_blocks_nothing() {
    let at = "DTSTART:20260324T090000Z\nDTEND:20260324T100000Z";
    busy(&event(&format!("{at}\nSTATUS:CANCELLED")), &[]);
    busy(&event(&format!("{at}\nTRANSP:TRANSPARENT")), &[]);
    busy(&event(&format!("{at}\nSTATUS:TENTATIVE")), &["03-24T09:00Z/10:00"]);
    busy(&event("DTSTART:20260324T090000Z"), &[]);
}

#[test]
fn zones_are_found_by_the_names_that_calendars_use() {
    for (zone, expected) in [
        ("", "03-24T08:00Z/09:00"),
        (";TZID=America/New_York", "03-24T13:00Z/14:00"),
        (";TZID=/freeassociation.sourceforge.net/Asia/Tokyo", "03-24T00:00Z/01:00"),
        (";TZID=W. Europe Standard Time", "03-24T08:00Z/09:00"),
    ] {
        busy(&event(&format!("DTSTART{zone}:20260324T090000\nDURATION:PT1H")), &[expected]);
    }
}

#[test]
fn all_day_events_are_dates_of_the_business() {
    closed(&event("DTSTART;VALUE=DATE:20260403"), &["2026-04-03"]);
    closed(
        &event("DTSTART;VALUE=DATE:20260403\nDTEND;VALUE=DATE:20260406"),
        &["2026-04-03", "2026-04-04", "2026-04-05"],
    );
    closed(&event("DTSTART;VALUE=DATE:20260329\nDURATION:P2D"), &["2026-03-29", "2026-03-30"]);
    closed(
        &event("DTSTART;VALUE=DATE:20200101\nRRULE:FREQ=WEEKLY;BYDAY=MO\nEXDATE;VALUE=DATE:20260330"),
        &["2026-03-16", "2026-03-23", "2026-04-06", "2026-04-13"],
    );
    closed(&event("DTSTART;VALUE=DATE:20260403\nTRANSP:TRANSPARENT"), &[]);
    // One that began before what is read, and reaches into it.
    closed(&event("DTSTART;VALUE=DATE:20260314\nDTEND;VALUE=DATE:20260318"), &["2026-03-16", "2026-03-17"]);
}

#[test]
fn what_cannot_be_understood_is_an_error_that_names_the_event() {
    let at = "DTSTART:20260324T090000Z\nDURATION:PT1H";
    for (lines, why) in [
        ("DURATION:PT1H".to_owned(), "DTSTART"),
        (format!("{at}\nRRULE:FREQ=SECONDLY"), "FREQ"),
        ("DTSTART;TZID=Middle Earth:20260324T090000\nDURATION:PT1H".to_owned(), "Middle Earth"),
        (format!("{at}\nRDATE;VALUE=PERIOD:20260325T090000Z/PT3H"), "RDATE"),
        (format!("{at}\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260324T090000Z"), "later occurrences"),
        ("DTSTART;VALUE=DATE:20260230".to_owned(), "does not exist"),
    ] {
        let error = read_events(&event(&lines)).expect_err("it cannot be understood").to_string();
        assert!(error.starts_with("event one: ") && error.contains(why), "{lines}: {error}");
    }
}

fn free_busy(lines: &str) -> String {
    let about = "UID:one\nDTSTART:20260301T000000Z\nDTEND:20260501T000000Z";
    format!("BEGIN:VFREEBUSY\n{about}\n{lines}\nEND:VFREEBUSY\n")
}

#[test]
fn published_busy_time_blocks_whether_it_is_told_by_its_end_or_its_length() {
    busy(&free_busy("FREEBUSY:20260324T090000Z/20260324T100000Z"), &["03-24T09:00Z/10:00"]);
    busy(&free_busy("FREEBUSY:20260324T090000Z/PT1H30M"), &["03-24T09:00Z/10:30"]);
    // The night of the clock change: periods are in UTC, whatever the zone of the business.
    busy(
        &free_busy("FREEBUSY;FBTYPE=BUSY:20260329T003000Z/PT1H,20260331T080000Z/20260331T090000Z"),
        &["03-29T00:30Z/01:30", "03-31T08:00Z/09:00"],
    );
    // Beside events, and several times.
    let meeting = event("DTSTART:20260325T090000Z\nDURATION:PT1H");
    let twice = free_busy("FREEBUSY:20260324T090000Z/PT1H\nFREEBUSY:20260326T090000Z/PT1H");
    busy(&format!("{meeting}{twice}"), &["03-24T09:00Z/10:00", "03-25T09:00Z/10:00", "03-26T09:00Z/10:00"]);
    let file = read_events(&twice).expect("a good file");
    assert!(file.busy.iter().all(|busy| &*busy.uid == "one" && busy.text == "busy"), "{:?}", file.busy);
    assert!(file.events.contains("one"));
}

#[test]
fn only_what_is_free_does_not_block() {
    let at = "20260324T090000Z/PT1H";
    for kind in ["BUSY", "BUSY-UNAVAILABLE", "BUSY-TENTATIVE", "busy-tentative", "X-AT-LUNCH"] {
        busy(&free_busy(&format!("FREEBUSY;FBTYPE={kind}:{at}")), &["03-24T09:00Z/10:00"]);
    }
    for kind in ["FREE", "free"] {
        busy(&free_busy(&format!("FREEBUSY;FBTYPE={kind}:{at}")), &[]);
    }
    busy(&free_busy("COMMENT:nothing to do"), &[]);
    busy(&free_busy("FREEBUSY:20260324T090000Z/PT0S"), &[]);
    // Before and after what is read, and reaching into it.
    busy(&free_busy("FREEBUSY:20260301T090000Z/PT1H,20260501T090000Z/PT1H"), &[]);
    busy(&free_busy("FREEBUSY:20260315T220000Z/PT2H"), &["03-15T22:00Z/00:00"]);
}

#[test]
fn busy_time_that_cannot_be_understood_is_an_error() {
    for (lines, why) in [
        ("FREEBUSY:20260324T090000Z/20260324T080000Z", "ends before it starts"),
        ("FREEBUSY:20260324T090000Z/-PT1H", "ends before it starts"),
        ("FREEBUSY:tomorrow", "not a period"),
        ("FREEBUSY:20260324T090000Z", "not a period"),
        ("FREEBUSY:20260230T090000Z/PT1H", "does not exist"),
    ] {
        let error = read_events(&free_busy(lines)).expect_err("it cannot be understood").to_string();
        assert!(error.starts_with("event one: ") && error.contains(why), "{lines}: {error}");
    }
}

#[test]
fn what_is_no_calendar_or_too_large_is_refused() {
    for text in ["", "hello", "BEGIN:VCARD\r\nEND:VCARD\r\n", "\u{0}"] {
        assert!(matches!(read_text(text), Err(CalendarError::NotACalendar)), "{text:?}");
    }
    let large = " ".repeat(MAX_BYTES + 1);
    assert!(matches!(read_text(&large), Err(CalendarError::TooLarge { what: "bytes", .. })));
    let nested = "BEGIN:VEVENT\r\n".repeat(100_000);
    let deep = read_text(&format!("BEGIN:VCALENDAR\r\n{nested}"));
    assert!(deep.is_err() || deep.is_ok_and(|file| file.busy.is_empty()));
}

#[test]
fn the_holidays_of_the_demo_are_read_whole() {
    let berlin = ZoneId::new("Europe/Berlin").expect("a zone");
    let from = "2025-12-31T23:00:00Z".parse().expect("an instant");
    let until = "2029-12-31T23:00:00Z".parse().expect("an instant");
    let window = Interval::new(from, until).expect("an interval");
    let text = booking_http::server::demo::HOLIDAYS;
    let file = read(text, &berlin, &Zones::bundled(), window).expect("a good file");
    let events = text.matches("BEGIN:VEVENT").count();
    assert_eq!(file.dates.len(), events);
    assert_eq!(file.dates[0].name, "New Year's Day");
}
