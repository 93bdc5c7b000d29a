//! Where capacities start, and what conflicts name: more than every store has to.

use booking_core::{CommitError, Conflict, Occupant};

use crate::desk::*;

#[test]
fn a_starting_capacity_counts_once() {
    let mut desk = Desk::with_units(3);
    assert_eq!(desk.state.start_capacity(TENANT, resource(1), 7), 3);
    assert_eq!(desk.state.start_capacity(TENANT, resource(2), 7), 7);
}

#[test]
fn each_conflict_names_the_one_booking_in_the_way() {
    let mut desk = Desk::new();
    desk.place(0, ask(1, 1, 100, 200)).unwrap();
    desk.place(0, ask(2, 3, 100, 200)).unwrap();
    let asked = with(ask(3, 1, 150, 250), |asked| asked.plans = [1, 3].map(|on| plan(on, 150, 250)).to_vec());
    let refused = desk.place(0, asked).unwrap_err();
    let CommitError::NoFit { placement: 0, conflicts } = refused else { panic!("{refused}") };
    let conflict =
        |on, by| Conflict { resource: resource(on), by: Some(Occupant::Booking(booking_id(by))), free: 0 };
    assert_eq!(conflicts, [conflict(1, 1), conflict(3, 2)]);
}

#[test]
fn a_full_session_is_named_in_the_conflict() {
    let mut desk = Desk::new();
    let class = session(1, 1, 100, 200, 2);
    desk.place(0, sit(1, 1, &class)).unwrap();
    let Err(CommitError::NoFit { conflicts, .. }) = desk.place(0, sit(2, 2, &class)) else { panic!("fits") };
    let by = Some(Occupant::Session(class.id));
    assert_eq!(conflicts, [Conflict { resource: resource(1), by, free: 1 }]);
}
