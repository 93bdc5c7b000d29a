//! The rules of `BookingStore`, one test each, on the reference state.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod capacity;
mod desk;
mod keys;
mod lifecycle;
mod limits;
mod moves;
mod ports;
mod reads;
mod seats;
mod waitlist;
