//! `booking`: a booking server, and the tools around it. This file alone chooses a store.

mod cli;

use std::process::ExitCode;

use booking_core::AnyStore;
use booking_platform::AnyPlatform;
use booking_platform::memory::MemoryPlatform;
use clap::Parser;

use cli::Stores;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::run(cli::Args::parse(), in_memory)
}

/// A business in memory, gone when the program ends.
fn in_memory() -> Stores {
    let store = MemoryPlatform::new();
    Stores { bookings: AnyStore::new(store.clone()), platform: AnyPlatform::new(store) }
}
