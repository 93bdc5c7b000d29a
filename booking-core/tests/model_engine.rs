//! The engine against the slow model.

mod support;

use support::judge::disagreement;
use support::{requirement_cases, slot_cases};

#[test]
fn the_engine_answers_every_slot_case_as_the_model_does() {
    let cases = slot_cases::all();
    let each = cases.iter().flat_map(|case| case.aligns().into_iter().map(move |align| (case, align)));
    let wrong: Vec<String> = each
        .filter_map(|(case, align)| {
            disagreement(&case.world(align)).map(|why| format!("{} ({align}): {why}", case.id))
        })
        .collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_engine_answers_every_requirement_case_as_the_model_does() {
    let cases = requirement_cases::all();
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| disagreement(&case.world()).map(|why| format!("{}: {why}", case.id)))
        .collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
