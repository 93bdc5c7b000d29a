//! What is sent to the database's functions and what they answer: JSON with instants as seconds since the Unix epoch,
//! named as the columns are.

mod answer;
mod batch;
mod booking;
mod command;
mod packed;
mod parts;

pub(crate) use answer::{Answer, Refusal, decode_answer};
pub(crate) use batch::{BatchRows, Ordinary};
pub(crate) use booking::{BookingRow, CountedRow, EventRow, booking};
pub(crate) use command::encode;
pub(crate) use packed::{CLAIM, unpack};
pub(crate) use parts::{BlockRow, EntryRow, SessionRow, interval};

use std::fmt::Write as _;

use booking_core::StoreError;

/// A row that the engine would not accept.
pub(crate) fn damaged(what: &'static str, why: impl std::fmt::Display) -> StoreError {
    StoreError::Failed(format!("a stored {what} is not valid: {why}"))
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
