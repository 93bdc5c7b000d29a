//! The suite every store must pass, and how to write a store that does.
//!
//! For the tests of a store adapter: take `booking-core` with the feature `conformance` as a dev-dependency and call
//! [`conformance!`](crate::conformance!) once. It expands to one test for each rule, named as a sentence; the rule's
//! documentation says what is demanded, and why a failure matters.
//!
//! # What the suite needs of a store
//!
//! **A way to be filled.** `setup` is given a [`World`]: businesses with their services, resources and customers. It
//! makes a store with these in its catalogue. No two rules use the same tenant, and none uses one twice, so stores that
//! share a database need not be emptied, and tests may run side by side. A store that needs something kept alive (a
//! temporary folder, a database that is dropped at the end) hands it over with [`Subject::keeping`].
//!
//! **A way to wait.** `block_on` runs a future to its end. Races call it from fifty threads at once: a store over tokio
//! keeps one multi-threaded runtime in a `static` and passes `|future| RUNTIME.block_on(future)`. [`block_on`] of this
//! module does for stores that need no runtime.
//!
//! **A clock that can be stopped.** Rules about deadlines ask one second before one and exactly at it. A store that
//! judges by the `now` of each command needs nothing more: commands carry the suite's time, which starts in January 2030
//! and never runs backwards. A store that judges by its own clock, such as a database shared by several processes, tells
//! the suite how to stop that clock with [`Subject::with_clock`]. One way: all its SQL asks one function for the time,
//! and the test database has another body for that function, which reads the instant from a table, by tenant.
//!
//! Another: in a test database that function gives back the `now` of the command it judges.
//!
//! ```
//! use booking_core::conformance::{Subject, World, block_on};
//! use booking_core::{ManualClock, MemoryStore};
//! # fn filled(_: World) -> MemoryStore { MemoryStore::new() }
//!
//! // `MemoryStore` has no clock of its own; take this for one that does.
//! async fn set_up(world: World) -> Subject {
//!     let clock = ManualClock::at("2030-01-01T00:00:00Z".parse().unwrap());
//!     let (store, stopped) = (filled(world), clock.clone());
//!     Subject::new(store).with_clock(move |now| {
//!         stopped.set(now);
//!         std::future::ready(())
//!     })
//! }
//!
//! booking_core::conformance!(set_up, block_on);
//! ```
//!
//! # Writing a store
//!
//! The example `custom_store` is a whole one in a few hundred lines, slow and plain. What has proved itself:
//!
//! 1. **Rows first.** Bookings, sessions, blocks, capacities, waitlist entries, events, recorded answers, and who was last
//!    given a booking of which service. Every key leads with the tenant. [`moves`], [`lists`] and [`feed`] are the first
//!    families to pass.
//! 2. **Live is a question, not a column.** A hold is live while `now` is before its expiry, whatever the row says; read
//!    `now` once per command. [`deadlines`] and [`occupancy`] ask one second before and at every deadline.
//! 3. **One transaction, in the order that [`Command`](crate::Command) prescribes.** The key first, then version and life
//!    cycle, then room: capacity, seats, limits, without the booking's own rows. A refusal leaves nothing, a key least of
//!    all ([`keys`], [`batches`], [`reschedule`]).
//! 4. **Peak use is asked of [`admit`](crate::admit)**, or enforced by a constraint that agrees with it. [`capacity`] has
//!    the histories in which lanes, filled first come first served, refuse what fits.
//! 5. **The check and the write see the same state.** That is what [`races`] are for: of fifty callers exactly as many
//!    succeed as there is room for. A store that checks before it takes the lock passes everything else.
//! 6. **Then let chance look for the rest.** [`random`] compares thousands of answers with those of
//!    [`MemoryStore`](crate::MemoryStore), and counts units, seats, limits and events itself. A failure prints the seed;
//!    `BOOKING_SEED=7 cargo test random` replays it. [`histories`] go through the [`Scheduler`](crate::Scheduler), as a
//!    host does.
//!
//! # What is left to a store
//!
//! The suite compares what callers can rely on. It does not mind
//! - in which order answers come that have none: claims, blocks and sessions of an occupancy, counted bookings;
//! - numbers that only have to rise: the feed's, the line's, those of assignments;
//! - when what has lapsed is marked as expired: at a sweep, or before, by whoever takes its time;
//! - whether a conflict names what is in the way, as long as it does not name something else;
//! - whether a refusal tells of capacity or of a limit where both are used up.
#![allow(clippy::missing_panics_doc, reason = "a rule answers by a panic where the store breaks it")]
// Rules speak the suite's own short words, as a test module would.
#![allow(clippy::wildcard_imports, reason = "the words of `words` are most of what a rule says")]

pub mod batches;
mod block_on;
pub mod blocks;
pub mod capacity;
pub mod deadlines;
mod desk;
pub mod feed;
pub mod histories;
pub mod keys;
pub mod limits;
pub mod lists;
mod macros;
pub mod moves;
pub mod occupancy;
pub mod races;
pub mod random;
pub mod reschedule;
pub mod seats;
pub mod standing;
mod suite;
pub mod tenants;
pub mod waitlist;
mod words;
mod world;

pub use block_on::block_on;
pub use macros::RULES;
pub use suite::{Subject, Suite, Task};
pub use world::{Business, World};

/// A rule by its name, as the macro gives it to its test.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The family it belongs to: the module of this one that holds it.
    pub family: &'static str,
    /// The name: a sentence.
    pub name: &'static str,
    /// Panics where the store breaks the rule.
    pub check: fn(&Suite),
}
