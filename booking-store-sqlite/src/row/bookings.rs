//! Bookings and the claims they own.

use booking_core::{Booking, Claim, LocalStart, TenantId};
use rusqlite::{Connection, params};

use super::cells::{Cells, count, json, maybe, word};
use crate::error::RowError;

const COLUMNS: &str = "tenant, id, service, customer, starts, ends, party, state, version, deadline, zone, wall, \
    tzdata, session, series, series_place, offer_to, approval, max_hold, created, changed, picks, priced";

pub(super) fn write(file: &Connection, row: &Booking) -> Result<(), RowError> {
    let sql = "REPLACE INTO bookings (tenant, id, service, customer, starts, ends, party, state, version, deadline, \
        zone, wall, tzdata, session, series, series_place, offer_to, approval, max_hold, created, changed, picks, \
        priced) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, \
        ?21, ?22, ?23)";
    file.prepare_cached(sql)?.execute(params![
        row.tenant.to_string(),
        row.id.to_string(),
        row.service.to_string(),
        maybe(row.customer),
        row.visit.start_second(),
        row.visit.end_second(),
        row.party,
        word(&row.state)?,
        count(row.version),
        row.deadline.map(|at| at.timestamp()),
        row.local.zone.as_str(),
        row.local.wall.format("%Y-%m-%dT%H:%M:%S").to_string(),
        row.local.tzdata,
        maybe(row.session),
        maybe(row.series.map(|(id, _)| id)),
        row.series.map(|(_, place)| place),
        maybe(row.offer_to),
        row.approval,
        row.max_hold,
        row.created.timestamp(),
        row.changed.timestamp(),
        json(&row.picks)?,
        json(&row.priced)?,
    ])?;
    let id = row.id.to_string();
    // A booking that is new has nothing to put out of the way.
    if row.version > 1 {
        delete_claims(file, "booking", row.tenant, &id)?;
    }
    write_claims(file, "booking", row.tenant, &id, &row.claims)
}

/// Writes the claims of an owner that has none in the file.
pub(super) fn write_claims(
    file: &Connection,
    kind: &str,
    tenant: TenantId,
    owner: &str,
    claims: &[Claim],
) -> Result<(), RowError> {
    let sql = "INSERT INTO claims (kind, tenant, owner, place, resource, starts, ends, before, after, units) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let mut statement = file.prepare_cached(sql)?;
    for (place, claim) in (0_i64..).zip(claims) {
        statement.execute(params![
            kind,
            tenant.to_string(),
            owner,
            place,
            claim.resource.to_string(),
            claim.interval.start_second(),
            claim.interval.end_second(),
            claim.before,
            claim.after,
            claim.units,
        ])?;
    }
    Ok(())
}

pub(super) fn delete_claims(
    file: &Connection,
    kind: &str,
    tenant: TenantId,
    owner: &str,
) -> Result<(), RowError> {
    let sql = "DELETE FROM claims WHERE kind = ?1 AND tenant = ?2 AND owner = ?3";
    file.prepare_cached(sql)?.execute(params![kind, tenant.to_string(), owner])?;
    Ok(())
}

/// Bookings in the order of their key, with their claims, which are read in the same order beside them.
pub(super) fn read(file: &Connection, mut each: impl FnMut(Booking)) -> Result<(), RowError> {
    let mut statement = file.prepare(&format!("SELECT {COLUMNS} FROM bookings ORDER BY tenant, id"))?;
    let mut claims = ClaimReader::new(file, "booking")?;
    let mut claims = claims.start()?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let mut booking = read_row(&mut Cells::of(row))?;
        booking.claims = claims.of(booking.tenant, &booking.id.to_string())?;
        each(booking);
    }
    claims.end()
}

fn read_row(cells: &mut Cells<'_>) -> Result<Booking, RowError> {
    Ok(Booking {
        tenant: cells.parse()?,
        id: cells.parse()?,
        service: cells.parse()?,
        customer: cells.maybe_parse()?,
        visit: cells.interval()?,
        party: cells.checked()?,
        state: cells.word()?,
        version: cells.checked()?,
        deadline: cells.maybe_instant()?,
        local: LocalStart { zone: cells.parse()?, wall: read_wall(cells)?, tzdata: cells.text()?.to_owned() },
        session: cells.maybe_parse()?,
        series: read_series(cells)?,
        offer_to: cells.maybe_parse()?,
        approval: cells.maybe_number()?,
        max_hold: cells.number()?,
        created: cells.instant()?,
        changed: cells.instant()?,
        picks: cells.json()?,
        priced: cells.json()?,
        claims: Vec::new(),
    })
}

fn read_wall(cells: &mut Cells<'_>) -> Result<chrono::NaiveDateTime, RowError> {
    cells.word()
}

fn read_series(cells: &mut Cells<'_>) -> Result<Option<(booking_core::SeriesId, u32)>, RowError> {
    let (id, place) = (cells.maybe_parse()?, cells.maybe_number()?);
    Ok(id.zip(place.and_then(|place| u32::try_from(place).ok())))
}

/// Claims of one kind of owner in the order of their key.
pub(super) struct ClaimReader<'a> {
    statement: rusqlite::Statement<'a>,
    kind: &'static str,
}

impl<'a> ClaimReader<'a> {
    pub(super) fn new(file: &'a Connection, kind: &'static str) -> Result<Self, RowError> {
        let sql = "SELECT tenant, owner, resource, starts, ends, before, after, units FROM claims WHERE kind = ?1 \
            ORDER BY tenant, owner, place";
        Ok(Self { statement: file.prepare(sql)?, kind })
    }

    pub(super) fn start(&mut self) -> Result<Claims<'_>, RowError> {
        Claims { rows: self.statement.query([self.kind])?, next: None }.advanced()
    }
}

/// The claims that were not given out yet.
pub(super) struct Claims<'a> {
    rows: rusqlite::Rows<'a>,
    next: Option<(TenantId, String, Claim)>,
}

impl Claims<'_> {
    /// The claims of the next owner.
    pub(super) fn of(&mut self, tenant: TenantId, owner: &str) -> Result<Vec<Claim>, RowError> {
        let mut found = Vec::new();
        while let Some((of, by, claim)) = &self.next {
            if *of != tenant || by != owner {
                break;
            }
            found.push(*claim);
            self.advance()?;
        }
        Ok(found)
    }

    /// None may be left: they would belong to nobody.
    pub(super) fn end(self) -> Result<(), RowError> {
        match self.next {
            None => Ok(()),
            Some((_, owner, _)) => {
                Err(booking_core::Invalid::new("claims.owner", owner, "an owner that is there").into())
            }
        }
    }

    fn advanced(mut self) -> Result<Self, RowError> {
        self.advance()?;
        Ok(self)
    }

    fn advance(&mut self) -> Result<(), RowError> {
        self.next = match self.rows.next()? {
            None => None,
            Some(row) => {
                let cells = &mut Cells::of(row);
                let (tenant, owner) = (cells.parse()?, cells.text()?.to_owned());
                let claim = Claim {
                    resource: cells.parse()?,
                    interval: cells.interval()?,
                    before: cells.number()?,
                    after: cells.number()?,
                    units: cells.checked()?,
                };
                Some((tenant, owner, claim))
            }
        };
        Ok(())
    }
}
