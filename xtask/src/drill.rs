//! `cargo xtask drill`: the long versions of tests that try to break things.

mod api;

use crate::Result;
use crate::postgres;
use crate::process::Line;

/// How often the crash drill kills the store: ten times what the tests do.
const CRASHES: &str = "200";

/// How often it kills the database server, which takes longer to come back.
const POSTGRES_CRASHES: &str = "50";

/// Runs one drill.
pub(crate) fn run(words: &[&str]) -> Result<()> {
    match words {
        ["crash"] => crash(CRASHES),
        ["crash", "--rounds", rounds] => crash(rounds),
        ["crash", "--store", "postgres"] => crash_postgres(POSTGRES_CRASHES),
        ["crash", "--store", "postgres", "--rounds", rounds] => crash_postgres(rounds),
        ["api"] => api::run(None),
        ["api", "--examples", examples] => api::run(Some(examples)),
        _ => Err("cargo xtask drill crash [--store postgres] [--rounds N], or api [--examples N]".into()),
    }
}

/// Kills the embedded store under load and opens it again.
fn crash(rounds: &str) -> Result<()> {
    let line =
        Line::new("cargo test --package booking-store-sqlite --all-features --test crash -- --nocapture");
    line.run_with(&[("BOOKING_CRASH_ROUNDS", rounds)])
}

/// Kills database servers of its own, or one of their processes, under load.
fn crash_postgres(rounds: &str) -> Result<()> {
    postgres::with_server(|variables| {
        let mut variables = variables.to_vec();
        variables.push(("BOOKING_CRASH_ROUNDS", rounds));
        let line = Line::new(
            "cargo test --package booking-store-postgres --all-features --test postgres -- --nocapture",
        );
        line.with(&["crash::what_was_acknowledged"]).run_with(&variables)
    })
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
