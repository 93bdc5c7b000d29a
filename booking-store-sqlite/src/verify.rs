//! A file looked at again: whether it is sound, and whether everything holds that must always hold.

use std::path::Path;

use booking_core::TenantId;
use booking_core::memory::Violation;
use booking_platform::memory::PlatformState;
use chrono::{DateTime, Utc};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::error::RowError;
use crate::open::connect_reader;
use crate::row::Loaded;
use crate::{OpenError, SqliteStore};

/// The most findings about the file's structure that are listed.
const MAX_FINDINGS: u32 = 100;

/// Something that must not be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Finding {
    /// The file itself is not sound.
    #[error("the file is not sound: {0}")]
    Unsound(String),
    /// The rows of a tenant break a rule of bookings.
    #[error("tenant {tenant}: {violation}")]
    Broken {
        /// Whose.
        tenant: TenantId,
        /// What.
        violation: Violation,
    },
    /// The catalogue does not resolve.
    #[error("the catalogue is broken: {0}")]
    Catalogue(String),
    /// Changes of bookings without an entry in the audit log.
    #[error("{0} changes of bookings are not in the audit log")]
    Unaudited(u64),
}

/// What was looked at and what was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Tenants that have bookings or capacities.
    pub tenants: usize,
    /// Bookings of all states.
    pub bookings: usize,
    /// Events.
    pub events: usize,
    /// Everything that must not be: none in a good file.
    pub findings: Vec<Finding>,
}

/// How far a check is: bookings and events are looked at several times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// Looks taken.
    pub done: u64,
    /// Looks in all.
    pub total: u64,
}

/// As bytes of a file, as a row, and as a part of its business.
const LOOKS: u64 = 3;

/// Counts looks, and says so.
struct Progress<F> {
    checked: Checked,
    told: F,
}

impl<F: FnMut(Checked)> Progress<F> {
    fn step(&mut self, rows: u64) {
        self.checked.done += rows;
        (self.told)(self.checked);
    }
}

/// Looks at a file as it is now, while its store serves, in this process or in another. `now` is the present, which says
/// what lives.
///
/// Reads all of it: seconds for a million bookings. Refused: a file that cannot be read row by row.
pub fn verify(path: &Path, now: DateTime<Utc>, progress: impl FnMut(Checked)) -> Result<Report, OpenError> {
    let file = connect_reader(path)?;
    look(&file, now, progress).map_err(|error| error.opening(path))
}

impl SqliteStore {
    /// Looks at the file as it is now: [`verify`] for a store that is open. Blocks; writes go on.
    pub fn verify(&self, now: DateTime<Utc>) -> Result<Report, OpenError> {
        verify(self.path(), now, |_| ())
    }
}

fn look(file: &Connection, now: DateTime<Utc>, told: impl FnMut(Checked)) -> Result<Report, RowError> {
    file.execute_batch("BEGIN")?;
    let mut report = Report::default();
    let rows = count(file)?;
    let mut progress = Progress { checked: Checked { done: 0, total: LOOKS * rows }, told };
    progress.step(0);
    check_file(file, &mut report)?;
    progress.step(rows);
    let loaded = Loaded::from_file(file, |_, _| (), |rows| progress.step(rows as u64))?;
    report.tenants = loaded.tenants.len();
    for (tenant, rows) in &loaded.tenants {
        report.bookings += rows.bookings.len();
        report.events += rows.events.len();
        let broken = booking_core::memory::verify(*tenant, rows, now.timestamp());
        let broken = broken.into_iter().map(|violation| Finding::Broken { tenant: *tenant, violation });
        report.findings.extend(broken);
        progress.step((rows.bookings.len() + rows.events.len()) as u64);
    }
    if let Err(error) = PlatformState::restore(loaded.platform) {
        report.findings.push(Finding::Catalogue(error.to_string()));
    }
    report.findings.extend(unaudited(file)?);
    file.execute_batch("COMMIT")?;
    Ok(report)
}

/// How many bookings and events there are.
fn count(file: &Connection) -> Result<u64, RowError> {
    let sql = "SELECT (SELECT count(*) FROM bookings) + (SELECT count(*) FROM events)";
    Ok(file.query_row(sql, (), |row| row.get::<_, i64>(0))?.unsigned_abs())
}

fn check_file(file: &Connection, report: &mut Report) -> Result<(), RowError> {
    let mut statement = file.prepare(&format!("PRAGMA integrity_check({MAX_FINDINGS})"))?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let text: String = row.get(0)?;
        if text != "ok" {
            report.findings.push(Finding::Unsound(text));
        }
    }
    Ok(())
}

fn unaudited(file: &Connection) -> Result<Option<Finding>, RowError> {
    // Left alone SQLite reads the whole log of the tenant for each event.
    let sql = "SELECT count(*) FROM events e WHERE NOT EXISTS (SELECT 1 FROM audit_log a \
        INDEXED BY audit_log_by_object WHERE a.tenant = e.tenant AND a.object = 'booking' AND a.id = e.booking \
        AND a.version = e.version)";
    let missing: i64 = file.query_row(sql, (), |row| row.get(0))?;
    Ok(u64::try_from(missing).ok().filter(|missing| *missing > 0).map(Finding::Unaudited))
}
