//! A business in one SQLite file.

use std::path::Path;

use booking_store_sqlite::{OpenError, Options, SqliteStore, backup};
use chrono::{DateTime, Utc};
use tempfile::TempDir;

use super::{Purpose, Report};
use crate::cli::Outcome;

/// An open file, or a copy of one.
pub(super) struct Open {
    // Dropped before the folder it may be in.
    _store: SqliteStore,
    _copy: Option<TempDir>,
}

/// Opens a file. To look at one, a copy is opened, so that the file may be in use and stays as it is.
pub(super) fn open(path: &Path, purpose: Purpose) -> Outcome<(SqliteStore, Open)> {
    if purpose != Purpose::Make {
        must_exist(path)?;
    }
    let copy = if purpose == Purpose::Look { Some(TempDir::with_prefix("booking-")?) } else { None };
    let store = match &copy {
        None => SqliteStore::open(path, &Options::default())?,
        Some(folder) => {
            let copied = folder.path().join("copy.sqlite");
            backup(path, &copied, |_| {})?;
            SqliteStore::open(copied, &Options::default())?
        }
    };
    Ok((store.clone(), Open { _store: store, _copy: copy }))
}

fn must_exist(path: &Path) -> Outcome {
    if path.exists() {
        return Ok(());
    }
    let made = "`booking init` makes a business, `booking serve --demo` a demo";
    Err(format!("there is no file {}: {made}; `--data FILE` names another", path.display()).into())
}

pub(super) fn verify(path: &Path, now: DateTime<Utc>, mut told: impl FnMut(u64, u64)) -> Outcome<Report> {
    must_exist(path)?;
    let found = booking_store_sqlite::verify(path, now, |checked| told(checked.done, checked.total))?;
    let findings = found.findings.iter().map(ToString::to_string).collect();
    Ok(Report { tenants: found.tenants, bookings: found.bookings, events: found.events, findings })
}

pub(super) fn back_up(from: &Path, to: &Path, mut told: impl FnMut(u64, u64)) -> Outcome {
    must_exist(from)?;
    Ok(backup(from, to, |copied| told(copied.done, copied.total))?)
}

/// Opens a file that is there and closes it again: whether it is ours, of a format that is known, whole and free.
pub(super) fn inspect(path: &Path) -> Option<String> {
    match SqliteStore::open(path, &Options::default()) {
        Ok(_) => None,
        Err(OpenError::InUse { .. }) => {
            Some("it is in use, by a server it may be: stop that first".to_owned())
        }
        Err(error) => Some(error.to_string()),
    }
}
