//! The store on a real server. `cargo xtask test` starts a private one; `DATABASE_URL` names another.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]
#![expect(clippy::panic, reason = "a test that cannot be set up has failed")]

mod batches;
mod cache;
mod catalogue;
mod changes;
mod clock;
mod conformance;
mod crash;
mod desk;
mod forgetting;
mod health;
mod history;
mod indexes;
mod jobs;
mod migrations;
mod offered;
mod operations;
mod platform;
mod pooler;
mod races;
mod reference;
mod replica;
mod schema;
mod server;
mod steps;
mod support;
mod upkeep;
mod walls;
