//! The event feed.

use booking_core::{Actor, Event, EventKind};
use rusqlite::{Connection, params};

use super::cells::{Cells, count, word};
use crate::error::RowError;

/// The kind of an event that is no move.
const PLACED: &str = "placed";

pub(super) fn write(file: &Connection, row: &Event) -> Result<(), RowError> {
    let sql = "INSERT INTO events (tenant, sequence, booking, kind, state, version, starts, ends, at, actor, \
        actor_from) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    let kind = match &row.kind {
        EventKind::Placed => PLACED.to_owned(),
        EventKind::Moved(how) => word(how)?,
    };
    file.prepare_cached(sql)?.execute(params![
        row.tenant.to_string(),
        count(row.sequence),
        row.booking.to_string(),
        kind,
        word(&row.state)?,
        count(row.version),
        row.visit.start_second(),
        row.visit.end_second(),
        row.at.timestamp(),
        row.actor.who,
        row.actor.from,
    ])?;
    Ok(())
}

pub(super) fn read(file: &Connection, mut each: impl FnMut(Event)) -> Result<(), RowError> {
    let sql = "SELECT tenant, sequence, booking, kind, state, version, starts, ends, at, actor, actor_from \
        FROM events ORDER BY tenant, sequence";
    let mut statement = file.prepare(sql)?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let cells = &mut Cells::of(row);
        each(Event {
            tenant: cells.parse()?,
            sequence: cells.checked()?,
            booking: cells.parse()?,
            kind: read_kind(cells)?,
            state: cells.word()?,
            version: cells.checked()?,
            visit: cells.interval()?,
            at: cells.instant()?,
            actor: Actor::new(cells.text()?, cells.text()?),
        });
    }
    Ok(())
}

fn read_kind(cells: &mut Cells<'_>) -> Result<EventKind, RowError> {
    if cells.peek_text()? == PLACED {
        cells.text()?;
        return Ok(EventKind::Placed);
    }
    Ok(EventKind::Moved(cells.word()?))
}
