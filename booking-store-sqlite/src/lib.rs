//! A whole business in one SQLite file: the store for a program that runs as one process.
//!
//! [`SqliteStore`] implements the ports of `booking-core` (catalogue and bookings) and of `booking-platform` (tenants,
//! customers, keys, audit).
//!
//! ```
//! use booking_store_sqlite::{Options, SqliteStore};
//!
//! let folder = tempfile::tempdir()?;
//! let store = SqliteStore::open(folder.path().join("business.sqlite"), &Options::default())?;
//! let same = store.clone();
//! # drop((store, same));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How it works
//!
//! The file is read once, when it is opened. From then on everything is served from memory, by the rules of the core's
//! reference store; only the audit log stays in the file. A command is applied to the memory by one thread and written
//! through, in one transaction with everything that belongs to it.
//!
//! # What is promised
//!
//! - **An answer means the disk has it.** A command is answered after its transaction was flushed. An answer to a question
//!   that depends on a change waits for the flush of that change, so that nobody acts on what a power cut would undo.
//! - **Commands that come together share a flush.** While one flush is under way the next commands gather; the more
//!   callers, the more bookings a flush.
//! - **Wholly or not at all.** When a flush fails, every command of it is refused, the memory is thrown away and the file is
//!   read again.
//! - **One process.** A lock beside the file keeps a second process out. Should another program write to the file all the
//!   same, the store notices and stops, because nobody has judged what was written.
//! - **Yours to read.** Tables with columns, and views in words, for any SQLite tool. [`backup`] copies the file while it
//!   is in use.

mod backup;
mod booking;
mod error;
mod lock;
mod memory;
mod open;
mod options;
mod platform;
mod progress;
mod row;
mod store;
#[cfg(test)]
mod tests;
mod verify;
mod writer;

pub use backup::{Copied, backup};
pub use error::OpenError;
pub use open::FORMAT;
pub use options::{Durability, Options};
pub use store::{MAX_WAITING, SqliteStore};
pub use verify::{Checked, Finding, Report, verify};
