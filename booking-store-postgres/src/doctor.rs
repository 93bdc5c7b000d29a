//! What is wrong with a database, and how to mend it.

use booking_core::StoreError;
use sqlx::postgres::{PgConnection, PgPool};

use crate::error::of_read;
use crate::migrate::{MigrateError, check};

/// Something to mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub fix: String,
}

impl Finding {
    fn new(problem: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { problem: problem.into(), fix: fix.into() }
    }
}

/// Looks at the schema, the role that the pool connects as, and the settings that durability and isolation rest on. An
/// empty list means that all is well.
pub async fn doctor(pool: &PgPool) -> Result<Vec<Finding>, StoreError> {
    let mut connection = pool.acquire().await.map_err(|error| of_read(&error))?;
    let mut found = Vec::new();
    match check(&mut connection).await {
        Ok(()) => {}
        Err(MigrateError::Database(error)) => return Err(of_read(&error)),
        Err(error) => {
            let fix = match error {
                MigrateError::Older { .. } => "migrate as the schema's owner",
                MigrateError::Newer { .. } => "use a newer version of this program",
                MigrateError::TooOld { .. } => "upgrade the server",
                _ => "use another database, or move what is in the way",
            };
            found.push(Finding::new(error.to_string(), fix));
        }
    }
    found.extend(role(&mut connection).await.map_err(|error| of_read(&error))?);
    found.extend(settings(&mut connection).await.map_err(|error| of_read(&error))?);
    Ok(found)
}

/// Row security does not hold for superusers and for those who bypass it.
async fn role(connection: &mut PgConnection) -> Result<Option<Finding>, sqlx::Error> {
    let (name, passes): (String, bool) = sqlx::query_as(
        "SELECT rolname::text, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user",
    )
    .fetch_one(connection)
    .await?;
    let problem = format!("the role `{name}` passes row security: only predicates keep tenants apart");
    let fix = "connect as a role without SUPERUSER and BYPASSRLS, and let it use the schema with `grant`";
    Ok(passes.then(|| Finding::new(problem, fix)))
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
