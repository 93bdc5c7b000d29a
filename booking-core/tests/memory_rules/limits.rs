//! Which of several reasons is told: stores may choose, the reference does so on purpose.

use booking_core::{Action, LimitCheck, LimitSubject, Over};

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

#[test]
fn of_several_plans_the_last_failure_is_told() {
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
