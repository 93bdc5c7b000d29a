//! Questions to many providers: W2, W2b and W3 of docs/BENCHMARKS.md.

use std::ops::Range;

use booking_core::Interval;
use booking_core::hot::{CompiledService, Warm};

use crate::INPUTS;
use crate::inputs::{Numbers, WORKDAYS, calendar, day_of_input, meets, window};
use crate::provider::{Kept, Provider, seen};
use crate::single::{MONTH, VISIT, half_hour, office};

/// How the hours of the providers lie to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grid {
    /// All the same.
    Shared,
    /// They begin at different times, so that starts differ.
    Mixed,
}

/// 1,024 providers to make pools of.
#[derive(Debug)]
pub struct Staff {
    service: CompiledService,
    list: Vec<Provider>,
    window: Interval,
}

/// Pools of providers: each question asks another pool.
#[derive(Debug)]
pub struct Pools<'a> {
    staff: &'a Staff,
    /// The members of each pool, by place.
    places: Vec<Vec<usize>>,
    members: Vec<Vec<Warm<'a>>>,
    kept: Kept,
}

impl Staff {
    /// Each booked as for W1, all in the same month.
    pub fn new(grid: Grid) -> Self {
        let (service, mut numbers) = (half_hour(), Numbers::new(2));
        let window = window(day_of_input(11), 31);
        let provider = |number: usize| {
            let minute = [0, 5, 10, 20][number % 4];
            let hours = match grid {
                Grid::Shared => office(),
                Grid::Mixed => calendar(&WORKDAYS, &format!("09:{minute:02}"), &format!("17:{minute:02}")),
            };
            Provider::new(&service, hours, window, MONTH, false, &mut numbers)
        };
        let list = (0..1_024).map(provider).collect();
        Self { service, list, window }
    }

    /// Pools of `size`, drawn at random.
    ///
    /// # Panics
    /// Where an answer differs from the definition.
    pub fn pools(&self, size: usize) -> Pools<'_> {
        let mut numbers = Numbers::new(size as u64);
        let mut all: Vec<usize> = (0..self.list.len()).collect();
        let mut pool = || {
            numbers.shuffle(&mut all);
            all[..size].to_vec()
        };
        let places: Vec<Vec<usize>> = (0..INPUTS).map(|_| pool()).collect();
        let warm = |places: &Vec<usize>| places.iter().map(|place| self.list[*place].warm()).collect();
        let members = places.iter().map(warm).collect();
        let mut pools = Pools { staff: self, places, members, kept: Kept::default() };
        for pool in 0..4 {
            pools.check(pool);
        }
        pools
    }
}

impl Pools<'_> {
    fn check(&mut self, pool: usize) {
        let list: Vec<&Provider> = self.places[pool].iter().map(|place| &self.staff.list[*place]).collect();
        let openings = list.iter().flat_map(|provider| provider.hours.openings());
        let mut anchored: Vec<i64> = openings.flat_map(candidates).collect();
        anchored.sort_unstable();
        anchored.dedup();
        anchored.retain(|start| list.iter().any(|provider| serves(provider, *start)));
        let within = |starts: Vec<i64>| -> Vec<i64> {
            starts.into_iter().filter(|start| self.staff.window.contains(*start)).collect()
        };
        let any = within(anchored);
        // All open on the same days: what a day's openings have in common begins when the last one does.
        let days = list[0].hours.openings().count();
        let day = |day: usize| list.iter().filter_map(move |provider| provider.hours.openings().nth(day));
        let common =
            (0..days).filter_map(|at| Some((day(at).map(|o| o.0).max()?, day(at).map(|o| o.1).min()?)));
        let together = common.flat_map(candidates);
        let all = within(together.filter(|start| list.iter().all(|one| serves(one, *start))).collect());
        self.any(pool);
        assert_eq!(self.kept.starts.as_slice(), any);
        self.all(pool);
        assert_eq!(self.kept.starts.as_slice(), all);
    }

    fn any(&mut self, pool: usize) -> u64 {
        let Kept { sweeper, starts, .. } = &mut self.kept;
        let runs = sweeper.any(&self.staff.service, &self.members[pool], self.staff.window);
        runs.unwrap_or_else(|error| unreachable!("{error}")).seconds_into(starts);
        seen(starts.as_slice())
    }

    fn all(&mut self, pool: usize) -> u64 {
        let Kept { sweeper, starts, .. } = &mut self.kept;
        let runs = sweeper.all(&self.staff.service, &self.members[pool], self.staff.window);
        runs.unwrap_or_else(|error| unreachable!("{error}")).seconds_into(starts);
        seen(starts.as_slice())
    }

    /// Pools: whoever is free.
    pub fn any_of_each(&mut self, pools: Range<usize>) -> u64 {
        pools.map(|pool| self.any(pool)).fold(0, u64::wrapping_add)
    }

    /// Pools: everybody together.
    pub fn all_of_each(&mut self, pools: Range<usize>) -> u64 {
        pools.map(|pool| self.all(pool)).fold(0, u64::wrapping_add)
    }

    /// Each member of pools by itself: W1 as often as there are members.
    pub fn alone(&mut self, pools: Range<usize>) -> u64 {
        let Self { staff, places, kept, .. } = self;
        let each = places[pools].iter().flatten();
        each.map(|place| kept.compiled(&staff.service, &staff.list[*place])).fold(0, u64::wrapping_add)
    }
}

/// The starts that an opening anchors.
fn candidates((open, close): (i64, i64)) -> impl Iterator<Item = i64> {
    (open..close).step_by(VISIT.1 as usize)
}

/// Whether a provider is open and free for a visit.
fn serves(provider: &Provider, start: i64) -> bool {
    let until = start + VISIT.0;
    let mut openings = provider.hours.openings();
    openings.any(|(open, close)| open <= start && until <= close) && !meets(&provider.rows, start, until)
}
