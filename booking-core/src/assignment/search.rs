//! Bounded exact search, for resources that can serve several requirements of a visit.

use super::matching::{MAX_SEARCH_STEPS, Need, SearchTooLarge, Together};

/// A partial assignment and the steps taken so far.
pub(super) struct Search<'a, T> {
    needs: &'a [Need<'a>],
    together: &'a T,
    /// Who serves what: resource, need.
    chosen: Vec<(u32, usize)>,
    steps: u32,
}

impl<'a, T: Together> Search<'a, T> {
    pub(super) fn new(needs: &'a [Need<'a>], together: &'a T, fixed: &[(u32, usize)]) -> Self {
        Self { needs, together, chosen: fixed.to_vec(), steps: 0 }
    }

    /// Whether a complete assignment exists. Needs with the fewest spare candidates are tried first.
    pub(super) fn exists(mut self) -> Result<bool, SearchTooLarge> {
        let mut order: Vec<usize> = (0..self.needs.len()).collect();
        order.sort_by_key(|need| self.needs[*need].candidates.len() - self.needs[*need].count as usize);
        self.fill(&order, 0, 0, 0)
    }

    /// Fills the `filled`-th place of the need at `order[at]`, with candidates from index `from` on.
    fn fill(&mut self, order: &[usize], at: usize, filled: u32, from: usize) -> Result<bool, SearchTooLarge> {
        let Some(&need) = order.get(at) else { return Ok(true) };
        let wanted = self.needs[need].count;
        if filled == wanted {
            return self.fill(order, at + 1, 0, 0);
        }
        let candidates = self.needs[need].candidates;
        for index in from..candidates.len() {
            if candidates.len() - index < (wanted - filled) as usize {
                return Ok(false);
            }
            self.step()?;
            if self.choose(candidates[index], need) {
                if self.fill(order, at, filled + 1, index + 1)? {
                    return Ok(true);
                }
                self.chosen.pop();
            }
        }
        Ok(false)
    }

    /// Adds a resource if it can serve this need beside those it serves already.
    fn choose(&mut self, resource: u32, need: usize) -> bool {
        let mut serves: Vec<usize> =
            self.chosen.iter().filter(|(used, _)| *used == resource).map(|(_, n)| *n).collect();
        if serves.contains(&need) {
            return false;
        }
        serves.push(need);
        let fits = serves.len() == 1 || (!self.together.exclusive() && self.together.fits(resource, &serves));
        if fits {
            self.chosen.push((resource, need));
        }
        fits
    }

    fn step(&mut self) -> Result<(), SearchTooLarge> {
        self.steps += 1;
        if self.steps > MAX_SEARCH_STEPS {
            return Err(SearchTooLarge { steps: MAX_SEARCH_STEPS });
        }
        Ok(())
    }

    /// Up to `limit` complete assignments in lexicographic order of preference.
    pub(super) fn assignments(mut self, limit: usize) -> Result<Vec<Vec<Vec<u32>>>, SearchTooLarge> {
        let mut found = Vec::new();
        self.enumerate(limit, 0, 0, 0, &mut found)?;
        Ok(found)
    }

    fn enumerate(
        &mut self,
        limit: usize,
        need: usize,
        filled: u32,
        from: usize,
        found: &mut Vec<Vec<Vec<u32>>>,
    ) -> Result<(), SearchTooLarge> {
        if need == self.needs.len() {
            found.push(self.by_need());
            return Ok(());
        }
        if filled == self.needs[need].count {
            return self.enumerate(limit, need + 1, 0, 0, found);
        }
        let candidates = self.needs[need].candidates;
        for index in from..candidates.len() {
            if found.len() >= limit || candidates.len() - index < (self.needs[need].count - filled) as usize {
                return Ok(());
            }
            self.step()?;
            if self.choose(candidates[index], need) {
                if self.can_finish(need, filled + 1, index + 1)? {
                    self.enumerate(limit, need, filled + 1, index + 1, found)?;
                }
                self.chosen.pop();
            }
        }
        Ok(())
    }

    /// Whether what is chosen so far can be completed: keeps the enumeration from wandering into dead ends.
    fn can_finish(&mut self, need: usize, filled: u32, from: usize) -> Result<bool, SearchTooLarge> {
        let mut rest: Vec<Need<'_>> = self.needs.to_vec();
        for done in rest.iter_mut().take(need) {
            done.count = 0;
        }
        rest[need].count -= filled;
        rest[need].candidates = &rest[need].candidates[from..];
        if rest.iter().any(|left| left.candidates.len() < left.count as usize) {
            return Ok(false);
        }
        let mut search = Search::new(&rest, self.together, &self.chosen);
        search.steps = self.steps;
        let mut order: Vec<usize> = (0..rest.len()).collect();
        order.sort_by_key(|n| rest[*n].candidates.len() - rest[*n].count as usize);
        let can = search.fill(&order, 0, 0, 0)?;
        self.steps = search.steps;
        Ok(can)
    }

    fn by_need(&self) -> Vec<Vec<u32>> {
        (0..self.needs.len())
            .map(|need| self.chosen.iter().filter(|(_, n)| *n == need).map(|(r, _)| *r).collect())
            .collect()
    }
}
