//! What is served: the state of the core and of the platform, and which of it is not on the disk yet.

use std::collections::HashMap;
use std::sync::mpsc;
use std::thread;

use booking_core::TenantId;
use booking_core::memory::{Rows, State};
use booking_platform::memory::PlatformState;
use rusqlite::Connection;

use crate::Options;
use crate::error::{RowError, Trouble};
use crate::row::Loaded;

/// How many parts of a file are read ahead of what is restored.
const PARTS_AHEAD: usize = 4;

/// Everything in memory. Writes happen in the writer's thread only.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) state: State,
    pub(crate) platform: PlatformState,
    /// The last batch that changed a tenant.
    changed: HashMap<TenantId, u64>,
    /// The last batch that changed anything.
    latest: u64,
    /// Why nothing is served, if nothing is.
    pub(crate) stopped: Option<Trouble>,
}

impl Memory {
    /// What the file holds.
    pub(crate) fn load(file: &mut Connection, options: &Options) -> Result<Self, RowError> {
        let mut state = State::default();
        state.keep_keys(options.keep_keys)?;
        let Loaded { tenants, platform, audited } = read_beside(file, &mut state)?;
        let mut memory = Self { state, platform: PlatformState::restore(platform)?, ..Self::default() };
        for (tenant, sequence) in audited {
            memory.platform.restore_audited(tenant, sequence);
        }
        for (tenant, rows) in tenants {
            memory.state.restore_more(tenant, rows);
        }
        Ok(memory)
    }

    /// Notes that a batch changed these tenants.
    pub(crate) fn note(&mut self, batch: u64, tenants: impl IntoIterator<Item = TenantId>) {
        for tenant in tenants {
            self.changed.insert(tenant, batch);
            self.latest = batch;
        }
    }

    /// The batch that an answer about a tenant depends on, or about anything where no tenant is named.
    pub(crate) fn depends_on(&self, tenant: Option<TenantId>) -> u64 {
        match tenant {
            Some(tenant) => self.changed.get(&tenant).copied().unwrap_or(0),
            None => self.latest,
        }
    }
}

/// Reads the file in a thread of its own while this one restores what was read; answers what is left of it. What is
/// restored is let go before much more is read: a large file is not in memory twice.
fn read_beside(file: &mut Connection, state: &mut State) -> Result<Loaded, RowError> {
    thread::scope(|scope| {
        let (send, parts) = mpsc::sync_channel::<(TenantId, Rows)>(PARTS_AHEAD);
        let read = move || {
            // Nobody receives any more only if this thread's scope is being unwound.
            let more = |tenant, rows: &mut Rows| drop(send.send((tenant, std::mem::take(rows))));
            Loaded::from_file(file, more, |_| ())
        };
        let reader = thread::Builder::new().name("booking-reader".to_owned()).spawn_scoped(scope, read)?;
        for (tenant, rows) in parts {
            state.restore_more(tenant, rows);
        }
        reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
