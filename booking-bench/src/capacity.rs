//! Questions to a resource of many units: W6 of docs/BENCHMARKS.md.

use std::ops::Range;

use booking_core::hot::{CompiledHours, CompiledService, Sweeper, Usage};
use booking_core::{Claim, Interval, ResourceId};

use crate::INPUTS;
use crate::inputs::{Numbers, QUARTER, by_definition, day_of_input, interval, window};
use crate::provider::{Kept, seen};
use crate::single::{VISIT, half_hour, office};

/// Units of the resource.
const CAPACITY: u32 = 20;
/// Units asked for.
const PARTY: u32 = 3;
const CLAIMS: usize = 2_000;

/// A resource of 20 units with 2,000 claims that overlap, never beyond its capacity.
#[derive(Debug)]
struct Hall {
    hours: CompiledHours,
    usage: Usage,
    window: Interval,
}

/// W6: a party of three in 31 days.
#[derive(Debug)]
pub struct Halls {
    service: CompiledService,
    list: Vec<Hall>,
    kept: Kept,
}

impl Halls {
    /// # Panics
    /// Where an answer differs from the definition.
    pub fn new() -> Self {
        let (service, mut numbers) = (half_hour(), Numbers::new(6));
        let mut kept = Kept::default();
        let hall = |input: usize| {
            let window = window(day_of_input(input), 31);
            let hours = CompiledHours::new(&office(), service.reach(window, true))
                .unwrap_or_else(|error| unreachable!("plain hours have no rule: {error}"));
            let (claims, used) = claims(&hours, window, &mut numbers);
            let mut usage = Usage::new();
            usage.set_claims(&claims);
            let hall = Hall { hours, usage, window };
            let openings: Vec<(i64, i64)> = hall.hours.openings().collect();
            let expected = by_definition(&openings, VISIT, window, |from, until| {
                (from..until).step_by(QUARTER as usize).any(|at| used(at) + PARTY > CAPACITY)
            });
            ask(&service, &hall, &mut kept);
            assert_eq!(kept.starts.as_slice(), expected);
            hall
        };
        let list = (0..INPUTS).map(hall).collect();
        Self { service, list, kept }
    }

    /// Questions.
    pub fn all(&mut self, inputs: Range<usize>) -> u64 {
        let Self { service, list, kept } = self;
        list[inputs].iter().map(|hall| ask(service, hall, kept)).sum()
    }
}

impl Default for Halls {
    fn default() -> Self {
        Self::new()
    }
}

fn ask(service: &CompiledService, hall: &Hall, kept: &mut Kept) -> u64 {
    let sweeper: &mut Sweeper = &mut kept.sweeper;
    let runs = sweeper.units(service, &hall.hours, (&hall.usage, CAPACITY, PARTY), hall.window);
    runs.unwrap_or_else(|error| unreachable!("{error}")).seconds_into(&mut kept.starts);
    seen(kept.starts.as_slice())
}

/// Claims of one unit, and how many units they use in the quarter of an hour from an instant on.
fn claims(
    hours: &CompiledHours,
    window: Interval,
    numbers: &mut Numbers,
) -> (Vec<Claim>, impl Fn(i64) -> u32 + use<>) {
    let openings: Vec<(i64, i64)> = hours.openings().filter(|(start, _)| window.contains(*start)).collect();
    let mut used = std::collections::BTreeMap::<i64, u32>::new();
    let mut claims = Vec::with_capacity(CLAIMS);
    for _ in 0..CLAIMS * 200 {
        if claims.len() == CLAIMS {
            break;
        }
        let (open, close) = numbers.pick(&openings);
        let start = open + numbers.below(((close - open) / QUARTER) as u64) as i64 * QUARTER;
        let end = start + QUARTER * (3 + numbers.below(6) as i64);
        let quarters = || (start..end).step_by(QUARTER as usize);
        if end <= close && quarters().all(|at| used.get(&at).copied().unwrap_or(0) < CAPACITY) {
            quarters().for_each(|at| *used.entry(at).or_default() += 1);
            let resource = ResourceId::from_u64(1);
            claims.push(Claim { resource, interval: interval(start, end), before: 0, after: 0, units: 1 });
        }
    }
    (claims, move |at| used.get(&at).copied().unwrap_or(0))
}
