//! What is asked: needs, what one resource can do at once, and the bound on searching.

/// The most needs of one visit: as many as a service has requirements at most.
pub(super) const MAX_NEEDS: usize = crate::service::MAX_REQUIREMENTS;

/// The most steps one question may take before it is refused with [`SearchTooLarge`].
///
/// A step is one look at whether a resource can serve several requirements at once, or one partial combination
/// examined. Only requirements that may share a resource are searched, and only when giving each a resource of its own
/// fails; everything else takes polynomial time and no steps.
pub const MAX_SEARCH_STEPS: u32 = 200_000;

/// Whether the resources suffice could not be decided within [`MAX_SEARCH_STEPS`]. It does not mean that nothing is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the requirements can be combined in too many ways: undecided after {steps} steps")]
pub struct SearchTooLarge {
    /// The steps taken.
    pub steps: u32,
}

/// One requirement at one start.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Need<'a> {
    /// How many different resources.
    pub(crate) count: u32,
    /// The resources that can serve it on their own, most preferred first, each once. Small indices: scratch memory
    /// grows with the largest.
    pub(crate) candidates: &'a [u32],
}

/// Whether one resource can serve several needs of the same visit at once.
///
/// Monotone: what contains a misfit does not fit. One need alone fits its candidates, it is not asked.
pub(crate) trait Together {
    /// Whether the resource can serve all these needs (at least two, rising) at once.
    fn fits(&self, resource: u32, needs: &[usize]) -> bool;

    /// Whether no resource may ever serve two needs; then `fits` is not asked.
    fn exclusive(&self) -> bool;
}

/// A set of needs, by bit.
pub(super) type Set = u16;

/// The set of one need.
pub(super) fn one(need: usize) -> Set {
    1 << need
}

/// The needs of a set, rising.
pub(super) fn members(set: Set) -> impl Iterator<Item = usize> {
    (0..MAX_NEEDS).filter(move |&need| set & one(need) != 0)
}

/// The question: needs, and who can do what at once.
#[derive(Debug)]
pub(super) struct Problem<'a, T: ?Sized> {
    pub(super) needs: &'a [Need<'a>],
    together: &'a T,
    /// Asked once: the answer may be dear.
    pub(super) exclusive: bool,
}

impl<'a, T: Together + ?Sized> Problem<'a, T> {
    pub(super) fn new(needs: &'a [Need<'a>], together: &'a T) -> Self {
        Self { needs, together, exclusive: together.exclusive() }
    }

    /// Refuses more needs than a service can have.
    pub(super) fn check(&self) -> Result<(), SearchTooLarge> {
        if self.needs.len() <= MAX_NEEDS { Ok(()) } else { Err(SearchTooLarge { steps: 0 }) }
    }

    /// The resources wanted in all, counted once for each need.
    pub(super) fn total(&self) -> usize {
        self.needs.iter().map(|need| need.count as usize).sum()
    }

    /// Whether each need has so many candidates that it finds its own whatever the others take.
    pub(super) fn plenty(&self) -> bool {
        let total = self.total();
        self.needs.iter().all(|need| need.candidates.len() >= total)
    }

    /// Whether the resource can serve all of the set.
    pub(super) fn fits(&self, resource: u32, set: Set, steps: &mut Steps) -> Result<bool, SearchTooLarge> {
        if set.count_ones() < 2 {
            return Ok(true);
        }
        if self.exclusive {
            return Ok(false);
        }
        steps.spend(1)?;
        let mut needs = [0; MAX_NEEDS];
        let mut length = 0;
        for need in members(set) {
            needs[length] = need;
            length += 1;
        }
        Ok(self.together.fits(resource, &needs[..length]))
    }
}

/// The steps taken for one question.
#[derive(Debug, Default)]
pub(super) struct Steps(u32);

impl Steps {
    /// The error for what cannot be decided at all.
    pub(super) fn give_up(&self) -> SearchTooLarge {
        SearchTooLarge { steps: self.0 }
    }

    /// Counts steps; refuses those beyond the bound.
    pub(super) fn spend(&mut self, steps: usize) -> Result<(), SearchTooLarge> {
        self.0 = self.0.saturating_add(u32::try_from(steps).unwrap_or(u32::MAX));
        if self.0 <= MAX_SEARCH_STEPS { Ok(()) } else { Err(self.give_up()) }
    }
}
