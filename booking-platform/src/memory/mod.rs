//! The reference store: all rules of the ports over plain collections.
//!
//! [`PlatformState`] holds them, pure and synchronous; [`MemoryPlatform`] is the ports over it, together with the core's.
//! An adapter for an embedded database can serve from it and write the rows that each change answers through.

mod booking;
mod catalogue;
mod customers;
mod keys;
mod report;
mod rows;
mod state;
mod store;

pub use report::report;
pub use rows::{PlatformRow, Written};
pub use state::{PlatformState, held_capacity};
pub use store::MemoryPlatform;
