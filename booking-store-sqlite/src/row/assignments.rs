//! Who was last given what.

use booking_core::TenantId;
use booking_core::memory::AssignedRow;
use rusqlite::{Connection, params};

use super::Loaded;
use super::cells::{Cells, count};
use crate::error::RowError;

pub(super) fn write(file: &Connection, tenant: TenantId, row: &AssignedRow) -> Result<(), RowError> {
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
