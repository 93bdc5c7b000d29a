//! Values of the cases as the crate's own.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::Value;

use crate::CustomerId;

pub(super) fn customer(name: &str) -> CustomerId {
    CustomerId::from_u64(name.bytes().fold(7, |hash, byte| hash * 31 + u64::from(byte)))
}

pub(super) fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

pub(super) fn time(json: &Value) -> DateTime<Utc> {
    text(json).parse().expect("a case is well formed")
}

pub(super) fn text(json: &Value) -> String {
    json.as_str().unwrap_or_default().to_owned()
}

pub(super) fn count(json: &Value) -> u32 {
    json.as_u64().map_or(1, |count| count as u32)
}
