//! Exact assignment: which complete choices of resources exist.
//!
//! Where no resource can serve two requirements of a visit, this is bipartite matching with demands, solved by
//! augmenting paths (Kuhn, 1955: The Hungarian method for the assignment problem). Otherwise it is a bounded exact
//! search. Never a greedy guess: greedy takes the only surgeon as the doctor.

use super::search::Search;

/// The most steps one search may take.
pub const MAX_SEARCH_STEPS: u32 = 200_000;

/// The requirements of a service overlap so much that the search was given up. Never to be read as "not free".
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no answer after {steps} steps")]
pub struct SearchTooLarge {
    /// How many steps were taken.
    pub steps: u32,
}

/// One requirement at one start.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Need<'a> {
    /// How many different resources.
    pub(crate) count: u32,
    /// Who could serve it on their own, in order of preference.
    pub(crate) candidates: &'a [u32],
}

/// Which requirements one resource can serve in the same visit.
pub(crate) trait Together {
    /// Whether it can serve all of these. A candidate always fits alone; more needs never fit better.
    fn fits(&self, resource: u32, needs: &[usize]) -> bool;

    /// Whether no resource can ever serve two.
    fn exclusive(&self) -> bool;
}

/// Finds complete assignments; keeps its room between calls.
#[derive(Debug, Default)]
pub(crate) struct Matcher {
    /// Resource and the need it serves, by resource.
    taken: Vec<(u32, usize)>,
    seen: Vec<u32>,
}

impl Matcher {
    /// Whether a complete assignment exists.
    pub(crate) fn exists(
        &mut self,
        needs: &[Need<'_>],
        together: &impl Together,
    ) -> Result<bool, SearchTooLarge> {
        self.exists_beside(needs, together, &[])
    }

    /// Whether one exists in which this resource serves this need.
    pub(crate) fn exists_with(
        &mut self,
        needs: &[Need<'_>],
        together: &impl Together,
        forced: (usize, u32),
    ) -> Result<bool, SearchTooLarge> {
        if !needs[forced.0].candidates.contains(&forced.1) {
            return Ok(false);
        }
        let rest: Vec<u32> =
            needs[forced.0].candidates.iter().copied().filter(|resource| *resource != forced.1).collect();
        let mut others = needs.to_vec();
        others[forced.0] = Need { count: needs[forced.0].count - 1, candidates: &rest };
        self.exists_beside(&others, together, &[(forced.1, forced.0)])
    }

    /// For each need, the candidates that stand in some complete assignment, in their order.
    pub(crate) fn usable(
        &mut self,
        needs: &[Need<'_>],
        together: &impl Together,
        out: &mut Vec<Vec<u32>>,
    ) -> Result<(), SearchTooLarge> {
        out.clear();
        for (index, need) in needs.iter().enumerate() {
            let mut usable = Vec::new();
            for &resource in need.candidates {
                if self.exists_with(needs, together, (index, resource))? {
                    usable.push(resource);
                }
            }
            out.push(usable);
        }
        Ok(())
    }

    /// Up to `limit` complete assignments, the most preferred first: lexicographic by need, then by candidate order.
    pub(crate) fn assignments(
        &mut self,
        needs: &[Need<'_>],
        together: &impl Together,
        limit: usize,
    ) -> Result<Vec<Vec<Vec<u32>>>, SearchTooLarge> {
        if !self.exists(needs, together)? {
            return Ok(Vec::new());
        }
        Search::new(needs, together, &[]).assignments(limit)
    }

    /// Whether the needs can be met while `fixed` resources already serve theirs.
    pub(super) fn exists_beside(
        &mut self,
        needs: &[Need<'_>],
        together: &impl Together,
        fixed: &[(u32, usize)],
    ) -> Result<bool, SearchTooLarge> {
        if needs.iter().any(|need| need.candidates.len() < need.count as usize) {
            return Ok(false);
        }
        if self.matches(needs, fixed) {
            return Ok(true);
        }
        if together.exclusive() {
            return Ok(false);
        }
        Search::new(needs, together, fixed).exists()
    }

    /// Whether every need gets its own resources, each resource serving at most one need.
    fn matches(&mut self, needs: &[Need<'_>], fixed: &[(u32, usize)]) -> bool {
        let places: usize = needs.iter().map(|need| need.count as usize).sum::<usize>() + fixed.len();
        self.taken.clear();
        for (index, need) in needs.iter().enumerate() {
            // Whoever can choose among as many as all needs ask for together is served whatever the others take.
            if need.candidates.len() >= places {
                continue;
            }
            for _ in 0..need.count {
                self.seen.clear();
                if !self.augment(needs, fixed, index) {
                    return false;
                }
            }
        }
        true
    }

    fn augment(&mut self, needs: &[Need<'_>], fixed: &[(u32, usize)], need: usize) -> bool {
        for &resource in needs[need].candidates {
            if self.seen.contains(&resource) || fixed.iter().any(|(used, _)| *used == resource) {
                continue;
            }
            let holder = self.taken.iter().position(|(used, _)| *used == resource);
            let Some(at) = holder else {
                self.taken.push((resource, need));
                return true;
            };
            let other = self.taken[at].1;
            if other == need {
                continue;
            }
            self.seen.push(resource);
            self.taken[at].1 = need;
            if self.augment(needs, fixed, other) {
                return true;
            }
            if let Some(back) = self.taken.iter().position(|(used, _)| *used == resource) {
                self.taken[back].1 = other;
            }
        }
        false
    }
}
