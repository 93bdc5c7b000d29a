//! Rows as the file keeps them: one module a table or two, each with its way in and its way out.

mod answers;
mod assignments;
mod blocks;
mod bookings;
mod cells;
mod events;
mod platform;
mod sessions;
mod waitlist;

use std::collections::BTreeMap;

use booking_core::memory::{Changes, Rows};
use booking_core::{ResourceId, TenantId};
use booking_platform::memory::PlatformRow;
use rusqlite::Connection;

use crate::error::RowError;

pub(crate) use answers::rewrite as rewrite_answers;
pub(crate) use platform::audit;

/// One write of a batch.
#[derive(Debug)]
pub(crate) enum Write {
    /// What a command changed.
    Core(Box<Changes>),
    /// What changed around it.
    Platform(Box<PlatformRow>),
    /// The capacity a new resource starts with.
    Capacity(TenantId, ResourceId, u32),
}

impl Write {
    pub(crate) fn platform(row: PlatformRow) -> Self {
        Self::Platform(Box::new(row))
    }

    pub(crate) fn tenant(&self) -> TenantId {
        match self {
            Self::Core(changes) => changes.tenant,
            Self::Capacity(tenant, ..) => *tenant,
            Self::Platform(row) => match &**row {
                PlatformRow::Tenant(row) => row.value.id,
                PlatformRow::Item(tenant, _) | PlatformRow::Deleted(tenant, _) => *tenant,
                PlatformRow::Customer(row) => row.tenant,
                PlatformRow::Key(row) => row.tenant,
                PlatformRow::Audit(row) => row.tenant,
            },
        }
    }

    pub(crate) fn to_file(&self, file: &Connection) -> Result<(), RowError> {
        match self {
            Self::Core(changes) => write_changes(file, changes),
            Self::Platform(row) => platform::write(file, row),
            Self::Capacity(tenant, resource, units) => {
                blocks::write_capacity(file, *tenant, *resource, *units)
            }
        }
    }
}

fn write_changes(file: &Connection, changes: &Changes) -> Result<(), RowError> {
    let (tenant, written) = (changes.tenant, &changes.written);
    written.bookings.iter().try_for_each(|row| bookings::write(file, row))?;
    written.sessions.iter().try_for_each(|row| sessions::write(file, tenant, row))?;
    written.blocks.iter().try_for_each(|row| blocks::write(file, tenant, row))?;
    written
        .capacities
        .iter()
        .try_for_each(|(resource, units)| blocks::write_capacity(file, tenant, *resource, *units))?;
    written.entries.iter().try_for_each(|row| waitlist::write(file, row))?;
    written.events.iter().try_for_each(|row| events::write(file, row))?;
    written.recorded.iter().try_for_each(|row| answers::write(file, tenant, row))?;
    written.assigned.iter().try_for_each(|row| assignments::write(file, tenant, row))?;
    changes.closed.iter().try_for_each(|id| sessions::delete(file, tenant, *id))?;
    changes.unblocked.iter().try_for_each(|id| blocks::delete(file, tenant, *id))?;
    let mut forgotten = changes.forgotten.iter();
    forgotten.try_for_each(|(operation, key)| answers::forget(file, tenant, *operation, key))
}

/// How many bookings or events of one tenant are many. Tests have few.
const MANY: usize = if cfg!(test) { 3 } else { 4_096 };

/// Everything in the file, by tenant, and what surrounds it.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    pub(crate) tenants: BTreeMap<TenantId, Rows>,
    pub(crate) platform: Vec<PlatformRow>,
    /// The number of the latest entry of each audit log, which itself stays in the file.
    pub(crate) audited: Vec<(TenantId, u64)>,
}

impl Loaded {
    /// `full` is given the rows of a tenant whenever there are many, and may take them; bookings come before their events.
    /// `told` hears of what is read how many bookings and events it was. These are most of a file.
    pub(crate) fn from_file(
        file: &Connection,
        mut full: impl FnMut(TenantId, &mut Rows),
        mut told: impl FnMut(usize),
    ) -> Result<Self, RowError> {
        let mut loaded = Self::default();
        let mut count = 0_usize;
        bookings::read(file, |booking| {
            let (tenant, rows) = (booking.tenant, loaded.rows(booking.tenant));
            rows.bookings.push(booking);
            count += 1;
            if rows.bookings.len().is_multiple_of(MANY) {
                full(tenant, rows);
            }
        })?;
        told(count);
        sessions::read(file, &mut loaded)?;
        blocks::read(file, &mut loaded)?;
        waitlist::read(file, &mut loaded)?;
        loaded.tenants.iter_mut().for_each(|(tenant, rows)| full(*tenant, rows));
        count = 0;
        events::read(file, |event| {
            let (tenant, rows) = (event.tenant, loaded.rows(event.tenant));
            rows.events.push(event);
            count += 1;
            if rows.events.len().is_multiple_of(MANY) {
                full(tenant, rows);
            }
        })?;
        told(count);
        answers::read(file, &mut loaded)?;
        assignments::read(file, &mut loaded)?;
        platform::read(file, &mut loaded)?;
        Ok(loaded)
    }

    fn rows(&mut self, tenant: TenantId) -> &mut Rows {
        self.tenants.entry(tenant).or_default()
    }
}
