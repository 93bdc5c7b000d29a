//! The reference store: all rules of [`BookingStore`](crate::BookingStore) over plain collections.
//!
//! [`State`] holds them, pure and synchronous; [`MemoryStore`] is the port over it. Every write goes through one
//! journal, so that a command that fails is taken back row by row, and one that is applied can tell what it changed.

mod bookings;
mod calendar;
mod catalogue;
mod change;
mod chunks;
mod fit;
mod index;
mod log;
mod place;
mod pool;
mod present;
mod read;
mod rows;
mod state;
mod store;
mod tenant;
mod timeline;
mod tx;
mod verify;
mod waitlist;

pub use catalogue::Catalogue;
pub use rows::{AssignedRow, Changes, RecordedRow, Rows};
pub use state::{KEEP_KEYS, State};
pub use store::MemoryStore;
pub use verify::{Violation, verify};
