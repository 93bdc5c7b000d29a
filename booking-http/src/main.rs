//! `booking`: a booking server, and the tools around it. This file alone chooses a store.

mod cli;

use std::process::ExitCode;

use booking_core::{AnyStore, MemoryStore, TenantId};
use booking_http::server::demo::Demo;
use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::run(cli::Args::parse(), in_memory)
}

/// The demo business in memory.
fn in_memory(tenant: TenantId, demo: Demo) -> AnyStore {
    let store = MemoryStore::new();
    for resource in demo.resources {
        store.add_resource(tenant, resource);
    }
    for service in demo.services {
        store.add_service(tenant, service);
    }
    AnyStore::new(store)
}
