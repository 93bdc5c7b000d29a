//! Shared by the integration tests: the worked cases as worlds of the crate's own types, the slow model of availability
//! that judges the engine, and random worlds to judge it on.

#![allow(dead_code, reason = "each test binary uses its own part of this module")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a case that cannot be read must fail its test")]

pub(crate) mod json;
pub(crate) mod judge;
pub(crate) mod model;
pub(crate) mod requirement_cases;
pub(crate) mod slot_cases;
pub(crate) mod world;
