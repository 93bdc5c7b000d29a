//! Availability: which starts are bookable, why others are not, who would serve them.

mod availability;
mod explain;
mod filter;
mod grid;
mod member;
mod plan;
mod query;
mod question;
#[expect(dead_code, reason = "the listing takes this path next")]
mod sweep;
mod team;
mod view;

pub use availability::Availability;
pub use plan::MAX_PLANS;
pub use query::{
    AvailabilityError, CandidateReasons, Candidates, DaySummary, Explanation, FreeWindow, MAX_PINS,
    MAX_STARTS, MAX_WINDOW, Rules, Slot, SlotQuery, Snapshot, Waiver,
};
pub use sweep::Starts;
