//! Availability: which starts are bookable, why others are not, who would serve them.

mod availability;
mod calendars;
mod dress;
mod explain;
mod filter;
mod ground;
mod listing;
mod member;
mod plan;
mod query;
mod question;
mod quick;
#[cfg(test)]
mod quick_tests;
mod sessions;
mod team;
mod view;

pub use availability::Availability;
pub(crate) use calendars::Calendars;
pub use plan::MAX_PLANS;
pub use query::{
    AvailabilityError, CandidateReasons, Candidates, DaySummary, Explanation, FreeWindow, MAX_PINS, Rules,
    Slot, SlotQuery, Snapshot, Waiver,
};
