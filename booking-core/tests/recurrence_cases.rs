//! The worked cases of `cases/rrule`: every expectation, and every hostile rule within its accepted outcomes.

#![expect(clippy::unwrap_used, reason = "the helpers of tests fail by panicking")]

use std::collections::BTreeMap;

use booking_core::recurrence::MAX_STEPS;
use booking_core::{Interval, Invalid, Recurrence, RecurrenceError, ZoneId, Zones};
use chrono::{DateTime, NaiveDateTime, SecondsFormat, Utc};
use serde::Deserialize;

const FILES: [(&str, &str); 13] = [
    ("daily", include_str!("cases/rrule/daily.json")),
    ("dst", include_str!("cases/rrule/dst.json")),
    ("longrange", include_str!("cases/rrule/longrange.json")),
    ("monthly", include_str!("cases/rrule/monthly.json")),
    ("random", include_str!("cases/rrule/random.json")),
    ("rfc5545", include_str!("cases/rrule/rfc5545.json")),
    ("setpos", include_str!("cases/rrule/setpos.json")),
    ("sets", include_str!("cases/rrule/sets.json")),
    ("subdaily", include_str!("cases/rrule/subdaily.json")),
    ("until", include_str!("cases/rrule/until.json")),
    ("weekly", include_str!("cases/rrule/weekly.json")),
    ("window", include_str!("cases/rrule/window.json")),
    ("yearly", include_str!("cases/rrule/yearly.json")),
];

#[derive(Deserialize)]
struct Case {
    id: String,
    dtstart: String,
    tzid: String,
    rrule: String,
    #[serde(default)]
    rdate: Vec<String>,
    #[serde(default)]
    exdate: Vec<String>,
    window: Option<Window>,
    limit: Option<usize>,
    #[serde(default)]
    expected: Vec<String>,
    #[serde(default)]
    accept: Vec<String>,
}

#[derive(Deserialize)]
struct Window {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

fn cases(text: &str) -> Vec<Case> {
    serde_json::from_str(text).unwrap()
}

impl Case {
    fn build(&self) -> Result<Recurrence, Invalid> {
        let dtstart: NaiveDateTime =
            self.dtstart.parse().map_err(|_| Invalid::new("dtstart", &self.dtstart, "a date that exists"))?;
        Recurrence::new(dtstart, &self.rrule)?
            .with_rdates(self.rdate.iter().map(String::as_str))?
            .with_exdates(self.exdate.iter().map(String::as_str))
    }

    /// The instants and the steps.
    fn run(&self, set: &Recurrence) -> Result<(Vec<i64>, u32), RecurrenceError> {
        let zone = Zones::bundled().zone(&ZoneId::new(&self.tzid).unwrap()).unwrap();
        if let Some(limit) = self.limit {
            return set.first_counted(&zone, limit);
        }
        let (from, to) = match &self.window {
            Some(window) => (window.from, window.to),
            None => ("2026-11-22T00:00:00Z".parse().unwrap(), "2026-12-23T00:00:00Z".parse().unwrap()),
        };
        let mut out = Vec::new();
        let steps = set.expand_counted(&zone, Interval::new(from, to).unwrap(), &mut out)?;
        Ok((out, steps))
    }
}

fn shown(instants: &[i64]) -> Vec<String> {
    let show =
        |at: &i64| DateTime::from_timestamp(*at, 0).unwrap().to_rfc3339_opts(SecondsFormat::Secs, true);
    instants.iter().map(show).collect()
}

#[test]
fn every_case_has_its_expected_instants() {
    let (mut wrong, mut checked) = (Vec::new(), 0);
    for (_, text) in FILES {
        for case in cases(text).into_iter().filter(|case| !is_too_fast(case)) {
            checked += 1;
            match case.build() {
                Err(error) => wrong.push(format!("{} {}: {error}", case.id, case.rrule)),
                Ok(set) => {
                    let found = shown(&case.run(&set).unwrap().0);
                    if found != case.expected {
                        wrong.push(format!("{} {}: {found:?}, not {:?}", case.id, case.rrule, case.expected));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {checked}:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(checked, 244);
}

fn is_too_fast(case: &Case) -> bool {
    case.rrule.contains("FREQ=MINUTELY") || case.rrule.contains("FREQ=SECONDLY")
}

#[test]
fn minutely_and_secondly_rules_are_refused_and_no_others() {
    let mut refused = BTreeMap::new();
    for (file, text) in FILES {
        for case in cases(text) {
            match case.build() {
                Ok(_) => assert!(!is_too_fast(&case), "{}", case.id),
                Err(error) => {
                    assert!(is_too_fast(&case), "{}: {error}", case.id);
                    assert_eq!(error.field(), "rrule.FREQ", "{}", case.id);
                    assert!(error.expected().contains("HOURLY or slower"), "{error}");
                    *refused.entry(file).or_insert(0) += 1;
                }
            }
        }
    }
    assert_eq!(refused, BTreeMap::from([("rfc5545", 1), ("subdaily", 20)]));
}

#[test]
fn cost_does_not_depend_on_the_age_of_dtstart() {
    for case in cases(FILES[2].1) {
        let (found, steps) = case.run(&case.build().unwrap()).unwrap();
        let window = case.window.as_ref().map_or(0, |window| (window.to - window.from).num_days());
        // A year's period, the window's days with a day on either side, and what was found.
        let most = 4 * 366 + 2 * window as usize + found.len();
        assert!((steps as usize) < most, "{}: {steps} steps for {window} days", case.id);
    }
}

#[test]
fn hostile_rules_are_refused_empty_or_bounded() {
    let hostile = cases(include_str!("cases/rrule/hostile.json"));
    assert_eq!(hostile.len(), 36, "every hostile rule is read");
    for case in hostile {
        let outcome = match case.build() {
            Err(error) => {
                assert!(error.to_string().len() < 500, "{}", case.id);
                "reject"
            }
            Ok(set) => {
                let (found, steps) = case.run(&set).unwrap();
                assert!(steps <= MAX_STEPS / 4, "{}: {steps} steps", case.id);
                if found.is_empty() { "empty" } else { "bounded" }
            }
        };
        assert!(case.accept.iter().any(|one| one == outcome), "{} {}: {outcome}", case.id, case.rrule);
    }
}
