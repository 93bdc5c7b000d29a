//! Which candidates stand in at least one complete assignment.
//!
//! From one assignment the others follow by exchange: whoever is idle in it can take any place it is a candidate for,
//! and whoever is not can be freed along an alternating path (T. Tassa, "Finding all maximally-matchable edges in a
//! bipartite graph", Theoretical Computer Science 423, 2012). Only shared resources leave pairs to be asked one by one.

use super::need::{MAX_NEEDS, Need, Problem, Set, Together, one};
use super::{Matcher, SearchTooLarge};

impl Matcher {
    /// For each need the candidates that stand in at least one complete assignment, in their order; `false` and no
    /// candidates if there is none.
    pub(crate) fn usable<T: Together + ?Sized>(
        &mut self,
        needs: &[Need<'_>],
        together: &T,
        out: &mut Vec<Vec<u32>>,
    ) -> Result<bool, SearchTooLarge> {
        out.resize_with(needs.len(), Vec::new);
        out.iter_mut().for_each(Vec::clear);
        let problem = Problem::new(needs, together);
        if !self.judge(&problem)? {
            return Ok(false);
        }
        self.known.clear();
        if problem.plenty() {
            self.known.resize(needs.iter().map(|need| need.candidates.len()).sum(), true);
        } else {
            self.exchange(&problem)?;
            self.ask_the_rest(&problem)?;
        }
        let mut known = self.known.iter();
        for (need, out) in needs.iter().zip(out) {
            let wanted =
                need.candidates.iter().zip(known.by_ref()).filter(|(_, known)| need.count > 0 && **known);
            out.extend(wanted.map(|(&resource, _)| resource));
        }
        Ok(true)
    }

    /// Marks who follows from one complete assignment by exchange.
    fn exchange<T: Together + ?Sized>(&mut self, problem: &Problem<'_, T>) -> Result<(), SearchTooLarge> {
        self.choices.start(problem.needs);
        let separate = self.oracle.separates(problem, &self.choices, &mut self.steps)?;
        if separate {
            let Self { choices, oracle, .. } = self;
            for (index, need) in problem.needs.iter().enumerate().filter(|(_, need)| need.count > 0) {
                for resource in oracle.matching.held(&oracle.lists, index) {
                    choices.make(index, resource, need.candidates.len());
                }
            }
        } else {
            self.choose_first(problem)?;
        }
        let freed_by = if separate { self.paths(problem.needs) } else { [0; MAX_NEEDS] };
        for (index, need) in problem.needs.iter().enumerate() {
            for &resource in need.candidates {
                let served = self.choices.served(resource);
                let holder = served.trailing_zeros() as usize;
                let known = served == 0
                    || served & one(index) != 0
                    || freed_by.get(holder).is_some_and(|set| set & one(index) != 0)
                    || problem.fits(resource, served | one(index), &mut self.steps)?;
                self.known.push(known);
            }
        }
        Ok(())
    }

    /// For each need the needs for which it can give up a resource: the other takes it and, if no idle resource ends
    /// the path, gives up one of its own. Each resource must serve one need.
    fn paths(&self, needs: &[Need<'_>]) -> [Set; MAX_NEEDS] {
        let mut reach = [0; MAX_NEEDS];
        let mut idle: Set = 0;
        for (index, need) in needs.iter().enumerate() {
            for &resource in need.candidates {
                match self.choices.served(resource) {
                    0 => idle |= one(index),
                    served => reach[index] |= served,
                }
            }
        }
        for middle in 0..needs.len() {
            for start in 0..needs.len() {
                if reach[start] & one(middle) != 0 {
                    reach[start] |= reach[middle];
                }
            }
        }
        let mut freed = [0; MAX_NEEDS];
        for (index, freed) in freed.iter_mut().enumerate().take(needs.len()) {
            let found = reach[index] | one(index);
            *freed = if found & idle != 0 { Set::MAX } else { found };
        }
        freed
    }

    fn ask_the_rest<T: Together + ?Sized>(&mut self, problem: &Problem<'_, T>) -> Result<(), SearchTooLarge> {
        if problem.exclusive {
            return Ok(());
        }
        let mut at = 0;
        for (index, need) in problem.needs.iter().enumerate() {
            for &resource in need.candidates {
                if !self.known[at] && need.count > 0 {
                    self.known[at] = self.completes_with(problem, index, resource)?;
                }
                at += 1;
            }
        }
        Ok(())
    }
}
