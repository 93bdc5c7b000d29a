//! How long idempotency keys are kept.

use booking_core::{Action, ContentHash, IdempotencyKey, Operation};

use crate::desk::*;

const DAY: i64 = 86_400;

fn key(operation: Operation, content: u32) -> IdempotencyKey {
    IdempotencyKey::new(operation, "k", ContentHash::default().with("content", content)).unwrap()
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
