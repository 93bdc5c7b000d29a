//! What an error of the database means for the caller.

use booking_core::StoreError;
use sqlx::Error;

/// What to do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Others were in the way at this instant: nothing was applied, and asking again is right.
    TryAgain,
    /// The database cannot answer now.
    Away,
    /// The connection broke: what was under way may or may not have been applied.
    Broken,
    /// Asking again would fail again.
    Wrong,
}

pub(crate) fn meaning(error: &Error) -> Meaning {
    match error {
        Error::Database(error) => error.code().map_or(Meaning::Wrong, |code| meaning_of(&code)),
        Error::PoolTimedOut | Error::PoolClosed | Error::Tls(_) => Meaning::Away,
        Error::Io(_) | Error::WorkerCrashed | Error::Protocol(_) => Meaning::Broken,
        _ => Meaning::Wrong,
    }
}

fn meaning_of(code: &str) -> Meaning {
    match code {
        // Serialization failure, deadlock, lock timeout; and keys or lanes that went while they were used.
        "40001" | "40P01" | "55P03" | "23503" | "23505" | "23P01" => Meaning::TryAgain,
        // The server says good-bye, perhaps just after a commit.
        "57P01" | "57P02" => Meaning::Broken,
        // Cancelled by a timeout, starting up, read-only, out of connections, memory or disk.
        "57014" | "57P03" | "25006" => Meaning::Away,
        code if code.starts_with("08") || code.starts_with("53") => Meaning::Away,
        _ => Meaning::Wrong,
    }
}

/// What an error says: the server's own words where it has any. The driver's name a line of the server's source.
pub(crate) fn said(error: &Error) -> String {
    error.as_database_error().map_or_else(|| error.to_string(), |error| error.message().to_owned())
}

/// An error of a read: nothing was changed, whatever happened.
pub(crate) fn of_read(error: &Error) -> StoreError {
    match meaning(error) {
        Meaning::TryAgain | Meaning::Away | Meaning::Broken => StoreError::Unavailable(said(error)),
        Meaning::Wrong => StoreError::Failed(said(error)),
    }
}

/// An error while a command was under way.
pub(crate) fn of_commit(error: &Error) -> StoreError {
    match meaning(error) {
        Meaning::TryAgain | Meaning::Away => StoreError::Unavailable(said(error)),
        Meaning::Broken => StoreError::Unknown(said(error)),
        Meaning::Wrong => StoreError::Failed(said(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_passes_is_tried_again() {
        assert_eq!(meaning_of("40P01"), Meaning::TryAgain);
        assert_eq!(meaning_of("57P01"), Meaning::Broken);
        assert_eq!(meaning_of("53300"), Meaning::Away);
        assert_eq!(meaning_of("42P01"), Meaning::Wrong);
        assert_eq!(meaning(&Error::PoolTimedOut), Meaning::Away);
    }
}
