//! Every answer against all complete assignments, written down one by one.

use proptest::prelude::*;

use super::{Matcher, Need, Together};

/// Needs over few resources. A resource serves one need, or any that lie within one of its sets.
#[derive(Debug, Clone)]
struct Case {
    /// Count and candidates.
    needs: Vec<(u32, Vec<u32>)>,
    /// By resource: the largest sets of needs that it serves at once, by bit.
    sets: Vec<Vec<u16>>,
    exclusive: bool,
}

type Assignment = Vec<Vec<u32>>;

impl Together for Case {
    fn fits(&self, resource: u32, needs: &[usize]) -> bool {
        assert!(needs.len() > 1 && needs.is_sorted(), "asked about {needs:?}");
        self.serves(resource, needs.iter().fold(0, |set, need| set | 1 << need))
    }

    fn exclusive(&self) -> bool {
        self.exclusive
    }
}

impl Case {
    fn needs(&self) -> Vec<Need<'_>> {
        self.needs.iter().map(|(count, candidates)| Need { count: *count, candidates }).collect()
    }

    fn serves(&self, resource: u32, set: u16) -> bool {
        let within = |largest: &u16| set & !largest == 0;
        set.count_ones() < 2 || (!self.exclusive && self.sets[resource as usize].iter().any(within))
    }

    fn fits_all(&self, assignment: &[Vec<u32>]) -> bool {
        (0..self.sets.len() as u32).all(|resource| {
            let needs = assignment.iter().enumerate().filter(|(_, chosen)| chosen.contains(&resource));
            self.serves(resource, needs.fold(0, |set, (need, _)| set | 1 << need))
        })
    }

    /// All complete assignments in lexicographic order: all choices of the first need, times those of the second ...
    fn all(&self) -> Vec<Assignment> {
        let mut all = vec![Vec::new()];
        for (count, candidates) in &self.needs {
            let choices = combinations(candidates, *count as usize);
            let longer = all.iter().flat_map(|begun: &Assignment| {
                choices.iter().map(move |choice| [begun.as_slice(), std::slice::from_ref(choice)].concat())
            });
            all = longer.filter(|assignment| self.fits_all(assignment)).collect();
        }
        all
    }
}

fn combinations(from: &[u32], count: usize) -> Vec<Vec<u32>> {
    let Some(rest) = count.checked_sub(1) else { return vec![Vec::new()] };
    let firsts = from.iter().enumerate();
    let all = firsts.flat_map(|(at, first)| {
        combinations(&from[at + 1..], rest).into_iter().map(|tail| [vec![*first], tail].concat())
    });
    all.collect()
}

fn cases() -> impl Strategy<Value = Case> {
    (1_usize..=4, 1_u32..=7, any::<bool>()).prop_flat_map(|(needs, resources, exclusive)| {
        let most = if needs < 3 { 3 } else { 2 };
        let pool: Vec<u32> = (0..resources).collect();
        let candidates = prop::sample::subsequence(pool, 0..=resources as usize).prop_shuffle();
        let sets = prop::collection::vec(0_u16..1 << needs, 0..3);
        (
            prop::collection::vec((1_u32..=most, candidates), needs),
            prop::collection::vec(sets, resources as usize),
        )
            .prop_map(move |(needs, sets)| Case { needs, sets, exclusive })
    })
}

/// Judges one case with a matcher that others used before.
fn judge(matcher: &mut Matcher, case: &Case) -> Result<(), TestCaseError> {
    let all = case.all();
    let needs = case.needs();
    prop_assert_eq!(matcher.exists(&needs, case), Ok(!all.is_empty()));

    let stands = |need: usize, resource: u32| all.iter().any(|found| found[need].contains(&resource));
    for need in 0..needs.len() {
        for resource in 0..=case.sets.len() as u32 {
            let with = matcher.exists_with(&needs, case, &[(need, resource)]);
            prop_assert_eq!(with, Ok(stands(need, resource)), "need {} with {}", need, resource);
        }
    }

    let mut usable = vec![vec![99]; 7];
    prop_assert_eq!(matcher.usable(&needs, case, &mut usable), Ok(!all.is_empty()));
    let candidates = case.needs.iter().enumerate();
    let expected: Vec<Vec<u32>> = candidates
        .map(|(need, (_, pool))| pool.iter().copied().filter(|resource| stands(need, *resource)).collect())
        .collect();
    prop_assert_eq!(usable, expected);

    for limit in [0, 1, 2, 5, 40, usize::MAX] {
        let found = matcher.assignments(&needs, case, limit);
        let complete = found.as_ref().is_ok_and(|found| found.len() == all.len().min(limit));
        // Only a search among very many may stop early.
        prop_assert!(complete || limit > 40, "limit {}: {:?}", limit, found);
        let found = found.unwrap();
        prop_assert_eq!(&found[..], &all[..found.len()], "limit {}", limit);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_500) })]

    /// Law: existence, usable candidates and the order of assignments are those of the list of all assignments, and
    /// nothing is left over from the question before.
    #[test]
    fn answers_are_those_of_all_assignments(cases in prop::collection::vec(cases(), 1..4)) {
        let mut matcher = Matcher::default();
        for case in &cases {
            judge(&mut matcher, case)?;
        }
    }
}
