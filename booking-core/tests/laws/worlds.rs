//! Random worlds: services of every kind, resources with every kind of hours, and what occupies them.

use booking_core::{
    Block, BlockId, BookingId, Buffers, Claim, ClaimRow, Counted, CustomerId, Grid, GridMode, Interval,
    Occupancy, Occupant, Pick, Policy, PolicySpec, Pool, Requirement, ResourceId, Service, ServiceId,
    ServiceSpec, Session, SessionId, SessionKey, SessionRow, Takes, Waiver,
};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

use super::hours::{Hosts, hosts};
use super::places;
use super::policies::{Rules, rules};
use crate::support::world::{Ask, World};

pub(crate) const SERVICE: ServiceId = ServiceId::from_u64(1);
const OTHER: ServiceId = ServiceId::from_u64(2);
const DAY: i64 = 86_400;

/// How fine a world is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    /// Lengths are whole multiples of this many seconds.
    pub(crate) unit: i64,
    /// The longest window, in units.
    pub(crate) window: i64,
}

/// Minute by minute, windows of days.
pub(crate) const MINUTES: Scale = Scale { unit: 300, window: 600 };
/// Second by second, windows of minutes.
pub(crate) const SECONDS: Scale = Scale { unit: 17, window: 240 };

/// What a service is like, in units.
#[derive(Debug, Clone)]
struct Shape {
    duration: i64,
    step: i64,
    mode: GridMode,
    offset: i64,
    buffers: (i64, i64),
    seats: u32,
    needs: Vec<Need>,
    max_party: Option<u32>,
}

#[derive(Debug, Clone)]
struct Need {
    /// Which hosts are in the pool, as bits.
    pool: u8,
    count: u32,
    takes: u32,
    parts: Vec<(i64, i64)>,
}

/// Something that occupies a resource, in units.
#[derive(Debug, Clone)]
struct Busy {
    kind: u8,
    host: u8,
    start: i64,
    length: i64,
    buffers: (i64, i64),
    units: u32,
    customer: u8,
    taken: u32,
}

#[derive(Debug, Clone)]
struct Asked {
    /// Units from the place's first instant.
    from: i64,
    length: i64,
    now: i64,
    party: u32,
    customer: Option<u8>,
    pins: u8,
    waive: u8,
}

/// Any world.
pub(crate) fn worlds(scale: Scale) -> impl Strategy<Value = World> {
    (0..places::COUNT).prop_flat_map(move |place| {
        let busy = vec(busy(scale), 0..7);
        (hosts(place), shape(scale), rules(place, scale.unit), busy, asked(scale)).prop_map(
            move |(hosts, shape, rules, busy, asked)| {
                build(place, scale, &hosts, &shape, &rules, &busy, &asked)
            },
        )
    })
}

fn shape(scale: Scale) -> impl Strategy<Value = Shape> {
    let longest: i64 = if scale.unit < 60 { 40 } else { 24 };
    let mode = select(vec![GridMode::Hours, GridMode::Free, GridMode::Clock]);
    let buffer = prop_oneof![2 => Just(0_i64), 1 => 1..5_i64];
    let seats = prop_oneof![4 => Just(1_u32), 1 => 2..4_u32];
    let steps = prop_oneof![2 => 1..=12_i64, 1 => select(vec![3_i64, 6, 12])];
    let few = steps.prop_map(move |step| if scale.unit < 60 { step + 2 } else { step });
    (
        1..longest,
        few,
        mode,
        prop_oneof![3 => Just(0_i64), 1 => 1..9_i64],
        (buffer.clone(), buffer),
        seats,
        vec(need(), 1..4),
        weighted(0.2, 1..4_u32),
    )
        .prop_map(|(duration, step, mode, offset, buffers, seats, needs, max_party)| Shape {
            duration,
            step,
            mode,
            offset,
            buffers,
            seats,
            needs,
            max_party,
        })
}

fn need() -> impl Strategy<Value = Need> {
    let parts = prop_oneof![3 => Just(Vec::new()), 1 => vec((0..8_i64, 1..8_i64), 1..3)];
    (1..16_u8, prop_oneof![4 => Just(1_u32), 1 => 2..4_u32], 0..4_u32, parts)
        .prop_map(|(pool, count, takes, parts)| Need { pool, count, takes, parts })
}

fn busy(scale: Scale) -> impl Strategy<Value = Busy> {
    let buffer = prop_oneof![3 => Just(0_i64), 1 => 1..6_i64];
    (0..8_u8, 0..4_u8, -40..scale.window, 1..40_i64, (buffer.clone(), buffer), 1..3_u32, 0..3_u8, 0..4_u32)
        .prop_map(|(kind, host, start, length, buffers, units, customer, taken)| Busy {
            kind,
            host,
            start,
            length,
            buffers,
            units,
            customer,
            taken,
        })
}

fn asked(scale: Scale) -> impl Strategy<Value = Asked> {
    let waive = prop_oneof![5 => Just(0_u8), 1 => 0..32_u8];
    let pins = prop_oneof![4 => Just(0_u8), 1 => 1..16_u8];
    (
        0..288_i64,
        scale.window / 4..scale.window,
        -300..400_i64,
        prop_oneof![3 => Just(1_u32), 1 => 2..4_u32],
        weighted(0.5, 0..3_u8),
        pins,
        waive,
    )
        .prop_map(|(from, length, now, party, customer, pins, waive)| Asked {
            from,
            length,
            now,
            party,
            customer,
            pins,
            waive,
        })
}

fn build(
    place: usize,
    scale: Scale,
    hosts: &Hosts,
    shape: &Shape,
    rules: &Rules,
    busy: &[Busy],
    asked: &Asked,
) -> World {
    let zone = places::zone_id(place);
    let day = booking_core::time::civil::day_of(places::date(place));
    // Windows of minutes lie around the clock change itself, windows of days around the date.
    let first = places::zone(&zone).day_start(day);
    let origin = if scale.unit < 60 { near_change(place, first) } else { first - DAY };
    let resources = hosts.resources();
    let service = service(place, scale, shape, rules, resources.len());
    let mut world = World {
        ask: ask(scale, origin, asked, &service),
        service,
        resources,
        occupancy: Occupancy::default(),
        counted: Vec::new(),
    };
    for (number, one) in (1..).zip(busy) {
        push(&mut world, scale, origin, number, one);
    }
    world
}

/// Half an hour before the clock change of that date, or noon.
fn near_change(place: usize, first: i64) -> i64 {
    let zone = places::zone(&places::zone_id(place));
    let mut changes = zone.transitions().iter().map(|change| change.at());
    let near = changes.find(|at| (first - 7_200..first + DAY).contains(at));
    near.map_or(first + DAY / 2, |at| at - 1_800)
}

fn service(place: usize, scale: Scale, shape: &Shape, rules: &Rules, hosts: usize) -> Service {
    let unit = scale.unit;
    let duration = shape.duration * unit;
    let requirements =
        (1..).zip(&shape.needs).map(|(number, need)| requirement(number, need, duration, unit, hosts));
    let mut spec =
        ServiceSpec::new(SERVICE, "Visit", places::zone_id(place), duration, requirements.collect());
    spec.step = shape.step * unit;
    spec.grid = Grid { mode: shape.mode, offset: shape.offset * unit };
    spec.buffers = Buffers { before: shape.buffers.0 * unit, after: shape.buffers.1 * unit };
    spec.seats = shape.seats;
    spec.max_party = shape.max_party;
    spec.policy = Policy::new(PolicySpec {
        notice: rules.notice,
        horizon: rules.horizon.clone(),
        limits: rules.limits.clone(),
        ..PolicySpec::default()
    })
    .unwrap();
    Service::new(spec).unwrap()
}

fn requirement(number: usize, need: &Need, duration: i64, unit: i64, hosts: usize) -> Requirement {
    let members = (0..hosts).filter(|host| need.pool & (1 << host) != 0);
    let mut pool: Vec<ResourceId> = members.map(host_id).collect();
    if pool.is_empty() {
        pool.push(host_id(0));
    }
    let takes = match need.takes {
        0 | 1 => Takes::Units(1),
        2 => Takes::Units(2),
        _ => Takes::Party,
    };
    Requirement::one_of(format!("need {number}"), pool).count(need.count).taking(takes).during(parts(
        &need.parts,
        duration,
        unit,
    ))
}

/// Parts in order, apart from each other, inside the visit; none where nothing is left.
fn parts(wanted: &[(i64, i64)], duration: i64, unit: i64) -> Vec<(i64, i64)> {
    let mut parts = Vec::new();
    let mut from = 0;
    for (gap, length) in wanted {
        let start = from + gap * unit;
        let end = (start + length * unit).min(duration);
        if start < end {
            parts.push((start, end));
            from = end;
        }
    }
    parts
}

pub(crate) fn host_id(host: usize) -> ResourceId {
    ResourceId::from_u64(host as u64 + 1)
}

fn customer(number: u8) -> CustomerId {
    CustomerId::from_u64(u64::from(number) + 1)
}

fn ask(scale: Scale, origin: i64, asked: &Asked, service: &Service) -> Ask {
    let from = origin + if scale.unit < 60 { asked.from * scale.unit / 2 } else { asked.from * scale.unit };
    let waived = |bit: u8| asked.waive & bit != 0;
    Ask {
        window: Interval::from_seconds(from, from + asked.length * scale.unit).unwrap(),
        now: from + asked.now * scale.unit - if scale.unit < 60 { 0 } else { 3_600 * 12 },
        duration: service.durations[0],
        party: asked.party.min(service.max_party.unwrap_or(u32::MAX)),
        customer: asked.customer.map(customer),
        pins: (0..4)
            .filter(|host| asked.pins & (1 << host) != 0)
            .map(host_id)
            .filter(|id| pooled(service, *id))
            .collect(),
        waive: Waiver {
            grid: waived(1),
            hours: waived(2),
            notice: waived(4),
            horizon: waived(8),
            limits: waived(16),
        },
    }
}

fn pooled(service: &Service, id: ResourceId) -> bool {
    service.requirements.iter().any(|requirement| match &requirement.pool {
        Pool::Ids(ids) => ids.contains(&id),
        Pool::Tag(_) => false,
    })
}

/// Something that occupies a resource: a block, a claim of this or another service, or a session.
fn push(world: &mut World, scale: Scale, origin: i64, number: u64, busy: &Busy) {
    let host = &world.resources[usize::from(busy.host) % world.resources.len()];
    let (resource, capacity) = (host.id, host.capacity);
    let start = origin + busy.start * scale.unit;
    let interval = Interval::from_seconds(start, start + busy.length * scale.unit).unwrap();
    if busy.kind == 0 {
        let block = Block { id: BlockId::from_u64(number), resource, interval, text: "away".to_owned() };
        return world.occupancy.blocks.push(block);
    }
    if busy.kind < 4 && world.service.seats > 1 {
        return push_session(world, start, number, busy);
    }
    let (before, after) = (busy.buffers.0 * scale.unit, busy.buffers.1 * scale.unit);
    let claim = Claim { resource, interval, before, after, units: busy.units.min(capacity) };
    let booking = BookingId::from_u64(number);
    world.occupancy.claims.push(ClaimRow { claim, by: Occupant::Booking(booking) });
    count(world, booking, interval, busy, vec![(resource, interval.seconds())]);
}

fn count(
    world: &mut World,
    booking: BookingId,
    visit: Interval,
    busy: &Busy,
    resources: Vec<(ResourceId, i64)>,
) {
    let service = if busy.kind.is_multiple_of(2) { SERVICE } else { OTHER };
    let customer = (busy.customer > 0).then(|| customer(busy.customer - 1));
    world.counted.push(Counted { booking, service, customer, visit, resources });
}

/// A session of the service with the first members of each pool; one with the same key is the same session.
fn push_session(world: &mut World, start: i64, number: u64, busy: &Busy) {
    let service = &world.service;
    let seconds = if busy.kind == 1 { busy.length * 300 } else { world.ask.duration };
    if seconds < world.ask.duration {
        return;
    }
    let visit = Interval::from_seconds(start, start + seconds).unwrap();
    let (mut picks, mut claims) = (Vec::new(), Vec::new());
    for requirement in &service.requirements {
        let Pool::Ids(pool) = &requirement.pool else { unreachable!("pools are lists") };
        let skip = usize::from(busy.host) % pool.len();
        for &resource in pool.iter().cycle().skip(skip).take(pool.len().min(requirement.count as usize)) {
            let parts: Vec<_> = requirement.parts_of(seconds).collect();
            let served = parts.iter().map(|part| part.to - part.from).sum();
            picks.push(Pick { requirement: requirement.name.clone(), resource, seconds: served });
            claims.extend(parts.iter().map(|part| Claim {
                resource,
                interval: Interval::from_seconds(start + part.from, start + part.to).unwrap(),
                before: if part.from == 0 { service.buffers.before } else { 0 },
                after: if part.to == seconds { service.buffers.after } else { 0 },
                units: requirement.units(1),
            }));
        }
    }
    let key = SessionKey { service: SERVICE, visit, picks };
    if world.occupancy.sessions.iter().any(|row| row.session.key == key) {
        return;
    }
    let id = SessionId::from_u64(number);
    let seats = service.seats;
    let by = Occupant::Session(id);
    let resources = key.picks.iter().fold(Vec::<(ResourceId, i64)>::new(), |mut all, pick| {
        match all.iter_mut().find(|(id, _)| *id == pick.resource) {
            Some((_, seconds)) => *seconds += pick.seconds,
            None => all.push((pick.resource, pick.seconds)),
        }
        all
    });
    world.occupancy.claims.extend(claims.iter().map(|claim| ClaimRow { claim: *claim, by }));
    let session = Session { id, key, seats, claims, scheduled: false };
    world.occupancy.sessions.push(SessionRow { session, taken: busy.taken.min(seats) });
    count(world, BookingId::from_u64(number), visit, &Busy { kind: 2, ..busy.clone() }, resources);
}
