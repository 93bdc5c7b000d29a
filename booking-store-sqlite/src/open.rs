//! Opening a file: whose it is, which format it has, and how it is written.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::error::RowError;
use crate::row::rewrite_answers;
use crate::{Durability, OpenError, Options};

/// The newest format of the file; formats are numbered from 1.
pub const FORMAT: u32 = FORMATS.len() as u32;

/// What makes each format of the one before it.
const FORMATS: &[Step] = &[
    Step { schema: include_str!("schema/001.sql"), rows: |_| Ok(()) },
    Step { schema: include_str!("schema/002.sql"), rows: make_answers_small },
];

/// A change of the schema, and what becomes of rows that SQL cannot rewrite.
struct Step {
    schema: &'static str,
    rows: fn(&Connection) -> Result<(), RowError>,
}

fn make_answers_small(file: &Connection) -> Result<(), RowError> {
    rewrite_answers(file)?;
    Ok(file.execute_batch("DROP TABLE answers_1")?)
}

/// `bkng`: what tells our files from those of other programs.
const APPLICATION: i64 = 0x626b_6e67;
/// The bytes of a page.
const PAGE: u32 = 4_096;
/// How long to wait for a program that reads the file by hand.
const PATIENCE: Duration = Duration::from_secs(2);

/// A connection that writes, on a file that is ours and of the newest format.
pub(crate) fn connect(path: &Path, options: &Options) -> Result<Connection, OpenError> {
    if path.metadata().is_ok_and(|metadata| metadata.permissions().readonly()) {
        return Err(OpenError::ReadOnly { path: path.to_owned() });
    }
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opening = |error: RowError| error.opening(path);
    let mut connection = Connection::open_with_flags(path, flags).map_err(|error| opening(error.into()))?;
    // Before anything is written: a file of another program stays as it is.
    let format = format(&connection, path)?;
    configure(&connection, options).map_err(opening)?;
    upgrade(&mut connection, format).map_err(opening)?;
    Ok(connection)
}

/// A connection that only reads.
pub(crate) fn connect_reader(path: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opening = |error: rusqlite::Error| RowError::from(error).opening(path);
    let connection = Connection::open_with_flags(path, flags).map_err(opening)?;
    connection.busy_timeout(PATIENCE).map_err(opening)?;
    if format(&connection, path)? == 0 {
        return Err(OpenError::Foreign { path: path.to_owned(), why: "it is empty".to_owned() });
    }
    Ok(connection)
}

/// The folder's entry for a new file is on the disk as well.
pub(crate) fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// The format of a file of ours; 0 for an empty one.
fn format(connection: &Connection, path: &Path) -> Result<u32, OpenError> {
    let read = |pragma: &str| {
        let value: Result<i64, _> = connection.pragma_query_value(None, pragma, |row| row.get(0));
        value.map_err(|error| RowError::from(error).opening(path))
    };
    let (application, version) = (read("application_id")?, read("user_version")?);
    let tables = connection.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get::<_, i64>(0));
    let tables = tables.map_err(|error| RowError::from(error).opening(path))?;
    let length = path.metadata().map_or(0, |metadata| metadata.len());
    if application == 0 && version == 0 && tables == 0 {
        // SQLite takes less than a page for nothing and would write over it.
        let whole = length.is_multiple_of(u64::from(PAGE));
        let why = "it is no SQLite database".to_owned();
        return if whole { Ok(0) } else { Err(OpenError::Foreign { path: path.to_owned(), why }) };
    }
    if application != APPLICATION {
        let why = format!("it is a database of another program, with {tables} tables, views and indexes");
        return Err(OpenError::Foreign { path: path.to_owned(), why });
    }
    // SQLite reads a last page that was cut as if its rest were zeros.
    if !length.is_multiple_of(u64::from(PAGE)) {
        let what = "its last page is not whole".to_owned();
        return Err(OpenError::Damaged { path: path.to_owned(), what });
    }
    match u32::try_from(version) {
        Ok(found) if found > FORMAT => Err(OpenError::Newer { path: path.to_owned(), found, known: FORMAT }),
        Ok(found) if found > 0 => Ok(found),
        _ => Err(OpenError::Damaged { path: path.to_owned(), what: format!("it has format {version}") }),
    }
}

fn configure(connection: &Connection, options: &Options) -> Result<(), RowError> {
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "page_size", PAGE)?;
    connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get::<_, String>(0))?;
    let synchronous = match options.durability {
        Durability::Flushed => "FULL",
        Durability::Handed => "OFF",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    // Where a plain fsync does not reach the disk (macOS), ask for the one that does.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    // What was erased is not left in free pages.
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    let most = i64::from(u32::MAX) - 1;
    let pages = options.quota.map_or(most, |bytes| {
        i64::try_from(bytes / u64::from(PAGE)).map_or(most, |pages| pages.clamp(1, most))
    });
    connection.pragma_update_and_check(None, "max_page_count", pages, |row| row.get::<_, i64>(0))?;
    connection.pragma_update_and_check(None, "journal_size_limit", 64 << 20, |row| row.get::<_, i64>(0))?;
    // Bringing the file up to date costs two more syncs and a write for each page: less often, and more at once. The log
    // stays below 32 MiB unless someone reads for long, and reading it again after a crash takes a moment.
    connection.pragma_update_and_check(None, "wal_autocheckpoint", 8_192, |row| row.get::<_, i64>(0))?;
    // Bookings come under random ids: the pages that are changed next are seldom those changed last. In KiB.
    connection.pragma_update(None, "cache_size", -16_384)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

fn upgrade(connection: &mut Connection, from: u32) -> Result<(), RowError> {
    for (format, step) in (1..).zip(FORMATS).skip(from as usize) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(step.schema)?;
        (step.rows)(&transaction)?;
        transaction.pragma_update(None, "user_version", format)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.commit()?;
    }
    Ok(())
}
