//! The budget of one evaluation, counted in steps, so that a bound does not depend on the machine.

use std::cell::Cell;
use std::ops::ControlFlow;

use super::MAX_STEPS;

/// Why an evaluation ended before its range did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The caller has what it asked for.
    Enough,
    /// [`MAX_STEPS`] are used up.
    Budget,
}

pub(super) type Flow = ControlFlow<Stop>;

/// Periods and days looked at and instants found, together.
#[derive(Debug)]
pub(super) struct Steps(Cell<u32>);

impl Steps {
    pub(super) const fn new() -> Self {
        Self(Cell::new(0))
    }

    pub(super) fn take(&self, steps: u32) -> Flow {
        let used = self.0.get().saturating_add(steps);
        self.0.set(used);
        if used > MAX_STEPS { ControlFlow::Break(Stop::Budget) } else { ControlFlow::Continue(()) }
    }

    pub(super) const fn used(&self) -> u32 {
        self.0.get()
    }
}
