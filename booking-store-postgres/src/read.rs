//! The port: commands and reads.

use booking_core::{
    Block, BlockId, Booking, BookingFilter, BookingId, BookingStore, Command, CommitError, Committed,
    Counted, CountedQuery, CustomerId, EntryId, Event, IdempotencyKey, LimitSubject, Occupancy,
    OccupancyQuery, Operation, Page, Recorded, ResourceId, ResourceStanding, SeriesId, ServiceId,
    SessionRow as SeatedSession, Standing, StandingQuery, StoreError, TenantId, WaitingQuery, WaitlistEntry,
};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::{Query, QueryScalar};
use sqlx::types::Json;
use sqlx::{Postgres, Row};
use uuid::Uuid;

use crate::error::of_read;
use crate::store::PostgresStore;
use crate::wire::{
    Answer, BlockRow, BookingRow, CLAIM, CountedRow, EntryRow, EventRow, SessionRow, booking, damaged,
    decode_answer, unpack,
};

/// The most entries of one page.
const MAX_PAGE: usize = 1_000;

/// A call that answers JSON, or nothing.
type Call<'q, T> = QueryScalar<'q, Postgres, Option<Json<T>>, PgArguments>;

impl PostgresStore {
    async fn ask<T>(&self, call: Call<'_, T>) -> Result<Option<T>, StoreError>
    where
        T: DeserializeOwned + Send + Unpin + 'static,
    {
        let answer = call.fetch_one(self.pool()).await.map_err(|error| of_read(&error))?;
        Ok(answer.map(|Json(answer)| answer))
    }

    /// From the replica if it knows by now, from the primary otherwise.
    pub(crate) async fn read_occupancy(&self, query: &OccupancyQuery) -> Result<Occupancy, StoreError> {
        if let Some(replica) = self.replica()
            && let Some(rows) = replica.occupancy(self.pool(), query).await
        {
            return occupancy(&rows, &query.resources);
        }
        let call = sqlx::query("SELECT * FROM booking.occupancy($1, $2, $3, $4, $5, $6)");
        let rows = about(call, query).fetch_all(self.pool()).await.map_err(|error| of_read(&error))?;
        occupancy(&rows, &query.resources)
    }

    async fn bookings_of(
        &self,
        tenant: TenantId,
        call: Call<'_, Vec<BookingRow>>,
    ) -> Result<Vec<Booking>, StoreError> {
        let rows = self.ask(call).await?.unwrap_or_default();
        rows.into_iter().map(|row| booking(tenant, row)).collect()
    }

    async fn events_of(
        &self,
        tenant: TenantId,
        call: Call<'_, Vec<EventRow>>,
    ) -> Result<Vec<Event>, StoreError> {
        let rows = self.ask(call).await?.unwrap_or_default();
        rows.into_iter().map(|row| row.event(tenant)).collect()
    }
}

/// Says what is asked of the calendar: the last six arguments of the functions that read it.
pub(crate) fn about<'q>(
    call: Query<'q, Postgres, PgArguments>,
    query: &OccupancyQuery,
) -> Query<'q, Postgres, PgArguments> {
    let resources: Vec<Uuid> = query.resources.iter().map(|id| id.uuid()).collect();
    call.bind(query.tenant.uuid())
        .bind(resources)
        .bind(query.window.start_second())
        .bind(query.window.end_second())
        .bind(query.now)
        .bind(query.ignoring.map(BookingId::uuid))
}

fn call<'q, T>(sql: &'static str, tenant: TenantId) -> Call<'q, T>
where
    T: DeserializeOwned + Send + Unpin + 'static,
{
    sqlx::query_scalar(sql).bind(tenant.uuid())
}

/// A count the database takes as bigint.
fn most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

impl BookingStore for PostgresStore {
    async fn commit(&self, command: &Command) -> Result<Committed, CommitError> {
        self.apply(command).await
    }

    async fn occupancy(&self, query: &OccupancyQuery) -> Result<Occupancy, StoreError> {
        match self.cache() {
            Some(cache) => cache.occupancy(self, query).await,
            None => self.read_occupancy(query).await,
        }
    }

    async fn counted(&self, query: &CountedQuery) -> Result<Vec<Counted>, StoreError> {
        let (mut customers, mut resources, mut services) = (Vec::new(), Vec::new(), Vec::new());
        for subject in &query.subjects {
            match subject {
                LimitSubject::Customer(id) => customers.push(id.uuid()),
                LimitSubject::Resource(id) => resources.push(id.uuid()),
                LimitSubject::Service(id) => services.push(id.uuid()),
            }
        }
        let call: Call<'_, Vec<CountedRow>> =
            call("SELECT booking.counted($1, $2, $3, $4, $5, $6, $7, $8)", query.tenant)
                .bind(customers)
                .bind(resources)
                .bind(services)
                .bind(query.window.start_second())
                .bind(query.window.end_second())
                .bind(query.now)
                .bind(query.ignoring.map(BookingId::uuid));
        let rows = self.ask(call).await?.unwrap_or_default();
        rows.into_iter().map(CountedRow::counted).collect()
    }

    async fn standing(&self, query: &StandingQuery) -> Result<Standing, StoreError> {
        let resources: Vec<Uuid> = query.resources.iter().map(|id| id.uuid()).collect();
        let call: Call<'_, StandingRow> =
            call("SELECT booking.standing($1, $2, $3, $4, $5, $6, $7, $8)", query.tenant)
                .bind(query.service.uuid())
                .bind(query.customer.map(CustomerId::uuid))
                .bind(resources)
                .bind(query.window.start_second())
                .bind(query.window.end_second())
                .bind(query.missed_since)
                .bind(query.now);
        Ok(self.ask(call).await?.map_or_else(Standing::default, StandingRow::standing))
    }

    async fn recorded(
        &self,
        tenant: TenantId,
        operation: Operation,
        key: &str,
    ) -> Result<Option<Recorded>, StoreError> {
        let Value::String(name) = json!(operation) else {
            return Err(damaged("operation", "it has no name"));
        };
        let call: Call<'_, RecordedRow> =
            call("SELECT booking.recorded($1, $2::booking.operation, $3, $4)", tenant)
                .bind(name)
                .bind(key)
                .bind(self.kept());
        let Some(row) = self.ask(call).await? else { return Ok(None) };
        let content = content(&row.content).ok_or_else(|| damaged("key", "its content is no hash"))?;
        let key = IdempotencyKey { operation, key: key.to_owned(), content };
        let answer = decode_answer(tenant, row.answer).map_err(|error| damaged("answer", error))?;
        Ok(Some(Recorded { key, answer }))
    }

    async fn booking(&self, tenant: TenantId, id: BookingId) -> Result<Option<Booking>, StoreError> {
        let row = self.ask(call("SELECT booking.booking($1, $2)", tenant).bind(id.uuid())).await?;
        row.map(|row| booking(tenant, row)).transpose()
    }

    async fn bookings(&self, tenant: TenantId, filter: &BookingFilter) -> Result<Page<Booking>, StoreError> {
        let limit = filter.limit.clamp(1, MAX_PAGE);
        let call = call("SELECT booking.list($1, $2)", tenant).bind(Json(conditions(filter, limit)));
        Ok(Page::cut(self.bookings_of(tenant, call).await?, limit))
    }

    async fn history(&self, tenant: TenantId, booking: BookingId) -> Result<Vec<Event>, StoreError> {
        self.events_of(tenant, call("SELECT booking.history($1, $2)", tenant).bind(booking.uuid())).await
    }

    async fn events(&self, tenant: TenantId, after: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        let call = call("SELECT booking.events($1, $2, $3)", tenant).bind(after).bind(most(limit));
        self.events_of(tenant, call).await
    }

    async fn lapsed(
        &self,
        tenant: TenantId,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Booking>, StoreError> {
        let call = call("SELECT booking.lapsed($1, $2, $3)", tenant).bind(now.timestamp()).bind(most(limit));
        self.bookings_of(tenant, call).await
    }

    async fn block(&self, tenant: TenantId, block: BlockId) -> Result<Option<Block>, StoreError> {
        let row = self.ask(call("SELECT booking.block($1, $2)", tenant).bind(block.uuid())).await?;
        row.map(BlockRow::block).transpose()
    }

    async fn entry(&self, tenant: TenantId, entry: EntryId) -> Result<Option<WaitlistEntry>, StoreError> {
        let row = self.ask(call("SELECT booking.entry($1, $2)", tenant).bind(entry.uuid())).await?;
        row.map(|row: EntryRow| row.entry(tenant)).transpose()
    }

    async fn waiting(&self, query: &WaitingQuery) -> Result<Vec<WaitlistEntry>, StoreError> {
        let call: Call<'_, Vec<EntryRow>> = call("SELECT booking.waiting($1, $2, $3, $4, $5)", query.tenant)
            .bind(query.window.start_second())
            .bind(query.window.end_second())
            .bind(query.now)
            .bind(most(query.limit));
        let rows = self.ask(call).await?.unwrap_or_default();
        rows.into_iter().map(|row| row.entry(query.tenant)).collect()
    }
}

/// What `booking.occupancy` tells: claims resource by resource, and a last row with the rest.
fn occupancy(rows: &[PgRow], asked: &[ResourceId]) -> Result<Occupancy, StoreError> {
    let mut found = Occupancy::default();
    found.claims.reserve(rows.iter().map(claims_in).sum());
    for row in rows {
        match column::<Option<i32>>(row, "place")? {
            Some(place) => occupied(row, place, asked, &mut found)?,
            None => surroundings(row, &mut found)?,
        }
    }
    found.capacities.sort_unstable();
    // A session may have several of the resources.
    found.sessions.sort_by_key(|row| row.session.id);
    found.sessions.dedup_by_key(|row| row.session.id);
    Ok(found)
}

/// About how many claims a row tells.
fn claims_in(row: &PgRow) -> usize {
    row.try_get::<&[u8], _>("claim_rows").map_or(0, |bytes| bytes.len() / CLAIM)
}

/// Adds the claims of one resource, by its place in what was asked.
fn occupied(row: &PgRow, place: i32, asked: &[ResourceId], found: &mut Occupancy) -> Result<(), StoreError> {
    let place = usize::try_from(place).ok().and_then(|place| place.checked_sub(1));
    let resource = place.and_then(|place| asked.get(place));
    let resource = resource.ok_or_else(|| damaged("claim", "its resource was not asked for"))?;
    unpack(column(row, "claim_rows")?, column(row, "counted")?, *resource, &mut found.claims)?;
    let sessions: Option<Json<Vec<SessionRow>>> = column(row, "sessions_json")?;
    for row in sessions.map_or_else(Vec::new, |Json(rows)| rows) {
        let taken = row.taken;
        found.sessions.push(SeatedSession { session: row.session()?, taken });
    }
    Ok(())
}

/// Adds blocks and capacities.
fn surroundings(row: &PgRow, found: &mut Occupancy) -> Result<(), StoreError> {
    let blocks: Option<Json<Vec<BlockRow>>> = column(row, "blocks_json")?;
    for block in blocks.map_or_else(Vec::new, |Json(rows)| rows) {
        found.blocks.push(block.block()?);
    }
    let ids: Vec<Uuid> = list(row, "capacity_resources")?;
    let units: Vec<i32> = list(row, "capacity_units")?;
    let capacities = ids.into_iter().zip(units);
    found.capacities.extend(capacities.map(|(id, units)| (ResourceId::from_uuid(id), count(units))));
    Ok(())
}

fn column<'r, T>(row: &'r PgRow, name: &str) -> Result<T, StoreError>
where
    T: sqlx::Decode<'r, Postgres> + sqlx::Type<Postgres>,
{
    row.try_get(name).map_err(|error| of_read(&error))
}

/// A column of many values; none where there are no rows behind it.
fn list<'r, T>(row: &'r PgRow, name: &str) -> Result<Vec<T>, StoreError>
where
    Vec<T>: sqlx::Decode<'r, Postgres> + sqlx::Type<Postgres>,
{
    Ok(column::<Option<Vec<T>>>(row, name)?.unwrap_or_default())
}

/// A count that the schema keeps within range.
fn count(number: impl TryInto<u32>) -> u32 {
    number.try_into().unwrap_or(u32::MAX)
}

fn conditions(filter: &BookingFilter, limit: usize) -> Value {
    let mut value = json!({ "now": filter.now, "limit": limit + 1 });
    if let Some(window) = filter.window {
        value["from"] = json!(window.start_second());
        value["until"] = json!(window.end_second());
    }
    let ids = [
        ("customer", filter.customer.map(CustomerId::uuid)),
        ("service", filter.service.map(ServiceId::uuid)),
        ("resource", filter.resource.map(ResourceId::uuid)),
        ("series", filter.series.map(SeriesId::uuid)),
    ];
    for (name, id) in ids {
        if let Some(id) = id {
            value[name] = json!(id);
        }
    }
    if !filter.states.is_empty() {
        value["states"] = json!(filter.states);
    }
    if let Some((start, id)) = filter.after {
        value["after_start"] = json!(start.timestamp());
        value["after_id"] = json!(id);
    }
    value
}

#[derive(Deserialize)]
struct RecordedRow {
    content: String,
    answer: Answer,
}

fn content(hex: &str) -> Option<[u8; 32]> {
    let mut content = [0; 32];
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    for (index, byte) in content.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(content)
}

/// A resource, its bookings and their seconds, and when and by which event it was last given one.
type ResourceRow = (ResourceId, u32, i64, Option<i64>, Option<u64>);

#[derive(Deserialize)]
struct StandingRow {
    resources: Vec<ResourceRow>,
    last: Vec<ResourceId>,
    missed: u32,
}

impl StandingRow {
    fn standing(self) -> Standing {
        let rows = self.resources.into_iter();
        let resources = rows.map(|(id, bookings, seconds, last_assigned, sequence)| {
            let last_sequence = sequence.unwrap_or_default();
            (id, ResourceStanding { bookings, seconds, last_assigned, last_sequence })
        });
        // A resource that serves several requirements is named once.
        let mut last_of_customer: Vec<ResourceId> = Vec::with_capacity(self.last.len());
        for id in self.last {
            if !last_of_customer.contains(&id) {
                last_of_customer.push(id);
            }
        }
        Standing { resources: resources.collect(), last_of_customer, missed: self.missed }
    }
}
