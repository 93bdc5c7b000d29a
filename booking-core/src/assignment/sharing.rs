//! Resources that serve several needs at once: an exact search over what is lacking.
//!
//! Dynamic programming (R. Bellman, 1957): resource by resource, the set of all combinations of "how many does each
//! need still lack" that can be reached. It does not matter who serves a need, only how many are lacking, so equal
//! resources never multiply the work. The resource takes on as much as fits; doing less is never better.

use super::SearchTooLarge;
use super::choices::Choices;
use super::need::{MAX_NEEDS, Problem, Set, Steps, Together, members, one};
use super::oracle::Lists;

/// How many each need lacks, one byte a need.
type Lacking = u128;
const BYTE: u32 = 8;

/// Scratch memory of the search.
#[derive(Debug, Default)]
pub(super) struct Sharing {
    pairs: Vec<(u32, Set)>,
    /// Each resource with the needs it is a candidate of; resources of the same needs stand together.
    resources: Vec<(Set, u32)>,
    /// The largest sets of needs that each resource can serve at once, resource after resource.
    loads: Vec<Set>,
    /// Where each resource's loads end.
    ends: Vec<usize>,
    states: Vec<Lacking>,
    next: Vec<Lacking>,
}

/// What the resources not yet looked at can still give.
struct Rest {
    /// To each need.
    candidates: [u32; MAX_NEEDS],
    /// To all needs together.
    places: u32,
}

impl Sharing {
    /// Whether the open needs can be given what they lack, resources shared where that fits.
    pub(super) fn complete<T: Together + ?Sized>(
        &mut self,
        problem: &Problem<'_, T>,
        choices: &Choices,
        lists: &Lists,
        steps: &mut Steps,
    ) -> Result<bool, SearchTooLarge> {
        let Some(start) = pack(choices, lists) else { return Err(steps.give_up()) };
        self.gather(lists);
        self.load_all(problem, choices, steps)?;
        if self.loads.iter().all(|load| load.is_power_of_two()) {
            // Nobody can share, and matching has failed.
            return Ok(false);
        }
        self.search(start, lists, steps)
    }

    fn gather(&mut self, lists: &Lists) {
        self.pairs.clear();
        for &need in &lists.open {
            self.pairs.extend(lists.of(need).iter().map(|&resource| (resource, one(need))));
        }
        self.pairs.sort_unstable();
        self.resources.clear();
        for group in self.pairs.chunk_by(|a, b| a.0 == b.0) {
            let set = group.iter().fold(0, |set, pair| set | pair.1);
            self.resources.push((set, group[0].0));
        }
        self.resources.sort_unstable();
    }

    fn load_all<T: Together + ?Sized>(
        &mut self,
        problem: &Problem<'_, T>,
        choices: &Choices,
        steps: &mut Steps,
    ) -> Result<(), SearchTooLarge> {
        self.loads.clear();
        self.ends.clear();
        for &(set, resource) in &self.resources {
            let mut loader =
                Loader { problem, resource, served: choices.served(resource), set, loads: &mut self.loads };
            loader.largest(steps)?;
            self.ends.push(self.loads.len());
        }
        Ok(())
    }

    fn search(&mut self, start: Lacking, lists: &Lists, steps: &mut Steps) -> Result<bool, SearchTooLarge> {
        let mut rest = Rest { candidates: [0; MAX_NEEDS], places: 0 };
        for &need in &lists.open {
            rest.candidates[need] = lists.of(need).len() as u32;
        }
        rest.places = (0..self.resources.len()).map(|index| most(self.loads_of(index))).sum();
        self.states.clear();
        self.states.push(start);
        for index in 0..self.resources.len() {
            for need in members(self.resources[index].0) {
                rest.candidates[need] -= 1;
            }
            rest.places -= most(self.loads_of(index));
            if self.advance(index, &rest, steps)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// All that can be lacking after one more resource; `true` if that may be nothing.
    fn advance(&mut self, index: usize, rest: &Rest, steps: &mut Steps) -> Result<bool, SearchTooLarge> {
        let mut next = std::mem::take(&mut self.next);
        next.clear();
        let mut complete = false;
        for &state in &self.states {
            let loads = self.loads_of(index);
            steps.spend(loads.len())?;
            for &load in loads {
                let lacking = relieve(state, load);
                complete |= lacking == 0;
                if rest.may_suffice(lacking) {
                    next.push(lacking);
                }
            }
        }
        next.sort_unstable();
        next.dedup();
        self.next = std::mem::replace(&mut self.states, next);
        Ok(complete)
    }

    fn loads_of(&self, index: usize) -> &[Set] {
        let from = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.loads[from..self.ends[index]]
    }
}

impl Rest {
    fn may_suffice(&self, lacking: Lacking) -> bool {
        let each = lacking.to_le_bytes().map(u32::from);
        each.iter().sum::<u32>() <= self.places
            && each.iter().zip(&self.candidates).all(|(each, have)| each <= have)
    }
}

/// Finds the largest sets of needs that one resource can serve at once.
struct Loader<'a, T: ?Sized> {
    problem: &'a Problem<'a, T>,
    resource: u32,
    /// What it serves already.
    served: Set,
    /// What it may serve besides, each alone.
    set: Set,
    loads: &'a mut Vec<Set>,
}

impl<T: Together + ?Sized> Loader<'_, T> {
    fn largest(&mut self, steps: &mut Steps) -> Result<(), SearchTooLarge> {
        if self.fits(self.set, steps)? {
            self.loads.push(self.set);
            return Ok(());
        }
        self.grow(0, self.set, steps)
    }

    /// Extends a load by any of `rest`: at most as deep as there are needs.
    fn grow(&mut self, load: Set, rest: Set, steps: &mut Steps) -> Result<(), SearchTooLarge> {
        let Some(need) = members(rest).next() else {
            return self.keep_if_largest(load, steps);
        };
        let rest = rest & !one(need);
        if self.fits(load | one(need), steps)? {
            self.grow(load | one(need), rest, steps)?;
        }
        self.grow(load, rest, steps)
    }

    fn keep_if_largest(&mut self, load: Set, steps: &mut Steps) -> Result<(), SearchTooLarge> {
        steps.spend(1)?;
        for need in members(self.set & !load) {
            if self.fits(load | one(need), steps)? {
                return Ok(());
            }
        }
        self.loads.push(load);
        Ok(())
    }

    fn fits(&self, load: Set, steps: &mut Steps) -> Result<bool, SearchTooLarge> {
        self.problem.fits(self.resource, self.served | load, steps)
    }
}

fn most(loads: &[Set]) -> u32 {
    loads.iter().map(|load| load.count_ones()).max().unwrap_or(0)
}

/// What the open needs lack; none if a count does not fit a byte.
fn pack(choices: &Choices, lists: &Lists) -> Option<Lacking> {
    let mut packed = 0;
    for &need in &lists.open {
        let lacking = u8::try_from(choices.lacking[need]).ok()?;
        packed |= Lacking::from(lacking) << (BYTE * need as u32);
    }
    Some(packed)
}

/// One less for each need of the load that lacks any.
fn relieve(mut lacking: Lacking, load: Set) -> Lacking {
    for need in members(load) {
        let unit = 1 << (BYTE * need as u32);
        if lacking & (unit * 0xff) != 0 {
            lacking -= unit;
        }
    }
    lacking
}
