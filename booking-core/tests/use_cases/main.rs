//! The use cases of the scheduler, where a rule is easily missed: each test is one sentence of the contract.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail by panicking")]

mod desk;
mod drift;
mod hours;
mod listing;
mod moves;
mod policy;
mod retries;
mod series;
mod strategies;
mod views;
mod waitlist;
