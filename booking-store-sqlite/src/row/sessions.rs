//! Sessions and the claims they own.

use booking_core::{Session, SessionId, SessionKey, TenantId};
use rusqlite::{Connection, params};

use super::Loaded;
use super::bookings::{ClaimReader, delete_claims, write_claims};
use super::cells::{Cells, json};
use crate::error::RowError;

pub(super) fn write(file: &Connection, tenant: TenantId, row: &Session) -> Result<(), RowError> {
    let sql = "REPLACE INTO sessions (tenant, id, service, starts, ends, seats, scheduled, picks) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    file.prepare_cached(sql)?.execute(params![
        tenant.to_string(),
        row.id.to_string(),
        row.key.service.to_string(),
        row.key.visit.start_second(),
        row.key.visit.end_second(),
        row.seats,
        row.scheduled,
        json(&row.key.picks)?,
    ])?;
    let id = row.id.to_string();
    delete_claims(file, "session", tenant, &id)?;
    write_claims(file, "session", tenant, &id, &row.claims)
}

pub(super) fn delete(file: &Connection, tenant: TenantId, id: SessionId) -> Result<(), RowError> {
    let sql = "DELETE FROM sessions WHERE tenant = ?1 AND id = ?2";
    file.prepare_cached(sql)?.execute(params![tenant.to_string(), id.to_string()])?;
    delete_claims(file, "session", tenant, &id.to_string())
}

pub(super) fn read(file: &Connection, loaded: &mut Loaded) -> Result<(), RowError> {
    let sql =
        "SELECT tenant, id, seats, scheduled, service, starts, ends, picks FROM sessions ORDER BY tenant, id";
    let mut statement = file.prepare(sql)?;
    let mut claims = ClaimReader::new(file, "session")?;
    let mut claims = claims.start()?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let cells = &mut Cells::of(row);
        let tenant: TenantId = cells.parse()?;
        let id: SessionId = cells.parse()?;
        let session = Session {
            id,
            seats: cells.checked()?,
            scheduled: cells.number()? != 0,
            key: SessionKey { service: cells.parse()?, visit: cells.interval()?, picks: cells.json()? },
            claims: claims.of(tenant, &id.to_string())?,
        };
        loaded.rows(tenant).sessions.push(session);
    }
    claims.end()
}
