//! `cargo xtask drill`: the long versions of tests that try to break things.

use crate::Result;
use crate::process::Line;

/// How often the crash drill kills the store: ten times what the tests do.
const CRASHES: &str = "200";

/// Runs one drill.
pub(crate) fn run(words: &[&str]) -> Result<()> {
    match words {
        ["crash"] => crash(CRASHES),
        ["crash", "--rounds", rounds] => crash(rounds),
        _ => Err("cargo xtask drill crash [--rounds N]".into()),
    }
}

/// Kills the embedded store under load and opens it again.
fn crash(rounds: &str) -> Result<()> {
    let line =
        Line::new("cargo test --package booking-store-sqlite --all-features --test crash -- --nocapture");
    line.run_with(&[("BOOKING_CRASH_ROUNDS", rounds)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_drill_is_an_error() {
        assert!(run(&["fire"]).is_err());
        assert!(run(&[]).is_err());
    }
}
