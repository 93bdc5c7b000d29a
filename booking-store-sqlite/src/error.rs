//! Why a file could not be opened, and why a store that was open stopped.

use std::path::PathBuf;

use booking_core::{Invalid, StoreError};

/// A file was not opened. Nothing of it was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another store has it open, in this process or in another.
    #[error("{path} is in use by another process")]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// It may not be written to.
    #[error("{path} is read-only")]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// It is something else: another program's database, or no database.
    #[error("{path} is not a booking file: {why}")]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What was found.
        why: String,
    },
    /// A newer version of this program wrote it.
    #[error("{path} has format {found}, this program knows formats up to {known}")]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The newest format known here.
        known: u32,
    },
    /// It was one of ours, and something is missing or wrong: truncated, overwritten, edited by hand.
    #[error("{path} is damaged: {what}; restore a backup")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The disk is full, or the quota is used up.
    #[error("there is no room for {path}")]
    Full {
        /// The file.
        path: PathBuf,
    },
    /// The machine refused: a folder that is not there, a permission, a failing disk.
    #[error("{path} cannot be opened: {why}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the machine said.
        why: String,
    },
    /// An option is wrong.
    #[error(transparent)]
    Invalid(#[from] Invalid),
}

/// What went wrong while reading or writing rows.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RowError {
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("a stored value is wrong: {0}")]
    Invalid(#[from] Invalid),
    #[error("a stored structure is wrong: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the machine gives no thread to read with: {0}")]
    Thread(#[from] std::io::Error),
}

impl RowError {
    pub(crate) fn code(&self) -> Option<rusqlite::ErrorCode> {
        match self {
            Self::Sqlite(error) => error.sqlite_error_code(),
            Self::Invalid(_) | Self::Json(_) | Self::Thread(_) => None,
        }
    }

    /// Which of the failures with this code it is.
    fn extended(&self) -> Option<i32> {
        match self {
            Self::Sqlite(error) => error.sqlite_error().map(|error| error.extended_code),
            Self::Invalid(_) | Self::Json(_) | Self::Thread(_) => None,
        }
    }

    /// The error of opening a file that this stands for.
    pub(crate) fn opening(self, path: &std::path::Path) -> OpenError {
        use rusqlite::ErrorCode as C;
        let path = path.to_owned();
        match self.extended() {
            // The index of the log could not grow.
            Some(rusqlite::ffi::SQLITE_IOERR_SHMSIZE) => return OpenError::Full { path },
            Some(rusqlite::ffi::SQLITE_READONLY_ROLLBACK) => {
                let why = "its last write was cut off, which only opening it to write can undo".to_owned();
                return OpenError::Io { path, why };
            }
            Some(_) | None => {}
        }
        if let Self::Thread(_) = self {
            return OpenError::Io { path, why: self.to_string() };
        }
        match self.code() {
            Some(C::NotADatabase) => OpenError::Foreign { path, why: "it is no SQLite database".to_owned() },
            Some(C::ReadOnly) => OpenError::ReadOnly { path },
            Some(C::DiskFull) => OpenError::Full { path },
            Some(C::DatabaseBusy | C::DatabaseLocked) => OpenError::InUse { path },
            Some(C::CannotOpen | C::PermissionDenied | C::SystemIoFailure) => {
                OpenError::Io { path, why: self.to_string() }
            }
            Some(_) | None => OpenError::Damaged { path, what: self.to_string() },
        }
    }
}

/// Why a write was not flushed, or why nothing is served: what waiting callers are told.
#[derive(Debug, Clone)]
pub(crate) enum Trouble {
    /// Nothing was applied; trying again may help.
    Unavailable(String),
    /// Nothing was applied, because there was no room for it.
    Full(String),
    /// Nothing was applied; trying again will not help.
    Failed(String),
    /// The disk failed while committing.
    Unknown(String),
}

impl Trouble {
    /// What a failure before committing means: nothing was applied.
    pub(crate) fn before_commit(error: &RowError) -> Self {
        let text = format!("the command could not be written: {error}");
        match error.code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::Full(text),
            _ => Self::Unavailable(text),
        }
    }

    /// What a failure of the commit itself means. A full disk fails cleanly; after any other failure only reading the
    /// file again tells.
    pub(crate) fn committing(error: &RowError) -> Self {
        match error.code() {
            Some(rusqlite::ErrorCode::DiskFull | rusqlite::ErrorCode::DatabaseBusy) => {
                Self::before_commit(error)
            }
            _ => Self::Unknown(format!("the commit failed: {error}")),
        }
    }
}

impl From<Trouble> for StoreError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Unavailable(text) | Trouble::Full(text) => Self::Unavailable(text),
            Trouble::Failed(text) => Self::Failed(text),
            Trouble::Unknown(text) => Self::Unknown(text),
        }
    }
}
