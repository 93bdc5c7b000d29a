//! How a law is checked: on random input, the same in every run unless asked otherwise, shrunk to the smallest failure,
//! with the one line that replays it.

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};

/// The seed of a run that was not given one, so that a red run is red because of the change it tests.
const SEED: u64 = 2_026;

/// Checks a law on `cases` random inputs; `broken` says what is wrong with one, if anything is.
///
/// `PROPTEST_RNG_SEED` gives another seed and `PROPTEST_CASES` another number of cases: to look further than every run
/// does.
pub(crate) fn check<S: Strategy>(
    name: &str,
    cases: u32,
    input: &S,
    broken: impl Fn(&S::Value) -> Option<String>,
) {
    let given = Config::default();
    let seed = match given.rng_seed {
        RngSeed::Fixed(seed) => seed,
        RngSeed::Random => SEED,
    };
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { given.cases } else { cases };
    let config = Config {
        cases,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..given
    };
    let outcome = TestRunner::new(config).run(input, |value| match broken(&value) {
        None => Ok(()),
        Some(why) => Err(proptest::test_runner::TestCaseError::fail(why)),
    });
    let replay = format!(
        "PROPTEST_RNG_SEED={seed} PROPTEST_CASES={cases} cargo test -p booking-core --test laws -- --exact {name}"
    );
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(why, value)) => panic!("{why}\nreplay: {replay}\nsmallest: {value:#?}"),
        Err(TestError::Abort(why)) => panic!("{why}\nreplay: {replay}"),
    }
}
