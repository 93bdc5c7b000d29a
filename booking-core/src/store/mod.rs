//! The ports: what the engine asks of storage.
//!
//! Two traits. [`Catalog`] reads what a business offers; a host may implement it over its own tables.
//! [`BookingStore`] keeps bookings and everything that must change together with them.
//!
//! There are no transactions here. A change is one [`Command`]: it carries its preconditions, the store re-checks them
//! and applies the whole of it or nothing, and the answer is a typed error that names the conflict. That keeps the
//! rule that decides (`admit`: count peak use) next to the write it protects, whatever the database.

mod any;
mod check;
mod command;
mod error;
mod placed;
mod port;
mod query;

pub use any::AnyStore;
pub use command::{
    Action, Change, Command, ContentHash, IdempotencyKey, Initial, LimitCheck, LimitSubject, MAX_KEY_BYTES,
    NewBooking, Offer, Operation, Placement, Plan, PlanClaims, Relocation,
};
pub use error::{CommitError, Conflict, StoreError};
pub use port::{BookingStore, Catalog, Committed};
pub use query::{
    BookingFilter, ClaimRow, Counted, CountedQuery, Occupancy, OccupancyQuery, Page, Recorded,
    ResourceStanding, SessionRow, Standing, StandingQuery, WaitingQuery,
};
