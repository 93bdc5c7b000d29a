//! The engine's answer and the slow model's, side by side.

use std::collections::{BTreeMap, BTreeSet};

use booking_core::{Availability, AvailabilityError, Zones};

use super::model::{Found, Model, slow_slots};
use super::world::World;

/// What the engine lists, in the model's words.
pub(crate) fn engine_slots(world: &World) -> Result<BTreeMap<i64, Found>, AvailabilityError> {
    let (zones, snapshot) = (Zones::bundled(), world.snapshot());
    let availability = Availability::new(&world.service, &snapshot, &zones)?;
    let slots = availability.slots(&world.query())?;
    let found = slots.into_iter().map(|slot| {
        let sets = slot.candidates.iter().map(|one| one.resources.iter().copied().collect::<BTreeSet<_>>());
        (slot.start.timestamp(), Found { usable: sets.collect(), left: slot.left })
    });
    Ok(found.collect())
}

/// What the two disagree about, in words; none when they agree.
pub(crate) fn disagreement(world: &World) -> Option<String> {
    let model = slow_slots(world);
    let engine = match engine_slots(world) {
        Ok(engine) => engine,
        Err(error) => return Some(format!("the engine refuses: {error}")),
    };
    listing(&model, &engine).or_else(|| single_starts(world, &model))
}

fn listing(model: &BTreeMap<i64, Found>, engine: &BTreeMap<i64, Found>) -> Option<String> {
    let only = |here: &BTreeMap<i64, Found>, there: &BTreeMap<i64, Found>| -> Vec<String> {
        here.keys().filter(|start| !there.contains_key(start)).map(|start| shown(*start)).collect()
    };
    let (missing, extra) = (only(model, engine), only(engine, model));
    if !missing.is_empty() || !extra.is_empty() {
        return Some(format!(
            "missing {} {missing:?}, extra {} {extra:?}, of {}",
            missing.len(),
            extra.len(),
            model.len()
        ));
    }
    let other = model.iter().find(|(start, found)| engine[start] != **found)?;
    Some(format!("{}: the model has {:?}, the engine {:?}", shown(*other.0), other.1, engine[other.0]))
}

/// Offered means bookable: the first slot, single checks and explanations say what the listing says.
fn single_starts(world: &World, model: &BTreeMap<i64, Found>) -> Option<String> {
    let (zones, snapshot, query) = (Zones::bundled(), world.snapshot(), world.query());
    let availability = Availability::new(&world.service, &snapshot, &zones).ok()?;
    let first = availability.first(&query);
    if first.as_ref().ok() != Some(&model.keys().next().copied()) {
        return Some(format!("first is {first:?}, the listing begins with {:?}", model.keys().next()));
    }
    // A waived grid makes more starts bookable than are listed.
    if query.waive.grid {
        return None;
    }
    let window = query.window;
    let step = (window.seconds() / 7).max(1);
    let some = (0..7).map(|at| window.start_second() + at * step - (at * step) % 300);
    let offered = model.keys().copied().step_by(1 + model.len() / 5);
    let starts = some.chain(offered).filter(|start| window.contains(*start));
    starts.into_iter().find_map(|start| {
        let listed = model.contains_key(&start);
        let single = availability.is_bookable(&query, start);
        let explained = availability.explain(&query, start).map(|explanation| explanation.is_bookable());
        let agree = single.as_ref().ok() == Some(&listed) && explained.as_ref().ok() == Some(&listed);
        (!agree).then(|| {
            format!("{}: listed {listed}, is_bookable {single:?}, explain {explained:?}", shown(start))
        })
    })
}

fn shown(second: i64) -> String {
    chrono::DateTime::from_timestamp(second, 0).map_or_else(|| second.to_string(), |at| at.to_rfc3339())
}

/// What the two disagree about start by start, on the grid and off it: whether one can be booked, whether an explanation
/// is empty, and which candidates have nothing against them.
pub(crate) fn disagreement_on_starts(world: &World) -> Option<String> {
    let (zones, snapshot, query) = (Zones::bundled(), world.snapshot(), world.query());
    let availability = Availability::new(&world.service, &snapshot, &zones).ok()?;
    let window = query.window;
    let odd: Vec<i64> =
        (0..9).map(|part| window.start_second() + window.seconds() * part / 9 / 60 * 60).collect();
    let model = Model::with_starts(world, &odd);
    let grid: Vec<i64> = model.grid().iter().copied().filter(|start| window.contains(*start)).collect();
    let some = grid.iter().step_by(1 + grid.len() / 24).copied();
    some.chain(odd).find_map(|start| {
        let bookable = model.is_bookable(start);
        let single = availability.is_bookable(&query, start);
        if single.as_ref().ok() != Some(&bookable) {
            return Some(format!("{}: the model says {bookable}, is_bookable {single:?}", shown(start)));
        }
        let explained = match availability.explain(&query, start) {
            Ok(explained) => explained,
            Err(error) => return Some(format!("{}: explain refuses: {error}", shown(start))),
        };
        if explained.is_bookable() != bookable {
            return Some(format!(
                "{}: the model says {bookable}, explain {:?}",
                shown(start),
                explained.reasons
            ));
        }
        // Whoever has a session that can be joined needs no time of their own.
        let mut judged = explained.candidates.iter().filter(|_| world.service.seats == 1);
        judged.find_map(|candidate| {
            let index =
                world.service.requirements.iter().position(|one| one.name == candidate.requirement)?;
            let alone = model.serves_alone(start, index, candidate.resource);
            (alone != candidate.reasons.is_empty())
                .then(|| format!("{}: alone {alone}, but {candidate:?}", shown(start)))
        })
    })
}
