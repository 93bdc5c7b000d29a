//! Waitlist entries.

use booking_core::WaitlistEntry;
use rusqlite::{Connection, params};

use super::Loaded;
use super::cells::{Cells, count, json, maybe, word};
use crate::error::RowError;

pub(super) fn write(file: &Connection, row: &WaitlistEntry) -> Result<(), RowError> {
    let sql = "REPLACE INTO waitlist (tenant, id, service, customer, starts, ends, duration, party, state, offer, \
        offered, joined, place, price_group) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    file.prepare_cached(sql)?.execute(params![
        row.tenant.to_string(),
        row.id.to_string(),
        row.service.to_string(),
        maybe(row.customer),
        row.window.start_second(),
        row.window.end_second(),
        row.duration,
        row.party,
        word(&row.state)?,
        maybe(row.offer),
        json(&row.offered)?,
        row.joined.timestamp(),
        count(row.place),
        row.group,
    ])?;
    Ok(())
}

pub(super) fn read(file: &Connection, loaded: &mut Loaded) -> Result<(), RowError> {
    let sql = "SELECT tenant, id, service, customer, starts, ends, duration, party, state, offer, offered, joined, \
        place, price_group FROM waitlist ORDER BY tenant, id";
    let mut statement = file.prepare(sql)?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let cells = &mut Cells::of(row);
        let entry = WaitlistEntry {
            tenant: cells.parse()?,
            id: cells.parse()?,
            service: cells.parse()?,
            customer: cells.maybe_parse()?,
            window: cells.interval()?,
            duration: cells.maybe_number()?,
            party: cells.checked()?,
            state: cells.word()?,
            offer: cells.maybe_parse()?,
            offered: cells.json()?,
            joined: cells.instant()?,
            place: cells.checked()?,
            group: cells.maybe_text()?.map(str::to_owned),
        };
        loaded.rows(entry.tenant).entries.push(entry);
    }
    Ok(())
}
