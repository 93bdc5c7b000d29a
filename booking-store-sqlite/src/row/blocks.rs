//! Blocks and capacities.

use booking_core::{Block, BlockId, ResourceId, TenantId};
use rusqlite::{Connection, params};

use super::Loaded;
use super::cells::Cells;
use crate::error::RowError;

pub(super) fn write(file: &Connection, tenant: TenantId, row: &Block) -> Result<(), RowError> {
    let sql =
        "REPLACE INTO blocks (tenant, id, resource, starts, ends, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    file.prepare_cached(sql)?.execute(params![
        tenant.to_string(),
        row.id.to_string(),
        row.resource.to_string(),
        row.interval.start_second(),
        row.interval.end_second(),
        row.text,
    ])?;
    Ok(())
}

pub(super) fn delete(file: &Connection, tenant: TenantId, id: BlockId) -> Result<(), RowError> {
    let sql = "DELETE FROM blocks WHERE tenant = ?1 AND id = ?2";
    file.prepare_cached(sql)?.execute(params![tenant.to_string(), id.to_string()])?;
    Ok(())
}

pub(super) fn write_capacity(
    file: &Connection,
    tenant: TenantId,
    resource: ResourceId,
    units: u32,
) -> Result<(), RowError> {
    let sql = "REPLACE INTO capacities (tenant, resource, units) VALUES (?1, ?2, ?3)";
    file.prepare_cached(sql)?.execute(params![tenant.to_string(), resource.to_string(), units])?;
    Ok(())
}

pub(super) fn read(file: &Connection, loaded: &mut Loaded) -> Result<(), RowError> {
    let mut statement =
        file.prepare("SELECT tenant, id, resource, starts, ends, text FROM blocks ORDER BY tenant, id")?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let cells = &mut Cells::of(row);
        let tenant = cells.parse()?;
        let block = Block {
            id: cells.parse()?,
            resource: cells.parse()?,
            interval: cells.interval()?,
            text: cells.text()?.to_owned(),
        };
        loaded.rows(tenant).blocks.push(block);
    }
    let mut statement =
        file.prepare("SELECT tenant, resource, units FROM capacities ORDER BY tenant, resource")?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let cells = &mut Cells::of(row);
        let tenant = cells.parse()?;
        let capacity = (cells.parse()?, cells.checked()?);
        loaded.rows(tenant).capacities.push(capacity);
    }
    Ok(())
}
