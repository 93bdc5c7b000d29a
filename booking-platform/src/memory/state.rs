//! All tenants' data, pure and synchronous.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

use booking_core::memory::{Catalogue, State};
use booking_core::{CustomerId, Interval, Invalid, OccupancyQuery, Page, ResourceId, TenantId};
use chrono::DateTime;

use super::rows::{PlatformRow, Written};
use crate::{
    ApiKey, AuditAction, AuditEntry, AuditNote, Customer, Expect, Item, ItemId, KeyId, MAX_PAGE, PageQuery,
    PlatformError, Stamp, Tenant, Versioned,
};

/// The reference semantics of the platform's ports. No lock, no clock, no I/O.
///
/// Every change answers the rows it wrote, the entry of the audit log among them; the log itself is kept by whoever holds
/// the state, because nothing here reads it.
#[derive(Debug, Default)]
pub struct PlatformState {
    pub(super) tenants: BTreeMap<TenantId, Versioned<Tenant>>,
    pub(super) items: BTreeMap<(TenantId, ItemId), Versioned<Item>>,
    /// What refers to an item.
    pub(super) referrers: BTreeMap<(TenantId, ItemId), BTreeSet<ItemId>>,
    /// What the engine reads: services and resources, resolved.
    pub(super) catalogue: Catalogue,
    pub(super) customers: BTreeMap<(TenantId, CustomerId), Customer>,
    /// The words customers are found by.
    pub(super) words: BTreeSet<(TenantId, String, CustomerId)>,
    pub(super) keys: BTreeMap<(TenantId, KeyId), ApiKey>,
    pub(super) lookups: HashMap<String, (TenantId, KeyId)>,
    /// The number of the latest entry of each audit log.
    audited: BTreeMap<TenantId, u64>,
}

impl PlatformState {
    /// Empty.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts rows in place without judging them: those that changes told of, in any order. Afterwards items are resolved;
    /// an error names one that does not.
    pub fn restore(rows: impl IntoIterator<Item = PlatformRow>) -> Result<Self, Invalid> {
        let mut state = Self::default();
        for row in rows {
            state.restore_row(row);
        }
        let ids: Vec<(TenantId, ItemId)> = state.items.keys().copied().collect();
        for (tenant, id) in ids {
            if let Some(resolved) = state.resolve(tenant, id, None)? {
                state.offer(tenant, resolved);
            }
        }
        Ok(state)
    }

    /// All rows but those of the audit logs: what [`PlatformState::restore`] takes.
    pub fn rows(&self) -> Vec<PlatformRow> {
        let tenants = self.tenants.values().cloned().map(PlatformRow::Tenant);
        let items = self.items.iter().map(|((tenant, _), row)| PlatformRow::Item(*tenant, row.clone()));
        let customers = self.customers.values().cloned().map(PlatformRow::Customer);
        let keys = self.keys.values().cloned().map(PlatformRow::Key);
        tenants.chain(items).chain(customers).chain(keys).collect()
    }

    /// Tells the number of the latest entry of a tenant's audit log, where the entries themselves are not restored.
    pub fn restore_audited(&mut self, tenant: TenantId, sequence: u64) {
        self.audited.insert(tenant, sequence);
    }

    fn restore_row(&mut self, row: PlatformRow) {
        match row {
            PlatformRow::Tenant(row) => drop(self.tenants.insert(row.value.id, row)),
            PlatformRow::Item(tenant, row) => self.file_item(tenant, row),
            PlatformRow::Deleted(tenant, id) => self.unfile_item(tenant, id),
            PlatformRow::Customer(row) => self.file_customer(row),
            PlatformRow::Key(row) => self.file_key(row),
            PlatformRow::Audit(entry) => {
                let latest = self.audited.entry(entry.tenant).or_default();
                *latest = entry.sequence.max(*latest);
            }
        }
    }

    /// One tenant.
    pub fn tenant(&self, id: TenantId) -> Option<Versioned<Tenant>> {
        self.tenants.get(&id).cloned()
    }

    /// See [`TenantStore::tenants`](crate::TenantStore::tenants).
    pub fn tenants(&self, page: PageQuery<TenantId>) -> Page<Versioned<Tenant>> {
        let from = page.after.map_or(Bound::Unbounded, Bound::Excluded);
        cut(self.tenants.range((from, Bound::Unbounded)).map(|(_, row)| row), page.limit)
    }

    /// See [`TenantStore::put_tenant`](crate::TenantStore::put_tenant).
    pub fn put_tenant(
        &mut self,
        tenant: &Tenant,
        expect: Expect,
        stamp: &Stamp,
    ) -> Result<Written<Versioned<Tenant>>, PlatformError> {
        let row = next(self.tenants.get(&tenant.id), tenant.clone(), expect, stamp, "tenant")?;
        self.tenants.insert(tenant.id, row.clone());
        let note = AuditNote::new(made(row.version), tenant.id, Some(row.version));
        let entry = self.note(tenant.id, stamp, note);
        Ok((row.clone(), vec![PlatformRow::Tenant(row), PlatformRow::Audit(entry)]))
    }

    /// Gives a note its number in the tenant's log.
    pub fn note(&mut self, tenant: TenantId, stamp: &Stamp, note: AuditNote) -> AuditEntry {
        let sequence = self.audited.entry(tenant).or_default();
        *sequence = sequence.saturating_add(1);
        AuditEntry {
            sequence: *sequence,
            tenant,
            at: stamp.at,
            actor: stamp.actor.clone(),
            action: note.action,
            object: note.object,
            version: note.version,
        }
    }
}

/// The capacity that a resource has by now in the bookings' state, if it was ever told one.
pub fn held_capacity(state: &State, tenant: TenantId, resource: ResourceId) -> Option<u32> {
    let instant = |second| DateTime::from_timestamp(second, 0).unwrap_or_default();
    let window = Interval::new(instant(0), instant(1)).ok()?;
    let query = OccupancyQuery { tenant, resources: vec![resource], window, now: 0, ignoring: None };
    state.occupancy(&query).capacities.first().map(|(_, units)| *units)
}

/// The next version of something, if what is there is as expected.
pub(super) fn next<T>(
    old: Option<&Versioned<T>>,
    value: T,
    expect: Expect,
    stamp: &Stamp,
    what: &'static str,
) -> Result<Versioned<T>, PlatformError> {
    check(old.map(|old| old.version), expect, what)?;
    let version = old.map_or(1, |old| old.version.saturating_add(1));
    let created = old.map_or(stamp.at, |old| old.created);
    Ok(Versioned { version, created, changed: stamp.at, value })
}

/// Whether what is there is as expected.
pub(super) fn check(current: Option<u64>, expect: Expect, what: &'static str) -> Result<(), PlatformError> {
    match (current, expect) {
        (Some(_), Expect::Absent) => Err(PlatformError::Exists { what }),
        (None, Expect::Present | Expect::Version(_)) => Err(PlatformError::NotFound { what }),
        (Some(current), Expect::Version(version)) if current != version => {
            Err(PlatformError::VersionConflict { current })
        }
        _ => Ok(()),
    }
}

/// The action behind a version: the first one makes, later ones replace.
pub(super) fn made(version: u64) -> AuditAction {
    if version == 1 { AuditAction::Create } else { AuditAction::Replace }
}

/// The first entries, as a page.
pub(super) fn cut<'a, T: Clone + 'a>(entries: impl Iterator<Item = &'a T>, limit: usize) -> Page<T> {
    let limit = limit.clamp(1, MAX_PAGE);
    Page::cut(entries.take(limit + 1).cloned().collect(), limit)
}
