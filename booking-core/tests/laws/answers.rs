//! Laws that need no model: what must hold between two answers of the engine.

use std::collections::{BTreeMap, BTreeSet};

use booking_core::{
    Availability, Claim, ClaimRow, GridMode, Horizon, HorizonKind, Interval, Occupant, PolicySpec, Service,
    ServiceSpec, SessionId, Zones, peak_use,
};

use super::law::check;
use super::places;
use super::worlds::{MINUTES, worlds};
use crate::support::world::World;

/// The starts that are offered; none where the question is refused.
fn offered(world: &World) -> BTreeSet<i64> {
    let (zones, snapshot) = (Zones::bundled(), world.snapshot());
    let availability = Availability::new(&world.service, &snapshot, &zones).unwrap();
    availability.starts(&world.query()).unwrap().into_iter().collect()
}

fn with_policy(world: &World, change: impl FnOnce(&mut PolicySpec)) -> World {
    let mut world = world.clone();
    let mut spec = ServiceSpec::clone(&world.service);
    let mut policy = PolicySpec::clone(&spec.policy);
    change(&mut policy);
    spec.policy = booking_core::Policy::new(policy).unwrap();
    world.service = Service::new(spec).unwrap();
    world
}

/// Each plan of a slot fits beside what is there: on a resource of one unit it meets no claim at all.
#[test]
fn a_slot_never_overlaps_a_claim() {
    check("answers::a_slot_never_overlaps_a_claim", 400, &worlds(MINUTES), |world| {
        if world.service.seats > 1 {
            return None;
        }
        let (zones, snapshot) = (Zones::bundled(), world.snapshot());
        let availability = Availability::new(&world.service, &snapshot, &zones).unwrap();
        let starts = offered(world);
        starts.iter().step_by(1 + starts.len() / 8).find_map(|start| {
            let plans = availability.plans(&world.query(), *start, SessionId::from_u64(9)).unwrap();
            let none = plans.is_empty().then(|| format!("{start} is offered and has no plan"));
            none.or_else(|| plans.iter().find_map(|plan| overlap(world, &plan.claims)))
        })
    });
}

fn overlap(world: &World, plan: &booking_core::PlanClaims) -> Option<String> {
    let booking_core::PlanClaims::Own(claims) = plan else { return None };
    claims.iter().find_map(|claim| {
        let capacity = world.resources.iter().find(|resource| resource.id == claim.resource)?.capacity;
        let there = world.occupancy.claims.iter().map(|row| &row.claim);
        let both: Vec<&Claim> =
            there.chain(claims).filter(|other| other.resource == claim.resource).collect();
        let peak = peak_use(both, claim.blocked_from(), claim.blocked_until());
        (peak > capacity).then(|| format!("{claim:?}: {peak} units of {capacity}"))
    })
}

/// One seat, no limits, no horizon of available days, hours grid: a claim takes slots away and adds none; on a single
/// resource of one unit it takes exactly those it overlaps, buffers included.
#[test]
fn a_claim_on_an_hours_grid_removes_what_it_overlaps_and_adds_nothing() {
    check(
        "answers::a_claim_on_an_hours_grid_removes_what_it_overlaps_and_adds_nothing",
        150,
        &worlds(MINUTES),
        |world| {
            let mut world = with_policy(world, |policy| {
                policy.limits.clear();
                let counts = |horizon: &Horizon| matches!(horizon.kind, HorizonKind::AvailableDays(_));
                policy.horizon = policy.horizon.take().filter(|horizon| !counts(horizon));
            });
            if world.service.seats > 1 || world.service.grid.mode != GridMode::Hours {
                return None;
            }
            let row = world.occupancy.claims.pop()?;
            let before = offered(&world);
            world.occupancy.claims.push(row);
            let after = offered(&world);
            if let Some(added) = after.difference(&before).next() {
                return Some(format!("{added} was added by {row:?}"));
            }
            let single = world.resources.len() == 1
                && world.resources[0].capacity == 1
                && world.service.requirements.len() == 1;
            if !single || !world.service.requirements[0].parts.is_empty() {
                return None;
            }
            let (buffers, duration) = (world.service.buffers, world.ask.duration);
            let meets = |start: &&i64| {
                **start - buffers.before < row.claim.blocked_until()
                    && row.claim.blocked_from() < **start + duration + buffers.after
            };
            let expected: BTreeSet<i64> = before.iter().filter(|start| !meets(start)).copied().collect();
            (after != expected).then(|| format!("{row:?} left {after:?}, not {expected:?}"))
        },
    );
}

/// Windows cut the listing; they do not change it.
#[test]
fn the_grid_does_not_move_with_the_window() {
    check("answers::the_grid_does_not_move_with_the_window", 400, &worlds(MINUTES), |world| {
        let whole = offered(world);
        let window = world.ask.window;
        let cuts = [0, 1, 3, 4, 7].map(|part| window.start_second() + window.seconds() * part / 7);
        let mut pieces = BTreeSet::new();
        for pair in cuts.windows(2) {
            let mut part = world.clone();
            part.ask.window = Interval::from_seconds(pair[0], pair[1]).unwrap();
            pieces.extend(offered(&part));
        }
        (pieces != whole).then(|| format!("in pieces {pieces:?}, whole {whole:?}"))
    });
}

/// Without a horizon, `now` and notice only cut the listing at its beginning.
#[test]
fn the_grid_does_not_move_with_now() {
    check("answers::the_grid_does_not_move_with_now", 400, &worlds(MINUTES), |world| {
        let mut world = with_policy(world, |policy| policy.horizon = None);
        world.ask.now = world.ask.window.start_second() - 40 * 86_400;
        let all = offered(&world);
        [0, 7_260, 40_001].into_iter().find_map(|later| {
            let mut moved = world.clone();
            moved.ask.now = world.ask.window.start_second() + later;
            let notice = if moved.ask.waive.notice { 0 } else { moved.service.policy.notice };
            let expected: BTreeSet<i64> = all.range(moved.ask.now + notice..).copied().collect();
            let found = offered(&moved);
            (found != expected).then(|| format!("{later} s later {found:?}, not {expected:?}"))
        })
    });
}

/// Days of any zone are the same starts, grouped.
#[test]
fn the_viewers_zone_never_changes_what_is_offered() {
    check("answers::the_viewers_zone_never_changes_what_is_offered", 80, &worlds(MINUTES), |world| {
        let (zones, snapshot) = (Zones::bundled(), world.snapshot());
        let availability = Availability::new(&world.service, &snapshot, &zones).unwrap();
        let starts = offered(world);
        (0..places::COUNT).step_by(4).find_map(|place| {
            let zone = places::zone(&places::zone_id(place));
            let mut expected: BTreeMap<i64, (u32, i64)> = BTreeMap::new();
            for start in &starts {
                let day = expected.entry(zone.to_local(*start).div_euclid(86_400)).or_insert((0, *start));
                day.0 += 1;
            }
            let days = availability.days(&world.query(), &zone).unwrap();
            let found: BTreeMap<i64, (u32, i64)> = days
                .iter()
                .filter_map(|day| {
                    let first = day.first?.timestamp();
                    Some((booking_core::time::civil::day_of(day.date), (day.slots, first)))
                })
                .collect();
            (found != expected).then(|| format!("{:?} sees {found:?}, not {expected:?}", zone.id()))
        })
    });
}

/// A row's owner does not matter: bookings and holds block alike.
#[test]
fn what_a_claim_belongs_to_changes_no_answer() {
    check("answers::what_a_claim_belongs_to_changes_no_answer", 60, &worlds(MINUTES), |world| {
        let mut other = world.clone();
        for row in &mut other.occupancy.claims {
            if let Occupant::Booking(_) = row.by {
                *row = ClaimRow { by: Occupant::Booking(booking_core::BookingId::from_u64(77)), ..*row };
            }
        }
        let (found, expected) = (offered(&other), offered(world));
        (found != expected).then(|| format!("{found:?}, not {expected:?}"))
    });
}
