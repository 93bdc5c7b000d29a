//! Limits, held inside the commit.

use super::desk::Desk;
use super::suite::Suite;
use super::words::*;
use crate::policy::Over;
use crate::store::{Action, Change, Initial, LimitCheck, LimitSubject};

fn book(id: u64, start: i64, limit: LimitCheck) -> Action {
    Action::Place(vec![limited(id, start, limit)])
}

/// The new booking counts too, and only those that start in the period do.
pub fn the_count_includes_the_new_one_and_only_the_period(suite: &Suite) {
    Desk::new(suite).check(vec![
        (0, book(1, 100, at_most(2)), "ok"),
        (0, book(2, 999, at_most(2)), "ok"),
        (0, book(3, 500, at_most(2)), "limit 0: limit 0 is reached: 2 of 2"),
        (0, book(3, 1_000, at_most(9)), "ok"),
        (0, book(4, 500, at_most(3)), "ok"),
    ]);
}

/// A limit of none refuses the first.
pub fn a_limit_of_none_refuses_the_first(suite: &Suite) {
    Desk::new(suite).check(vec![(0, book(1, 100, at_most(0)), "limit 0: limit 0 is reached: 0 of 0")]);
}

/// All seconds of a visit belong to the period in which it starts.
pub fn seconds_count_whole_visits_of_the_period(suite: &Suite) {
    let seconds = |max| with(at_most(9), |limit| (limit.max_seconds, limit.rule) = (Some(max), 4));
    Desk::new(suite).check(vec![
        (0, book(1, 950, seconds(100)), "ok"),
        (0, book(2, 100, seconds(199)), "limit 0: limit 4 is reached: 100 of 199"),
        (0, book(2, 100, seconds(200)), "ok"),
    ]);
}

/// A period may be several intervals of UTC: a set of local dates around a clock change. What lies between them does not
/// count.
pub fn a_period_of_several_intervals_counts_each_of_them(suite: &Suite) {
    let gap = |max| with(at_most(max), |limit| limit.intervals = vec![span(0, 200), span(300, 400)]);
    Desk::new(suite).check(vec![
        (0, book(1, 100, gap(2)), "ok"),
        (0, book(2, 250, at_most(9)), "ok"),
        (0, book(3, 300, gap(2)), "ok"),
        (0, book(4, 350, gap(2)), "limit 0: limit 0 is reached: 2 of 2"),
        (0, book(4, 400, at_most(9)), "ok"),
        (0, book(5, 50, gap(3)), "ok"),
    ]);
}

/// Intervals that overlap do not count a booking twice.
pub fn overlapping_intervals_count_a_booking_once(suite: &Suite) {
    let doubled =
        |max| with(at_most(max), |limit| limit.intervals = vec![span(50, 300), span(0, 200), span(100, 150)]);
    Desk::new(suite).check(vec![
        (0, book(1, 100, doubled(2)), "ok"),
        (0, book(2, 250, doubled(2)), "ok"),
        (0, book(3, 10, doubled(2)), "limit 0: limit 0 is reached: 2 of 2"),
    ]);
}

/// Held, pending, confirmed, checked-in, completed and missed bookings count; lapsed, declined and cancelled ones do not.
pub fn what_was_used_counts_and_what_was_given_up_does_not(suite: &Suite) {
    let held = with(limited(1, 100, at_most(1)), |asked| asked.booking.initial = Initial::Held(at(10)));
    let waits = with(limited(2, 200, at_most(1)), |asked| asked.booking.initial = Initial::Pending(at(20)));
    let full = "limit 0: limit 0 is reached: 1 of 1";
    Desk::new(suite).check(vec![
        (0, Action::Place(vec![held]), "ok"),
        (9, book(2, 200, at_most(1)), full),
        (10, Action::Place(vec![waits]), "ok"),
        (10, book(3, 300, at_most(1)), full),
        (10, change(2, Change::Decline), "ok"),
        (10, book(3, 300, at_most(1)), "ok"),
        (10, cancel(3), "ok"),
        (10, book(4, 400, at_most(1)), "ok"),
        (20, change(4, Change::CheckIn), "ok"),
        (20, book(5, 500, at_most(1)), full),
        (400, change(4, Change::Complete), "ok"),
        (400, book(5, 500, at_most(1)), full),
        (400, book(5, 500, at_most(2)), "ok"),
        (500, change(5, Change::MarkNoShow { fee: None }), "ok"),
        (500, book(6, 600, at_most(2)), "limit 0: limit 0 is reached: 2 of 2"),
    ]);
}

/// A limit says whether it counts its service's bookings or all.
pub fn over_says_whether_other_services_count(suite: &Suite) {
    let other = with(limited(1, 100, at_most(1)), |asked| asked.booking.service = service_id(2));
    let over_all = with(at_most(1), |limit| limit.over = Over::All);
    let full = "limit 0: limit 0 is reached: 1 of 1";
    Desk::new(suite).check(vec![
        (0, Action::Place(vec![other]), "ok"),
        (0, book(2, 200, over_all), full),
        (0, book(2, 200, at_most(1)), "ok"),
        (0, book(3, 300, at_most(1)), full),
    ]);
}

/// A limit counts its own subject: another customer, resource or service does not use it up.
pub fn each_subject_has_its_own_count(suite: &Suite) {
    let of = |subject| LimitCheck { subject, over: Over::All, ..at_most(1) };
    let book = |id: u64, on, who, subject| {
        Action::Place(vec![with(ask(id, on, 100 * id as i64, 100 * id as i64 + 50), |asked| {
            asked.booking.customer = Some(customer(who));
            asked.limits = vec![of(subject)];
        })])
    };
    let who = |number| LimitSubject::Customer(customer(number));
    let full = "limit 0: limit 0 is reached: 1 of 1";
    Desk::new(suite).check(vec![
        (0, book(1, 1, 1, who(1)), "ok"),
        (0, book(2, 1, 2, who(2)), "ok"),
        (0, book(3, 1, 2, who(2)), full),
        (0, book(3, 2, 3, LimitSubject::Resource(resource(2))), "ok"),
        (0, book(4, 2, 4, LimitSubject::Resource(resource(2))), full),
        (0, book(4, 3, 4, LimitSubject::Service(service_id(2))), "ok"),
        (0, book(5, 4, 5, LimitSubject::Service(SERVICE)), "limit 0: limit 0 is reached: 4 of 1"),
    ]);
}

/// A party counts once, whatever its size.
pub fn a_party_counts_once(suite: &Suite) {
    let class = session(1, 1, 100, 200, 9);
    let party = |id| {
        Action::Place(vec![with(sit(id, 4, &class), |asked| {
            asked.booking.customer = Some(customer(1));
            asked.limits = vec![at_most(2)];
        })])
    };
    Desk::new(suite).check(vec![
        (0, party(1), "ok"),
        (0, party(2), "ok"),
        (0, cancel(1), "ok"),
        (0, book(3, 300, at_most(2)), "ok"),
        (0, book(4, 400, at_most(2)), "limit 0: limit 0 is reached: 2 of 2"),
    ]);
}

/// A limit of a resource counts the seconds of the parts that the resource serves, and each booking once.
pub fn a_resource_counts_the_seconds_it_serves(suite: &Suite) {
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
    Desk::new(suite).check(vec![
        (0, Action::Place(vec![first]), "ok"),
        (0, second(99), "limit 0: limit 0 is reached: 70 of 99"),
        (0, second(100), "ok"),
    ]);
}

/// A plan whose resource has reached its limit gives way to the next plan.
pub fn a_plan_over_its_own_limit_gives_way_to_the_next(suite: &Suite) {
    let once =
        |on| LimitCheck { subject: LimitSubject::Resource(resource(on)), over: Over::All, ..at_most(1) };
    let desk = Desk::new(suite);
    desk.placed(0, ask(1, 1, 100, 200));
    let limited = |on| with(plan(on, 300, 400), |plan| plan.limits = vec![once(on)]);
    let with_plans = |id, plans: &[u64]| {
        let plans = plans.iter().map(|&on| limited(on)).collect();
        Action::Place(vec![with(ask(id, 1, 300, 400), |asked| asked.plans = plans)])
    };
    desk.check(vec![
        (0, with_plans(3, &[1]), "limit 0: limit 0 is reached: 1 of 1"),
        (0, with_plans(3, &[1, 2]), "ok"),
    ]);
    assert_eq!(desk.booking(3).resources(), [resource(2)]);
}

/// A booking that is moved does not count itself; of several made together the later count the earlier.
pub fn a_move_does_not_count_itself_and_a_later_placement_counts_the_earlier(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.placed(0, limited(1, 100, at_most(1)));
    let moved = with(relocation(1, 1, 500, 600), |wanted| wanted.limits = vec![at_most(1)]);
    let pair = Action::Place(vec![limited(2, 100, at_most(2)), limited(3, 200, at_most(2))]);
    desk.check(vec![(0, Action::Move(moved), "ok"), (0, pair, "limit 1: limit 0 is reached: 2 of 2")]);
}

/// A move into a period that is used up is refused, and the booking stays where it was.
pub fn a_move_is_held_to_the_limits_of_its_new_period(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.placed(0, limited(1, 100, at_most(1)));
    desk.placed(0, limited(2, 2_000, at_most(9)));
    let moved = with(relocation(2, 2, 500, 600), |wanted| wanted.limits = vec![at_most(1)]);
    desk.check(vec![(0, Action::Move(moved), "limit 0: limit 0 is reached: 1 of 1")]);
    assert_eq!((desk.booking(2).visit, desk.booking(2).version), (span(2_000, 2_100), 1));
}
