//! Migrations: numbered steps that run once, and functions that are put in place whenever they changed.

use sha2::{Digest, Sha256};
use sqlx::error::DatabaseError;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection, Executor, Row};

use crate::error::said;
use crate::pooler::loses_statements;
use crate::wire::hex;

/// A file of migrations/.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// The file's name, by which it is known to the database.
    pub name: &'static str,
    /// Whether it runs again whenever it changed (functions), or once (steps).
    pub repeats: bool,
    sql: &'static str,
}

macro_rules! files {
    ($($repeats:literal $name:literal),* $(,)?) => {
        &[$(Migration {
            name: $name,
            repeats: $repeats,
            sql: include_str!(concat!("../migrations/", $name, ".sql")),
        }),*]
    };
}

const FILES: &[Migration] = files![
    false "001_initial_schema",
    false "002_query_optimization",
    false "003_daily_summary",
    false "004_words_and_tags",
    false "005_packed_claims",
    false "006_jobs",
    false "007_catalogue_references",
    false "008_history",
    false "009_blocks_by_end",
    false "010_audit_by_time",
    true "functions/01_words",
    true "functions/02_capacity",
    true "functions/03_limits",
    true "functions/04_sessions",
    true "functions/05_bookings",
    true "functions/06_calendar",
    true "functions/07_commit",
    true "functions/08_reads",
    true "functions/09_catalogue",
    true "functions/10_roles",
    true "functions/11_platform",
    true "functions/12_operations",
    true "functions/13_batches",
    true "functions/14_upkeep",
    true "functions/15_changes",
    true "functions/16_replica",
    true "functions/17_jobs",
    true "functions/18_reports",
];

/// Every file, in the order in which they are applied.
pub fn migrations() -> &'static [Migration] {
    FILES
}

/// How many numbered steps this version knows.
pub const SCHEMA_VERSION: usize = {
    let (mut index, mut steps) = (0, 0);
    while index < FILES.len() {
        if !FILES[index].repeats {
            steps += 1;
        }
        index += 1;
    }
    steps
};

/// One number for all processes that migrate a database.
const LOCK: i64 = 0x626f_6f6b_696e_6700;

/// Why a database was not migrated. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// The schema was made by a newer version of this crate.
    #[error("the schema has a step `{name}` that this version does not know: use a newer version")]
    Newer {
        /// The step.
        name: String,
    },
    /// A step that ran once is not the one this version knows.
    #[error("the step `{name}` of the schema is not the one this version has")]
    Changed {
        /// The step.
        name: String,
    },
    /// The schema is that of an older version, or there is none.
    #[error("the schema lacks `{first}`: migrate the database")]
    Older {
        /// The first file that was not applied.
        first: &'static str,
    },
    /// There is a schema `booking` that this crate did not make.
    #[error("there is a schema `booking` that is not ours: it has no table `migrations`; {FOREIGN}")]
    Foreign,
    /// The server is too old.
    #[error("the server has version {found}, at least 15 is needed")]
    TooOld {
        /// Its version.
        found: i32,
    },
    /// There is a pooler in between that loses prepared statements.
    #[error("a pooler lies in between that loses prepared statements: {POOLED}")]
    Pooled,
    /// An extension is not there and cannot be had.
    #[error("the extension {name} is not there: {CONTRIB}")]
    NoExtension {
        /// The extension.
        name: String,
    },
    /// The database is encoded without letters, by which words are looked for.
    #[error("the database is encoded in {found}, in which words cannot be looked for: {ENCODE}")]
    Encoding {
        /// Its encoding.
        found: String,
    },
    /// The role lacks a right.
    #[error("{why}: {DENIED}")]
    Denied {
        /// What the server says.
        why: String,
    },
    /// The database failed.
    #[error("the database failed: {}", said(.0))]
    Database(sqlx::Error),
}

impl From<sqlx::Error> for MigrateError {
    fn from(error: sqlx::Error) -> Self {
        let code = error.as_database_error().and_then(DatabaseError::code);
        if code.as_deref() == Some("42501") {
            Self::Denied { why: said(&error) }
        } else {
            Self::Database(error)
        }
    }
}

// What to do about it.
pub(crate) const FOREIGN: &str = "use another database, or rename that schema";
pub(crate) const CONTRIB: &str =
    "install the server's contrib package (on Debian it is part of postgresql), then migrate";
pub(crate) const ENCODE: &str = "make another with ENCODING 'UTF8' TEMPLATE template0";
pub(crate) const DENIED: &str = "whoever owns the database migrates it and lets the server's role use the schema, with \
    `booking migrate --grant ROLE`";

/// What to do about a pooler that loses prepared statements.
pub(crate) const POOLED: &str = "let it pool in session mode, or connect to the server itself; PgBouncer from 1.21 on can \
    follow prepared statements in transaction mode (max_prepared_statements)";

impl Migration {
    fn hash(&self) -> String {
        hex(&Sha256::digest(self.sql))
    }
}

/// Brings a database to this version's schema and answers what was done; nothing when it was there already.
///
/// All of it is one transaction under a lock: several processes may start at once, and a step that fails leaves
/// nothing. The role needs the right to create schemas and the extensions `btree_gist` and `pg_trgm`.
pub async fn migrate(url: &str) -> Result<Vec<Migration>, MigrateError> {
    let mut connection = connect(url).await?;
    let done = run(&mut connection, false).await;
    connection.close().await?;
    done
}

/// What [`migrate`] would do.
pub async fn dry_run(url: &str) -> Result<Vec<Migration>, MigrateError> {
    let mut connection = connect(url).await?;
    let pending = run(&mut connection, true).await;
    connection.close().await?;
    pending
}

/// Without notices: that what a step drops where it is there is not there is no news.
async fn connect(url: &str) -> Result<PgConnection, MigrateError> {
    let options: PgConnectOptions = url.parse()?;
    check_pooler(&options).await?;
    let mut connection = PgConnection::connect_with(&options).await?;
    connection.execute("SET client_min_messages = warning").await?;
    Ok(connection)
}

/// Refuses a pooler that loses prepared statements.
pub(crate) async fn check_pooler(options: &PgConnectOptions) -> Result<(), MigrateError> {
    if loses_statements(options).await? { Err(MigrateError::Pooled) } else { Ok(()) }
}

/// Whether the database has exactly this version's schema. Changes nothing.
pub(crate) async fn check(connection: &mut PgConnection) -> Result<(), MigrateError> {
    match pending(connection).await?.first() {
        None => Ok(()),
        Some(file) => Err(MigrateError::Older { first: file.name }),
    }
}

async fn run(connection: &mut PgConnection, dry: bool) -> Result<Vec<Migration>, MigrateError> {
    let mut transaction = connection.begin().await?;
    if !dry {
        sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *transaction).await?;
    }
    let pending = pending(&mut transaction).await?;
    if pending.len() == FILES.len() {
        check_ground(&mut transaction).await?;
    }
    if dry || pending.is_empty() {
        transaction.rollback().await?;
        return Ok(pending);
    }
    transaction.execute(BOOTSTRAP).await?;
    for file in &pending {
        transaction.execute(AssertSqlSafe(file.sql)).await?;
        let insert = "INSERT INTO booking.migrations (name, hash) VALUES ($1, $2)
            ON CONFLICT (name) DO UPDATE SET hash = excluded.hash, applied_at = now()";
        sqlx::query(insert).bind(file.name).bind(file.hash()).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(pending)
}

/// What a new schema stands on, said before anything is made: later it would take a dump and another database.
async fn check_ground(connection: &mut PgConnection) -> Result<(), MigrateError> {
    let found: String =
        sqlx::query_scalar("SELECT current_setting('server_encoding')").fetch_one(&mut *connection).await?;
    if found != "UTF8" {
        return Err(MigrateError::Encoding { found });
    }
    match missing_extensions(connection).await?.pop() {
        Some(name) => Err(MigrateError::NoExtension { name }),
        None => Ok(()),
    }
}

/// The extensions that the schema needs, where they are neither there nor can be had.
pub(crate) async fn missing_extensions(connection: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT needed.name FROM (VALUES ('btree_gist'), ('pg_trgm')) AS needed (name)
         WHERE NOT EXISTS (SELECT FROM pg_extension e WHERE e.extname = needed.name)
           AND NOT EXISTS (SELECT FROM pg_available_extensions a WHERE a.name = needed.name)",
    )
    .fetch_all(connection)
    .await
}

const BOOTSTRAP: &str = "
    CREATE SCHEMA IF NOT EXISTS booking;
    COMMENT ON SCHEMA booking IS 'Appointment booking.';
    CREATE TABLE IF NOT EXISTS booking.migrations (
        name text PRIMARY KEY, hash text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());
    COMMENT ON TABLE booking.migrations IS 'Which files of migrations/ were applied.';
    COMMENT ON COLUMN booking.migrations.name IS 'The file.';
    COMMENT ON COLUMN booking.migrations.hash IS 'What it said.';
    COMMENT ON COLUMN booking.migrations.applied_at IS 'When.';
";

async fn pending(connection: &mut PgConnection) -> Result<Vec<Migration>, MigrateError> {
    let found: i32 = sqlx::query_scalar("SELECT current_setting('server_version_num')::integer / 10000")
        .fetch_one(&mut *connection)
        .await?;
    if found < 15 {
        return Err(MigrateError::TooOld { found });
    }
    let (schema, table): (bool, bool) = sqlx::query_as(
        "SELECT to_regnamespace('booking') IS NOT NULL, to_regclass('booking.migrations') IS NOT NULL",
    )
    .fetch_one(&mut *connection)
    .await?;
    if schema && !table {
        return Err(MigrateError::Foreign);
    }
    let mut applied = Vec::new();
    if table {
        for row in connection.fetch_all("SELECT name, hash FROM booking.migrations").await? {
            applied.push((row.try_get::<String, _>("name")?, row.try_get::<String, _>("hash")?));
        }
    }
    compare(&applied)
}

/// What is still to be done after these files, by name and hash.
fn compare(applied: &[(String, String)]) -> Result<Vec<Migration>, MigrateError> {
    for (name, hash) in applied {
        match FILES.iter().find(|file| file.name == name) {
            None => return Err(MigrateError::Newer { name: name.clone() }),
            Some(file) if !file.repeats && file.hash() != *hash => {
                return Err(MigrateError::Changed { name: name.clone() });
            }
            Some(_) => {}
        }
    }
    let same =
        |file: &&Migration| applied.iter().any(|(name, hash)| name == file.name && *hash == file.hash());
    Ok(FILES.iter().filter(|file| !same(file)).cloned().collect())
}

/// Lets a role use the schema: what the application connects as. It owns nothing, is subject to row security, and gets
/// time limits so that no request waits for ever.
///
/// Answers whether it has time limits: setting them takes the right to alter roles, which the owner of a schema need not
/// have.
pub async fn grant(connection: &mut PgConnection, role: &str) -> Result<bool, MigrateError> {
    Ok(sqlx::query_scalar("SELECT booking.grant_to($1)").bind(role).fetch_one(connection).await?)
}

/// The statements that give a role its time limits, for whoever may alter roles.
pub fn time_limits(role: &str) -> String {
    let role = role.replace('"', "\"\"");
    let limits = [
        ("statement_timeout", "2s"),
        ("lock_timeout", "500ms"),
        ("idle_in_transaction_session_timeout", "5s"),
    ];
    let statement = |(name, value)| format!("ALTER ROLE \"{role}\" SET {name} = '{value}';");
    limits.map(statement).join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(count: usize) -> Vec<(String, String)> {
        FILES.iter().take(count).map(|file| (file.name.to_owned(), file.hash())).collect()
    }

    #[test]
    fn what_is_there_is_not_done_again() {
        assert_eq!(compare(&[]).unwrap().len(), FILES.len());
        assert_eq!(compare(&applied(1)).unwrap()[0].name, "002_query_optimization");
        assert!(compare(&applied(FILES.len())).unwrap().is_empty());
    }

    #[test]
    fn changed_functions_are_put_in_place_and_changed_steps_refused() {
        let mut some = applied(FILES.len());
        some[SCHEMA_VERSION].1 = "older".to_owned();
        assert_eq!(compare(&some).unwrap(), std::slice::from_ref(&FILES[SCHEMA_VERSION]));
        some[0].1 = "other".to_owned();
        assert!(
            matches!(compare(&some), Err(MigrateError::Changed { name }) if name == "001_initial_schema")
        );
    }

    #[test]
    fn a_newer_schema_is_refused() {
        let newer = [("099_later".to_owned(), String::new())];
        assert!(matches!(compare(&newer), Err(MigrateError::Newer { .. })));
    }
}
