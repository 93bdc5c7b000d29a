//! Copies of a file that is in use.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use crate::error::RowError;
use crate::open::{connect_reader, sync_folder};
use crate::{OpenError, SqliteStore};

/// Pages copied between two looks at the progress: 4 MiB.
const STEP: i32 = 1_024;

/// How far a copy is, in pages of 4 KiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// Pages copied.
    pub done: u64,
    /// Pages in all.
    pub total: u64,
}

/// Copies a file as it is now, while its store serves and writes, in this process or in another. The copy is complete and
/// on the disk when this returns, and there is none when it fails.
///
/// Refused: a target that is there already.
pub fn backup(from: &Path, to: &Path, mut progress: impl FnMut(Copied)) -> Result<(), OpenError> {
    if to.exists() {
        return Err(OpenError::Io { path: to.to_owned(), why: "it is there already".to_owned() });
    }
    let source = connect_reader(from)?;
    let unfinished = beside(to);
    let copied = copy(&source, &unfinished, &mut progress).and_then(|()| put_in_place(&unfinished, to));
    if copied.is_err() {
        // What is left is of no use; that it could not be removed is not the news.
        let _ = fs::remove_file(&unfinished);
    }
    copied
}

impl SqliteStore {
    /// Copies the file as it is now: [`backup`] for a store that is open. Blocks while it copies; writes go on.
    pub fn backup(&self, to: &Path, progress: impl FnMut(Copied)) -> Result<(), OpenError> {
        backup(self.path(), to, progress)
    }
}

fn copy(source: &Connection, to: &Path, progress: &mut impl FnMut(Copied)) -> Result<(), OpenError> {
    let failed = |error: rusqlite::Error| RowError::from(error).opening(to);
    // One transaction for the whole copy: what is written meanwhile is not seen, and does not start it again.
    source.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema;").map_err(failed)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let mut target = Connection::open_with_flags(to, flags).map_err(failed)?;
    let backup = Backup::new(source, &mut target).map_err(failed)?;
    loop {
        let step = backup.step(STEP).map_err(failed)?;
        let seen = backup.progress();
        let total = u64::try_from(seen.pagecount).unwrap_or(0);
        progress(Copied { done: total.saturating_sub(u64::try_from(seen.remaining).unwrap_or(0)), total });
        match step {
            StepResult::Done => break,
            StepResult::More => {}
            _ => return Err(OpenError::InUse { path: to.to_owned() }),
        }
    }
    drop(backup);
    source.execute_batch("COMMIT").map_err(failed)?;
    target.close().map_err(|(_, error)| failed(error))
}

fn put_in_place(unfinished: &Path, to: &Path) -> Result<(), OpenError> {
    let io = |error: std::io::Error| OpenError::Io { path: to.to_owned(), why: error.to_string() };
    fs::File::open(unfinished).and_then(|file| file.sync_all()).map_err(io)?;
    fs::rename(unfinished, to).map_err(io)?;
    sync_folder(to).map_err(io)
}

fn beside(to: &Path) -> PathBuf {
    let mut name = to.as_os_str().to_owned();
    name.push("-unfinished");
    PathBuf::from(name)
}
