//! Complete assignments in order of preference.

use super::need::{Need, Problem, Together};
use super::{Matcher, SearchTooLarge};

/// Where the enumeration stands.
struct Cursor {
    /// The need of each choice in turn: the first need's choices, then the second's.
    turns: Vec<usize>,
    /// The candidate (by position) taken in each turn so far.
    taken: Vec<usize>,
    /// The position from which the next turn looks.
    from: usize,
    /// The candidates of each need that can stand in one of the wanted assignments.
    reach: usize,
}

impl Matcher {
    /// Up to `limit` complete assignments: for each need the chosen resources, in the order of its candidates.
    ///
    /// They come in lexicographic order of preference: by the first need's choice, its most preferred candidate first,
    /// then its next; then by the second need's. The first is the most preferred of all. A single need of count 1
    /// gives each candidate once, in order. Should the search become too large after the first, those found are
    /// returned.
    pub(crate) fn assignments<T: Together + ?Sized>(
        &mut self,
        needs: &[Need<'_>],
        together: &T,
        limit: usize,
    ) -> Result<Vec<Vec<Vec<u32>>>, SearchTooLarge> {
        let mut found = Vec::new();
        let problem = Problem::new(needs, together);
        if limit == 0 || !self.judge(&problem)? {
            return Ok(found);
        }
        let mut cursor = Cursor::new(&problem, limit);
        while found.len() < limit {
            match self.next(&problem, &mut cursor, found.is_empty()) {
                Ok(true) => found.push(self.chosen(needs.len())),
                Err(error) if found.is_empty() => return Err(error),
                Ok(false) | Err(_) => break,
            }
        }
        Ok(found)
    }

    /// Makes the most preferred complete assignment the current choices; there must be one.
    pub(super) fn choose_first<T: Together + ?Sized>(
        &mut self,
        problem: &Problem<'_, T>,
    ) -> Result<bool, SearchTooLarge> {
        self.choices.start(problem.needs);
        self.next(problem, &mut Cursor::new(problem, 1), true)
    }

    /// Moves on to the next complete assignment; `false` after the last.
    ///
    /// A choice is only made if it can be completed, so there are no dead ends: each assignment costs at most one
    /// question for each candidate in reach.
    fn next<T: Together + ?Sized>(
        &mut self,
        problem: &Problem<'_, T>,
        cursor: &mut Cursor,
        first: bool,
    ) -> Result<bool, SearchTooLarge> {
        if !first && !self.step_back(cursor) {
            return Ok(false);
        }
        while let Some(&need) = cursor.turns.get(cursor.taken.len()) {
            match self.take_next(problem, cursor, need, first)? {
                Some(position) => {
                    cursor.taken.push(position);
                    let same = cursor.turns.get(cursor.taken.len()) == Some(&need);
                    cursor.from = if same { position + 1 } else { 0 };
                }
                None if self.step_back(cursor) => {}
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Takes the latest choice back, to try what follows it.
    fn step_back(&mut self, cursor: &mut Cursor) -> bool {
        let Some(position) = cursor.taken.pop() else { return false };
        cursor.from = position + 1;
        self.choices.undo()
    }

    /// Gives the need its next candidate with which the rest can be completed, and says which.
    fn take_next<T: Together + ?Sized>(
        &mut self,
        problem: &Problem<'_, T>,
        cursor: &Cursor,
        need: usize,
        first: bool,
    ) -> Result<Option<usize>, SearchTooLarge> {
        let in_reach = problem.needs[need].candidates.iter().enumerate().take(cursor.reach);
        for (position, &resource) in in_reach.skip(cursor.from) {
            if !self.choices.may(problem, need, resource, &mut self.steps)? {
                continue;
            }
            self.choices.make(need, resource, position + 1);
            let completes = self.oracle.completes(problem, &mut self.choices, &mut self.steps)?;
            if !first {
                // Only the assignments after the first are optional: only they are charged for polynomial work.
                self.steps.spend(1 + self.oracle.lists.len())?;
            }
            if completes {
                return Ok(Some(position));
            }
            self.choices.undo();
        }
        Ok(None)
    }

    fn chosen(&self, needs: usize) -> Vec<Vec<u32>> {
        let mut chosen = vec![Vec::new(); needs];
        for (need, resource) in self.choices.iter() {
            chosen[need].push(resource);
        }
        chosen
    }
}

impl Cursor {
    fn new<T: Together + ?Sized>(problem: &Problem<'_, T>, limit: usize) -> Self {
        let counts = problem.needs.iter().enumerate();
        let turns: Vec<usize> =
            counts.flat_map(|(index, need)| std::iter::repeat_n(index, need.count as usize)).collect();
        // An assignment that reaches further leaves `limit` nearer candidates of that need unused, and so follows
        // `limit` others.
        let reach = turns.len().saturating_add(limit).saturating_sub(1);
        Self { turns, taken: Vec::new(), from: 0, reach }
    }
}
