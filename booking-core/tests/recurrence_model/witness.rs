//! The `rrule` crate as an independent witness, and where it cannot be one.
//!
//! In floating time (its UTC) it agrees with the core on thousands of random rules, except for the faults that are
//! shown here one by one. They are why the core evaluates rules itself: nearly all lose or invent occurrences silently,
//! and no check of the input can make them right. `main.rs` judges those rules by a slow model.

use crate::spec::{Spec, rules};
use booking_core::{Recurrence, Zone, ZoneId, Zones};
use chrono::{NaiveDateTime, TimeZone};
use proptest::prelude::*;
use rrule::{RRule, RRuleSet, Tz, Unvalidated};

fn utc() -> Zone {
    Zones::bundled().zone(&ZoneId::new("UTC").unwrap()).unwrap()
}

fn ours(start: NaiveDateTime, rule: &str, limit: usize) -> Vec<i64> {
    Recurrence::new(start, rule).unwrap().first(&utc(), limit).unwrap()
}

fn theirs(start: NaiveDateTime, rule: &str, limit: usize) -> Result<Vec<i64>, String> {
    let start = Tz::UTC.from_utc_datetime(&start);
    let rule = rule.parse::<RRule<Unvalidated>>().map_err(|error| error.to_string())?;
    let set: RRuleSet = rule.build(start).map_err(|error| error.to_string())?;
    Ok(set.limit().into_iter().take(limit).map(|at| at.timestamp()).collect())
}

/// Whether the crate reads such a rule as RFC 5545 does; each `false` has its test below.
fn within_its_reach(spec: &Spec) -> bool {
    let numbered = spec.weekdays.iter().any(|(nth, _)| *nth != 0);
    let plain = spec.weekdays.iter().any(|(nth, _)| *nth == 0);
    let refused = spec.weekdays.iter().any(|(nth, _)| *nth == -5 || *nth == -53)
        || (spec.frequency == "HOURLY" && spec.positions.iter().any(|position| *position > 24));
    let weekly_set = spec.frequency == "WEEKLY" && !spec.positions.is_empty();
    let new_year = spec.weeks.iter().any(|week| !(2..=51).contains(&week.abs()));
    let week_numbers = new_year || !spec.weeks.is_empty() && spec.lacks_a_day();
    !(numbered && plain || refused || weekly_set || week_numbers)
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        max_global_rejects: 100_000,
        ..ProptestConfig::with_cases(3_000)
    })]

    #[test]
    fn the_witness_agrees((start, mut spec) in rules()) {
        prop_assume!(within_its_reach(&spec));
        // With an end the crate's answer may be shorter than ours is long: it is asked for as many as we found, which
        // also keeps it from rules that never match, where it does not stop.
        spec.until = None;
        let rule = spec.text();
        let ours = ours(start, &rule, 20);
        prop_assume!(!ours.is_empty());
        prop_assert_eq!(theirs(start, &rule, ours.len()).unwrap(), ours, "{}", rule);
    }
}

/// What each of the two says of a rule, as dates.
#[track_caller]
fn check(start: &str, rule: &str, right: &[&str], witness: Result<&[&str], &str>) {
    let start: NaiveDateTime = start.parse().unwrap();
    let shown = |instants: Vec<i64>| -> Vec<String> {
        let show = |at| chrono::DateTime::from_timestamp(at, 0).unwrap().format("%F").to_string();
        instants.into_iter().map(show).collect()
    };
    assert_eq!(shown(ours(start, rule, right.len())), right, "{rule}");
    match (theirs(start, rule, right.len()).map(shown), witness) {
        (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{rule}"),
        (Err(error), Err(expected)) => assert!(error.contains(expected), "{rule}: {error}"),
        (found, expected) => panic!("{rule}: {found:?}, not {expected:?}"),
    }
}

#[test]
fn it_loses_plain_weekdays_beside_numbered_ones() {
    // BYDAY is a list of alternatives; the crate wants both at once.
    check(
        "2026-01-05T09:00:00",
        "FREQ=MONTHLY;BYDAY=MO,2FR",
        &["2026-01-05", "2026-01-09", "2026-01-12"],
        Ok(&[]),
    );
}

#[test]
fn it_starts_the_first_weekly_set_at_dtstart() {
    // The set of a week starts with the week (section 3.3.10): the second of MO, WE, FR is Wednesday.
    check(
        "2026-01-07T09:00:00",
        "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=2",
        &["2026-01-07", "2026-01-14"],
        Ok(&["2026-01-09", "2026-01-14"]),
    );
}

#[test]
fn it_reads_a_week_number_alone_as_seven_days() {
    check(
        "2026-05-13T09:00:00",
        "FREQ=YEARLY;BYWEEKNO=20",
        &["2026-05-13", "2027-05-19"],
        Ok(&["2026-05-13", "2026-05-14"]),
    );
}

#[test]
fn it_misjudges_weeks_across_new_year() {
    // 2 January 2011 belongs to week 52 of 2010, which has no week 53.
    check(
        "2010-01-03T09:00:00",
        "FREQ=YEARLY;BYWEEKNO=53;BYDAY=SU",
        &["2010-01-03", "2016-01-03"],
        Ok(&["2010-01-03", "2011-01-02"]),
    );
}

#[test]
fn it_refuses_the_fifth_weekday_from_the_end() {
    check("2026-01-01T09:00:00", "FREQ=MONTHLY;BYDAY=-5TH", &["2026-01-01", "2026-04-02"], Err("BYDAY"));
}
