//! Repository tasks, run as `cargo xtask`: what CI checks, in one place and in one language.

mod cargo;
mod debian;
mod drill;
mod guard;
mod load;
mod postgres;
mod process;
mod stages;
mod test;
mod tidy;

use std::process::ExitCode;

/// What a task returns: an error is one sentence for the person at the terminal.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const HELP: &str = "\
Repository tasks

Usage: cargo xtask <command>

Commands:
  test [--fast]    formatting, lints, tests, doctests, every example, documentation, package;
                   --fast leaves out lints, documentation and the package
  tidy             layering, size and style rules of the repository
  guard [ARGS]     performance guard-rails (release build); ARGS go to the guard program
  load [--store memory|sqlite] [--quick] [--only NAME]
                   the server under load, beside a bare route; --quick takes two minutes; NAME is one of
                   start, w1, any, mixed, week, listeners
  load --store postgres [--flush-ms N] [ARGS]
                   measures the PostgreSQL store against plain inserts and selects, races included; --only WORD for a
                   part of it (writes, calendar, growth, pools, races); where a flush takes N milliseconds longer
  postgres -- COMMAND
                   runs a command with DATABASE_URL set to a private PostgreSQL server that ends with it
  drill crash      kills the embedded store 200 times under load; --rounds N for another number;
                   with --store postgres, a database server 50 times
  drill api        calls everything in the description of the API in every way a tool thinks of;
                   --examples N for another number of cases an operation
  ci               tidy, test, guard
  help             this text

Environment:
  BOOKING_NO_INSTALL=1    never install a missing tool
  DATABASE_URL=URL        a PostgreSQL server to test on, instead of a private one
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<()> {
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        ["test"] => test::run(test::Scope::Full),
        ["test", "--fast"] => test::run(test::Scope::Fast),
        ["tidy"] => tidy::run(),
        ["guard", rest @ ..] => guard::run(rest),
        ["postgres", "--", command @ ..] => postgres::run(command),
        ["load", "--store", "postgres", rest @ ..] => load::shared(rest),
        ["load", rest @ ..] => load::run(rest),
        ["drill", rest @ ..] => drill::run(rest),
        ["ci"] => ci(),
        other => Err(format!("unknown command `{}`; `cargo xtask help` lists them", other.join(" ")).into()),
    }
}

fn ci() -> Result<()> {
    tidy::run()?;
    test::run(test::Scope::Full)?;
    guard::run(&[])
}
