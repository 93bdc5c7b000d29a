//! What the laws found, each as the smallest world that shows it.

use std::collections::BTreeSet;

use booking_core::{
    Block, BlockId, Claim, ClaimRow, DateOverride, Grid, Hours, Interval, Occupancy, Occupant, Pick,
    Recurrence, Recurring, Requirement, Resource, ResourceId, ResourceSpec, Schedule, ScheduleSpec, Service,
    ServiceSpec, Session, SessionId, SessionKey, SessionRow, Takes, Waiver, ZoneId, minutes,
};
use chrono::{DateTime, Utc, Weekday};

use super::worlds::{SERVICE, host_id};
use crate::support::judge::{disagreement, disagreement_on_starts, engine_slots};
use crate::support::world::{Ask, World};

const EVERY_DAY: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

fn second(text: &str) -> i64 {
    text.parse::<DateTime<Utc>>().unwrap().timestamp()
}

fn zone(name: &str) -> ZoneId {
    ZoneId::new(name).unwrap()
}

/// The schedule of someone who is there every day; nobody is where `from` and `to` are the same text.
fn schedule(name: &str, hours: &[(&str, &str)]) -> ScheduleSpec {
    let mut spec = ScheduleSpec::in_zone(zone(name));
    for (from, to) in hours {
        spec.weekly = spec.weekly.with(&EVERY_DAY, from, to).unwrap();
    }
    spec
}

fn host(number: usize, capacity: u32, schedule: ScheduleSpec) -> Resource {
    let hours = Hours::of(Schedule::new(schedule).unwrap());
    let mut spec = ResourceSpec::new(host_id(number), format!("host {number}"), hours);
    spec.capacity = capacity;
    Resource::new(spec).unwrap()
}

/// A service of five minutes that starts every quarter of an hour, and a window of one day.
fn world(
    name: &str,
    requirements: Vec<Requirement>,
    resources: Vec<Resource>,
    from: &str,
    hours: i64,
) -> World {
    let spec = ServiceSpec::new(SERVICE, "Visit", zone(name), minutes(5), requirements);
    let from = second(from);
    World {
        service: Service::new(ServiceSpec { step: minutes(15), ..spec }).unwrap(),
        resources,
        occupancy: Occupancy::default(),
        counted: Vec::new(),
        ask: Ask {
            window: Interval::from_seconds(from, from + hours * 3_600).unwrap(),
            now: from - 86_400,
            duration: minutes(5),
            party: 1,
            customer: None,
            pins: Vec::new(),
            waive: Waiver::default(),
        },
    }
}

fn with_service(mut world: World, change: impl FnOnce(&mut ServiceSpec)) -> World {
    let mut spec = ServiceSpec::clone(&world.service);
    change(&mut spec);
    world.service = Service::new(spec).unwrap();
    world
}

/// A session of the service with one seat taken, served by these for requirements `a`, `b`, ...
fn session(world: &mut World, start: &str, hosts: &[usize]) {
    let start = second(start);
    let visit = Interval::from_seconds(start, start + world.ask.duration).unwrap();
    let names = world.service.requirements.iter().map(|requirement| requirement.name.clone());
    let pick =
        |(requirement, host): (String, &usize)| Pick { requirement, resource: host_id(*host), seconds: 300 };
    let picks: Vec<Pick> = names.zip(hosts).map(pick).collect();
    let claim =
        |pick: &Pick| Claim { resource: pick.resource, interval: visit, before: 0, after: 0, units: 1 };
    let claims: Vec<Claim> = picks.iter().map(claim).collect();
    let id = SessionId::from_u64(1);
    let by = Occupant::Session(id);
    world.occupancy.claims.extend(claims.iter().map(|claim| ClaimRow { claim: *claim, by }));
    let key = SessionKey { service: SERVICE, visit, picks };
    let session = Session { id, key, seats: world.service.seats, claims, scheduled: false };
    world.occupancy.sessions.push(SessionRow { session, taken: 1 });
}

/// Engine and model agree; the starts, with the seats or units left and who could serve the first requirement.
fn agreed(world: &World) -> Vec<(String, u32, BTreeSet<ResourceId>)> {
    assert_eq!(disagreement(world), None);
    assert_eq!(disagreement_on_starts(world), None);
    let slots = engine_slots(world).unwrap().into_iter();
    slots.map(|(start, found)| (shown(start), found.left, found.usable[0].clone())).collect()
}

fn starts(world: &World) -> Vec<String> {
    agreed(world).into_iter().map(|(start, ..)| start).collect()
}

fn shown(second: i64) -> String {
    DateTime::from_timestamp(second, 0).unwrap().format("%d %H:%M").to_string()
}

fn one(name: &str, hosts: &[usize]) -> Requirement {
    Requirement::one_of(name, hosts.iter().map(|host| host_id(*host)))
}

#[test]
fn what_is_left_counts_a_resource_that_must_serve_two_requirements_for_both() {
    let needs = vec![one("a", &[0]), one("b", &[0]).taking(Takes::Party)];
    let van = host(0, 4, schedule("UTC", &[("09:00", "09:05")]));
    let world = world("UTC", needs, vec![van], "2026-05-04T00:00:00Z", 24);
    assert_eq!(agreed(&world)[0].1, 3);
}

#[test]
fn a_team_follows_on_what_ends_in_a_room_that_never_closes() {
    let room = host(0, 1, schedule("UTC", &[("00:00", "24:00")]));
    let staff = host(1, 1, schedule("UTC", &[("12:00", "12:30")]));
    let mut world =
        world("UTC", vec![one("a", &[0]), one("b", &[1])], vec![room, staff], "2026-05-04T00:00:00Z", 24);
    world = with_service(world, |spec| spec.grid = Grid::FREE);
    let interval = Interval::from_seconds(second("2026-05-04T11:00:00Z"), second("2026-05-04T12:10:00Z"));
    let (id, text) = (BlockId::from_u64(1), "cleaning".to_owned());
    world.occupancy.blocks.push(Block { id, resource: host_id(0), interval: interval.unwrap(), text });
    assert_eq!(starts(&world), ["04 12:10", "04 12:25"]);
}

#[test]
fn a_resource_that_is_too_small_makes_no_grid() {
    let small = host(0, 1, schedule("UTC", &[("08:10", "09:00")]));
    let large = host(1, 3, schedule("UTC", &[("08:00", "08:30")]));
    let needs = vec![one("a", &[0, 1]).taking(Takes::Units(2))];
    let world = world("UTC", needs, vec![small, large], "2026-05-04T00:00:00Z", 24);
    assert_eq!(starts(&world), ["04 08:00", "04 08:15"]);
}

#[test]
fn whoever_is_listed_at_a_start_can_be_asked_for_there() {
    let ann = host(0, 1, schedule("UTC", &[("09:00", "09:30")]));
    let bob = host(1, 1, schedule("UTC", &[("09:05", "09:30")]));
    let mut world = world("UTC", vec![one("a", &[0, 1])], vec![ann, bob], "2026-05-04T00:00:00Z", 24);
    let with_ann = |world: &World| -> Vec<String> {
        let slots = agreed(world).into_iter();
        slots.filter(|(_, _, hosts)| hosts.contains(&host_id(0))).map(|(start, ..)| start).collect()
    };
    let listed = with_ann(&world);
    assert_eq!(listed, ["04 09:00", "04 09:05", "04 09:15", "04 09:20"]);
    world.ask.pins = vec![host_id(0)];
    assert_eq!(with_ann(&world), listed);
}

#[test]
fn an_opening_that_touches_a_recurring_one_keeps_its_grid_in_every_window() {
    let mut spec = schedule("UTC", &[("10:10", "11:00")]);
    let dtstart = "2026-05-04T09:00:00".parse().unwrap();
    let recurrence = Recurrence::new(dtstart, "FREQ=DAILY").unwrap();
    spec.openings = vec![Recurring { recurrence, duration: minutes(70), name: "early".to_owned() }];
    let world = world("UTC", vec![one("a", &[0])], vec![host(0, 1, spec)], "2026-05-04T10:30:00Z", 24);
    assert_eq!(starts(&world)[..2], ["04 10:30", "04 10:45"]);
}

#[test]
fn no_second_session_of_the_same_resources_is_opened_where_units_are_left() {
    let hall = host(0, 2, schedule("UTC", &[("09:00", "09:05")]));
    let mut world = world("UTC", vec![one("a", &[0])], vec![hall], "2026-05-04T00:00:00Z", 24);
    world = with_service(world, |spec| spec.seats = 3);
    session(&mut world, "2026-05-04T09:00:00Z", &[0]);
    assert_eq!(agreed(&world)[0].1, 2);
    world.ask.party = 3;
    assert!(agreed(&world).iter().all(|(start, ..)| start != "04 09:00"));
}

#[test]
fn a_session_off_the_grid_offers_its_own_seats_and_nobody_else() {
    let (ann, bob) = (schedule("UTC", &[("09:00", "10:00")]), schedule("UTC", &[("09:00", "10:00")]));
    let resources = vec![host(0, 1, ann), host(1, 1, bob)];
    let mut world = world("UTC", vec![one("a", &[0, 1])], resources, "2026-05-04T09:01:00Z", 1);
    world = with_service(world, |spec| spec.seats = 3);
    session(&mut world, "2026-05-04T09:05:00Z", &[0]);
    assert_eq!(agreed(&world)[0], ("04 09:05".to_owned(), 2, BTreeSet::from([host_id(0)])));
}

#[test]
fn a_session_is_not_joined_when_another_resource_is_asked_for_one_of_its_requirements() {
    let open = || schedule("UTC", &[("09:00", "09:05")]);
    let resources =
        vec![host(0, 2, open()), host(1, 1, open()), host(2, 1, ScheduleSpec::in_zone(ZoneId::UTC))];
    let needs = vec![one("a", &[0, 1]), one("b", &[0, 2])];
    let mut world = world("UTC", needs, resources, "2026-05-04T00:00:00Z", 24);
    world = with_service(world, |spec| spec.seats = 3);
    session(&mut world, "2026-05-04T09:00:00Z", &[0, 0]);
    assert_eq!(starts(&world), ["04 09:00"]);
    world.ask.pins = vec![host_id(2)];
    assert!(agreed(&world).is_empty());
}

/// Clocks go from 00:01 back to 23:01 of the date before.
#[test]
fn a_date_that_begins_before_clocks_go_back_over_midnight_is_open_from_its_first_midnight() {
    let mut spec = schedule("America/St_Johns", &[("00:00", "24:00")]);
    spec.overrides = vec![DateOverride { date: "2010-11-06".parse().unwrap(), intervals: Vec::new() }];
    let resources = vec![host(0, 1, spec)];
    let world = world("America/St_Johns", vec![one("a", &[0])], resources, "2010-11-07T01:35:00Z", 1);
    assert_eq!(starts(&world), ["07 02:30"]);
}

/// Clocks go from 02:00 back to 00:00: midnight comes twice.
#[test]
fn a_closed_date_cuts_an_opening_until_24_00_at_its_first_midnight() {
    let mut spec = schedule("America/Juneau", &[("00:00", "24:00")]);
    spec.overrides = vec![DateOverride { date: "1983-10-30".parse().unwrap(), intervals: Vec::new() }];
    let resources = vec![host(0, 1, spec)];
    let world = world("America/Juneau", vec![one("a", &[0])], resources, "1983-10-30T06:30:00Z", 4);
    assert_eq!(starts(&world), ["30 06:30", "30 06:45"]);
}
