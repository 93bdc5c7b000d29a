//! The slow model passes every worked slot case, so that it may judge the engine.

mod support;

use support::model::{Found, slow_slots};
use support::slot_cases::{SlotCase, all};

#[test]
fn the_slow_model_answers_every_slot_case_in_every_alignment() {
    let cases = all();
    assert_eq!(cases.len(), 143, "every case is read");
    let wrong: Vec<String> = cases
        .iter()
        .flat_map(|case| case.aligns().into_iter().filter_map(|align| disagreement(case, align)))
        .collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn disagreement(case: &SlotCase, align: &str) -> Option<String> {
    let found = slow_slots(&case.world(align));
    let expected: Vec<i64> = case.expected.iter().map(chrono::DateTime::timestamp).collect();
    let starts: Vec<i64> = found.keys().copied().collect();
    if starts != expected {
        return Some(format!("{} ({align}): expected {expected:?}, found {starts:?}", case.id));
    }
    let hosts = |one: &Found| one.usable.iter().flatten().copied().collect();
    for (start, names) in case.expected_hosts.iter().flatten() {
        let expected: std::collections::BTreeSet<_> = case.hosts(names);
        let found: std::collections::BTreeSet<_> = hosts(&found[&start.timestamp()]);
        if found != expected {
            return Some(format!("{} ({align}) {start}: expected {expected:?}, found {found:?}", case.id));
        }
    }
    for (start, left) in case.expected_seats_left.iter().flatten() {
        let found = found[&start.timestamp()].left;
        if found != *left {
            return Some(format!("{} ({align}) {start}: expected {left} seats, found {found}", case.id));
        }
    }
    None
}
