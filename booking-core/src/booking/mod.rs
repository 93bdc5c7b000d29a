//! Bookings and what belongs to them.

mod event;
mod row;
mod series;
mod session;
mod state;
mod waitlist;

pub use event::{Actor, Event, EventKind};
pub(crate) use row::distinct_resources;
pub use row::{Block, Booking, Claim, LocalStart, Pick, Priced};
pub use series::{CancelScope, OnConflict, Verdict};
pub use session::{Session, SessionKey};
pub use state::{IllegalMove, Move, State};
pub use waitlist::{EntryState, WaitlistEntry};
