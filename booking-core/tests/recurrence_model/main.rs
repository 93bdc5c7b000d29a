//! Laws of recurrence sets, each judged by the slow model of `spec.rs` over random rules.
//!
//! A failure prints the seed and the smallest case; `PROPTEST_RNG_SEED` replays it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail by panicking")]

mod spec;
mod witness;

use std::collections::BTreeSet;

use booking_core::recurrence::MAX_STEPS;
use booking_core::{Interval, Recurrence, Zone, ZoneId, Zones};
use chrono::{Duration, NaiveDate, NaiveDateTime};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use spec::{Spec, rules};

const DAY: i64 = 86_400;

/// Zones with clock changes at noon and midnight, of half an hour, of a whole day; and none.
const ZONES: [&str; 9] = [
    "UTC",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "Africa/Cairo",
    "America/Santiago",
    "Antarctica/Troll",
];

fn zone(name: &str) -> Zone {
    Zones::bundled().zone(&ZoneId::new(name).unwrap()).unwrap()
}

fn window(from: i64, to: i64) -> Interval {
    Interval::from_seconds(from, to).unwrap()
}

fn expand(set: &Recurrence, zone: &Zone, from: i64, to: i64) -> Vec<i64> {
    let mut out = Vec::new();
    set.expand(zone, window(from, to), &mut out).unwrap();
    out
}

fn second(local: NaiveDateTime) -> i64 {
    local.and_utc().timestamp()
}

/// What the model says is in the window.
fn model(spec: &Spec, start: NaiveDateTime, zone: &Zone, from: i64, to: i64) -> Vec<i64> {
    let end = chrono::DateTime::from_timestamp(to, 0).unwrap().naive_utc() + Duration::days(2);
    let instants = spec.occurrences(start, end).into_iter().map(|local| zone.occurrence(second(local)));
    let set: BTreeSet<i64> = instants.filter(|at| from <= *at && *at < to).collect();
    set.into_iter().collect()
}

/// Windows of up to 500 days from 2010 to 2030.
fn windows() -> impl Strategy<Value = (i64, i64)> {
    (14_610 * DAY..21_900 * DAY, 1..500 * DAY).prop_map(|(from, length)| (from, from + length))
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

proptest! {
    #![proptest_config(config(600))]

    #[test]
    fn a_window_holds_what_the_model_says((start, spec) in rules(), name in select(&ZONES[..]), (from, to) in windows()) {
        let zone = zone(name);
        let set = Recurrence::new(start, &spec.text()).unwrap();
        prop_assert_eq!(expand(&set, &zone, from, to), model(&spec, start, &zone, from, to), "{}", spec.text());
    }

    #[test]
    fn the_first_are_the_first_of_the_model((start, spec) in rules(), name in select(&ZONES[..]), limit in 0..40_usize) {
        let zone = zone(name);
        let set = Recurrence::new(start, &spec.text()).unwrap();
        let found = set.first(&zone, limit).unwrap();
        let until = found.last().map_or(second(start) + 400 * DAY, |last| last + 1);
        let mut expected = model(&spec, start, &zone, 0, until);
        expected.truncate(limit);
        prop_assert_eq!(found, expected, "{}", spec.text());
    }

    #[test]
    fn days_around_clock_changes_hold_what_the_model_says(
        (start, spec) in rules(), name in select(&ZONES[1..]), which in any::<prop::sample::Index>(), day in -2..2_i64,
    ) {
        let zone = zone(name);
        let changes: Vec<i64> = zone.transitions().iter().map(|change| change.at())
            .filter(|at| (14_610 * DAY..21_900 * DAY).contains(at)).collect();
        prop_assume!(!changes.is_empty());
        let from = which.get(&changes) + day * 7_200;
        let set = Recurrence::new(start, &spec.text()).unwrap();
        let to = from + 4 * 3_600;
        prop_assert_eq!(expand(&set, &zone, from, to), model(&spec, start, &zone, from, to), "{}", spec.text());
    }
}

proptest! {
    #![proptest_config(config(1_500))]

    #[test]
    fn adjacent_windows_make_their_union(
        (start, spec) in rules(), name in select(&ZONES[..]), (from, to) in windows(), cuts in vec(0.0..1.0_f64, 1..6),
    ) {
        let zone = zone(name);
        let set = Recurrence::new(start, &spec.text()).unwrap();
        let mut bounds: Vec<i64> = cuts.iter().map(|cut| from + ((to - from) as f64 * cut) as i64).collect();
        bounds.extend([from, to]);
        bounds.sort_unstable();
        bounds.dedup();
        let pieces = bounds.windows(2).flat_map(|pair| expand(&set, &zone, pair[0], pair[1]));
        prop_assert_eq!(pieces.collect::<Vec<_>>(), expand(&set, &zone, from, to), "{}", spec.text());
    }

    #[test]
    fn fast_forward_equals_walking((start, spec) in rules(), name in select(&ZONES[..]), (from, to) in windows()) {
        let zone = zone(name);
        let set = Recurrence::new(start, &spec.text()).unwrap();
        let mut walked = Vec::new();
        // Hourly rules may have more to walk than one call looks at.
        prop_assume!(set.expand(&zone, window(0, to), &mut walked).is_ok());
        walked.retain(|at| *at >= from);
        prop_assert_eq!(expand(&set, &zone, from, to), walked, "{}", spec.text());
    }

    #[test]
    fn steps_follow_the_window_not_the_age((start, spec) in rules(), name in select(&ZONES[..]), (from, to) in windows()) {
        let (zone, mut out) = (zone(name), Vec::new());
        let set = Recurrence::new(start, &spec.text()).unwrap();
        let steps = set.expand_counted(&zone, window(from, to), &mut out).unwrap();
        let days = (to - from) / DAY + 3;
        // Each day may be a period and a day; a BYSETPOS looks at whole years at both ends.
        let most = 2 * (days + 2 * 366) + out.len() as i64;
        prop_assert!(i64::from(steps) <= most, "{steps} steps of {most}: {}", spec.text());
    }

    #[test]
    fn the_set_is_what_is_given_and_not_taken_away(
        (start, spec) in rules(), name in select(&ZONES[..]), (from, to) in windows(),
        dates in vec((any::<prop::sample::Index>(), 0..4_usize, any::<bool>()), 0..12),
    ) {
        let zone = zone(name);
        let plain = Recurrence::new(start, &spec.text()).unwrap();
        let mut expected: BTreeSet<i64> = expand(&plain, &zone, from, to).into_iter().collect();
        let known: Vec<i64> = expected.iter().copied().chain([from, to - 1]).collect();
        let (mut rdates, mut exdates) = (Vec::new(), Vec::new());
        for (which, shift, remove) in dates {
            let at = which.get(&known) + [0, 0, 1_800, DAY][shift];
            if remove { exdates.push(at) } else { rdates.push(at) }
        }
        expected.extend(rdates.iter().filter(|at| (from..to).contains(at)));
        expected.retain(|at| !exdates.contains(at));
        let text = |at: &i64| chrono::DateTime::from_timestamp(*at, 0).unwrap().format("%Y%m%dT%H%M%SZ").to_string();
        let set = plain.with_rdates(rdates.iter().map(text)).unwrap().with_exdates(exdates.iter().map(text)).unwrap();
        prop_assert_eq!(expand(&set, &zone, from, to), expected.into_iter().collect::<Vec<_>>(), "{}", spec.text());
    }

    #[test]
    fn a_set_survives_serde((start, spec) in rules()) {
        let set = Recurrence::new(start, &spec.text()).unwrap().with_exdates(["20260329T023000"]).unwrap();
        let json = serde_json::to_string(&set).unwrap();
        prop_assert_eq!(serde_json::from_str::<Recurrence>(&json).unwrap(), set);
    }
}

proptest! {
    #![proptest_config(config(4_000))]

    #[test]
    fn no_text_makes_it_panic_or_exceed_its_steps(text in hostile_text()) {
        let start = NaiveDate::from_ymd_opt(1999, 12, 31).unwrap().and_hms_opt(23, 59, 59).unwrap();
        if let Ok(set) = Recurrence::new(start, &text) {
            let utc = zone("UTC");
            let mut out = Vec::new();
            let steps = set.expand_counted(&utc, window(1_767_225_600, 1_767_225_600 + 31 * DAY), &mut out).unwrap();
            prop_assert!(steps <= MAX_STEPS);
            prop_assert!(set.first(&utc, 3).is_ok(), "{}", text);
            prop_assert!(text.is_ascii());
        }
    }
}

/// Anything, and rules with something small wrong.
fn hostile_text() -> impl Strategy<Value = String> {
    let broken = (rules(), any::<prop::sample::Index>(), "\\PC|[;=,0-9-]|é|\u{1f5d3}|\r\n").prop_map(
        |((_, spec), at, put)| {
            let mut text = spec.text();
            let at = at.index(text.len());
            text.replace_range(at..=at, &put);
            text
        },
    );
    let name = select(vec![
        "FREQ",
        "COUNT",
        "INTERVAL",
        "UNTIL",
        "BYDAY",
        "BYSETPOS",
        "BYMONTHDAY",
        "BYHOUR",
        "WKST",
        "BYWEEKNO",
    ]);
    let part = (name, "[-+A-Z0-9,]{0,6}").prop_map(|(name, value)| format!("{name}={value}"));
    let parts = vec(part, 0..5).prop_map(|parts| format!("FREQ=YEARLY;{}", parts.join(";")));
    prop_oneof![any::<String>(), broken, parts]
}
