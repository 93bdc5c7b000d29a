//! The command line.

mod business;
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

/// Runs a command, and says how it went.
pub(crate) fn run(args: Args, open: OpenDemo) -> ExitCode {
    let done = match args.command {
        Command::Serve(serve) => serve.run(open),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("booking: {error}");
            ExitCode::FAILURE
        }
    }
}
