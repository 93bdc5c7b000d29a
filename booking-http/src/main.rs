//! `booking`: a booking server, and the tools around it. The modules below `stores` alone name a store.

mod cli;
mod stores;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::run()
}
