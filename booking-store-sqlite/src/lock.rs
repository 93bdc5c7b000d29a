//! One process a file.
//!
//! The lock is a file of its own beside the database: SQLite takes POSIX locks on the database file, and those are lost
//! when any other handle on that file is closed.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use crate::OpenError;

/// Held as long as the store is open; the operating system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
}

/// Written into the lock file once the database beside it has been made.
const MADE: &str = "made\n";

impl Lock {
    pub(crate) fn take(database: &Path) -> Result<Self, OpenError> {
        let path = beside(database);
        let io = |error: &std::io::Error| OpenError::Io { path: path.clone(), why: error.to_string() };
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(|error| io(&error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file }),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse { path: database.to_owned() }),
            Err(TryLockError::Error(error)) => Err(io(&error)),
        }
    }

    /// Whether a database was made here before: an empty file beside it was truncated.
    pub(crate) fn was_made(&mut self) -> std::io::Result<bool> {
        let mut text = String::new();
        self.file.rewind()?;
        (&self.file).take(64).read_to_string(&mut text)?;
        Ok(text == MADE)
    }

    pub(crate) fn note_made(&mut self) -> std::io::Result<()> {
        self.file.rewind()?;
        self.file.set_len(0)?;
        self.file.write_all(MADE.as_bytes())?;
        self.file.sync_all()
    }
}

/// `business.sqlite` is locked by `business.sqlite-lock`.
fn beside(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-lock");
    PathBuf::from(name)
}
