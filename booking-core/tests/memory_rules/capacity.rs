//! Peak use, plans in order, blocks and `set_capacity`.

use booking_core::{Action, CommitError, Conflict, Occupant, PlanClaims};

use crate::desk::*;

fn place(id: u64, on: u64, start: i64, end: i64) -> Action {
    Action::Place(vec![ask(id, on, start, end)])
}

#[test]
fn one_unit_refuses_overlap_and_accepts_touching() {
    let steps = vec![
        (0, place(1, 1, 100, 200), "ok"),
        (0, place(2, 1, 199, 300), "no fit 0: 0 free"),
        (0, place(3, 1, 200, 300), "ok"),
        (0, place(4, 1, 50, 100), "ok"),
        (0, place(5, 1, 50, 101), "no fit 0: 0 free"),
        (0, place(6, 2, 100, 200), "ok"),
    ];
    check(&mut Desk::new(), steps);
}

#[test]
fn the_peak_counts_and_not_the_number_of_overlaps() {
    let steps = vec![
        (0, place(1, 1, 100, 200), "ok"),
        (0, place(2, 1, 200, 300), "ok"),
        (0, place(3, 1, 100, 300), "ok"),
        (0, place(4, 1, 150, 250), "no fit 0: 0 free"),
    ];
    check(&mut Desk::with_units(2), steps);
}

#[test]
fn units_and_buffers_count_in_the_peak() {
    let mut desk = Desk::with_units(3);
    let two_units = with(ask(1, 1, 100, 200), |asked| {
        let wide = with(claim(1, 100, 200), |claim| (claim.units, claim.after) = (2, 50));
        asked.plans[0].claims = PlanClaims::Own(vec![wide]);
    });
    let after = |id, start| {
        Action::Place(vec![with(ask(id, 1, start, start + 10), |asked| {
            let wide = with(claim(1, start, start + 10), |claim| (claim.units, claim.before) = (2, 10));
            asked.plans[0].claims = PlanClaims::Own(vec![wide]);
        })])
    };
    desk.place(0, two_units).unwrap();
    check(&mut desk, vec![(0, after(2, 259), "no fit 0: 1 free"), (0, after(3, 260), "ok")]);
}

#[test]
fn the_claims_of_one_booking_count_together() {
    let mut desk = Desk::with_units(2);
    let twice = |id, units: u32| {
        Action::Place(vec![with(ask(id, 1, 100, 200), |asked| {
            let first = claim(1, 100, 150);
            let second = with(claim(1, 140, 200), |claim| claim.units = units);
            asked.plans[0].claims = PlanClaims::Own(vec![first, second]);
        })])
    };
    check(&mut desk, vec![(0, twice(1, 2), "no fit 0: 2 free"), (0, twice(1, 1), "ok")]);
}

#[test]
fn the_first_plan_that_fits_is_taken() {
    let mut desk = Desk::new();
    desk.place(0, ask(1, 1, 100, 200)).unwrap();
    let plans = vec![plan(1, 150, 250), plan(3, 150, 250), plan(2, 150, 250)];
    let any = |id| with(ask(id, 1, 150, 250), |asked| asked.plans.clone_from(&plans));
    let chosen: Vec<_> =
        (2..4).map(|id| desk.place(0, any(id)).unwrap().bookings[0].picks[0].resource).collect();
    assert_eq!(chosen, [resource(3), resource(2)]);
    let refused = desk.place(0, any(4)).unwrap_err();
    let CommitError::NoFit { placement: 0, conflicts } = refused else { panic!("{refused}") };
    let conflict =
        |on, by| Conflict { resource: resource(on), by: Some(Occupant::Booking(booking_id(by))), free: 0 };
    assert_eq!(conflicts, [conflict(1, 1), conflict(3, 2), conflict(2, 3)]);
}

#[test]
fn all_placements_or_none_and_the_later_see_the_earlier() {
    let mut desk = Desk::new();
    let both = |start| Action::Place(vec![ask(1, 1, 100, 200), ask(2, 1, start, start + 100)]);
    check(&mut desk, vec![(0, both(150), "no fit 1: 0 free"), (0, both(200), "ok")]);
    assert!(desk.state.events(TENANT, 0, 9).iter().map(|event| event.sequence).eq([1, 2]));
}

#[test]
fn an_id_is_used_once() {
    let steps =
        vec![(0, place(1, 1, 100, 200), "ok"), (0, place(1, 2, 100, 200), "the booking exists already")];
    check(&mut Desk::new(), steps);
}

#[test]
fn a_block_is_never_refused_and_names_what_it_hits() {
    let mut desk = Desk::with_units(3);
    let buffered = with(ask(2, 1, 100, 120), |asked| {
        asked.plans[0].claims = PlanClaims::Own(vec![with(claim(1, 100, 120), |claim| claim.after = 20)]);
    });
    desk.place(0, ask(1, 1, 150, 200)).unwrap();
    desk.place(0, buffered).unwrap();
    desk.place(0, hold(3, 1, 130, 140, 10)).unwrap();
    let mut hits =
        |now, start, end| desk.act(now, Action::AddBlock(block(1, 1, start, end))).unwrap().collides;
    assert_eq!(hits(0, 139, 151), [booking_id(2), booking_id(3), booking_id(1)]);
    assert_eq!(hits(0, 140, 150), []);
    // Lapsed at 10.
    assert_eq!(hits(10, 130, 150), [booking_id(2)]);
    assert_eq!(desk.state.block(TENANT, block(1, 1, 0, 1).id), Some(block(1, 1, 130, 150)));
    let gone = Action::RemoveBlock(block(1, 1, 0, 1).id);
    check(&mut desk, vec![(10, gone.clone(), "ok"), (10, gone, "no such block")]);
}

#[test]
fn a_block_names_the_bookings_of_a_session() {
    let mut desk = Desk::new();
    let class = session(1, 1, 100, 200, 5);
    desk.place(0, sit(1, 1, &class)).unwrap();
    desk.place(
        0,
        with(sit(2, 1, &class), |asked| asked.booking.initial = booking_core::Initial::Held(at(5))),
    )
    .unwrap();
    desk.place(0, sit(3, 1, &class)).unwrap();
    let hits = desk.act(5, Action::AddBlock(block(1, 1, 150, 160))).unwrap().collides;
    assert_eq!(hits, [booking_id(1), booking_id(3)]);
}

#[test]
fn capacity_cannot_fall_below_future_peak_use() {
    let set = |capacity| Action::SetCapacity { resource: resource(1), capacity };
    let steps = vec![
        (0, place(1, 1, 100, 200), "ok"),
        (0, place(2, 1, 150, 250), "ok"),
        (0, Action::Place(vec![hold(3, 1, 160, 170, 50)]), "ok"),
        (0, set(2), "3 units will be in use"),
        (50, set(2), "ok"),
        (50, set(1), "2 units will be in use"),
        // Running claims hold it up; those that are over do not.
        (199, set(1), "2 units will be in use"),
        (200, set(1), "ok"),
        (200, place(4, 1, 220, 230), "no fit 0: 0 free"),
        (200, set(0), "capacity: 0 is not valid, expected 1 to 100000 units"),
    ];
    check(&mut Desk::with_units(3), steps);
}

#[test]
fn buffers_of_running_claims_hold_capacity_up() {
    let mut desk = Desk::with_units(2);
    for id in [1, 2] {
        let asked = with(ask(id, 1, 100, 200), |asked| {
            asked.plans[0].claims = PlanClaims::Own(vec![with(claim(1, 100, 200), |claim| claim.after = 30)]);
        });
        desk.place(0, asked).unwrap();
    }
    let set = Action::SetCapacity { resource: resource(1), capacity: 1 };
    check(&mut desk, vec![(229, set.clone(), "2 units will be in use"), (230, set, "ok")]);
}

#[test]
fn a_starting_capacity_counts_once() {
    let mut desk = Desk::with_units(3);
    assert_eq!(desk.state.start_capacity(TENANT, resource(1), 7), 3);
    assert_eq!(desk.state.start_capacity(TENANT, resource(2), 7), 7);
}

#[test]
fn values_that_no_rule_could_judge_are_refused() {
    let mut desk = Desk::new();
    let claims = |change: fn(&mut booking_core::Claim)| {
        Action::Place(vec![with(ask(1, 1, 100, 200), |asked| {
            asked.plans[0].claims = PlanClaims::Own(vec![with(claim(1, 100, 200), change)]);
        })])
    };
    let refused = |action: Action, desk: &mut Desk| match desk.act(0, action) {
        Err(CommitError::Invalid(invalid)) => invalid.field().to_owned(),
        other => panic!("{other:?}"),
    };
    let asked =
        |change: fn(&mut booking_core::Placement)| Action::Place(vec![with(ask(1, 1, 100, 200), change)]);
    assert_eq!(refused(claims(|claim| claim.units = 0), &mut desk), "claim.units");
    assert_eq!(refused(claims(|claim| claim.before = -1), &mut desk), "claim.before");
    assert_eq!(refused(claims(|claim| claim.after = i64::MAX), &mut desk), "claim.after");
    assert_eq!(refused(asked(|asked| asked.booking.party = 0), &mut desk), "party");
    assert_eq!(refused(asked(|asked| asked.plans.clear()), &mut desk), "plans");
    let mut class = session(1, 1, 100, 200, 0);
    assert_eq!(refused(Action::OpenSession(class.clone()), &mut desk), "session.seats");
    (class.seats, class.key.picks) = (1, Vec::new());
    assert_eq!(refused(Action::OpenSession(class), &mut desk), "session.key.picks");
}
