//! What is wrong with a database, and how to mend it.

use booking_core::StoreError;
use sqlx::postgres::{PgConnection, PgPool};

use crate::error::of_read;
use crate::health::Health;
use crate::migrate::{
    CONTRIB, ENCODE, FOREIGN, MigrateError, POOLED, check, check_pooler, missing_extensions, time_limits,
};

/// Something to mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub fix: String,
}

/// How a role is let use the schema.
const GRANT: &str = "let it use the schema, as its owner: `booking migrate --grant ROLE`, or `grant`";

impl Finding {
    pub(crate) fn new(problem: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { problem: problem.into(), fix: fix.into() }
    }
}

/// Looks at the schema, the role that the pool connects as, the encoding, the settings that durability and isolation rest on, and
/// for claims that overlap and jobs that fail. An empty list means that all is well; how a running system is doing is
/// [`PostgresStore::health`](crate::PostgresStore::health).
pub async fn doctor(pool: &PgPool) -> Result<Vec<Finding>, StoreError> {
    if let Err(MigrateError::Pooled) = check_pooler(&pool.connect_options()).await {
        // Whatever else is asked may fail by it.
        return Ok(vec![Finding::new("a pooler lies in between that loses prepared statements", POOLED)]);
    }
    let mut connection = pool.acquire().await.map_err(|error| of_read(&error))?;
    let mut found = extensions(&mut connection).await.map_err(|error| of_read(&error))?;
    let schema = schema(&mut connection).await?;
    if schema.is_none() {
        found.extend(rights(&mut connection).await.map_err(|error| of_read(&error))?);
        // Whether work is done is asked of a server that runs: this one may be about to start.
        found.extend(Health::read(&mut connection).await.map_err(|error| of_read(&error))?.broken());
    }
    found.extend(schema);
    found.extend(role(&mut connection).await.map_err(|error| of_read(&error))?);
    found.extend(limits(&mut connection).await.map_err(|error| of_read(&error))?);
    found.extend(encoding(&mut connection).await.map_err(|error| of_read(&error))?);
    found.extend(settings(&mut connection).await.map_err(|error| of_read(&error))?);
    Ok(found)
}

async fn extensions(connection: &mut PgConnection) -> Result<Vec<Finding>, sqlx::Error> {
    let told = |name: String| Finding::new(format!("the extension {name} is not there"), CONTRIB);
    Ok(missing_extensions(connection).await?.into_iter().map(told).collect())
}

async fn schema(connection: &mut PgConnection) -> Result<Option<Finding>, StoreError> {
    let Err(error) = check(connection).await else { return Ok(None) };
    let fix = match &error {
        MigrateError::Denied { why } => {
            return Ok(Some(Finding::new(format!("the role may not use the schema: {why}"), GRANT)));
        }
        MigrateError::Database(error) => return Err(of_read(error)),
        MigrateError::Older { .. } => "as the schema's owner: `booking migrate`",
        MigrateError::Newer { .. } => "use a newer version of this program",
        MigrateError::TooOld { .. } => "upgrade the server",
        _ => FOREIGN,
    };
    Ok(Some(Finding::new(error.to_string(), fix)))
}

/// Tables that a migration has added since the role was let use the schema.
async fn rights(connection: &mut PgConnection) -> Result<Vec<Finding>, sqlx::Error> {
    let closed: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = 'booking'::regnamespace AND c.relkind = 'r'
         AND c.relname <> 'migrations' AND NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
             AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE'))
         ORDER BY 1",
    )
    .fetch_all(connection)
    .await?;
    let told = |table| Finding::new(format!("the role may not use the table {table}"), GRANT);
    Ok(closed.into_iter().map(told).collect())
}

/// Row security does not hold for superusers and for those who bypass it.
async fn role(connection: &mut PgConnection) -> Result<Option<Finding>, sqlx::Error> {
    let (name, passes): (String, bool) = sqlx::query_as(
        "SELECT rolname::text, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user",
    )
    .fetch_one(connection)
    .await?;
    let problem = format!("the role `{name}` passes row security: only predicates keep tenants apart");
    let fix = "connect as a role without SUPERUSER and BYPASSRLS, which `booking migrate --grant ROLE` lets use the schema";
    Ok(passes.then(|| Finding::new(problem, fix)))
}

/// Who owns the schema may not be able to set them.
async fn limits(connection: &mut PgConnection) -> Result<Option<Finding>, sqlx::Error> {
    let (name, endless): (String, bool) =
        sqlx::query_as("SELECT current_user::text, '0' IN (current_setting('statement_timeout'), current_setting('lock_timeout'))")
            .fetch_one(connection)
            .await?;
    let problem = format!("the role `{name}` has no time limits: a request may wait for ever");
    let fix = format!("as a role that may alter roles: {}", time_limits(&name));
    Ok(endless.then(|| Finding::new(problem, fix)))
}

/// Words are looked for letter by letter, which takes an encoding that has letters.
async fn encoding(connection: &mut PgConnection) -> Result<Option<Finding>, sqlx::Error> {
    let encoding: String =
        sqlx::query_scalar("SELECT current_setting('server_encoding')").fetch_one(connection).await?;
    let problem = format!("the database is encoded in {encoding}: searches for words fail");
    let fix = format!("{ENCODE}, and restore a dump of this one into it");
    Ok((encoding != "UTF8").then(|| Finding::new(problem, fix)))
}

/// The settings that must be so, and why.
const SETTINGS: &[(&str, &[&str], &str)] = &[
    ("fsync", &["on"], "a crash can lose or damage what was acknowledged"),
    ("full_page_writes", &["on"], "a crash can damage pages"),
    (
        "synchronous_commit",
        &["on", "remote_apply", "remote_write", "local"],
        "a crash can lose what was acknowledged",
    ),
    ("default_transaction_isolation", &["read committed"], "commands refuse to run"),
];

async fn settings(connection: &mut PgConnection) -> Result<Vec<Finding>, sqlx::Error> {
    let mut found = Vec::new();
    for (name, right, why) in SETTINGS {
        let value: String =
            sqlx::query_scalar("SELECT current_setting($1)").bind(name).fetch_one(&mut *connection).await?;
        if !right.contains(&value.as_str()) {
            let problem = format!("{name} is {value}: {why}");
            found.push(Finding::new(problem, format!("set {name} to {}", right[0])));
        }
    }
    Ok(found)
}
