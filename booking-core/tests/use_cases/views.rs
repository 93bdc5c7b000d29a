//! Other views of the same answer, and answers over a changed world.

use booking_core::{
    Action, Actor, Block, BlockId, BookRequest, BookingStore, Claim, Hours, Hypothesis, Intent, Resource,
    ResourceSpec, ServiceSpec, ZoneId, minutes,
};

use super::desk::{Desk, TENANT, at, now_or_never, resource, service, span, wish};

fn desk() -> Desk {
    Desk::open("2026-01-05T20:00:00Z", 1, service(minutes(60), &[1, 2]))
}

#[test]
fn days_are_those_of_the_viewer() {
    let desk = desk();
    let window = span("2026-01-05T22:00:00Z", "2026-01-06T02:00:00Z");
    let count = |zone: &str| {
        let zone = ZoneId::new(zone).unwrap();
        let days = now_or_never(desk.scheduler.days(&wish(), window, Some(&zone))).unwrap();
        days.iter().map(|day| format!("{} {}", day.date, day.slots)).collect::<Vec<_>>()
    };
    assert_eq!(count("UTC"), ["2026-01-05 2", "2026-01-06 2"]);
    assert_eq!(count("Europe/Berlin"), ["2026-01-05 1", "2026-01-06 3"]);
    assert_eq!(count("America/New_York"), ["2026-01-05 4"]);
}

#[test]
fn free_windows_and_the_first_start() {
    let desk = desk();
    desk.booked("2026-01-06T02:00:00Z");
    let window = span("2026-01-06T00:00:00Z", "2026-01-06T06:00:00Z");
    let free = now_or_never(desk.scheduler.windows(&wish(), window)).unwrap();
    let shown: Vec<_> = free.iter().map(|one| (one.first_start, one.last_start, one.end)).collect();
    let expected = [
        ("2026-01-06T00:00:00Z", "2026-01-06T01:00:00Z", "2026-01-06T02:00:00Z"),
        ("2026-01-06T03:00:00Z", "2026-01-06T05:59:59Z", "2026-01-06T06:59:59Z"),
    ];
    assert_eq!(shown, expected.map(|(first, last, end)| (at(first), at(last), at(end))));
    let from_two = span("2026-01-06T02:00:00Z", "2026-01-06T06:00:00Z");
    let first = now_or_never(desk.scheduler.first(&wish(), from_two)).unwrap();
    assert_eq!(first, Some(at("2026-01-06T03:00:00Z")));
}

#[test]
fn what_if_lays_staff_hours_bookings_and_blocks_over_the_real_ones_and_writes_nothing() {
    let desk = desk();
    let booking = desk.booked("2026-01-06T02:00:00Z");
    let window = span("2026-01-06T01:00:00Z", "2026-01-06T04:00:00Z");
    let ask = |hypothesis: Hypothesis| {
        let answer = now_or_never(desk.scheduler.what_if(&wish(), window, &hypothesis)).unwrap();
        assert_eq!(answer.before.len(), 2);
        let hours = |starts: Vec<chrono::DateTime<chrono::Utc>>| {
            starts.iter().map(|start| start.format("%H").to_string()).collect::<Vec<_>>().join(" ")
        };
        format!("+{} -{}", hours(answer.gained), hours(answer.lost))
    };
    let hired = ResourceSpec::new(resource(2), "Bob", Hours::always(ZoneId::UTC));
    let hired = vec![Resource::new(hired).unwrap()];
    assert_eq!(ask(Hypothesis { resources: hired, ..Hypothesis::default() }), "+02 -");
    assert_eq!(ask(Hypothesis { without_bookings: vec![booking.id], ..Hypothesis::default() }), "+02 -");
    let away = vec![resource(1)];
    assert_eq!(ask(Hypothesis { without_resources: away, ..Hypothesis::default() }), "+ -01 03");
    let interval = span("2026-01-06T03:30:00Z", "2026-01-06T03:40:00Z");
    let block = Block { id: BlockId::from_u64(1), resource: resource(1), interval, text: String::new() };
    assert_eq!(ask(Hypothesis { blocks: vec![block], ..Hypothesis::default() }), "+ -03");
    let claim = Claim { resource: resource(1), interval, before: 0, after: minutes(90), units: 1 };
    assert_eq!(ask(Hypothesis { claims: vec![claim], ..Hypothesis::default() }), "+ -03");
    let later = Some(at("2026-01-06T02:30:00Z"));
    assert_eq!(ask(Hypothesis { now: later, ..Hypothesis::default() }), "+ -01");
    let half = ServiceSpec { step: minutes(30), ..service(minutes(30), &[1]) };
    let service = Some(booking_core::Service::new(half).unwrap());
    assert_eq!(ask(Hypothesis { service, ..Hypothesis::default() }), "+01 03 -");
    assert_eq!(desk.starts(&wish(), window).len(), 2, "nothing was written");
    let history = now_or_never(desk.scheduler.store().events(TENANT, 0, 100)).unwrap();
    assert_eq!(history.len(), 1);
}

#[test]
fn a_prepared_command_books_when_the_host_commits_it_and_not_before() {
    let desk = desk();
    let request = BookRequest::new(wish(), at("2026-01-06T02:00:00Z")).key("order-1");
    let command = now_or_never(desk.scheduler.prepare(&request, Intent::Hold(Some(60)))).unwrap();
    assert!(matches!(command.action, Action::Place(_)));
    assert_eq!(now_or_never(desk.scheduler.store().events(TENANT, 0, 100)).unwrap(), []);
    let held = now_or_never(desk.scheduler.store().commit(&command)).unwrap().bookings;
    assert_eq!(held[0].deadline, Some(at("2026-01-05T20:01:00Z")));
    let again = now_or_never(desk.scheduler.hold(&request, Some(60))).unwrap();
    assert!(again.replayed && again.booking == held[0], "the key belongs to the prepared command");
}

#[test]
fn a_session_on_the_calendar_is_offered_until_it_is_taken_off() {
    let class = ServiceSpec { seats: 8, ..service(minutes(60), &[1]) };
    let desk = Desk::open("2026-01-05T20:00:00Z", 1, class);
    let actor = Actor::default();
    // Off the grid: staff's own business.
    let start = at("2026-01-06T09:30:00Z");
    let session = now_or_never(desk.scheduler.open_session(&wish(), start, &actor)).unwrap();
    let window = span("2026-01-06T09:00:00Z", "2026-01-06T11:00:00Z");
    let slots = now_or_never(desk.scheduler.slots(&wish(), window)).unwrap();
    assert_eq!(slots.iter().map(|slot| (slot.start, slot.left)).collect::<Vec<_>>(), [(start, 8)]);
    now_or_never(desk.scheduler.close_session(TENANT, session.id, &actor)).unwrap();
    let slots = now_or_never(desk.scheduler.slots(&wish(), window)).unwrap();
    let starts = ["2026-01-06T09:00:00Z", "2026-01-06T10:00:00Z"].map(at);
    assert_eq!(slots.iter().map(|slot| slot.start).collect::<Vec<_>>(), starts);
}
