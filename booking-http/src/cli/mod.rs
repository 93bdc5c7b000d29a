//! The command line.

mod ask;
mod business;
mod calendar;
mod demo;
mod doctor;
mod serve;

use std::process::ExitCode;

use booking_core::AnyStore;
use booking_platform::AnyPlatform;
use clap::{Parser, Subcommand};

/// A booking server that cannot double-book.
#[derive(Debug, Parser)]
#[command(name = "booking", version)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API over HTTP.
    Serve(serve::Serve),
    /// Show what the demo business offers, and who works there.
    Demo(demo::ShowDemo),
    /// Show which times are free.
    Slots(ask::Slots),
    /// Say why a time is free or not.
    Explain(ask::Explain),
    /// Read a calendar file and show what it blocks.
    ImportIcs(calendar::ImportIcs),
    /// Check this machine, and say how to fix what is wrong.
    Doctor(doctor::Doctor),
    /// Print the description of the API.
    Openapi,
}

/// What a command fails with: a text for people. The exit code is 1; a wrong command line is 2.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// One store, by the two sides it has.
pub(crate) struct Stores {
    pub(crate) bookings: AnyStore,
    pub(crate) platform: AnyPlatform,
}

/// Opens an empty store for a demo business.
pub(crate) type OpenDemo = fn() -> Stores;

/// Runs a future to its end on this thread.
pub(crate) fn wait_for<F: Future>(future: F) -> Outcome<F::Output> {
    Ok(tokio::runtime::Builder::new_current_thread().build()?.block_on(future))
}

/// Runs a command, and says how it went.
pub(crate) fn run(args: Args, open: OpenDemo) -> ExitCode {
    let done = match args.command {
        Command::Serve(serve) => serve.run(open),
        Command::Demo(demo) => demo.run(open),
        Command::Slots(slots) => slots.run(open),
        Command::Explain(explain) => explain.run(open),
        Command::ImportIcs(import) => import.run(),
        Command::Doctor(doctor) => doctor.run(),
        Command::Openapi => {
            println!("{:#}", booking_http::server::openapi());
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("booking: {error}");
            ExitCode::FAILURE
        }
    }
}
