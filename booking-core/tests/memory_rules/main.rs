//! What the reference store does beyond the rules of every store, which the conformance suite holds it to.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod capacity;
mod desk;
mod keys;
mod limits;
mod ports;
mod verify;
