//! What the tests of this crate share.
#![allow(dead_code, reason = "each test file is a program of its own and uses a part of this")]

use std::path::PathBuf;

use booking_store_sqlite::{Durability, Options, SqliteStore};
use chrono::{DateTime, TimeDelta, Utc};
use tempfile::TempDir;

/// 2026-03-02 09:00 UTC, a Monday, and minutes after it.
pub(crate) fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_442_000, 0).unwrap() + TimeDelta::minutes(minutes)
}

/// Not flushed: rules about what is stored do not depend on power cuts, and the tests about those say so themselves.
pub(crate) fn quick() -> Options {
    Options { durability: Durability::Handed, ..Options::default() }
}

/// A new file in a folder that goes when the second value does.
pub(crate) fn fresh() -> (SqliteStore, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(path(&folder), &quick()).unwrap();
    (store, folder)
}

pub(crate) fn path(folder: &TempDir) -> PathBuf {
    folder.path().join("business.sqlite")
}
