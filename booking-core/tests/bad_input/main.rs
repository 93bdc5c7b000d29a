//! Input that cannot be: refused with the field, the value and what would be right; never a panic, never a value that is
//! quietly something else.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail by panicking")]

mod any_json;
mod policies;
mod requests;
mod rows;
mod schedules;
mod services;
mod table;
mod words;
