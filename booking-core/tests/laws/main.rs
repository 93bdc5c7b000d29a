//! The laws: what must be true whatever the input, each a property named as the law, checked on random worlds, shrunk and
//! replayable. A slow and obvious model is the judge.
//!
//! Two laws of histories are asserted elsewhere too: the auditor of `tests/simulation` checks after every step of every
//! seed that peak use is within capacity (`Auditor::capacity`) and that limits hold (`Auditor::limits`); that matching
//! finds an assignment iff there is one is checked beside it, in `assignment/brute_force_tests.rs`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a law that cannot be checked must fail its test")]

mod answers;
mod availability;
mod bookings;
mod commands;
mod hours;
mod law;
mod overlays;
mod places;
mod policies;
mod regressions;
mod series;
mod shop;
#[path = "../support/mod.rs"]
mod support;
mod waitlist;
mod worlds;
mod zones;
