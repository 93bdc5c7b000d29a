//! The engine against the slow model.

mod support;

use booking_core::{Availability, Reason, Zones};
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

/// The engine against the cases themselves: each start that a case asks about, bookable or not and why.
#[test]
fn the_engine_says_of_each_checked_start_what_the_case_says() {
    let mut checked = 0;
    for case in requirement_cases::all() {
        let world = case.world();
        let (zones, snapshot, query) = (Zones::bundled(), world.snapshot(), world.query());
        let availability = Availability::new(&world.service, &snapshot, &zones).unwrap();
        for check in &case.checks {
            let start = check.start.timestamp();
            let at = format!("{} {}", case.id, check.start);
            assert_eq!(availability.is_bookable(&query, start).unwrap(), check.bookable, "{at}");
            let reasons = availability.explain(&query, start).unwrap().reasons;
            assert_eq!(reasons.is_empty(), check.bookable, "{at}: {reasons:?}");
            let off_grid = reasons.iter().any(|reason| matches!(reason, Reason::OffGrid { .. }));
            assert!(!(off_grid && check.on_grid), "{at}: {reasons:?}");
            let only_off_grid = off_grid && reasons.len() == 1;
            assert!(!only_off_grid || check.feasible, "{at}: {reasons:?}");
            checked += 1;
        }
    }
    assert!(checked > 100, "{checked} starts are asked about");
}
