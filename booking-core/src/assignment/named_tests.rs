//! Examples that have a name: where greedy fails, where sharing decides, and how far the bounds reach.

use super::{MAX_SEARCH_STEPS, Matcher, Need, SearchTooLarge, Together};

/// Who serves several needs at once, as pairs of needs that nobody, or everybody, serves together.
enum Sharing {
    Never,
    /// Needs that do not meet in time; all others do.
    Apart(&'static [(usize, usize)]),
    /// Each resource has this many units and each need takes one.
    Units(usize),
    /// Two of each three in a row, but not all three.
    TwoOfThree,
}

impl Together for Sharing {
    fn fits(&self, _: u32, needs: &[usize]) -> bool {
        match self {
            Self::Never => false,
            Self::Apart(pairs) => needs
                .iter()
                .enumerate()
                .all(|(at, one)| needs[at + 1..].iter().all(|other| pairs.contains(&(*one, *other)))),
            Self::Units(units) => needs.len() <= *units,
            Self::TwoOfThree => needs.len() == 2 && needs[0] / 3 == needs[1] / 3,
        }
    }

    fn exclusive(&self) -> bool {
        matches!(self, Self::Never)
    }
}

const ANN: u32 = 0;
const BEN: u32 = 1;
const CAT: u32 = 2;
const DAN: u32 = 3;

fn needs<'a>(wanted: &'a [(u32, &'a [u32])]) -> Vec<Need<'a>> {
    wanted.iter().map(|&(count, candidates)| Need { count, candidates }).collect()
}

/// The most preferred assignment and the usable candidates; none of either if there is no assignment.
fn check(wanted: &[(u32, &[u32])], sharing: &Sharing, best: &[&[u32]], usable: &[&[u32]]) {
    let (needs, mut matcher, mut found) = (needs(wanted), Matcher::default(), Vec::new());
    assert_eq!(matcher.exists(&needs, sharing), Ok(!best.is_empty()));
    let first = matcher.assignments(&needs, sharing, 1).unwrap();
    assert_eq!(first.first().cloned().unwrap_or_default(), best);
    matcher.usable(&needs, sharing, &mut found).unwrap();
    assert_eq!(found, usable);
}

#[test]
fn greedy_takes_the_only_surgeon_as_the_doctor() {
    check(&[(1, &[ANN, BEN]), (1, &[ANN])], &Sharing::Never, &[&[BEN], &[ANN]], &[&[BEN], &[ANN]]);
}

#[test]
fn greedy_misses_a_chain_of_exchanges() {
    let wanted: &[(u32, &[u32])] = &[(1, &[ANN, BEN]), (1, &[BEN, CAT]), (1, &[CAT, DAN]), (1, &[ANN])];
    let best: &[&[u32]] = &[&[BEN], &[CAT], &[DAN], &[ANN]];
    check(wanted, &Sharing::Never, best, best);
}

#[test]
fn greedy_takes_two_of_those_that_another_needs() {
    let wanted: &[(u32, &[u32])] = &[(2, &[ANN, BEN, CAT, DAN]), (2, &[ANN, BEN, CAT])];
    let usable: &[&[u32]] = &[&[ANN, BEN, CAT, DAN], &[ANN, BEN, CAT]];
    check(wanted, &Sharing::Never, &[&[ANN, DAN], &[BEN, CAT]], usable);
}

#[test]
fn two_needs_of_one_person_are_refused() {
    check(&[(1, &[ANN]), (1, &[ANN])], &Sharing::Never, &[], &[&[], &[]]);
    check(&[(2, &[ANN])], &Sharing::Units(9), &[], &[&[]]);
}

#[test]
fn three_needs_cannot_live_on_two_people() {
    let pool: &[u32] = &[ANN, BEN];
    check(&[(1, pool), (1, pool), (1, pool)], &Sharing::Never, &[], &[&[], &[], &[]]);
}

#[test]
fn one_person_serves_needs_that_do_not_meet() {
    // The first and the last half hour; the middle one meets both.
    let apart = Sharing::Apart(&[(0, 2)]);
    let wanted: &[(u32, &[u32])] = &[(1, &[ANN, BEN]), (1, &[ANN, BEN]), (1, &[ANN])];
    check(wanted, &apart, &[&[ANN], &[BEN], &[ANN]], &[&[ANN], &[BEN], &[ANN]]);
}

#[test]
fn greedy_sharing_pairs_the_wrong_needs() {
    // Ann may do 0 with 1 or 0 with 2; need 2 has nobody else, so 1 must go to Ben although Ann is preferred.
    let apart = Sharing::Apart(&[(0, 1), (0, 2)]);
    let wanted: &[(u32, &[u32])] = &[(1, &[ANN]), (1, &[ANN, BEN]), (1, &[ANN])];
    check(wanted, &apart, &[&[ANN], &[BEN], &[ANN]], &[&[ANN], &[BEN], &[ANN]]);
}

#[test]
fn units_are_shared_up_to_the_capacity() {
    let room: &[u32] = &[ANN];
    check(&[(1, room), (1, room)], &Sharing::Units(2), &[room, room], &[room, room]);
    check(&[(1, room), (1, room), (1, room)], &Sharing::Units(2), &[], &[&[], &[], &[]]);
}

#[test]
fn one_need_of_one_lists_each_candidate_once() {
    let needs = needs(&[(1, &[CAT, ANN, BEN])]);
    let found = Matcher::default().assignments(&needs, &Sharing::Never, 99).unwrap();
    assert_eq!(found, [[[CAT]], [[ANN]], [[BEN]]]);
}

#[test]
fn nothing_needed_is_one_empty_assignment() {
    let mut matcher = Matcher::default();
    assert_eq!(matcher.exists(&[], &Sharing::Never), Ok(true));
    assert_eq!(matcher.assignments(&[], &Sharing::Never, 5), Ok(vec![Vec::new()]));
    assert_eq!(matcher.exists_with(&[], &Sharing::Never, &[(0, ANN)]), Ok(false));
}

/// 16 needs of 64 over the same people.
fn crowd(pool: &[u32]) -> Vec<Need<'_>> {
    vec![Need { count: 64, candidates: pool }; 16]
}

#[test]
fn the_largest_service_is_answered() {
    let pool: Vec<u32> = (0..5_000).collect();
    let mut matcher = Matcher::default();
    let mut usable = Vec::new();
    for enough in [5_000, 1_024] {
        let needs = crowd(&pool[..enough]);
        assert_eq!(matcher.exists(&needs, &Sharing::Never), Ok(true));
        assert_eq!(matcher.exists_with(&needs, &Sharing::Never, &[(15, 0)]), Ok(true));
        assert_eq!(matcher.usable(&needs, &Sharing::Never, &mut usable), Ok(true));
        assert!(usable.iter().all(|found| found.len() == enough));
        let found = matcher.assignments(&needs, &Sharing::Never, 2).unwrap();
        assert_eq!(found[0].concat(), &pool[..1_024]);
    }
    let needs = crowd(&pool[..1_023]);
    assert_eq!(matcher.exists(&needs, &Sharing::Never), Ok(false));
}

#[test]
fn exchanges_reach_through_all_needs() {
    // Need i may take the i-th and the (i+1)-th group of 64, the last need only the first group: all must move on.
    let people: Vec<u32> = (0..64 * 17).collect();
    let mut needs: Vec<Need<'_>> =
        (0..15).map(|at| Need { count: 64, candidates: &people[64 * at..64 * (at + 2)] }).collect();
    needs.push(Need { count: 64, candidates: &people[..64] });
    let mut matcher = Matcher::default();
    let found = matcher.assignments(&needs, &Sharing::Never, 1).unwrap();
    assert_eq!(found[0].concat(), [&people[64..64 * 16], &people[..64]].concat());
    let mut usable = Vec::new();
    assert_eq!(matcher.usable(&needs, &Sharing::Never, &mut usable), Ok(true));
    assert_eq!(usable.concat(), found[0].concat());
}

#[test]
fn sharing_among_many_equal_people_is_decided() {
    // 5 needs of 10 over 49 people, one short; two of the needs can be served by one person.
    let pool: Vec<u32> = (0..49).collect();
    let needs = vec![Need { count: 10, candidates: &pool }; 5];
    let mut matcher = Matcher::default();
    assert_eq!(matcher.exists(&needs, &Sharing::Apart(&[])), Ok(false));
    assert_eq!(matcher.exists(&needs, &Sharing::Apart(&[(3, 4)])), Ok(true));
    let needs = vec![Need { count: 1, candidates: &pool[..5] }; 16];
    assert_eq!(matcher.exists(&needs, &Sharing::Units(3)), Ok(false));
    assert_eq!(matcher.exists(&needs, &Sharing::Units(4)), Ok(true));
}

#[test]
fn pairs_that_first_fit_wastes_are_found() {
    // Three needs of 2 over 3 people who each can serve two of them: 01, 02, 12 is the only way.
    let pool: &[u32] = &[ANN, BEN, CAT];
    let best: &[&[u32]] = &[&[ANN, BEN], &[ANN, CAT], &[BEN, CAT]];
    check(&[(2, pool), (2, pool), (2, pool)], &Sharing::TwoOfThree, best, &[pool, pool, pool]);
}

#[test]
fn what_cannot_be_decided_is_an_error_and_leaves_nothing_behind() {
    // 15 needs of 60 over 450 people: each must serve exactly two, which pairs is what takes too long to find.
    let pool: Vec<u32> = (0..450).collect();
    let needs = vec![Need { count: 60, candidates: &pool }; 15];
    let mut matcher = Matcher::default();
    let error = matcher.exists(&needs, &Sharing::TwoOfThree).unwrap_err();
    assert!(error.steps > MAX_SEARCH_STEPS, "{error}");
    assert_eq!(matcher.usable(&needs, &Sharing::TwoOfThree, &mut Vec::new()), Err(error));
    assert!(matcher.assignments(&needs, &Sharing::TwoOfThree, 1).is_err());
    let small = [Need { count: 1, candidates: &[ANN] }; 2];
    assert_eq!(matcher.exists(&small, &Sharing::Units(2)), Ok(true));
    assert_eq!(matcher.exists(&small, &Sharing::Never), Ok(false));
}

#[test]
fn more_needs_than_a_service_can_have_are_refused() {
    let needs = [Need { count: 1, candidates: &[ANN] }; 17];
    let refused = Matcher::default().exists(&needs, &Sharing::Never);
    assert_eq!(refused, Err(SearchTooLarge { steps: 0 }));
}
