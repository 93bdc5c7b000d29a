//! How resources and customers stand: what strategies and the no-show rule read.

use super::desk::Desk;
use super::suite::Suite;
use super::words::*;
use crate::store::{Action, BookingStore, Change, Placement, ResourceStanding, Standing, StandingQuery};

fn standing(desk: &Desk) -> Standing {
    let query = StandingQuery {
        tenant: desk.tenant,
        service: SERVICE,
        customer: Some(customer(1)),
        resources: vec![resource(1), resource(2)],
        window: span(100, 1_000),
        missed_since: START + 300,
        now: desk.now_second(),
    };
    desk.read(desk.store().standing(&query))
}

/// How a resource stands; one that is not named has the default standing.
fn of(standing: &Standing, on: u64) -> ResourceStanding {
    let row = standing.resources.iter().find(|(id, _)| *id == resource(on));
    row.map(|(_, row)| *row).unwrap_or_default()
}

fn mine(asked: Placement) -> Placement {
    with(asked, |asked| asked.booking.customer = Some(customer(1)))
}

/// Counted bookings that start in the window, of any service, and their seconds; lapsed ones no longer.
pub fn standing_counts_the_bookings_of_the_window(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.placed(5, mine(ask(1, 1, 100, 200)));
    desk.placed(6, mine(ask(2, 2, 300, 350)));
    desk.placed(7, mine(hold(3, 1, 400, 450, 50)));
    desk.placed(8, with(ask(4, 1, 2_000, 2_100), |asked| asked.booking.service = service_id(2)));
    desk.placed(8, with(ask(5, 2, 500, 530), |asked| asked.booking.service = service_id(2)));
    let counts = || {
        let standing = standing(&desk);
        [1, 2].map(|on| (of(&standing, on).bookings, of(&standing, on).seconds))
    };
    assert_eq!(counts(), [(2, 150), (2, 80)]);
    desk.at(50);
    assert_eq!(counts(), [(1, 100), (2, 80)]);
}

/// When each resource was last given a booking of the service, in order even within one second.
pub fn standing_remembers_who_was_given_what(suite: &Suite) {
    let desk = Desk::new(suite);
    assert_eq!(of(&standing(&desk), 1).last_assigned, None);
    desk.placed(6, ask(1, 2, 300, 350));
    desk.placed(6, ask(2, 1, 400, 450));
    desk.placed(9, with(ask(3, 2, 500, 550), |asked| asked.booking.service = service_id(2)));
    let rows = || {
        let standing = standing(&desk);
        [1, 2].map(|on| of(&standing, on))
    };
    assert_eq!(rows().map(|row| row.last_assigned), [Some(START + 6), Some(START + 6)]);
    let [first, second] = rows();
    assert!(
        first.last_sequence > second.last_sequence,
        "1 was given its booking after 2: {first:?} {second:?}"
    );
    desk.placed(9, ask(4, 2, 600, 650));
    let [first, second] = rows();
    assert!(second.last_sequence > first.last_sequence, "and now 2 after 1: {first:?} {second:?}");
}

/// A booking that moves and keeps its resource was not given to it again.
pub fn keeping_a_resource_is_not_being_given_it_again(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.placed(5, ask(1, 1, 100, 200));
    desk.did(6, move_to(1, 1, 300, 400));
    let last = |desk: &Desk| of(&standing(desk), 1).last_assigned;
    assert_eq!(last(&desk), Some(START + 5));
    desk.did(7, move_to(1, 2, 300, 400));
    desk.did(8, move_to(1, 1, 300, 400));
    assert_eq!(last(&desk), Some(START + 8));
}

/// The resources of the customer's latest counted booking of the service, by start.
pub fn the_customers_last_resources_are_those_of_the_latest_counted_booking(suite: &Suite) {
    let desk = Desk::new(suite);
    let last = || standing(&desk).last_of_customer;
    assert_eq!(last(), []);
    desk.placed(0, mine(ask(1, 2, 300, 350)));
    desk.placed(0, mine(ask(2, 3, 100, 150)));
    desk.placed(0, mine(hold(3, 1, 400, 450, 50)));
    desk.placed(0, ask(4, 4, 700, 750));
    desk.placed(0, mine(with(ask(5, 5, 800, 850), |asked| asked.booking.service = service_id(2))));
    assert_eq!(last(), [resource(1)]);
    desk.at(50);
    assert_eq!(last(), [resource(2)]);
    desk.did(50, cancel(1));
    assert_eq!(last(), [resource(3)]);
}

/// The customer's missed visits that started at the instant asked for or later, whatever the service.
pub fn missed_visits_count_from_the_instant_asked_for(suite: &Suite) {
    let desk = Desk::new(suite);
    for (id, start) in [(1, 299), (2, 300), (3, 500), (4, 500)] {
        let asked = mine(ask(id, id, start, start + 1));
        let of_service = service_id(1 + id % 2);
        desk.placed(0, with(asked, |asked| asked.booking.service = of_service));
    }
    desk.placed(0, ask(5, 5, 500, 501));
    for id in [1, 2, 3, 5] {
        desk.did(500, change(id, Change::MarkNoShow { fee: None }));
    }
    desk.did(500, Action::CancelMany(vec![booking_id(4)]));
    assert_eq!(standing(&desk).missed, 2);
}
