//! Poolers between this program and the server.
//!
//! The driver prepares statements by name, once for each connection. A pooler that gives a client another server connection
//! for each transaction loses them, unless it follows them (`PgBouncer` from 1.21 on can): what is asked then fails now and
//! then, under load, with words that do not lead to the cause. So it is tried before anything else is.

use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection, Executor, Row, query_scalar, raw_sql};
use tokio::time::timeout;

/// How long one question of the trial may take. A pooler with a single server connection would wait for the other client.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether statements are lost from one transaction to the next.
///
/// One client prepares a statement; another takes the server connection that it was prepared on, if it can get hold of it;
/// then the first one uses its statement again. Without a pooler nobody can take a connection from anybody.
pub(crate) async fn loses_statements(options: &PgConnectOptions) -> Result<bool, sqlx::Error> {
    let mut first = PgConnection::connect_with(options).await?;
    let mut second = PgConnection::connect_with(options).await?;
    warm_up(&mut first, &mut second).await?;
    let lost = match statement(&mut first).await {
        // Somebody else has prepared another statement by that name.
        Err(error) if is_lost(&error) => true,
        Err(error) => return Err(error),
        Ok(server) => takes(&mut second, server).await? && is_gone(&mut first).await?,
    };
    // Whatever is left of them is the server's to clean up.
    let _ = (first.close_hard().await, second.close_hard().await);
    Ok(lost)
}

/// Whether an error says that a statement is not the one that was prepared.
pub(crate) fn is_lost(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    matches!(code.as_deref(), Some("26000" | "42P05"))
}

/// Two transactions at once: from then on a pooler has two server connections to choose from.
async fn warm_up(first: &mut PgConnection, second: &mut PgConnection) -> Result<(), sqlx::Error> {
    first.execute(raw_sql("BEGIN")).await?;
    // A pooler of one connection does not let the second one begin.
    let began = timeout(PATIENCE, second.execute(raw_sql("BEGIN"))).await;
    first.execute(raw_sql("COMMIT")).await?;
    match began {
        Ok(began) => began.map(drop)?,
        Err(_) => return Err(sqlx::Error::PoolTimedOut),
    }
    second.execute(raw_sql("COMMIT")).await.map(drop)
}

/// Asks by a prepared statement which process of the server answers.
async fn statement(connection: &mut PgConnection) -> Result<i32, sqlx::Error> {
    query_scalar("SELECT pg_backend_pid()").fetch_one(connection).await
}

/// Whether a client gets hold of this process of the server, in a transaction that stays open. Poolers give away the
/// connection that was used last, or the one that has rested longest: one of three tries meets it.
async fn takes(client: &mut PgConnection, server: i32) -> Result<bool, sqlx::Error> {
    for _ in 0..3 {
        client.execute(raw_sql("BEGIN")).await?;
        let found = client.fetch_one(raw_sql("SELECT pg_backend_pid()")).await?;
        if found.try_get::<i32, _>(0)? == server {
            return Ok(true);
        }
        client.execute(raw_sql("COMMIT")).await?;
    }
    Ok(false)
}

async fn is_gone(client: &mut PgConnection) -> Result<bool, sqlx::Error> {
    match statement(client).await {
        Err(error) if is_lost(&error) => Ok(true),
        Err(error) => Err(error),
        Ok(_) => Ok(false),
    }
}
