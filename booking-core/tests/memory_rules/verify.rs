//! What `verify` finds in rows that no command could have left.

use booking_core::memory::{Rows, Violation, verify};
use booking_core::{Action, BookingId, Initial, Interval, SessionId, State, TenantId};

use crate::desk::*;

/// A booking, a hold, a cancelled one, and a class with two parties.
fn rows() -> Rows {
    let mut desk = Desk::new();
    desk.place(0, ask(1, 1, 100, 200)).unwrap();
    let hold = with(ask(2, 1, 200, 300), |asked| asked.booking.initial = Initial::Held(at(50)));
    desk.place(0, hold).unwrap();
    desk.place(0, ask(3, 1, 300, 400)).unwrap();
    desk.act(1, cancel(3)).unwrap();
    let class = session(1, 2, 100, 200, 5);
    desk.act(1, Action::OpenSession(class.clone())).unwrap();
    desk.place(2, sit(4, 2, &class)).unwrap();
    desk.place(2, sit(5, 3, &class)).unwrap();
    desk.state.rows(TENANT)
}

fn found(change: impl FnOnce(&mut Rows)) -> Vec<Violation> {
    verify(TENANT, &with(rows(), change), 10)
}

fn only(change: impl FnOnce(&mut Rows), expected: &Violation) {
    assert_eq!(found(change), std::slice::from_ref(expected));
}

fn booking(id: u64) -> BookingId {
    booking_id(id)
}

#[test]
fn what_commands_leave_is_right() {
    assert_eq!(found(|_| ()), []);
}

#[test]
fn claims_beyond_the_capacity_are_found_while_they_live() {
    let over = Violation::OverCapacity { resource: resource(1), peak: 2, capacity: 1 };
    only(|rows| rows.bookings[1].claims[0].interval = Interval::from_seconds(150, 250).unwrap(), &over);
    let late = with(rows(), |rows| rows.bookings[1].claims[0].interval = span(150, 250));
    assert_eq!(verify(TENANT, &late, 50), [], "the hold has lapsed");
    assert_eq!(verify(TENANT, &late, 200), [], "it is over");
    only(|rows| rows.bookings[0].claims[0].after = 1, &over);
    only(|rows| rows.bookings[0].claims[0].units = 2, &over);
}

#[test]
fn the_claims_of_a_session_count_once() {
    let over = Violation::OverCapacity { resource: resource(2), peak: 2, capacity: 1 };
    only(|rows| rows.bookings[0].claims[0].resource = resource(2), &over);
}

#[test]
fn seats_beyond_the_session_are_found() {
    let session = SessionId::from_u64(1);
    only(|rows| rows.sessions[0].seats = 4, &Violation::OverSeats { session, taken: 5, seats: 4 });
    let gone = found(|rows| rows.sessions.clear());
    assert_eq!(gone, [4, 5].map(|id| Violation::NoSession { booking: booking(id), session }));
}

#[test]
fn a_live_booking_has_claims_or_a_session() {
    only(|rows| rows.bookings[0].claims.clear(), &Violation::Unplaced { booking: booking(1) });
    assert_eq!(found(|rows| rows.bookings[2].claims.clear()), [], "a cancelled one need not");
}

#[test]
fn a_hold_has_a_deadline() {
    only(|rows| rows.bookings[1].deadline = None, &Violation::NoDeadline { booking: booking(2) });
}

#[test]
fn a_booking_is_what_its_events_say() {
    let other = |id| Violation::OtherHistory { booking: booking(id) };
    only(|rows| rows.bookings[0].version = 2, &other(1));
    only(|rows| rows.bookings[2].state = State::Declined, &other(3));
    only(|rows| rows.bookings.retain(|row| row.id != booking(3)), &other(3));
    only(|rows| drop(rows.events.pop()), &other(5));
    let lost = found(|rows| drop(rows.events.remove(1)));
    assert_eq!(lost, [Violation::Sequence { expected: 2, found: 3 }, other(2)]);
}

#[test]
fn a_booking_belongs_to_its_tenant() {
    let theirs = TenantId::from_u64(9);
    only(|rows| rows.bookings[0].tenant = theirs, &Violation::OtherTenant { booking: booking(1) });
}
