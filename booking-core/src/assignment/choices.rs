//! Choices already made, and what they leave to choose.

use super::SearchTooLarge;
use super::need::{Need, Problem, Set, Steps, Together, one};

/// A partial assignment. Memory is kept from one question to the next.
#[derive(Debug, Default)]
pub(super) struct Choices {
    /// How many resources each need still lacks.
    pub(super) lacking: Vec<u32>,
    /// The position among its candidates from which each need may still choose.
    pub(super) from: Vec<usize>,
    /// The needs each resource serves; all empty between questions. Grows on writing only.
    served: Vec<Set>,
    made: Vec<Made>,
}

#[derive(Debug, Clone, Copy)]
struct Made {
    need: usize,
    resource: u32,
    from_before: usize,
}

impl Choices {
    /// Forgets all choices and starts on these needs.
    pub(super) fn start(&mut self, needs: &[Need<'_>]) {
        while self.undo() {}
        self.lacking.clear();
        self.lacking.extend(needs.iter().map(|need| need.count));
        self.from.clear();
        self.from.resize(needs.len(), 0);
    }

    /// The needs this resource serves.
    pub(super) fn served(&self, resource: u32) -> Set {
        self.served.get(resource as usize).copied().unwrap_or(0)
    }

    /// Gives the resource to the need, which chooses the rest from position `from` on.
    pub(super) fn make(&mut self, need: usize, resource: u32, from: usize) {
        let index = resource as usize;
        if self.served.len() <= index {
            self.served.resize(index + 1, 0);
        }
        self.served[index] |= one(need);
        self.lacking[need] = self.lacking[need].saturating_sub(1);
        self.made.push(Made { need, resource, from_before: self.from[need] });
        self.from[need] = from;
    }

    /// Takes the latest choice back; `false` if there is none.
    pub(super) fn undo(&mut self) -> bool {
        let Some(Made { need, resource, from_before }) = self.made.pop() else { return false };
        self.served[resource as usize] &= !one(need);
        self.lacking[need] += 1;
        self.from[need] = from_before;
        true
    }

    /// Whether the need may take the resource beside all that the resource already serves.
    pub(super) fn may<T: Together + ?Sized>(
        &self,
        problem: &Problem<'_, T>,
        need: usize,
        resource: u32,
        steps: &mut Steps,
    ) -> Result<bool, SearchTooLarge> {
        let served = self.served(resource);
        if served & one(need) != 0 {
            return Ok(false);
        }
        problem.fits(resource, served | one(need), steps)
    }

    /// The choices made, as need and resource.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, u32)> {
        self.made.iter().map(|made| (made.need, made.resource))
    }
}
