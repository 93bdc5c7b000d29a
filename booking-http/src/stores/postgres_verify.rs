//! A database looked at again: by SQL that knows nothing of what wrote it, and by the rules of the reference store.

use std::collections::BTreeSet;

use booking_core::memory::{Rows, Violation};
use booking_core::{
    BookingFilter, BookingId, BookingStore, Interval, OccupancyQuery, ResourceId, StoreError, TenantId,
};
use booking_platform::memory::{PlatformRow, PlatformState};
use booking_platform::{CatalogueStore, ItemKind, MAX_PAGE, PageQuery, TenantStore};
use booking_store_postgres::PostgresStore;
use booking_store_postgres::sqlx::{self, Connection};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Report;
use crate::cli::Outcome;

/// What is read while others write is no single moment: what is found counts when it is found this often in a row.
const LOOKS: usize = 3;

/// Looks at all tenants. `told` hears how many of how many bookings and events were read.
pub(super) async fn verify(
    store: &PostgresStore,
    now: DateTime<Utc>,
    mut told: impl FnMut(u64, u64),
) -> Outcome<Report> {
    let tenants = tenants(store).await?;
    let mut total = 0;
    for tenant in &tenants {
        total += count(store, *tenant).await?;
    }
    told(0, total);
    let mut report = Report { tenants: tenants.len(), ..Report::default() };
    let mut done = 0;
    let mut read = |rows: usize| {
        // Others go on writing.
        done = (done + rows as u64).min(total);
        told(done, total);
    };
    for tenant in tenants {
        look_at(store, tenant, now, &mut report, &mut read).await?;
    }
    told(total, total);
    Ok(report)
}

async fn tenants(store: &PostgresStore) -> Outcome<Vec<TenantId>> {
    let mut tenants = Vec::new();
    let mut query = PageQuery::first(MAX_PAGE);
    loop {
        let page = store.tenants(query).await?;
        tenants.extend(page.items.iter().map(|row| row.value.id));
        match tenants.last() {
            Some(last) if page.more => query = PageQuery::after(*last, MAX_PAGE),
            _ => return Ok(tenants),
        }
    }
}

/// How many bookings and events a tenant has.
async fn count(store: &PostgresStore, tenant: TenantId) -> Outcome<u64> {
    let mut connection = store.pool().acquire().await?;
    let mut transaction = connection.begin().await?;
    sqlx::query("SET LOCAL statement_timeout = 0").execute(&mut *transaction).await?;
    let named = sqlx::query("SELECT set_config('booking.tenant', $1, true)").bind(tenant.uuid().to_string());
    named.execute(&mut *transaction).await?;
    let rows = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM booking.bookings WHERE tenant_id = $1)
            + (SELECT count(*) FROM booking.booking_events WHERE tenant_id = $1)",
    );
    let rows: i64 = rows.bind(tenant.uuid()).fetch_one(&mut *transaction).await?;
    transaction.rollback().await?;
    Ok(rows.unsigned_abs())
}

async fn look_at(
    store: &PostgresStore,
    tenant: TenantId,
    now: DateTime<Utc>,
    report: &mut Report,
    read: &mut impl FnMut(usize),
) -> Outcome {
    let mut findings = look(store, tenant, now, report, read).await?;
    for _ in 1..LOOKS {
        if findings.is_empty() {
            return Ok(());
        }
        let again = look(store, tenant, now, &mut Report::default(), &mut |_| ()).await?;
        findings.retain(|finding| again.contains(finding));
    }
    report.findings.extend(findings.into_iter().map(|finding| format!("tenant {tenant}: {finding}")));
    Ok(())
}

async fn look(
    store: &PostgresStore,
    tenant: TenantId,
    now: DateTime<Utc>,
    report: &mut Report,
    read: &mut impl FnMut(usize),
) -> Outcome<Vec<String>> {
    let (mut findings, forgotten) = by_sql(store, tenant).await?;
    let mut rows = rows(store, tenant, now, read).await?;
    report.bookings += rows.bookings.len();
    report.events += rows.events.len();
    let shortened = forgotten.map(|until| shorten(&mut rows, until)).unwrap_or_default();
    let broken = booking_core::memory::verify(tenant, &rows, now.timestamp()).into_iter();
    let broken = broken.filter(|violation| match violation {
        // Sessions and their seats are looked at by SQL.
        Violation::NoSession { .. } => false,
        Violation::OtherHistory { booking } => !shortened.contains(booking),
        _ => true,
    });
    findings.extend(broken.map(|violation| violation.to_string()));
    if let Err(error) = PlatformState::restore(items(store, tenant).await?) {
        findings.push(format!("the catalogue is broken: {error}"));
    }
    Ok(findings)
}

/// Where history was forgotten, the feed begins later than with 1, and so do histories of bookings from before then. Lets the
/// feed count from 1, and answers whose history need not be whole.
fn shorten(rows: &mut Rows, until: i64) -> BTreeSet<BookingId> {
    let begins = rows.events.first().map_or(1, |event| event.sequence);
    for event in &mut rows.events {
        event.sequence = event.sequence.saturating_sub(begins - 1);
    }
    let whole: BTreeSet<BookingId> =
        rows.events.iter().filter(|event| event.version == 1).map(|event| event.booking).collect();
    let old = rows.bookings.iter().filter(|booking| booking.created.timestamp() < until);
    old.map(|booking| booking.id).filter(|id| !whole.contains(id)).collect()
}

/// What the database says of itself, how many changes are not in the audit log, and until when history was forgotten.
async fn by_sql(store: &PostgresStore, tenant: TenantId) -> Outcome<(Vec<String>, Option<i64>)> {
    let mut connection = store.pool().acquire().await?;
    let mut transaction = connection.begin().await?;
    // All of a tenant's rows take longer than a request may.
    sqlx::query("SET LOCAL statement_timeout = 0").execute(&mut *transaction).await?;
    let check = sqlx::query_as("SELECT problem, subject FROM booking.self_check($1)").bind(tenant.uuid());
    let problems: Vec<(String, Uuid)> = check.fetch_all(&mut *transaction).await?;
    // The check has set whose rows this transaction sees.
    let forgotten =
        sqlx::query_scalar("SELECT forgotten_until::bigint FROM booking.tenants WHERE tenant_id = $1");
    let forgotten: Option<i64> =
        forgotten.bind(tenant.uuid()).fetch_optional(&mut *transaction).await?.flatten();
    let unaudited = sqlx::query_scalar(
        "SELECT count(*) FROM booking.booking_events e WHERE e.tenant_id = $1 AND e.at >= $2 AND NOT EXISTS (
            SELECT FROM booking.audit_log a WHERE a.tenant_id = $1 AND a.object_kind = 'booking'
            AND a.object_id = e.booking_id AND a.version = e.version)",
    );
    let unaudited = unaudited.bind(tenant.uuid()).bind(forgotten.unwrap_or_default());
    let unaudited: i64 = unaudited.fetch_one(&mut *transaction).await?;
    transaction.rollback().await?;
    let mut found: Vec<String> = problems.iter().map(|(what, whose)| format!("{what}: {whose}")).collect();
    if unaudited > 0 {
        found.push(format!("{unaudited} changes of bookings are not in the audit log"));
    }
    Ok((found, forgotten))
}

/// All bookings and events of a tenant, and the capacities that bookings rely on.
async fn rows(
    store: &PostgresStore,
    tenant: TenantId,
    now: DateTime<Utc>,
    read: &mut impl FnMut(usize),
) -> Outcome<Rows> {
    let mut rows = Rows::default();
    let mut filter = BookingFilter { now: now.timestamp(), limit: MAX_PAGE, ..BookingFilter::default() };
    loop {
        let page = store.bookings(tenant, &filter).await?;
        filter.after = page.cursor();
        read(page.items.len());
        rows.bookings.extend(page.items);
        if filter.after.is_none() {
            break;
        }
    }
    loop {
        let after = rows.events.last().map_or(0, |event| event.sequence);
        let page = store.events(tenant, after, MAX_PAGE).await?;
        if page.is_empty() {
            break;
        }
        read(page.len());
        rows.events.extend(page);
    }
    rows.capacities = capacities(store, tenant, &rows, now.timestamp()).await?;
    Ok(rows)
}

async fn capacities(
    store: &PostgresStore,
    tenant: TenantId,
    rows: &Rows,
    now: i64,
) -> Outcome<Vec<(ResourceId, u32)>> {
    let mut resources: Vec<ResourceId> =
        rows.bookings.iter().flat_map(|booking| &booking.claims).map(|claim| claim.resource).collect();
    resources.sort_unstable();
    resources.dedup();
    let mut found = Vec::new();
    for some in resources.chunks(MAX_PAGE) {
        let window = Interval::from_seconds(now, now + 1)?;
        let query = OccupancyQuery { tenant, resources: some.to_vec(), window, now, ignoring: None };
        found.extend(store.occupancy(&query).await?.capacities);
    }
    Ok(found)
}

async fn items(store: &PostgresStore, tenant: TenantId) -> Result<Vec<PlatformRow>, StoreError> {
    let mut items = Vec::new();
    for kind in ItemKind::ALL {
        let mut query = PageQuery::first(MAX_PAGE);
        loop {
            let page = store.items(tenant, *kind, query).await?;
            let last = page.items.last().map(|row| row.value.id());
            items.extend(page.items.into_iter().map(|row| PlatformRow::Item(tenant, row)));
            match last {
                Some(last) if page.more => query = PageQuery::after(last, MAX_PAGE),
                _ => break,
            }
        }
    }
    Ok(items)
}
