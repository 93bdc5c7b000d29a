//! Recorded answers: what a key was used for. They are kept for days beside the bookings they tell of, so they are written
//! small: without the tenant, without what is empty, intervals as two numbers.

use booking_core::memory::RecordedRow;
use booking_core::{
    Booking, BookingId, Claim, Committed, CustomerId, EntryId, IdempotencyKey, Interval, Invalid, LocalStart,
    Operation, Pick, Priced, ResourceId, Seconds, SeriesId, ServiceId, Session, SessionId, State, TenantId,
    Verdict, WaitlistEntry, ZoneId,
};
use chrono::{DateTime, NaiveDateTime, Utc};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use super::Loaded;
use super::cells::{Cells, json, word};
use crate::error::RowError;

/// A [`Committed`] as it is written down. Recorded answers are never replays.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Answer {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    bookings: Vec<Told>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    offers: Vec<Told>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    collides: Vec<BookingId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<Session>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<WaitlistEntry>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    verdicts: Vec<Verdict>,
}

/// A booking as it was when the answer was given.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    id: BookingId,
    service: ServiceId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    customer: Option<CustomerId>,
    visit: (i64, i64),
    party: u32,
    state: State,
    version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deadline: Option<i64>,
    zone: ZoneId,
    wall: NaiveDateTime,
    tzdata: String,
    picks: Vec<(String, ResourceId, Seconds)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    claims: Vec<Claimed>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    session: Option<SessionId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    series: Option<(SeriesId, u32)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    offer_to: Option<EntryId>,
    #[serde(default, skip_serializing_if = "is_free")]
    priced: Priced,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    approval: Option<Seconds>,
    max_hold: Seconds,
    created: i64,
    changed: i64,
}

/// Resource, start, end, seconds before and after, units.
type Claimed = (ResourceId, i64, i64, Seconds, Seconds, u32);

fn is_free(priced: &Priced) -> bool {
    *priced == Priced::default()
}

pub(super) fn write(file: &Connection, tenant: TenantId, row: &RecordedRow) -> Result<(), RowError> {
    let sql = "REPLACE INTO answers (tenant, operation, key, at, content, answer) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    file.prepare_cached(sql)?.execute(params![
        tenant.to_string(),
        word(&row.key.operation)?,
        row.key.key,
        row.at,
        row.key.content,
        json(&Answer::of(&row.answer))?,
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

pub(super) fn read(file: &Connection, loaded: &mut Loaded) -> Result<(), RowError> {
    let mut statement = file.prepare("SELECT tenant, operation, key, at, content, answer FROM answers")?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let cells = &mut Cells::of(row);
        let tenant = cells.parse()?;
        let (operation, key, at) = (cells.word()?, cells.text()?.to_owned(), cells.number()?);
        let key = IdempotencyKey { operation, key, content: cells.bytes()? };
        let answer: Answer = cells.json()?;
        loaded.rows(tenant).recorded.push(RecordedRow { key, answer: answer.told(tenant)?, at });
    }
    Ok(())
}

/// Format 1 kept whole rows as JSON, key included.
pub(crate) fn rewrite(file: &Connection) -> Result<(), RowError> {
    let mut statement = file.prepare("SELECT tenant, recorded FROM answers_1")?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let cells = &mut Cells::of(row);
        let (tenant, recorded): (TenantId, RecordedRow) = (cells.parse()?, cells.json()?);
        write(file, tenant, &recorded)?;
    }
    Ok(())
}

impl Answer {
    fn of(answer: &Committed) -> Self {
        let told = |bookings: &[Booking]| bookings.iter().map(Told::of).collect();
        Self {
            bookings: told(&answer.bookings),
            offers: told(&answer.offers),
            collides: answer.collides.clone(),
            session: answer.session.clone(),
            entry: answer.entry.clone(),
            verdicts: answer.verdicts.clone(),
        }
    }

    fn told(self, tenant: TenantId) -> Result<Committed, RowError> {
        let read = |bookings: Vec<Told>| -> Result<Vec<Booking>, RowError> {
            bookings.into_iter().map(|booking| booking.booking(tenant)).collect()
        };
        Ok(Committed {
            bookings: read(self.bookings)?,
            offers: read(self.offers)?,
            collides: self.collides,
            session: self.session,
            entry: self.entry,
            verdicts: self.verdicts,
            replayed: false,
        })
    }
}

impl Told {
    fn of(row: &Booking) -> Self {
        let claimed = |claim: &Claim| {
            let (from, until) = (claim.interval.start_second(), claim.interval.end_second());
            (claim.resource, from, until, claim.before, claim.after, claim.units)
        };
        let picked = |pick: &Pick| (pick.requirement.clone(), pick.resource, pick.seconds);
        Self {
            id: row.id,
            service: row.service,
            customer: row.customer,
            visit: (row.visit.start_second(), row.visit.end_second()),
            party: row.party,
            state: row.state,
            version: row.version,
            deadline: row.deadline.map(|at| at.timestamp()),
            zone: row.local.zone.clone(),
            wall: row.local.wall,
            tzdata: row.local.tzdata.clone(),
            picks: row.picks.iter().map(picked).collect(),
            claims: row.claims.iter().map(claimed).collect(),
            session: row.session,
            series: row.series,
            offer_to: row.offer_to,
            priced: row.priced.clone(),
            approval: row.approval,
            max_hold: row.max_hold,
            created: row.created.timestamp(),
            changed: row.changed.timestamp(),
        }
    }

    fn booking(self, tenant: TenantId) -> Result<Booking, RowError> {
        let claim = |(resource, from, until, before, after, units): Claimed| -> Result<Claim, RowError> {
            Ok(Claim { resource, interval: Interval::from_seconds(from, until)?, before, after, units })
        };
        let pick = |(requirement, resource, seconds)| Pick { requirement, resource, seconds };
        Ok(Booking {
            id: self.id,
            tenant,
            service: self.service,
            customer: self.customer,
            visit: Interval::from_seconds(self.visit.0, self.visit.1)?,
            party: self.party,
            state: self.state,
            version: self.version,
            deadline: self.deadline.map(instant).transpose()?,
            local: LocalStart { zone: self.zone, wall: self.wall, tzdata: self.tzdata },
            picks: self.picks.into_iter().map(pick).collect(),
            claims: self.claims.into_iter().map(claim).collect::<Result<_, _>>()?,
            session: self.session,
            series: self.series,
            offer_to: self.offer_to,
            priced: self.priced,
            approval: self.approval,
            max_hold: self.max_hold,
            created: instant(self.created)?,
            changed: instant(self.changed)?,
        })
    }
}

fn instant(second: i64) -> Result<DateTime<Utc>, RowError> {
    let found = DateTime::from_timestamp(second, 0);
    Ok(found.ok_or_else(|| Invalid::new("answers.answer", second, "an instant"))?)
}
