//! `deserialize_with` for single fields of rows and commands: what no code of this crate would write is not read either.

use chrono::{DateTime, NaiveDateTime, Timelike, Utc};
use serde::de::{Deserialize, Deserializer, Error};

use crate::interval::second_of;
use crate::resource::check_capacity;
use crate::service::MAX_SEATS;
use crate::{Invalid, MAX_BUFFER, Seconds};

/// Reads a value and checks it.
fn checked<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
    check: impl FnOnce(&T) -> Result<(), Invalid>,
) -> Result<T, D::Error> {
    let value = T::deserialize(from)?;
    check(&value).map_err(D::Error::custom)?;
    Ok(value)
}

macro_rules! instants {
    ($($name:ident = $field:literal;)*) => {$(
        pub(crate) fn $name<'de, D: Deserializer<'de>>(from: D) -> Result<DateTime<Utc>, D::Error> {
            checked(from, |at| second_of($field, *at).map(|_| ()))
        }
    )*};
}

instants! {
    at = "at";
    changed = "changed";
    created = "created";
    joined = "joined";
    now = "now";
    start = "start";
    until = "until";
}

pub(crate) fn deadline<'de, D: Deserializer<'de>>(from: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    checked(from, |at: &Option<_>| at.map_or(Ok(()), |at| second_of("deadline", at).map(|_| ())))
}

pub(crate) fn alternative<'de, D: Deserializer<'de>>(from: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    checked(from, |at: &Option<_>| at.map_or(Ok(()), |at| second_of("alternative", at).map(|_| ())))
}

pub(crate) fn offered<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<DateTime<Utc>>, D::Error> {
    checked(from, |all: &Vec<_>| all.iter().try_for_each(|at| second_of("offered", *at).map(|_| ())))
}

pub(crate) fn wall<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveDateTime, D::Error> {
    checked(from, |wall: &NaiveDateTime| match wall.nanosecond() {
        0 => Ok(()),
        _ => Err(Invalid::new("wall", wall, "a wall-clock time of whole seconds")),
    })
}

pub(crate) fn party<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    checked(from, |party| within("party", *party, MAX_SEATS))
}

pub(crate) fn seats<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    checked(from, |seats| within("seats", *seats, MAX_SEATS))
}

pub(crate) fn units<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    checked(from, |units| within("units", *units, MAX_SEATS))
}

pub(crate) fn capacity<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    checked(from, |capacity| check_capacity(*capacity))
}

pub(crate) fn before<'de, D: Deserializer<'de>>(from: D) -> Result<Seconds, D::Error> {
    checked(from, |length| crate::seconds::check_length("before", *length, 0, MAX_BUFFER))
}

pub(crate) fn after<'de, D: Deserializer<'de>>(from: D) -> Result<Seconds, D::Error> {
    checked(from, |length| crate::seconds::check_length("after", *length, 0, MAX_BUFFER))
}

pub(crate) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    checked(from, |text: &String| crate::seconds::check_text("text", text))
}

pub(crate) fn who<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    checked(from, |who: &String| crate::seconds::check_text("actor.who", who))
}

pub(crate) fn whence<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    checked(from, |whence: &String| crate::seconds::check_text("actor.from", whence))
}

fn within(field: &'static str, count: u32, most: u32) -> Result<(), Invalid> {
    if (1..=most).contains(&count) {
        return Ok(());
    }
    Err(Invalid::new(field, count, format!("1 to {most}")))
}
