//! The questions about one start, and the memory they share.

use super::SearchTooLarge;
use super::choices::Choices;
use super::need::{Need, Problem, Steps, Together};
use super::oracle::Oracle;

/// Answers whether and how needs can be met. Reuse one: after the first questions it allocates nothing for `exists`,
/// `exists_with` and `usable`.
///
/// A complete assignment gives each need `count` different resources of its candidates, so that what each resource
/// serves fits together. Same input, same answer.
#[derive(Debug, Default)]
pub(crate) struct Matcher {
    pub(super) choices: Choices,
    pub(super) oracle: Oracle,
    pub(super) steps: Steps,
    /// Which candidates are known to be usable, need after need.
    pub(super) known: Vec<bool>,
}

impl Matcher {
    /// Whether there is a complete assignment.
    pub(crate) fn exists<T: Together + ?Sized>(
        &mut self,
        needs: &[Need<'_>],
        together: &T,
    ) -> Result<bool, SearchTooLarge> {
        self.judge(&Problem::new(needs, together))
    }

    /// Starts a question: whether there is any complete assignment.
    pub(super) fn judge<T: Together + ?Sized>(
        &mut self,
        problem: &Problem<'_, T>,
    ) -> Result<bool, SearchTooLarge> {
        self.start(problem)?;
        if problem.needs.iter().any(|need| need.candidates.len() < need.count as usize) {
            return Ok(false);
        }
        Ok(problem.plenty() || self.oracle.completes(problem, &mut self.choices, &mut self.steps)?)
    }

    /// Whether there is a complete assignment in which each of these needs (by index) is given its resource.
    pub(crate) fn exists_with<T: Together + ?Sized>(
        &mut self,
        needs: &[Need<'_>],
        together: &T,
        given: &[(usize, u32)],
    ) -> Result<bool, SearchTooLarge> {
        let problem = Problem::new(needs, together);
        self.start(&problem)?;
        for &(need, resource) in given {
            let asked = needs.get(need).is_some_and(|need| need.candidates.contains(&resource));
            let lacks = self.choices.lacking.get(need).is_some_and(|lacking| *lacking > 0);
            if !asked || !lacks || !self.choices.may(&problem, need, resource, &mut self.steps)? {
                return Ok(false);
            }
            self.choices.make(need, resource, 0);
        }
        self.oracle.completes(&problem, &mut self.choices, &mut self.steps)
    }

    /// Forgets the question before.
    fn start<T: Together + ?Sized>(&mut self, problem: &Problem<'_, T>) -> Result<(), SearchTooLarge> {
        self.steps = Steps::default();
        problem.check()?;
        self.choices.start(problem.needs);
        Ok(())
    }

    /// As [`exists_with`](Self::exists_with) for one candidate, within the steps of the current question.
    pub(super) fn completes_with<T: Together + ?Sized>(
        &mut self,
        problem: &Problem<'_, T>,
        need: usize,
        resource: u32,
    ) -> Result<bool, SearchTooLarge> {
        self.choices.start(problem.needs);
        self.choices.make(need, resource, 0);
        self.oracle.completes(problem, &mut self.choices, &mut self.steps)
    }
}
