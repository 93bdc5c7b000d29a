//! Who of several free is chosen: the same for the same input.

use booking_core::{
    Action, BookRequest, CustomerId, Hours, Intent, ResourceSpec, ServiceSpec, Strategy, Wish, ZoneId,
    minutes,
};

use super::desk::{Desk, at, now_or_never, resource, service, wish};

fn desk(strategy: Strategy) -> Desk {
    let spec = ServiceSpec { strategy, ..service(minutes(60), &[1, 2, 3]) };
    Desk::open("2026-01-05T00:00:00Z", 3, spec)
}

/// Who gets each of `count` visits, an hour after the other.
fn chosen(desk: &Desk, count: usize) -> Vec<u64> {
    let starts = (0..count).map(|hour| format!("2026-01-05T{:02}:00:00Z", hour + 1));
    starts.map(|start| desk.booked(&start).picks[0].resource.to_u64().unwrap()).collect()
}

#[test]
fn priority_takes_the_first_of_the_pool_that_is_free() {
    let desk = desk(Strategy::Priority);
    assert_eq!(chosen(&desk, 3), [1, 1, 1]);
    let same: Vec<_> =
        (0..3).map(|_| desk.booked("2026-01-05T09:00:00Z").picks[0].resource.to_u64().unwrap()).collect();
    assert_eq!(same, [1, 2, 3]);
}

#[test]
fn round_robin_and_least_loaded_take_turns() {
    assert_eq!(chosen(&desk(Strategy::RoundRobin), 7), [1, 2, 3, 1, 2, 3, 1]);
    assert_eq!(chosen(&desk(Strategy::LeastLoaded), 7), [1, 2, 3, 1, 2, 3, 1]);
}

#[test]
fn weighted_gives_each_its_share() {
    let desk = desk(Strategy::Weighted);
    let half = ResourceSpec::new(resource(1), "Half of the work", Hours::always(ZoneId::UTC));
    desk.hire(ResourceSpec { weight: 2, ..half });
    let chosen = chosen(&desk, 8);
    let count = |number| chosen.iter().filter(|one| **one == number).count();
    assert_eq!([1, 2, 3].map(count), [4, 2, 2], "{chosen:?}");
}

#[test]
fn sticky_takes_whoever_served_the_customer_last() {
    let desk = desk(Strategy::Sticky);
    let of = |number| Wish { customer: Some(CustomerId::from_u64(number)), ..wish() };
    let host = |wish: &Wish, start: &str| desk.book(wish, start).unwrap().booking.picks[0].resource;
    let first = Wish { resources: vec![resource(2)], ..of(7) };
    assert_eq!(host(&first, "2026-01-05T01:00:00Z"), resource(2));
    assert_eq!(host(&of(7), "2026-01-05T02:00:00Z"), resource(2));
    assert_eq!(host(&of(8), "2026-01-05T03:00:00Z"), resource(1));
}

#[test]
fn the_same_question_plans_the_same() {
    for strategy in [Strategy::Priority, Strategy::RoundRobin, Strategy::LeastLoaded, Strategy::Weighted] {
        let desk = desk(strategy);
        desk.booked("2026-01-05T01:00:00Z");
        let request = BookRequest::new(wish(), at("2026-01-05T05:00:00Z"));
        let plans = || {
            let command = now_or_never(desk.scheduler.prepare(&request, Intent::Book)).unwrap();
            let Action::Place(placements) = command.action else { panic!("{:?}", command.action) };
            placements[0].plans.iter().map(|plan| plan.picks[0].resource).collect::<Vec<_>>()
        };
        assert_eq!(plans(), plans(), "{strategy:?}");
        assert_eq!(plans().len(), 3, "everyone who is free is a plan");
    }
}
