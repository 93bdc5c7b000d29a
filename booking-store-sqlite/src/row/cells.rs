//! Cells: how ids, instants, words and structures look in a column.

use std::str::FromStr;

use booking_core::{Interval, Invalid};
use chrono::{DateTime, Utc};
use rusqlite::Row;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::RowError;

/// A structure as JSON.
pub(super) fn json(value: &impl Serialize) -> Result<String, RowError> {
    Ok(serde_json::to_string(value)?)
}

/// An enum value by its serde name, without quotes.
pub(super) fn word(value: &impl Serialize) -> Result<String, RowError> {
    Ok(json(value)?.trim_matches('"').to_owned())
}

/// An id, or nothing.
pub(super) fn maybe(id: Option<impl ToString>) -> Option<String> {
    id.map(|id| id.to_string())
}

/// A count or version: SQLite's integers are signed.
pub(super) fn count(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Reads the cells of a row from left to right.
pub(super) struct Cells<'a> {
    row: &'a Row<'a>,
    next: usize,
}

impl<'a> Cells<'a> {
    pub(super) fn of(row: &'a Row<'a>) -> Self {
        Self { row, next: 0 }
    }

    fn step(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }

    pub(super) fn text(&mut self) -> Result<&'a str, RowError> {
        let at = self.step();
        self.row.get_ref(at)?.as_str().map_err(|_| wrong(at, "text"))
    }

    /// The next cell, which stays the next.
    pub(super) fn peek_text(&self) -> Result<&'a str, RowError> {
        self.row.get_ref(self.next)?.as_str().map_err(|_| wrong(self.next, "text"))
    }

    pub(super) fn maybe_text(&mut self) -> Result<Option<&'a str>, RowError> {
        let at = self.step();
        self.row.get_ref(at)?.as_str_or_null().map_err(|_| wrong(at, "text or nothing"))
    }

    pub(super) fn number(&mut self) -> Result<i64, RowError> {
        let at = self.step();
        self.row.get_ref(at)?.as_i64().map_err(|_| wrong(at, "an integer"))
    }

    pub(super) fn maybe_number(&mut self) -> Result<Option<i64>, RowError> {
        let at = self.step();
        self.row.get_ref(at)?.as_i64_or_null().map_err(|_| wrong(at, "an integer or nothing"))
    }

    /// As many bytes as the value has.
    pub(super) fn bytes<const N: usize>(&mut self) -> Result<[u8; N], RowError> {
        let at = self.step();
        let bytes = self.row.get_ref(at)?.as_blob().map_err(|_| wrong(at, "bytes"))?;
        bytes.try_into().map_err(|_| wrong(at, "as many bytes as there should be"))
    }

    /// A number of another type, checked.
    pub(super) fn checked<T: TryFrom<i64>>(&mut self) -> Result<T, RowError> {
        let at = self.next;
        T::try_from(self.number()?).map_err(|_| wrong(at, "a number in range"))
    }

    /// Anything that reads itself from text: an id, a zone, a name.
    pub(super) fn parse<T: FromStr<Err = Invalid>>(&mut self) -> Result<T, RowError> {
        Ok(self.text()?.parse()?)
    }

    pub(super) fn maybe_parse<T: FromStr<Err = Invalid>>(&mut self) -> Result<Option<T>, RowError> {
        Ok(self.maybe_text()?.map(str::parse).transpose()?)
    }

    pub(super) fn instant(&mut self) -> Result<DateTime<Utc>, RowError> {
        let at = self.next;
        DateTime::from_timestamp(self.number()?, 0).ok_or_else(|| wrong(at, "an instant"))
    }

    pub(super) fn maybe_instant(&mut self) -> Result<Option<DateTime<Utc>>, RowError> {
        let at = self.next;
        let second = self.maybe_number()?;
        second
            .map(|second| DateTime::from_timestamp(second, 0).ok_or_else(|| wrong(at, "an instant")))
            .transpose()
    }

    pub(super) fn interval(&mut self) -> Result<Interval, RowError> {
        Ok(Interval::from_seconds(self.number()?, self.number()?)?)
    }

    pub(super) fn json<T: DeserializeOwned>(&mut self) -> Result<T, RowError> {
        Ok(serde_json::from_str(self.text()?)?)
    }

    /// An enum value by its serde name.
    pub(super) fn word<T: DeserializeOwned>(&mut self) -> Result<T, RowError> {
        let text = self.text()?;
        let value = serde::de::value::StrDeserializer::<serde_json::Error>::new(text);
        Ok(T::deserialize(value)?)
    }
}

fn wrong(column: usize, expected: &'static str) -> RowError {
    Invalid::new(format!("column {column}"), "another type", expected).into()
}
