//! The slow model passes every worked case of services with several requirements.

mod support;

use support::model::Model;
use support::requirement_cases::{RequirementCase, all};

#[test]
fn the_slow_model_answers_every_requirement_case() {
    let cases = all();
    assert_eq!(cases.len(), 41, "every case is read");
    let wrong: Vec<String> = cases.iter().filter_map(disagreement).collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn disagreement(case: &RequirementCase) -> Option<String> {
    let world = case.world();
    let checked: Vec<i64> = case.checks.iter().map(|check| check.start.timestamp()).collect();
    let model = Model::with_starts(&world, &checked);
    let found = model.slots();
    let expected: Vec<i64> = case.expected.iter().map(chrono::DateTime::timestamp).collect();
    let starts: Vec<i64> = found.keys().copied().collect();
    if starts != expected {
        return Some(format!("{}: expected {expected:?}, found {starts:?}", case.id));
    }
    for start in &case.expected {
        let (expected, found) = (case.usable(*start), &found[&start.timestamp()].usable);
        if *found != expected {
            return Some(format!("{} {start}: expected {expected:?}, found {found:?}", case.id));
        }
    }
    for check in &case.checks {
        let start = check.start.timestamp();
        let answer = (model.feasible(start).is_some(), model.on_grid(start), found.contains_key(&start));
        let expected = (check.feasible, check.on_grid, check.bookable);
        if answer != expected {
            return Some(format!("{} {}: expected {expected:?}, found {answer:?}", case.id, check.start));
        }
    }
    None
}
