//! What the read methods answer.

use booking_core::{
    Action, BookingFilter, BookingId, Change, CountedQuery, Initial, LimitSubject, OccupancyQuery, Occupant,
    SeriesId, ServiceId, StandingQuery, State,
};

use crate::desk::*;

fn occupancy(now: i64, ignoring: Option<BookingId>) -> OccupancyQuery {
    let resources = vec![resource(1), resource(2), resource(1)];
    OccupancyQuery { tenant: TENANT, resources, window: span(100, 200), now, ignoring }
}

fn occupants(desk: &Desk, query: &OccupancyQuery) -> Vec<Occupant> {
    let mut found: Vec<_> = desk.state.occupancy(query).claims.iter().map(|row| row.by).collect();
    found.sort_unstable();
    found
}

#[test]
fn occupancy_is_what_lives_and_reaches_into_the_window() {
    let mut desk = Desk::with_units(9);
    for (id, start, end) in [(1, 50, 100), (2, 50, 101), (3, 199, 250), (4, 200, 250), (5, 10, 900)] {
        desk.place(0, ask(id, 1, start, end)).unwrap();
    }
    desk.place(0, hold(6, 2, 120, 130, 50)).unwrap();
    desk.place(0, ask(7, 3, 120, 130)).unwrap();
    let by = |ids: &[u64]| ids.iter().map(|&id| Occupant::Booking(booking_id(id))).collect::<Vec<_>>();
    assert_eq!(occupants(&desk, &occupancy(49, None)), by(&[2, 3, 5, 6]));
    assert_eq!(occupants(&desk, &occupancy(50, None)), by(&[2, 3, 5]));
    assert_eq!(occupants(&desk, &occupancy(50, Some(booking_id(5)))), by(&[2, 3]));
    assert_eq!(desk.state.occupancy(&occupancy(50, None)).capacities, [(resource(1), 9)]);
}

#[test]
fn occupancy_has_blocks_and_live_sessions() {
    let mut desk = Desk::new();
    desk.act(0, Action::AddBlock(block(1, 2, 150, 900))).unwrap();
    desk.act(0, Action::AddBlock(block(2, 2, 200, 900))).unwrap();
    let class = session(1, 1, 100, 200, 5);
    desk.place(0, sit(1, 2, &class)).unwrap();
    desk.place(0, with(sit(2, 1, &class), |asked| asked.booking.initial = Initial::Held(at(50)))).unwrap();
    let seen = |now, ignoring| {
        let occupancy = desk.state.occupancy(&occupancy(now, ignoring));
        assert_eq!(occupancy.blocks, [block(1, 2, 150, 900)]);
        let sessions = occupancy.sessions.iter().map(|row| (row.session.id, row.taken));
        (occupancy.claims.len(), sessions.collect::<Vec<_>>())
    };
    assert_eq!(seen(0, None), (1, vec![(class.id, 3)]));
    assert_eq!(seen(50, None), (1, vec![(class.id, 2)]));
    assert_eq!(seen(0, Some(booking_id(1))), (1, vec![(class.id, 1)]));
    // It lives only by the one that is ignored.
    assert_eq!(seen(50, Some(booking_id(1))), (0, vec![]));
}

#[test]
fn counted_bookings_appear_once_with_what_each_resource_serves() {
    let mut desk = Desk::new();
    let teamed = with(ask(1, 1, 100, 200), |asked| {
        asked.booking.customer = Some(customer(1));
        asked.plans[0].picks = vec![pick(1, 30), pick(2, 100), pick(1, 40)];
    });
    desk.place(0, teamed).unwrap();
    desk.place(0, hold(2, 3, 150, 250, 50)).unwrap();
    desk.place(0, ask(3, 3, 1_000, 1_100)).unwrap();
    let query = |now, ignoring| CountedQuery {
        tenant: TENANT,
        subjects: vec![
            LimitSubject::Resource(resource(3)),
            LimitSubject::Customer(customer(1)),
            LimitSubject::Service(SERVICE),
        ],
        window: span(0, 1_000),
        now,
        ignoring,
    };
    let counted = desk.state.counted(&query(0, None));
    assert!(counted.iter().map(|row| row.booking).eq([booking_id(1), booking_id(2)]));
    assert_eq!(counted[0].resources, [(resource(1), 70), (resource(2), 100)]);
    assert!(desk.state.counted(&query(0, Some(booking_id(1)))).len() == 1);
    assert!(desk.state.counted(&query(50, None)).len() == 1);
}

fn standing(desk: &Desk, now: i64) -> booking_core::Standing {
    desk.state.standing(&StandingQuery {
        tenant: TENANT,
        service: SERVICE,
        customer: Some(customer(1)),
        resources: vec![resource(1), resource(2)],
        window: span(100, 1_000),
        missed_since: 300,
        now,
    })
}

#[test]
fn standing_counts_and_remembers_who_was_given_what() {
    let mut desk = Desk::new();
    let of_customer =
        |asked| with(asked, |asked: &mut booking_core::Placement| asked.booking.customer = Some(customer(1)));
    desk.place(5, of_customer(ask(1, 1, 100, 200))).unwrap();
    desk.place(6, of_customer(ask(2, 2, 300, 350))).unwrap();
    desk.place(7, of_customer(hold(3, 1, 400, 450, 50))).unwrap();
    let other = with(ask(4, 1, 2_000, 2_100), |asked| asked.booking.service = ServiceId::from_u64(2));
    desk.place(8, of_customer(other)).unwrap();
    let resources = |now| {
        let rows = standing(&desk, now).resources;
        rows.into_iter()
            .map(|(_, row)| (row.bookings, row.seconds, row.last_assigned, row.last_sequence))
            .collect::<Vec<_>>()
    };
    assert_eq!(resources(8), [(2, 150, Some(7), 3), (1, 50, Some(6), 2)]);
    assert_eq!(resources(50), [(1, 100, Some(7), 3), (1, 50, Some(6), 2)]);
    assert_eq!(standing(&desk, 8).last_of_customer, [resource(1)]);
    assert_eq!(standing(&desk, 50).last_of_customer, [resource(2)]);
}

#[test]
fn keeping_a_resource_is_not_being_given_it_again() {
    let mut desk = Desk::new();
    desk.place(5, ask(1, 1, 100, 200)).unwrap();
    desk.relocate(6, relocation(1, 1, 300, 400)).unwrap();
    let last = |desk: &Desk| standing(desk, 6).resources[0].1.last_assigned;
    assert_eq!(last(&desk), Some(5));
    desk.relocate(7, relocation(1, 2, 300, 400)).unwrap();
    desk.relocate(8, relocation(1, 1, 300, 400)).unwrap();
    assert_eq!(last(&desk), Some(8));
}

#[test]
fn missed_visits_count_from_the_instant_asked_for() {
    let mut desk = Desk::new();
    for (id, start) in [(1, 299), (2, 300), (3, 500)] {
        let asked = with(ask(id, id, start, start + 1), |asked| asked.booking.customer = Some(customer(1)));
        desk.place(0, asked).unwrap();
        desk.act(500, change(id, Change::MarkNoShow { fee: None })).unwrap();
    }
    assert_eq!(standing(&desk, 500).missed, 2);
}

fn ids(desk: &Desk, filter: &BookingFilter) -> (Vec<u64>, bool) {
    let page = desk.state.bookings(TENANT, filter);
    (page.items.iter().map(|booking| booking.id.to_u64().unwrap()).collect(), page.more)
}

#[test]
fn lists_are_ordered_by_start_and_id_and_filtered() {
    let mut desk = Desk::with_units(9);
    for (id, start) in [(4, 100), (2, 100), (3, 50), (0, 0)] {
        desk.place(0, ask(id, 1, start, start + 60)).unwrap();
    }
    let special = with(hold(5, 2, 500, 600, 50), |asked| {
        asked.booking.customer = Some(customer(1));
        asked.booking.service = ServiceId::from_u64(2);
        asked.booking.series = Some((SeriesId::from_u64(1), 1));
    });
    desk.place(0, special).unwrap();
    let all = BookingFilter { limit: 9, ..BookingFilter::default() };
    let none = (Vec::new(), false);
    let only = |ids: &[u64]| (ids.to_vec(), false);
    assert_eq!(ids(&desk, &all), only(&[0, 3, 2, 4, 5]));
    assert_eq!(ids(&desk, &BookingFilter { window: Some(span(105, 500)), ..all.clone() }), only(&[3, 2, 4]));
    assert_eq!(ids(&desk, &BookingFilter { customer: Some(customer(1)), ..all.clone() }), only(&[5]));
    assert_eq!(ids(&desk, &BookingFilter { customer: Some(customer(2)), ..all.clone() }), none);
    assert_eq!(ids(&desk, &BookingFilter { resource: Some(resource(2)), ..all.clone() }), only(&[5]));
    assert_eq!(ids(&desk, &BookingFilter { service: Some(SERVICE), ..all.clone() }), only(&[0, 3, 2, 4]));
    assert_eq!(ids(&desk, &BookingFilter { series: Some(SeriesId::from_u64(1)), ..all.clone() }), only(&[5]));
    let held = BookingFilter { states: vec![State::Held], ..all.clone() };
    assert_eq!(ids(&desk, &held), only(&[5]));
    assert_eq!(ids(&desk, &BookingFilter { now: 50, ..held }), none);
    let expired = BookingFilter { now: 50, states: vec![State::Expired], ..all };
    assert_eq!(ids(&desk, &expired), only(&[5]));
}

#[test]
fn pages_join_without_gap_or_overlap() {
    let mut desk = Desk::with_units(99);
    for id in 0..20 {
        desk.place(0, ask(id, 1, 100 + i64::try_from(id / 5).unwrap(), 200)).unwrap();
    }
    for limit in 1..=21 {
        let mut filter = BookingFilter { limit, window: Some(span(150, 160)), ..BookingFilter::default() };
        let mut seen = Vec::new();
        for _ in 0..=20 {
            let page = desk.state.bookings(TENANT, &filter);
            assert!(page.items.len() <= limit);
            seen.extend(page.items.iter().map(|booking| booking.id.to_u64().unwrap()));
            filter.after = page.cursor();
            if filter.after.is_none() {
                break;
            }
        }
        assert!(seen.iter().copied().eq(0..20), "{limit}: {seen:?}");
    }
}

#[test]
fn events_continue_after_a_number() {
    let mut desk = Desk::new();
    for id in 1..=5 {
        desk.place(0, ask(id, id, 100, 200)).unwrap();
    }
    let sequences = |after, limit| {
        let events = desk.state.events(TENANT, after, limit);
        events.iter().map(|event| event.sequence).collect::<Vec<_>>()
    };
    assert_eq!(sequences(0, 2), [1, 2]);
    assert_eq!(sequences(2, 9), [3, 4, 5]);
    assert_eq!(sequences(5, 9), Vec::<u64>::new());
}

#[test]
fn lapsed_bookings_come_by_deadline() {
    let mut desk = Desk::new();
    for (id, until) in [(1, 30), (2, 10), (3, 20), (4, 21)] {
        desk.place(0, hold(id, id, 100, 200, until)).unwrap();
    }
    desk.act(5, cancel(4)).unwrap();
    let lapsed = |now, limit| {
        let bookings = desk.state.lapsed(TENANT, at(now), limit);
        bookings.iter().map(|booking| booking.id).collect::<Vec<_>>()
    };
    assert_eq!(lapsed(20, 9), [booking_id(2), booking_id(3)]);
    assert_eq!(lapsed(99, 2), [booking_id(2), booking_id(3)]);
    assert_eq!(lapsed(9, 9), []);
}
