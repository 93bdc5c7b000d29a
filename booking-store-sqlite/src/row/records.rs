//! Recorded answers, and who was last given what.

use booking_core::memory::{AssignedRow, RecordedRow};
use booking_core::{Operation, TenantId};
use rusqlite::{Connection, params};

use super::Loaded;
use super::cells::{Cells, count, json, word};
use crate::error::RowError;

pub(super) fn write_answer(file: &Connection, tenant: TenantId, row: &RecordedRow) -> Result<(), RowError> {
    let sql = "REPLACE INTO answers (tenant, operation, key, at, recorded) VALUES (?1, ?2, ?3, ?4, ?5)";
    file.prepare_cached(sql)?.execute(params![
        tenant.to_string(),
        word(&row.key.operation)?,
        row.key.key,
        row.at,
        json(row)?
    ])?;
    Ok(())
}

pub(super) fn forget(
    file: &Connection,
    tenant: TenantId,
    operation: Operation,
    key: &str,
) -> Result<(), RowError> {
    let sql = "DELETE FROM answers WHERE tenant = ?1 AND operation = ?2 AND key = ?3";
    file.prepare_cached(sql)?.execute(params![tenant.to_string(), word(&operation)?, key])?;
    Ok(())
}

pub(super) fn write_assignment(
    file: &Connection,
    tenant: TenantId,
    row: &AssignedRow,
) -> Result<(), RowError> {
    let sql =
        "REPLACE INTO assignments (tenant, service, resource, at, sequence) VALUES (?1, ?2, ?3, ?4, ?5)";
    file.prepare_cached(sql)?.execute(params![
        tenant.to_string(),
        row.service.to_string(),
        row.resource.to_string(),
        row.at,
        count(row.sequence)
    ])?;
    Ok(())
}

pub(super) fn read(file: &Connection, loaded: &mut Loaded) -> Result<(), RowError> {
    let mut statement = file.prepare("SELECT tenant, recorded FROM answers")?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let cells = &mut Cells::of(row);
        let (tenant, recorded) = (cells.parse()?, cells.json()?);
        loaded.rows(tenant).recorded.push(recorded);
    }
    let sql = "SELECT tenant, service, resource, at, sequence FROM assignments";
    let mut statement = file.prepare(sql)?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let cells = &mut Cells::of(row);
        let tenant = cells.parse()?;
        let assigned = AssignedRow {
            service: cells.parse()?,
            resource: cells.parse()?,
            at: cells.number()?,
            sequence: cells.checked()?,
        };
        loaded.rows(tenant).assigned.push(assigned);
    }
    Ok(())
}
