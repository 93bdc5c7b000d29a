//! Measuring on a machine that others use too: two things in turn, and the least time of each.

use std::hint::black_box;
use std::ops::Range;
use std::time::{Duration, Instant};

use crate::INPUTS;

/// The least times of each.
#[derive(Debug, Clone, Copy)]
pub struct Least {
    /// Of what is judged.
    pub over: Duration,
    /// Of what it is compared with.
    pub under: Duration,
}

impl Least {
    /// How many times as long the first takes.
    pub fn ratio(self) -> f64 {
        self.over.as_secs_f64() / self.under.as_secs_f64().max(1e-12)
    }
}

/// Work on inputs by number. `prepare` is not timed.
pub trait Work {
    /// Puts back what the last work on these inputs changed.
    fn prepare(&mut self, _inputs: Range<usize>) {}
    /// Works through these inputs once; answers something that depends on each result.
    fn run(&mut self, inputs: Range<usize>) -> u64;
}

impl<F: FnMut(Range<usize>) -> u64> Work for F {
    fn run(&mut self, inputs: Range<usize>) -> u64 {
        self(inputs)
    }
}

/// Samples two things in turn on all inputs, a few at a time, so that both see the same disturbances and most see none.
///
/// What is answered is the sum of the least times: a sample of all inputs at once would seldom be undisturbed.
pub fn in_turn(samples: usize, at_once: usize, over: &mut dyn Work, under: &mut dyn Work) -> Least {
    let parts = INPUTS.div_ceil(at_once);
    let mut least = vec![Least { over: Duration::MAX, under: Duration::MAX }; parts];
    for _ in 0..samples {
        for (part, least) in least.iter_mut().enumerate() {
            let inputs = part * at_once..INPUTS.min((part + 1) * at_once);
            least.over = least.over.min(time(over, inputs.clone()));
            least.under = least.under.min(time(under, inputs));
        }
    }
    Least { over: least.iter().map(|one| one.over).sum(), under: least.iter().map(|one| one.under).sum() }
}

fn time(what: &mut dyn Work, inputs: Range<usize>) -> Duration {
    what.prepare(inputs.clone());
    let start = Instant::now();
    black_box(what.run(inputs));
    start.elapsed()
}
