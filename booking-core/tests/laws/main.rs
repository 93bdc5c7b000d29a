//! The laws: what must be true whatever the input, each a property named as the law, checked on random worlds, shrunk and
//! replayable. A slow and obvious model is the judge.

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
mod worlds;
mod zones;
