//! Idempotency keys.

use super::desk::{Desk, accepted};
use super::suite::Suite;
use super::words::*;
use crate::booking::Verdict;
use crate::reason::Reason;
use crate::seconds::DAY;
use crate::store::{Action, BookingStore, Change, Command, ContentHash, IdempotencyKey, Operation};

fn key(operation: Operation, content: u32) -> IdempotencyKey {
    IdempotencyKey::new(operation, "k", ContentHash::default().with("content", content))
        .expect("a short word is a key")
}

/// Content `content` under the key of bookings.
fn booking_key(content: u32) -> IdempotencyKey {
    key(Operation::Book, content)
}

fn hold_action(id: u64) -> Action {
    Action::Place(vec![hold(id, 1, 100, 200, 50)])
}

/// The same key with the same content gives the first answer again, whatever has happened since, and does nothing.
pub fn the_same_content_replays_the_first_answer_and_does_nothing(suite: &Suite) {
    let desk = Desk::with_units(suite, 2);
    let book = |now, id| accepted(desk.with_key(now, &booking_key(1), place(id, 1, 100, 200)));
    let first = book(0, 1);
    desk.did(1, cancel(1));
    // What was chosen does not matter, only what was asked: the second command names another booking.
    for (now, id) in [(2, 1), (3, 2)] {
        let again = book(now, id);
        assert!(!first.replayed && again.replayed);
        assert_eq!(again.bookings, first.bookings);
    }
    assert_eq!(desk.events(0).len(), 2);
    assert_eq!(desk.listed(&super::desk::all()).0, [1]);
    assert_eq!(desk.occupants(0, 1_000, None), []);
}

/// A key can be looked up before anything is planned: its content, and the whole answer.
pub fn a_recorded_answer_can_be_looked_up(suite: &Suite) {
    let desk = Desk::new(suite);
    let look = |operation, text| desk.read(desk.store().recorded(desk.tenant, operation, text));
    assert!(look(Operation::Book, "k").is_none());
    let first = accepted(desk.with_key(0, &booking_key(1), place(1, 1, 100, 200)));
    let recorded = look(Operation::Book, "k").expect("an applied command is recorded");
    assert_eq!((recorded.key, recorded.answer), (booking_key(1), first));
    assert!(look(Operation::Hold, "k").is_none());
    assert!(look(Operation::Book, "K").is_none());
}

/// The same key with other content is refused, before anything else is judged.
pub fn other_content_under_a_key_is_refused(suite: &Suite) {
    let desk = Desk::new(suite);
    let reused = "the idempotency key was used for another request";
    accepted(desk.with_key(0, &booking_key(1), place(1, 1, 100, 200)));
    for action in [place(2, 2, 100, 200), place(3, 1, 100, 200), cancel(9)] {
        assert_eq!(outcome(&desk.with_key(0, &booking_key(2), action)), reused);
    }
    assert_eq!(desk.listed(&super::desk::all()).0, [1]);
}

/// The same string for another operation is another key.
pub fn each_operation_has_its_own_keys(suite: &Suite) {
    let desk = Desk::new(suite);
    let confirm = || change(1, Change::Confirm);
    accepted(desk.with_key(0, &key(Operation::Hold, 1), hold_action(1)));
    let first = accepted(desk.with_key(0, &key(Operation::Confirm, 1), confirm()));
    assert!(!first.replayed);
    // The hold would have lapsed by now: a replay is not judged again.
    let again = accepted(desk.with_key(60, &key(Operation::Confirm, 1), confirm()));
    assert!(again.replayed);
    assert_eq!(again.bookings, first.bookings);
}

/// A refusal is not recorded: the retry is judged afresh, and may carry other content.
pub fn refusals_are_not_recorded(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.placed(0, ask(1, 1, 100, 200));
    let book = |content| desk.with_key(0, &booking_key(content), place(2, 1, 100, 200));
    assert_eq!(outcome(&book(1)), "no fit 0: 0 free");
    assert!(desk.read(desk.store().recorded(desk.tenant, Operation::Book, "k")).is_none());
    desk.did(0, cancel(1));
    assert!(!accepted(book(2)).replayed);
    assert!(accepted(book(2)).replayed);
}

/// Answers that are not bookings are recorded and replayed as well: blocks, sessions, entries, offers.
pub fn every_kind_of_answer_is_replayed(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.placed(0, ask(1, 2, 100, 200));
    let actions = [
        (Operation::Other, Action::AddBlock(block(1, 2, 100, 200))),
        (Operation::JoinWaitlist, Action::Join(entry(1, 0, 1_000, 0))),
        (Operation::Book, Action::OpenSession(session(1, 1, 100, 200, 3))),
        (Operation::Series, Action::Place(vec![ask(2, 3, 100, 200), ask(3, 3, 200, 300)])),
    ];
    for ((operation, action), now) in actions.into_iter().zip((0..).step_by(2)) {
        let first = accepted(desk.with_key(now, &key(operation, 1), action.clone()));
        let again = accepted(desk.with_key(now + 1, &key(operation, 1), action));
        assert!(again.replayed);
        assert_eq!(crate::Committed { replayed: false, ..again }, first);
    }
}

/// A key is kept for a day at least, and not longer than 400 days.
pub fn keys_are_kept_for_a_day_at_least_and_not_for_ever(suite: &Suite) {
    let desk = Desk::new(suite);
    let start = 402 * DAY;
    accepted(desk.with_key(0, &booking_key(1), place(1, 1, start, start + 100)));
    let again = desk.with_key(DAY - 1, &booking_key(1), place(1, 1, start, start + 100));
    assert!(accepted(again).replayed);
    let later = desk.with_key(401 * DAY, &booking_key(2), place(2, 2, start, start + 100));
    assert!(!accepted(later).replayed);
}

/// What was found about the occurrences of a series comes back with the answer, replayed too, as it was first found.
pub fn verdicts_come_back_with_the_answer(suite: &Suite) {
    let desk = Desk::new(suite);
    let verdict = |start| Verdict {
        start: at(start),
        reasons: vec![Reason::CapacityFull { resource: resource(1), free: 0 }],
        alternative: Some(at(start + 100)),
    };
    let send = |verdicts: &[Verdict]| {
        let (key, verdicts) = (Some(key(Operation::Series, 1)), verdicts.to_vec());
        accepted(desk.run(&Command { key, verdicts, ..desk.command(place(1, 1, 100, 200)) }))
    };
    let found = [verdict(100), Verdict { reasons: Vec::new(), alternative: None, ..verdict(200) }];
    assert_eq!(send(&found).verdicts, found);
    let again = send(&[verdict(500)]);
    assert_eq!((again.replayed, again.verdicts), (true, found.to_vec()));
}
