//! What surrounds scheduling: tenants, the catalogue, customers, keys and the audit log.

use booking_core::{Actor, Interval, Page, TenantId};
use booking_platform::memory::PlatformRow;
use booking_platform::{
    ApiKey, AuditEntry, AuditObject, AuditQuery, Customer, CustomerState, Item, ItemId, MAX_PAGE, Profile,
    ProfileSpec, Tenant, TokenHash, Versioned,
};
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::Loaded;
use super::cells::{Cells, count, json, maybe};
use crate::error::RowError;

pub(super) fn write(file: &Connection, row: &PlatformRow) -> Result<(), RowError> {
    match row {
        PlatformRow::Tenant(row) => write_tenant(file, row),
        PlatformRow::Item(tenant, row) => write_item(file, *tenant, row),
        PlatformRow::Deleted(tenant, id) => delete_item(file, *tenant, *id),
        PlatformRow::Customer(row) => write_customer(file, row),
        PlatformRow::Key(row) => write_key(file, row),
        PlatformRow::Audit(row) => write_audit(file, row),
    }
}

pub(super) fn read(file: &Connection, loaded: &mut Loaded) -> Result<(), RowError> {
    read_tenants(file, &mut loaded.platform)?;
    read_items(file, &mut loaded.platform)?;
    read_customers(file, &mut loaded.platform)?;
    read_keys(file, &mut loaded.platform)?;
    let mut statement = file.prepare("SELECT tenant, max(sequence) FROM audit_log GROUP BY tenant")?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let cells = &mut Cells::of(row);
        loaded.audited.push((cells.parse()?, cells.checked()?));
    }
    Ok(())
}

fn write_tenant(file: &Connection, row: &Versioned<Tenant>) -> Result<(), RowError> {
    let sql =
        "REPLACE INTO tenants (id, name, zone, version, created, changed) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    file.prepare_cached(sql)?.execute(params![
        row.value.id.to_string(),
        row.value.name.as_str(),
        row.value.zone.as_str(),
        count(row.version),
        row.created.timestamp(),
        row.changed.timestamp(),
    ])?;
    Ok(())
}

fn read_tenants(file: &Connection, found: &mut Vec<PlatformRow>) -> Result<(), RowError> {
    let mut statement = file.prepare("SELECT version, created, changed, id, name, zone FROM tenants")?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let cells = &mut Cells::of(row);
        found.push(PlatformRow::Tenant(Versioned {
            version: cells.checked()?,
            created: cells.instant()?,
            changed: cells.instant()?,
            value: Tenant { id: cells.parse()?, name: cells.parse()?, zone: cells.parse()? },
        }));
    }
    Ok(())
}

fn write_item(file: &Connection, tenant: TenantId, row: &Versioned<Item>) -> Result<(), RowError> {
    let sql = "REPLACE INTO catalogue (tenant, kind, id, name, version, created, changed, item) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let id = row.value.id();
    file.prepare_cached(sql)?.execute(params![
        tenant.to_string(),
        id.kind().as_str(),
        id.uuid().to_string(),
        row.value.name(),
        count(row.version),
        row.created.timestamp(),
        row.changed.timestamp(),
        json(&row.value)?,
    ])?;
    Ok(())
}

fn delete_item(file: &Connection, tenant: TenantId, id: ItemId) -> Result<(), RowError> {
    let sql = "DELETE FROM catalogue WHERE tenant = ?1 AND kind = ?2 AND id = ?3";
    file.prepare_cached(sql)?.execute(params![
        tenant.to_string(),
        id.kind().as_str(),
        id.uuid().to_string()
    ])?;
    Ok(())
}

fn read_items(file: &Connection, found: &mut Vec<PlatformRow>) -> Result<(), RowError> {
    let mut statement = file.prepare("SELECT tenant, version, created, changed, item FROM catalogue")?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let cells = &mut Cells::of(row);
        let tenant = cells.parse()?;
        let row = Versioned {
            version: cells.checked()?,
            created: cells.instant()?,
            changed: cells.instant()?,
            value: cells.json()?,
        };
        found.push(PlatformRow::Item(tenant, row));
    }
    Ok(())
}

fn write_customer(file: &Connection, row: &Customer) -> Result<(), RowError> {
    let sql = "REPLACE INTO customers (tenant, id, version, created, changed, name, email, phone, language, \
        price_group, reference, notes, consents, aliases, merged_into, erased) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";
    let nothing = ProfileSpec::default();
    let profile = row.profile().map_or(&nothing, |profile| profile);
    let (merged_into, erased) = match &row.state {
        CustomerState::Known { .. } => (None, None),
        CustomerState::Merged { into } => (Some(*into), None),
        CustomerState::Erased { at } => (None, Some(at.timestamp())),
    };
    file.prepare_cached(sql)?.execute(params![
        row.tenant.to_string(),
        row.id.to_string(),
        count(row.version),
        row.created.timestamp(),
        row.changed.timestamp(),
        maybe(profile.name.as_ref()),
        maybe(profile.email.as_ref()),
        maybe(profile.phone.as_ref()),
        maybe(profile.language.as_ref()),
        maybe(profile.group.as_ref()),
        maybe(profile.reference.as_ref()),
        maybe(profile.notes.as_ref()),
        json(&row.consents())?,
        json(&row.aliases)?,
        maybe(merged_into),
        erased,
    ])?;
    Ok(())
}

fn read_customers(file: &Connection, found: &mut Vec<PlatformRow>) -> Result<(), RowError> {
    let sql = "SELECT tenant, id, version, created, changed, aliases, consents, merged_into, erased, name, email, \
        phone, language, price_group, reference, notes FROM customers";
    let mut statement = file.prepare(sql)?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let cells = &mut Cells::of(row);
        found.push(PlatformRow::Customer(Customer {
            tenant: cells.parse()?,
            id: cells.parse()?,
            version: cells.checked()?,
            created: cells.instant()?,
            changed: cells.instant()?,
            aliases: cells.json()?,
            state: read_customer_state(cells)?,
        }));
    }
    Ok(())
}

fn read_customer_state(cells: &mut Cells<'_>) -> Result<CustomerState, RowError> {
    let consents = cells.json()?;
    let (merged_into, erased) = (cells.maybe_parse()?, cells.maybe_instant()?);
    Ok(match (merged_into, erased) {
        (Some(into), _) => CustomerState::Merged { into },
        (None, Some(at)) => CustomerState::Erased { at },
        (None, None) => CustomerState::Known { profile: read_profile(cells)?, consents },
    })
}

fn read_profile(cells: &mut Cells<'_>) -> Result<Profile, RowError> {
    Ok(Profile::new(ProfileSpec {
        name: cells.maybe_parse()?,
        email: cells.maybe_parse()?,
        phone: cells.maybe_parse()?,
        language: cells.maybe_parse()?,
        group: cells.maybe_parse()?,
        reference: cells.maybe_parse()?,
        notes: cells.maybe_parse()?,
    })?)
}

fn write_key(file: &Connection, row: &ApiKey) -> Result<(), RowError> {
    let sql = "REPLACE INTO api_keys (tenant, id, kind, name, lookup, sha256, created, expires, revoked) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    file.prepare_cached(sql)?.execute(params![
        row.tenant.to_string(),
        row.id.to_string(),
        row.kind.as_str(),
        row.name.as_str(),
        row.hash.lookup,
        json(&row.hash.sha256)?,
        row.created.timestamp(),
        row.expires.map(|at| at.timestamp()),
        row.revoked.map(|at| at.timestamp()),
    ])?;
    Ok(())
}

fn read_keys(file: &Connection, found: &mut Vec<PlatformRow>) -> Result<(), RowError> {
    let sql = "SELECT tenant, id, kind, name, lookup, sha256, created, expires, revoked FROM api_keys";
    let mut statement = file.prepare(sql)?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let cells = &mut Cells::of(row);
        found.push(PlatformRow::Key(ApiKey {
            tenant: cells.parse()?,
            id: cells.parse()?,
            kind: cells.parse()?,
            name: cells.parse()?,
            hash: TokenHash { lookup: cells.text()?.to_owned(), sha256: cells.json()? },
            created: cells.instant()?,
            expires: cells.maybe_instant()?,
            revoked: cells.maybe_instant()?,
        }));
    }
    Ok(())
}

fn write_audit(file: &Connection, row: &AuditEntry) -> Result<(), RowError> {
    let sql = "INSERT INTO audit_log (tenant, sequence, at, actor, actor_from, action, object, id, version) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    file.prepare_cached(sql)?.execute(params![
        row.tenant.to_string(),
        count(row.sequence),
        row.at.timestamp(),
        row.actor.who,
        row.actor.from,
        row.action.as_str(),
        row.object.kind.as_str(),
        row.object.id.to_string(),
        row.version.map(count),
    ])?;
    Ok(())
}

/// A page of the audit log, the newest first.
pub(crate) fn audit(
    file: &Connection,
    tenant: TenantId,
    query: &AuditQuery,
) -> Result<Page<AuditEntry>, RowError> {
    let limit = query.limit.clamp(1, MAX_PAGE);
    let sql = "SELECT sequence, tenant, at, actor, actor_from, action, object, id, version FROM audit_log \
        WHERE tenant = ?1 AND sequence < ?2 AND ?3 IS NULL AND ?4 IS NULL AND at >= ?5 AND at < ?6 \
        ORDER BY sequence DESC LIMIT ?7";
    let by_object = "SELECT sequence, tenant, at, actor, actor_from, action, object, id, version FROM audit_log \
        INDEXED BY audit_log_by_object WHERE tenant = ?1 AND sequence < ?2 AND object = ?3 AND id = ?4 \
        AND at >= ?5 AND at < ?6 ORDER BY sequence DESC LIMIT ?7";
    let mut statement = file.prepare_cached(if query.object.is_some() { by_object } else { sql })?;
    let mut rows = statement.query(params![
        tenant.to_string(),
        query.before.map_or(i64::MAX, count),
        query.object.map(|object| object.kind.as_str()),
        query.object.map(|object| object.id.to_string()),
        query.window.map_or(i64::MIN, Interval::start_second),
        query.window.map_or(i64::MAX, Interval::end_second),
        count(limit as u64 + 1),
    ])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read_audit(&mut Cells::of(row))?);
    }
    Ok(Page::cut(found, limit))
}

fn read_audit(cells: &mut Cells<'_>) -> Result<AuditEntry, RowError> {
    Ok(AuditEntry {
        sequence: cells.checked()?,
        tenant: cells.parse()?,
        at: cells.instant()?,
        actor: Actor::new(cells.text()?, cells.text()?),
        action: cells.parse()?,
        object: AuditObject { kind: cells.parse()?, id: cells.word::<Uuid>()? },
        version: cells.maybe_number()?.and_then(|version| u64::try_from(version).ok()),
    })
}
