//! Idempotency keys.

use booking_core::{Action, Change, ContentHash, IdempotencyKey, Operation};

use crate::desk::*;

const DAY: i64 = 86_400;

fn key(operation: Operation, content: u32) -> IdempotencyKey {
    IdempotencyKey::new(operation, "k", ContentHash::default().with("content", content)).unwrap()
}

#[test]
fn the_same_content_replays_the_first_answer_and_does_nothing() {
    let mut desk = Desk::new();
    let place = || Action::Place(vec![ask(1, 1, 100, 200)]);
    let first = desk.with_key(0, &key(Operation::Book, 1), place()).unwrap();
    desk.act(1, cancel(1)).unwrap();
    let again = desk.with_key(2, &key(Operation::Book, 1), place()).unwrap();
    assert!(!first.replayed && again.replayed);
    assert_eq!(again.bookings, first.bookings);
    assert_eq!(desk.state.events(TENANT, 0, 99).len(), 2);
    let recorded = desk.state.recorded(TENANT, Operation::Book, "k").unwrap();
    assert_eq!((recorded.key, recorded.answer), (key(Operation::Book, 1), first));
}

#[test]
fn other_content_is_refused_and_another_operation_is_another_key() {
    let mut desk = Desk::new();
    let place = |id| Action::Place(vec![hold(id, 1, 100, 200, 50)]);
    desk.with_key(0, &key(Operation::Hold, 1), place(1)).unwrap();
    let refused = desk.with_key(0, &key(Operation::Hold, 2), place(2));
    assert_eq!(outcome(&refused), "the idempotency key was used for another request");
    desk.with_key(0, &key(Operation::Confirm, 1), change(1, Change::Confirm)).unwrap();
    assert!(desk.with_key(60, &key(Operation::Confirm, 1), change(1, Change::Confirm)).unwrap().replayed);
}

#[test]
fn refusals_are_not_recorded() {
    let mut desk = Desk::new();
    desk.place(0, ask(1, 1, 100, 200)).unwrap();
    let place = || Action::Place(vec![ask(2, 1, 100, 200)]);
    desk.with_key(0, &key(Operation::Book, 1), place()).unwrap_err();
    assert!(desk.state.recorded(TENANT, Operation::Book, "k").is_none());
    desk.act(0, cancel(1)).unwrap();
    assert!(!desk.with_key(0, &key(Operation::Book, 1), place()).unwrap().replayed);
}

#[test]
fn keys_are_kept_seven_days() {
    let place = |id| Action::Place(vec![ask(id, id, 100, 200)]);
    let mut desk = Desk::new();
    desk.with_key(0, &key(Operation::Book, 1), place(1)).unwrap();
    assert!(desk.with_key(7 * DAY - 1, &key(Operation::Book, 1), place(1)).unwrap().replayed);
    assert!(!desk.with_key(7 * DAY, &key(Operation::Book, 2), place(2)).unwrap().replayed);
    // Any later command forgets what is too old.
    desk.act(14 * DAY, cancel(9)).unwrap_err();
    assert!(desk.state.recorded(TENANT, Operation::Book, "k").is_some());
    desk.place(14 * DAY, ask(3, 3, 100, 200)).unwrap();
    assert!(desk.state.recorded(TENANT, Operation::Book, "k").is_none());
    assert!(desk.state.rows(TENANT).recorded.is_empty());
}

#[test]
fn keys_are_kept_a_day_at_least() {
    let mut desk = Desk::new();
    assert_eq!(desk.state.keep_keys(DAY - 1).unwrap_err().field(), "keep_keys");
    desk.state.keep_keys(DAY).unwrap();
    desk.with_key(0, &key(Operation::Book, 1), Action::Place(vec![ask(1, 1, 100, 200)])).unwrap();
    let later = desk.with_key(DAY, &key(Operation::Book, 2), Action::Place(vec![ask(2, 2, 100, 200)]));
    assert!(!later.unwrap().replayed);
}

#[test]
fn tenants_do_not_share_keys_or_rows() {
    let mut desk = Desk::new();
    let other = booking_core::TenantId::from_u64(7);
    let book = |tenant| booking_core::Command {
        tenant,
        key: Some(key(Operation::Book, 1)),
        ..command(0, Action::Place(vec![ask(1, 1, 100, 200)]))
    };
    desk.run(&book(TENANT)).unwrap();
    let theirs = desk.state.apply(&book(other), 0).unwrap();
    assert!(!theirs.replayed);
    assert_eq!(theirs.bookings[0].tenant, other);
    assert_eq!(desk.state.events(other, 0, 9).len(), 1);
}
