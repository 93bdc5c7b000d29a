//! Can these choices be completed? The cheap answers first, then matching, then the search over shared resources.

use super::SearchTooLarge;
use super::choices::Choices;
use super::matching::Matching;
use super::need::{Problem, Steps, Together};
use super::sharing::Sharing;

/// The candidates that are still worth looking at, need by need.
#[derive(Debug, Default)]
pub(super) struct Lists {
    /// The needs that are not yet decided, rising.
    pub(super) open: Vec<usize>,
    resources: Vec<u32>,
    /// Where each need's candidates lie in `resources`.
    spans: Vec<(usize, usize)>,
}

impl Lists {
    /// The candidates of an open need, most preferred first.
    pub(super) fn of(&self, need: usize) -> &[u32] {
        let (from, until) = self.spans[need];
        &self.resources[from..until]
    }

    /// How many candidates all needs have together.
    pub(super) fn len(&self) -> usize {
        self.resources.len()
    }

    /// Collects what each need may still take; `false` if one has too few.
    ///
    /// With T resources lacking in all, the first T of each need suffice: an assignment that reaches beyond them leaves
    /// one of them unused, which can take that place.
    fn collect<T: Together + ?Sized>(
        &mut self,
        problem: &Problem<'_, T>,
        choices: &Choices,
        steps: &mut Steps,
    ) -> Result<bool, SearchTooLarge> {
        self.open.clear();
        self.resources.clear();
        self.spans.clear();
        let total = total(choices);
        for (index, need) in problem.needs.iter().enumerate() {
            let start = self.resources.len();
            if choices.lacking[index] > 0 {
                self.open.push(index);
                for &resource in need.candidates.get(choices.from[index]..).unwrap_or_default() {
                    if self.resources.len() - start == total {
                        break;
                    }
                    if choices.may(problem, index, resource, steps)? {
                        self.resources.push(resource);
                    }
                }
            }
            self.spans.push((start, self.resources.len()));
            if self.resources.len() - start < choices.lacking[index] as usize {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Closes each need that has as many candidates as all open needs lack together: it is served last, by what the
    /// others leave.
    fn close_easy(&mut self, choices: &Choices) {
        let mut total = total(choices);
        loop {
            let spans = &self.spans;
            let easy = |need: &usize| spans[*need].1 - spans[*need].0 >= total;
            let Some(at) = self.open.iter().position(easy) else { return };
            total -= choices.lacking[self.open.remove(at)] as usize;
        }
    }
}

fn total(choices: &Choices) -> usize {
    choices.lacking.iter().map(|&lacking| lacking as usize).sum()
}

/// Answers whether choices can be completed; keeps its memory from one question to the next.
#[derive(Debug, Default)]
pub(super) struct Oracle {
    pub(super) lists: Lists,
    pub(super) matching: Matching,
    sharing: Sharing,
    order: Vec<usize>,
}

impl Oracle {
    /// Whether the needs can be given what they lack.
    pub(super) fn completes<T: Together + ?Sized>(
        &mut self,
        problem: &Problem<'_, T>,
        choices: &mut Choices,
        steps: &mut Steps,
    ) -> Result<bool, SearchTooLarge> {
        if !self.lists.collect(problem, choices, steps)? {
            return Ok(false);
        }
        self.lists.close_easy(choices);
        if self.lists.open.is_empty() || self.matching.complete(&self.lists, &choices.lacking) {
            return Ok(true);
        }
        if problem.exclusive {
            return Ok(false);
        }
        if self.packs(problem, choices, steps)? {
            return Ok(true);
        }
        self.sharing.complete(problem, choices, &self.lists, steps)
    }

    /// Gives each need resources that nobody else uses, if there are enough; `matching` then says who holds what.
    pub(super) fn separates<T: Together + ?Sized>(
        &mut self,
        problem: &Problem<'_, T>,
        choices: &Choices,
        steps: &mut Steps,
    ) -> Result<bool, SearchTooLarge> {
        Ok(self.lists.collect(problem, choices, steps)?
            && self.matching.complete(&self.lists, &choices.lacking))
    }

    /// Whether first fit, most constrained needs first, happens to succeed: most visits that can share do so easily.
    fn packs<T: Together + ?Sized>(
        &mut self,
        problem: &Problem<'_, T>,
        choices: &mut Choices,
        steps: &mut Steps,
    ) -> Result<bool, SearchTooLarge> {
        let lists = &self.lists;
        self.order.clone_from(&lists.open);
        self.order.sort_by_key(|&need| lists.of(need).len() - choices.lacking[need] as usize);
        let mut made = 0;
        for &need in &self.order {
            for &resource in lists.of(need) {
                if choices.lacking[need] > 0 && choices.may(problem, need, resource, steps)? {
                    choices.make(need, resource, 0);
                    made += 1;
                }
            }
        }
        let complete = lists.open.iter().all(|&need| choices.lacking[need] == 0);
        for _ in 0..made {
            choices.undo();
        }
        Ok(complete)
    }
}
