//! Where a page ends: opaque to clients.

use std::fmt;

use booking_core::BookingId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer};
use uuid::Uuid;

/// The start and the id of the last booking of a page, as `<start in hex>-<id in hex>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cursor(pub(crate) (DateTime<Utc>, BookingId));

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (start, id) = self.0;
        write!(f, "{:08x}-{}", start.timestamp(), id.uuid().simple())
    }
}

fn parse(text: &str) -> Option<Cursor> {
    let (start, id) = text.split_once('-')?;
    let start = i64::from_str_radix(start, 16).ok().filter(|_| (8..=10).contains(&start.len()))?;
    let start = booking_core::check_second("cursor", start).ok()?;
    let id = Uuid::try_parse(id).ok()?;
    Some(Cursor((DateTime::from_timestamp(start, 0)?, BookingId::from_uuid(id))))
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        parse(&text).ok_or_else(|| serde::de::Error::custom("expected the `next` of the page before"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went_out() {
        for second in [0, 1_764_493_200, 4_102_444_799] {
            let start = DateTime::from_timestamp(second, 0).unwrap_or_default();
            let cursor = Cursor((start, BookingId::from_u64(7)));
            assert_eq!(parse(&cursor.to_string()), Some(cursor));
        }
    }
}
