//! Many callers at once: as many succeed as there is room for, never more and never fewer.

use super::desk::{Desk, all, numbers};
use super::suite::Suite;
use super::words::*;
use crate::store::{
    Action, Command, CommitError, Committed, ContentHash, IdempotencyKey, Operation, Placement,
};

/// Callers in a race.
const CALLERS: u64 = 50;
/// How often a race is run: one that is lost once in a while must be lost here.
const ROUNDS: i64 = 8;

type Answers = Vec<Result<Committed, CommitError>>;

fn winners(answers: &Answers) -> usize {
    for error in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert!(!matches!(error, CommitError::Store(_)), "a race must not break the store: {error:?}");
    }
    answers.iter().filter(|answer| answer.is_ok()).count()
}

/// All callers ask at the same moment, for something of their own in each round.
fn race(desk: &Desk, round: i64, ask: impl Fn(u64, i64) -> Action) -> Answers {
    let ids = (1..=CALLERS).map(|caller| round as u64 * 100 + caller);
    let commands: Vec<Command> = ids.map(|id| desk.command(ask(id, 1_000 * round))).collect();
    desk.race(&commands)
}

fn any_of(id: u64, start: i64, resources: std::ops::RangeInclusive<u64>) -> Placement {
    with(ask(id, 1, start, start + 100), |asked| {
        asked.plans = resources.map(|on| plan(on, start, start + 100)).collect();
    })
}

/// Fifty want the same time: one gets it.
pub fn of_fifty_callers_one_gets_the_time(suite: &Suite) {
    let desk = Desk::new(suite);
    for round in 1..=ROUNDS {
        let answers = race(&desk, round, |id, start| place(id, 1, start, start + 100));
        assert_eq!(winners(&answers), 1, "round {round}");
        assert_eq!(desk.occupants(1_000 * round, 1_000 * round + 100, None).len(), 1);
    }
    assert_eq!(desk.listed(&all()).0.len() as i64, ROUNDS);
}

/// Fifty want times that overlap in part: no two winners overlap, and each loser has a winner in its way.
pub fn racing_for_overlapping_times_leaves_no_overlap(suite: &Suite) {
    let desk = Desk::new(suite);
    for round in 1..=ROUNDS {
        let (from, until) = (1_000 * round, 1_000 * round + 1_000);
        let offset = |id: u64| (id % 100) as i64 * 7;
        let answers =
            race(&desk, round, |id, start| place(id, 1, start + offset(id), start + offset(id) + 100));
        let won = winners(&answers);
        let mut taken: Vec<_> =
            desk.occupancy_in(from, until, None).claims.iter().map(|row| row.claim.interval).collect();
        taken.sort_unstable();
        assert_eq!(taken.len(), won);
        assert!(taken.windows(2).all(|pair| !pair[0].overlaps(pair[1])), "{taken:?}");
        // Starts every 7 seconds from 7 to 350, 100 long: two fill the stretch if they lie badly, and no five fit.
        assert!((2..=4).contains(&won), "{won} of at most 4");
    }
}

/// Fifty want one of five units: five get one.
pub fn of_fifty_callers_as_many_as_there_are_units_get_one(suite: &Suite) {
    let desk = Desk::with_units(suite, 5);
    for round in 1..=ROUNDS {
        let answers = race(&desk, round, |id, start| place(id, 1, start, start + 100));
        assert_eq!(winners(&answers), 5, "round {round}");
    }
}

/// Fifty want any of ten hosts, each naming them in order of preference: ten get one, each another.
pub fn of_fifty_callers_ten_get_the_ten_free_hosts(suite: &Suite) {
    let desk = Desk::new(suite);
    for round in 1..=ROUNDS {
        let answers = race(&desk, round, |id, start| Action::Place(vec![any_of(id, start, 1..=10)]));
        assert_eq!(winners(&answers), 10, "round {round}");
        let mut hosts: Vec<_> =
            answers.iter().flatten().flat_map(|done| done.bookings[0].resources()).collect();
        hosts.sort_unstable();
        assert_eq!(hosts, (1..=10).map(resource).collect::<Vec<_>>());
    }
}

/// Fifty take a seat, each naming a session of its own: one session is opened and exactly its seats are sold.
pub fn of_fifty_callers_as_many_as_there_are_seats_sit(suite: &Suite) {
    let desk = Desk::new(suite);
    for round in 1..=ROUNDS {
        let answers = race(&desk, round, |id, start| seats(id, 1, &session(id, 1, start, start + 100, 12)));
        assert_eq!(winners(&answers), 12, "round {round}");
        let sessions = desk.occupancy_in(1_000 * round, 1_000 * round + 100, None).sessions;
        assert_eq!(sessions.iter().map(|row| row.taken).collect::<Vec<_>>(), [12]);
    }
}

/// Fifty bookings of one customer who may have three: three.
pub fn of_fifty_callers_a_limit_lets_three_through(suite: &Suite) {
    let desk = Desk::new(suite);
    for round in 1..=ROUNDS {
        let answers = race(&desk, round, |id, start| {
            let (number, on) = (id % 100, 1 + id % 20);
            let from = start + 100 * (number / 20) as i64;
            Action::Place(vec![with(ask(id, on, from, from + 100), |asked| {
                asked.booking.customer = Some(customer(round as u64));
                let limit = with(at_most(3), |limit| {
                    limit.subject = crate::LimitSubject::Customer(customer(round as u64));
                    limit.intervals = vec![span(start, start + 1_000)];
                });
                asked.limits = vec![limit];
            })])
        });
        assert_eq!(winners(&answers), 3, "round {round}");
    }
}

/// Fifty retries of one request at once: it is done once, and all hear the same answer.
pub fn of_fifty_retries_one_is_applied_and_all_hear_its_answer(suite: &Suite) {
    let desk = Desk::with_units(suite, 60);
    for round in 1..=ROUNDS {
        let start = 1_000 * round;
        let content = ContentHash::default().with("round", round);
        let key = IdempotencyKey::new(Operation::Book, &format!("k{round}"), content).expect("a key");
        let retry = |caller| {
            let id = round as u64 * 100 + caller;
            Command { key: Some(key.clone()), ..desk.command(place(id, 1, start, start + 100)) }
        };
        let answers = desk.race(&(1..=CALLERS).map(retry).collect::<Vec<_>>());
        assert_eq!(winners(&answers), 50, "round {round}");
        assert_eq!(answers.iter().flatten().filter(|done| !done.replayed).count(), 1, "round {round}");
        let mut heard: Vec<_> = answers.iter().flatten().map(|done| done.bookings[0].id).collect();
        heard.dedup();
        assert_eq!(heard.len(), 1, "round {round}");
    }
    assert_eq!(desk.listed(&all()).0.len() as i64, ROUNDS);
}

/// Fifty confirm one hold: one does, and the others hear that it is confirmed.
pub fn a_hold_resolves_exactly_once(suite: &Suite) {
    let desk = Desk::new(suite);
    for round in 1..=ROUNDS {
        let id = round as u64;
        desk.placed(0, hold(id, 1, 1_000 * round, 1_000 * round + 100, 90));
        let (confirm, called_off) = (change(id, crate::Change::Confirm), cancel(id));
        let commands: Vec<_> = (0..CALLERS)
            .map(|caller| desk.command(if caller % 2 == 0 { confirm.clone() } else { called_off.clone() }))
            .collect();
        let answers = desk.race(&commands);
        let booking = desk.booking(id);
        // Confirmed and then cancelled, or cancelled at once: each move happens at most once.
        assert_eq!(booking.state, crate::State::Cancelled);
        assert_eq!(winners(&answers) as u64, booking.version - 1);
        assert!((1..=2).contains(&winners(&answers)), "round {round}");
    }
}

/// Fifty want the time of a hold at the second it lapses, and its holder confirms late: one of the fifty gets it.
pub fn of_fifty_callers_one_takes_over_a_lapsed_hold(suite: &Suite) {
    let desk = Desk::new(suite);
    for round in 1..=ROUNDS {
        let (first, start) = (round as u64 * 100, 100_000 + 1_000 * round);
        desk.placed(100 * round, hold(first, 1, start, start + 100, 100 * round + 50));
        desk.at(100 * round + 50);
        let mut commands: Vec<_> =
            (1..CALLERS).map(|caller| desk.command(place(first + caller, 1, start, start + 100))).collect();
        commands.push(desk.command(change(first, crate::Change::Confirm)));
        let answers = desk.race(&commands);
        assert_eq!(winners(&answers), 1, "round {round}");
        assert!(answers.last().is_some_and(Result::is_err), "a lapsed hold was confirmed in round {round}");
        assert_eq!(desk.occupants(start, start + 100, None).len(), 1);
    }
}

/// Fifty move to the same free time: one arrives, and all others keep theirs.
pub fn of_fifty_moves_to_one_time_one_arrives_and_the_others_stay(suite: &Suite) {
    let desk = Desk::with_units(suite, 1);
    for caller in 1..=CALLERS {
        let start = 100 * caller as i64;
        desk.placed(0, ask(caller, 1, start, start + 100));
    }
    let commands: Vec<_> =
        (1..=CALLERS).map(|caller| desk.command(move_to(caller, 1, 50_000, 50_100))).collect();
    let answers = desk.race(&commands);
    assert_eq!(winners(&answers), 1);
    let claims = desk.occupancy(None).claims;
    assert_eq!(claims.len() as u64, CALLERS);
    let arrived = numbers(answers.iter().flatten().map(|done| done.bookings[0].id));
    for caller in 1..=CALLERS {
        let start = desk.booking(caller).visit.start_second() - START;
        let expected = if arrived == [caller] { 50_000 } else { 100 * caller as i64 };
        assert_eq!(start, expected);
    }
}

/// Teams of two resources, named in opposite orders: nobody waits for ever, and no resource is taken twice.
pub fn callers_that_want_the_same_resources_in_opposite_orders_do_not_block_each_other(suite: &Suite) {
    let desk = Desk::new(suite);
    for round in 1..=ROUNDS {
        let answers = race(&desk, round, |id, start| {
            let order = if id % 2 == 0 { [1, 2] } else { [2, 1] };
            let team = order.map(|on| claim(on, start, start + 100)).to_vec();
            Action::Place(vec![with(ask(id, 1, start, start + 100), |asked| {
                asked.plans = vec![plan_of(team)];
            })])
        });
        assert_eq!(winners(&answers), 1, "round {round}");
        assert_eq!(desk.occupants(1_000 * round, 1_000 * round + 100, None).len(), 2);
    }
}
