//! `cargo xtask test`: everything a change must pass.

use crate::Result;
use crate::cargo::{self, Member};
use crate::debian;
use crate::postgres;
use crate::process::{Line, may_install};
use crate::stages::Stages;

const EXAMPLES: &str = "booking-examples";

/// The package whose tests need a database server.
const ON_POSTGRES: &str = "booking-store-postgres";

/// The tests that need a database server: those of the store, and the routes and the program over it, which only run when
/// they are named. All of the workspace is asked for, so that nothing is built a second time with other features.
const POSTGRES_TESTS: &[&str] =
    &["--workspace", "--test", "postgres", "--test", "routes_postgres", "--test", "session_postgres"];

const NEXTEST: &str = "cargo nextest run --all-features --no-tests pass --status-level fail --no-fail-fast";

/// How much to run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All stages.
    Full,
    /// Without lints, documentation and the package: for the moment between two edits.
    Fast,
}

/// Runs the stages in order and stops at the first that fails.
pub(crate) fn run(scope: Scope) -> Result<()> {
    let full = scope == Scope::Full;
    let mut stages = Stages::default();
    stages.run("tools", || tools(full));
    stages.run("fmt", || Line::new("cargo fmt --all --check").run());
    if full {
        stages.run("clippy", clippy);
        stages.run("clippy, bare features", clippy_bare);
    }
    stages.run("tests", tests);
    stages.run("doctests", || Line::new("cargo test --workspace --all-features --doc --quiet").run());
    run_examples(&mut stages);
    if full {
        stages.run("documentation", documentation);
        stages.run("package", package);
    }
    // Last, because they need a server.
    stages.run("tests on PostgreSQL", tests_on_postgres);
    stages.finish()
}

/// Cargo's own components are all that must be there; rustup brings them if they are not.
fn tools(full: bool) -> Result<()> {
    let needed: &[(&str, &str)] =
        if full { &[("rustfmt", "fmt"), ("clippy", "clippy")] } else { &[("rustfmt", "fmt")] };
    for (component, subcommand) in needed {
        if Line::new("cargo").with(&[subcommand, "--version"]).succeeds() {
            continue;
        }
        if !may_install() {
            return Err(format!("{component} is missing: rustup component add {component}").into());
        }
        Line::new("rustup component add").with(&[component]).run()?;
    }
    // The embedded store is watched for its syncs, where there is a tool to watch with.
    if cfg!(target_os = "linux") { debian::strace() } else { Ok(()) }
}

fn clippy() -> Result<()> {
    Line::new("cargo clippy --workspace --all-targets --all-features --quiet -- -D warnings").run()?;
    let named = Line::new("cargo clippy --all-features --quiet").with(POSTGRES_TESTS);
    named.with(&["--", "-D", "warnings"]).run()
}

/// The library and the router as a host takes them: what only compiles with every feature on is broken for it.
fn clippy_bare() -> Result<()> {
    for package in ["booking-core", "booking-http"] {
        let line = Line::new("cargo clippy --no-default-features --quiet --package").with(&[package]);
        line.with(&["--", "-D", "warnings"]).run()?;
    }
    Ok(())
}

fn tests() -> Result<()> {
    if nextest() {
        let others = format!("not (package({ON_POSTGRES}) and kind(test))");
        return Line::new(NEXTEST).with(&["--workspace", "--filterset", &others]).run();
    }
    println!("cargo-nextest is not installed; running the slower `cargo test`");
    let line = "cargo test --all-features --quiet";
    Line::new(line).with(&["--workspace", "--all-targets", "--exclude", ON_POSTGRES]).run()?;
    Line::new(line).with(&["--package", ON_POSTGRES, "--lib"]).run()
}

/// They never skip themselves: without a server the stage fails and says how to get one.
fn tests_on_postgres() -> Result<()> {
    let line = if nextest() { NEXTEST } else { "cargo test --all-features --quiet" };
    postgres::with_server(|variables| Line::new(line).with(POSTGRES_TESTS).run_with(variables))
}

fn nextest() -> bool {
    Line::new("cargo nextest --version").succeeds()
}

fn package() -> Result<()> {
    Line::new("cargo package --package booking-core --allow-dirty --quiet").run()?;
    // The migrations lie outside the crate's folder, behind a link: they must be in its package. It cannot be built
    // there before the core is published.
    let listed = Line::new("cargo package --list --allow-dirty --package").with(&[ON_POSTGRES]).read()?;
    if listed.lines().any(|file| file == "migrations/001_initial_schema.sql") {
        return Ok(());
    }
    Err(format!("the package of `{ON_POSTGRES}` has no migrations").into())
}

fn run_examples(stages: &mut Stages) {
    let mut programs = Vec::new();
    stages.run("examples, build", || {
        programs = examples(&cargo::members()?)?;
        Line::new("cargo build --quiet --bins --examples --package").with(&[EXAMPLES]).run()
    });
    for (kind, name) in &programs {
        let flag = format!("--{kind}");
        stages.run(&format!("example {name}"), || {
            Line::new("cargo run --quiet --package").with(&[EXAMPLES, &flag, name]).run()
        });
    }
}

fn examples(members: &[Member]) -> Result<Vec<(&'static str, String)>> {
    let package = members.iter().find(|member| member.name == EXAMPLES);
    let package = package.ok_or_else(|| format!("the workspace has no package `{EXAMPLES}`"))?;
    let mut programs = package.programs.clone();
    programs.sort();
    if programs.is_empty() {
        return Err(format!("`{EXAMPLES}` has no program to run").into());
    }
    Ok(programs)
}

fn documentation() -> Result<()> {
    let line = Line::new("cargo doc --workspace --all-features --no-deps --quiet");
    line.run_with(&[("RUSTDOCFLAGS", "-D warnings")])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, programs: &[&str]) -> Member {
        let programs = programs.iter().map(|name| ("bin", (*name).to_owned())).collect();
        Member { name: name.to_owned(), programs, dependencies: Vec::new() }
    }

    #[test]
    fn every_program_of_the_examples_package_is_run() -> Result<()> {
        let members = [package("booking-http", &["booking"]), package(EXAMPLES, &["salon", "clinic"])];
        let found = examples(&members)?;
        assert_eq!(found, [("bin", "clinic".to_owned()), ("bin", "salon".to_owned())]);
        Ok(())
    }

    #[test]
    fn a_workspace_without_examples_is_an_error() {
        assert!(examples(&[package("booking-core", &[])]).is_err());
        assert!(examples(&[package(EXAMPLES, &[])]).is_err());
    }
}
