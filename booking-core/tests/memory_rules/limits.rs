//! Limits inside the commit.

use booking_core::{Action, Change, Initial, LimitCheck, LimitSubject, Over, Placement, ServiceId};

use crate::desk::*;

/// At most this many bookings of customer 1 that start in 0 to 1,000.
fn at_most(count: u32) -> LimitCheck {
    LimitCheck {
        rule: 0,
        subject: LimitSubject::Customer(customer(1)),
        over: Over::Service,
        service: SERVICE,
        intervals: vec![span(0, 1_000)],
        max_count: Some(count),
        max_seconds: None,
        adds: 100,
    }
}

fn asked(id: u64, start: i64, limit: LimitCheck) -> Placement {
    with(ask(id, id, start, start + 100), |asked| {
        asked.booking.customer = Some(customer(1));
        asked.limits = vec![limit];
    })
}

fn place(id: u64, start: i64, limit: LimitCheck) -> Action {
    Action::Place(vec![asked(id, start, limit)])
}

#[test]
fn the_count_includes_the_new_one_and_only_the_period() {
    let steps = vec![
        (0, place(1, 100, at_most(2)), "ok"),
        (0, place(2, 999, at_most(2)), "ok"),
        (0, place(3, 500, at_most(2)), "limit: limit 0 is reached: 2 of 2"),
        (0, place(3, 1_000, at_most(9)), "ok"),
        (0, place(4, 500, at_most(3)), "ok"),
    ];
    check(&mut Desk::new(), steps);
}

#[test]
fn seconds_count_whole_visits_of_the_period() {
    let seconds = |max| with(at_most(9), |limit| (limit.max_seconds, limit.rule) = (Some(max), 4));
    let steps = vec![
        (0, place(1, 950, seconds(100)), "ok"),
        (0, place(2, 100, seconds(199)), "limit: limit 4 is reached: 100 of 199"),
        (0, place(2, 100, seconds(200)), "ok"),
    ];
    check(&mut Desk::new(), steps);
}

#[test]
fn overlapping_intervals_count_a_booking_once() {
    let doubled = |max| {
        with(at_most(max), |limit| {
            limit.intervals = vec![span(50, 300), span(0, 200), span(100, 150)];
        })
    };
    let steps = vec![
        (0, place(1, 100, doubled(2)), "ok"),
        (0, place(2, 250, doubled(2)), "ok"),
        (0, place(3, 10, doubled(2)), "limit: limit 0 is reached: 2 of 2"),
    ];
    check(&mut Desk::new(), steps);
}

#[test]
fn held_and_missed_count_lapsed_and_cancelled_do_not() {
    let held = with(asked(1, 100, at_most(1)), |asked| asked.booking.initial = Initial::Held(at(10)));
    let steps = vec![
        (0, Action::Place(vec![held]), "ok"),
        (9, place(2, 200, at_most(1)), "limit: limit 0 is reached: 1 of 1"),
        (10, place(2, 200, at_most(1)), "ok"),
        (10, cancel(2), "ok"),
        (10, place(3, 300, at_most(1)), "ok"),
        (300, change(3, Change::MarkNoShow { fee: None }), "ok"),
        (300, place(4, 400, at_most(1)), "limit: limit 0 is reached: 1 of 1"),
    ];
    check(&mut Desk::new(), steps);
}

#[test]
fn over_says_whether_other_services_count() {
    let other = with(asked(1, 100, at_most(1)), |asked| asked.booking.service = ServiceId::from_u64(2));
    let over_all = with(at_most(1), |limit| limit.over = Over::All);
    let steps = vec![
        (0, Action::Place(vec![other]), "ok"),
        (0, place(2, 200, over_all), "limit: limit 0 is reached: 1 of 1"),
        (0, place(2, 200, at_most(1)), "ok"),
        (0, place(3, 300, at_most(1)), "limit: limit 0 is reached: 1 of 1"),
    ];
    check(&mut Desk::new(), steps);
}

#[test]
fn a_resource_counts_the_seconds_it_serves() {
    let of_resource = |max| LimitCheck {
        subject: LimitSubject::Resource(resource(1)),
        over: Over::All,
        max_count: None,
        max_seconds: Some(max),
        adds: 30,
        ..at_most(0)
    };
    // It serves two requirements of one visit: one booking, the seconds of both.
    let first = with(ask(1, 1, 100, 200), |asked| {
        asked.plans[0].picks = vec![pick(1, 30), pick(2, 100), pick(1, 40)];
    });
    let second = |max| {
        Action::Place(vec![with(ask(2, 1, 300, 400), |asked| asked.plans[0].limits = vec![of_resource(max)])])
    };
    let steps = vec![
        (0, Action::Place(vec![first]), "ok"),
        (0, second(99), "limit: limit 0 is reached: 70 of 99"),
        (0, second(100), "ok"),
    ];
    check(&mut Desk::new(), steps);
}

#[test]
fn a_plan_over_its_own_limit_gives_way_to_the_next() {
    let once =
        |on| LimitCheck { subject: LimitSubject::Resource(resource(on)), over: Over::All, ..at_most(1) };
    let mut desk = Desk::new();
    desk.place(0, ask(1, 1, 100, 200)).unwrap();
    desk.place(0, ask(2, 3, 300, 400)).unwrap();
    let limited = |on| with(plan(on, 300, 400), |plan| plan.limits = vec![once(on)]);
    let with_plans = |id, plans: [u64; 2]| {
        Action::Place(vec![with(ask(id, 1, 300, 400), |asked| asked.plans = plans.map(limited).to_vec())])
    };
    let steps = vec![
        // The last failure is told: the limit of 1, or that 3 is taken.
        (0, with_plans(3, [3, 1]), "limit: limit 0 is reached: 1 of 1"),
        (0, with_plans(3, [1, 3]), "no fit 0: 0 free"),
        (0, with_plans(3, [1, 2]), "ok"),
    ];
    check(&mut desk, steps);
    assert_eq!(desk.booking(3).resources(), [resource(2)]);
}

#[test]
fn a_move_does_not_count_itself_and_a_later_placement_counts_the_earlier() {
    let mut desk = Desk::new();
    desk.place(0, asked(1, 100, at_most(1))).unwrap();
    let moved = with(relocation(1, 1, 500, 600), |wanted| wanted.limits = vec![at_most(1)]);
    desk.relocate(0, moved).unwrap();
    let pair = Action::Place(vec![asked(2, 100, at_most(2)), asked(3, 200, at_most(2))]);
    check(&mut desk, vec![(0, pair, "limit: limit 0 is reached: 2 of 2")]);
}
