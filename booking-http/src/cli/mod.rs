//! The command line.

mod ask;
mod backup;
mod business;
mod calendar;
mod db;
mod demo;
mod demo_business;
mod doctor;
mod greeting;
mod init;
mod key;
mod migrate;
mod place;
mod progress;
mod secret;
mod serve;
mod signals;
mod tz_drift;
mod verify;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};

/// A booking server that cannot double-book.
#[derive(Debug, Parser)]
#[command(name = "booking", version, after_help = EXIT_CODES)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  it went well
  1  it failed; standard error says why
  2  the command line is wrong
  3  it went well and found something to look after (doctor, verify, tz-drift, migrate, db maintain,
     db health)";

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API over HTTP.
    Serve(serve::Serve),
    /// Make a business, and its first key.
    Init(init::Init),
    /// Make, list and revoke API keys.
    Key(key::Key),
    /// Show what the demo business offers, and who works there.
    Demo(demo::ShowDemo),
    /// Show which times are free.
    Slots(ask::Slots),
    /// Say why a time is free or not.
    Explain(ask::Explain),
    /// Read a calendar file, and show what it blocks or block it.
    ImportIcs(calendar::ImportIcs),
    /// Copy the data file, also while a server serves it.
    Backup(backup::Backup),
    /// Check all stored data again.
    Verify(verify::Verify),
    /// List bookings whose time on the wall has moved.
    TzDrift(tz_drift::TzDrift),
    /// Bring a database to this version's schema.
    Migrate(migrate::Migrate),
    /// Look after a database.
    Db(db::Db),
    /// Check this machine, and say how to fix what is wrong.
    Doctor(doctor::Doctor),
    /// Print the description of the API.
    Openapi,
}

/// What a command fails with: a text for people. The exit code is 1; a wrong command line is 2.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// How a command that did not fail ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Well,
    /// With something to look after.
    Found,
}

/// Runs a future to its end on this thread.
pub(crate) fn wait_for<F: Future>(future: F) -> Outcome<F::Output> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(future))
}

/// Reads the command line, runs the command and says how it went.
pub(crate) fn run() -> ExitCode {
    let matches = Args::command().get_matches();
    if is_in_two_places(&matches) {
        let why = "only one of --data, --database-url and --in-memory can say where a business is kept\n";
        Args::command().error(ErrorKind::ArgumentConflict, why).exit();
    }
    let args = Args::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    match args.command.run() {
        Ok(Ending::Well) => ExitCode::SUCCESS,
        Ok(Ending::Found) => ExitCode::from(3),
        Err(error) => {
            eprintln!("booking: {}", told(&*error));
            ExitCode::FAILURE
        }
    }
}

impl Command {
    fn run(self) -> Outcome<Ending> {
        match self {
            Self::Serve(serve) => serve.run()?,
            Self::Init(init) => init.run()?,
            Self::Key(key) => key.run()?,
            Self::Demo(demo) => demo.run()?,
            Self::Slots(slots) => slots.run()?,
            Self::Explain(explain) => explain.run()?,
            Self::ImportIcs(import) => import.run()?,
            Self::Backup(backup) => backup.run()?,
            Self::Verify(verify) => return verify.run(),
            Self::TzDrift(drift) => return drift.run(),
            Self::Migrate(migrate) => return migrate.run(),
            Self::Db(db) => return db.run(),
            Self::Doctor(doctor) => return doctor.run(),
            Self::Openapi => println!("{:#}", booking_http::server::openapi()),
        }
        Ok(Ending::Well)
    }
}

/// Whether the command line names two places. A variable does not count: it is what `--data` overrules.
fn is_in_two_places(matches: &ArgMatches) -> bool {
    let said = |id: &&str| {
        matches.try_contains_id(id).unwrap_or(false)
            && matches.value_source(id) == Some(ValueSource::CommandLine)
    };
    let places = ["data", "database_url", "in_memory"].iter().filter(|id| said(id)).count();
    places > 1 || matches.subcommand().is_some_and(|(_, inner)| is_in_two_places(inner))
}

/// An error with all that caused it, each said once.
pub(crate) fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let more = error.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const PAGE: &str = include_str!("../../../docs/server.md");

    /// An option: its variable, its default, and the commands that have it.
    type Known = (Option<String>, Option<String>, Vec<String>);

    /// The options of a command and of those below it.
    fn options(command: &clap::Command, path: &str, known: &mut BTreeMap<String, Known>) {
        for inner in command.get_subcommands() {
            options(inner, format!("{path} {}", inner.get_name()).trim(), known);
        }
        for arg in command.get_arguments() {
            let Some(long) = arg.get_long().filter(|long| !["help", "version"].contains(long)) else {
                continue;
            };
            let variable = arg.get_env().map(|name| name.to_string_lossy().into_owned());
            // A flag has a default too, which nobody needs to be told.
            let default = arg.get_default_values().first().filter(|_| arg.get_action().takes_values());
            let default = default.map(|value| value.to_string_lossy().into_owned());
            let one = known.entry(format!("--{long}")).or_insert_with(|| (variable, default, Vec::new()));
            one.2.push(path.to_owned());
        }
    }

    #[test]
    fn the_page_names_every_option_and_every_command() {
        let command = Args::command();
        let mut known = BTreeMap::new();
        options(&command, "", &mut known);
        let mut told = 0;
        for line in PAGE.lines().filter(|line| line.starts_with("| `--")) {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let option = cells[1].trim_matches('`');
            let (variable, default, commands) =
                known.get(option).unwrap_or_else(|| panic!("{option} is gone"));
            assert_eq!(cells[2].trim_matches('`'), variable.as_deref().unwrap_or_default(), "{option}");
            if let Some(default) = default {
                assert_eq!(cells[3].trim_matches('`'), default, "{option}");
            }
            assert_eq!(cells[4], commands.join(", "), "{option}");
            told += 1;
        }
        assert_eq!(told, known.len(), "{:?}", known.keys());
        for inner in command.get_subcommands() {
            assert!(PAGE.contains(&format!("| `{}` |", inner.get_name())), "{}", inner.get_name());
        }
        for code in ["| 0 |", "| 1 |", "| 2 |", "| 3 |"] {
            assert!(PAGE.contains(code) && EXIT_CODES.contains(code.trim_matches(['|', ' '])));
        }
    }

    #[test]
    fn the_command_line_is_sound() {
        Args::command().debug_assert();
        let twice = ["booking", "serve", "--data", "a", "--database-url", "postgres://b/c"];
        assert!(is_in_two_places(&Args::command().get_matches_from(twice)));
        assert!(is_in_two_places(&Args::command().get_matches_from([
            "booking",
            "serve",
            "--data",
            "a",
            "--in-memory"
        ])));
        assert!(!is_in_two_places(&Args::command().get_matches_from(["booking", "serve", "--data", "a"])));
    }
}
