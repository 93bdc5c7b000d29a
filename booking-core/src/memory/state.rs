//! All tenants' data, pure and synchronous.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::bookings::Kept;
use super::rows::{Changes, RecordedRow, Rows};
use super::tenant::Tenant;
use super::tx::Tx;
use crate::booking::{Block, Booking, Event, WaitlistEntry};
use crate::seconds::{DAY, Seconds, check_length};
use crate::store::{
    Action, BookingFilter, Command, CommitError, Committed, Counted, CountedQuery, Occupancy, OccupancyQuery,
    Operation, Page, Recorded, Standing, StandingQuery, WaitingQuery,
};
use crate::{BlockId, BookingId, EntryId, Invalid, ResourceId, TenantId};

/// How long idempotency keys are kept unless told otherwise, in seconds: 7 days.
pub const KEEP_KEYS: Seconds = 7 * DAY;

/// Old keys forgotten by one command: more than one, so that they cannot pile up, and not so many that it is felt.
const FORGET_AT_ONCE: usize = 64;

/// The bookings of all tenants in plain collections: the reference semantics of
/// [`BookingStore`](crate::BookingStore).
///
/// No lock, no clock, no I/O. [`MemoryStore`](crate::MemoryStore) puts a lock around it; an adapter for an embedded
/// database can serve reads from it and write [`Changes`] through, then [`State::restore`] it on the next start.
///
/// Within a tenant time does not run backwards: a command is judged at the later of its `now` and that of the last
/// command applied. Otherwise one caller could take the time of a lapsed hold and another, whose `now` was read a moment
/// before, could still confirm it.
#[derive(Debug)]
pub struct State {
    tenants: BTreeMap<TenantId, Tenant>,
    keep_keys: Seconds,
}

impl Default for State {
    fn default() -> Self {
        Self { tenants: BTreeMap::new(), keep_keys: KEEP_KEYS }
    }
}

impl State {
    /// No tenants, and keys that are kept for 7 days.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps idempotency keys for this many seconds: one day to 400 days.
    pub fn keep_keys(&mut self, seconds: Seconds) -> Result<(), Invalid> {
        check_length("keep_keys", seconds, DAY, 400 * DAY)?;
        self.keep_keys = seconds;
        Ok(())
    }

    /// Puts rows in the place of all that a tenant has: those that [`State::rows`] gave or [`Changes`] told of.
    pub fn restore(&mut self, tenant: TenantId, rows: Rows) {
        self.tenants.remove(&tenant);
        self.restore_more(tenant, rows);
    }

    /// Adds rows to what a tenant has, so that what is restored need not be in memory twice: any rows in any number of
    /// parts, as long as none comes twice, a booking comes before its events, and these come in the order of their
    /// numbers. Events of a booking that is not there stay in the feed; no history has them.
    pub fn restore_more(&mut self, tenant: TenantId, rows: Rows) {
        self.tenants.entry(tenant).or_default().add(rows);
    }

    /// All rows of a tenant, in order of their ids: equal for equal states.
    pub fn rows(&self, tenant: TenantId) -> Rows {
        self.tenants.get(&tenant).map(Tenant::rows).unwrap_or_default()
    }

    /// The capacity a resource starts with, told once by its catalogue; answers the one that holds. Afterwards only
    /// [`Action::SetCapacity`] changes it. A resource that was never told of has one unit.
    pub fn start_capacity(&mut self, tenant: TenantId, resource: ResourceId, capacity: u32) -> u32 {
        let tenant = self.tenants.entry(tenant).or_default();
        *tenant.capacities.entry(resource).or_insert(capacity.max(1))
    }

    /// Applies a command wholly, or leaves everything as it was. `now` is in seconds since the Unix epoch; the
    /// command's own `now` is not looked at.
    pub fn apply(&mut self, command: &Command, now: i64) -> Result<Committed, CommitError> {
        self.run(command, now, false).map(|(answer, _)| answer)
    }

    /// [`State::apply`], and what changed. A replayed answer changes nothing.
    pub fn apply_noting(&mut self, command: &Command, now: i64) -> Result<(Committed, Changes), CommitError> {
        self.run(command, now, true)
    }

    fn run(
        &mut self,
        command: &Command,
        now: i64,
        noting: bool,
    ) -> Result<(Committed, Changes), CommitError> {
        let keep = self.keep_keys;
        let tenant = self.tenants.entry(command.tenant).or_default();
        let now = now.max(tenant.latest);
        if let Some(answer) = tenant.replay(command, now, keep)? {
            return Ok((answer, Changes::none(command.tenant)));
        }
        let mut tx = Tx::new(tenant, command.tenant, now, &command.actor);
        match tx.run(command) {
            Ok(answer) => {
                tx.record(command, &answer);
                tx.forget_old(keep);
                tx.tenant.latest = now;
                let changes = if noting { tx.changes() } else { Changes::none(command.tenant) };
                Ok((answer, changes))
            }
            Err(error) => {
                tx.roll_back(0);
                Err(error)
            }
        }
    }
}

impl Tenant {
    /// The recorded answer, if the key was used for the same content.
    fn replay(&self, command: &Command, now: i64, keep: Seconds) -> Result<Option<Committed>, CommitError> {
        let Some(key) = &command.key else { return Ok(None) };
        let row = self.recorded.get(&(key.operation, key.key.clone()));
        match row.filter(|row| is_kept(row, now, keep)) {
            Some(row) if row.key.content == key.content => {
                Ok(Some(Committed { replayed: true, ..row.answer.clone() }))
            }
            Some(_) => Err(CommitError::KeyReused),
            None => Ok(None),
        }
    }
}

fn is_kept(row: &RecordedRow, now: i64, keep: Seconds) -> bool {
    row.at.saturating_add(keep) > now
}

impl Tx<'_> {
    fn run(&mut self, command: &Command) -> Result<Committed, CommitError> {
        let mut answer = self.act(&command.action)?;
        answer.offers = self.offer_all(&command.offers);
        answer.verdicts.clone_from(&command.verdicts);
        Ok(answer)
    }

    fn act(&mut self, action: &Action) -> Result<Committed, CommitError> {
        let mut answer = Committed::default();
        match action {
            Action::Place(placements) => {
                for (index, placement) in placements.iter().enumerate() {
                    answer.bookings.push(self.place(index, placement)?);
                }
            }
            Action::Move(relocation) => answer.bookings.push(self.relocate(relocation)?),
            Action::Change { booking, if_version, change } => {
                answer.bookings.push(self.change(*booking, *if_version, *change)?);
            }
            Action::CancelMany(ids) => answer.bookings = self.cancel_many(ids),
            Action::Sweep(ids) => answer.bookings = self.sweep(ids),
            Action::AddBlock(block) => answer.collides = self.add_block(block),
            Action::RemoveBlock(id) => self.remove_block(*id)?,
            Action::SetCapacity { resource, capacity } => self.set_capacity(*resource, *capacity)?,
            Action::OpenSession(session) => answer.session = Some(self.open_session(session)?),
            Action::CloseSession(id) => answer.session = Some(self.close_session(*id)?),
            Action::Join(entry) => answer.entry = Some(self.join(entry)?),
            Action::Leave(id) => {
                let (entry, cancelled) = self.leave(*id)?;
                answer.bookings.extend(cancelled);
                answer.entry = Some(entry);
            }
        }
        Ok(answer)
    }

    fn record(&mut self, command: &Command, answer: &Committed) {
        if let Some(key) = &command.key {
            let row = RecordedRow { key: key.clone(), answer: answer.clone(), at: self.now };
            self.put_recorded((key.operation, key.key.clone()), Some(Box::new(row)));
        }
    }

    fn forget_old(&mut self, keep: Seconds) {
        for _ in 0..FORGET_AT_ONCE {
            match self.tenant.ages.first() {
                Some((at, operation, key)) if at.saturating_add(keep) <= self.now => {
                    let id = (*operation, key.clone());
                    self.put_recorded(id, None);
                }
                _ => return,
            }
        }
    }
}

/// What the port's read methods answer. An unknown tenant has nothing.
impl State {
    /// See [`BookingStore::occupancy`](crate::BookingStore::occupancy).
    pub fn occupancy(&self, query: &OccupancyQuery) -> Occupancy {
        self.tenants.get(&query.tenant).map(|tenant| tenant.occupancy(query)).unwrap_or_default()
    }

    /// See [`BookingStore::counted`](crate::BookingStore::counted).
    pub fn counted(&self, query: &CountedQuery) -> Vec<Counted> {
        self.tenants.get(&query.tenant).map(|tenant| tenant.counted(query)).unwrap_or_default()
    }

    /// See [`BookingStore::standing`](crate::BookingStore::standing).
    pub fn standing(&self, query: &StandingQuery) -> Standing {
        self.tenants.get(&query.tenant).map(|tenant| tenant.standing(query)).unwrap_or_default()
    }

    /// See [`BookingStore::recorded`](crate::BookingStore::recorded). Age is judged at the last command applied.
    pub fn recorded(&self, tenant: TenantId, operation: Operation, key: &str) -> Option<Recorded> {
        let tenant = self.tenants.get(&tenant)?;
        let row = tenant.recorded.get(&(operation, key.to_owned()))?;
        let recorded = || Recorded { key: row.key.clone(), answer: row.answer.clone() };
        is_kept(row, tenant.latest, self.keep_keys).then(recorded)
    }

    /// See [`BookingStore::booking`](crate::BookingStore::booking).
    pub fn booking(&self, tenant: TenantId, booking: BookingId) -> Option<Booking> {
        self.tenants.get(&tenant)?.bookings.get(&booking).map(Kept::booking)
    }

    /// See [`BookingStore::bookings`](crate::BookingStore::bookings).
    pub fn bookings(&self, tenant: TenantId, filter: &BookingFilter) -> Page<Booking> {
        let none = Page { items: Vec::new(), more: false };
        self.tenants.get(&tenant).map_or(none, |tenant| tenant.list(filter))
    }

    /// See [`BookingStore::history`](crate::BookingStore::history).
    pub fn history(&self, tenant: TenantId, booking: BookingId) -> Vec<Event> {
        self.tenants.get(&tenant).map(|tenant| tenant.history_of(booking)).unwrap_or_default()
    }

    /// See [`BookingStore::events`](crate::BookingStore::events).
    pub fn events(&self, tenant: TenantId, after: u64, limit: usize) -> Vec<Event> {
        self.tenants.get(&tenant).map(|tenant| tenant.events_after(after, limit)).unwrap_or_default()
    }

    /// See [`BookingStore::lapsed`](crate::BookingStore::lapsed).
    pub fn lapsed(&self, tenant: TenantId, now: DateTime<Utc>, limit: usize) -> Vec<Booking> {
        self.tenants.get(&tenant).map(|tenant| tenant.lapsed(now, limit)).unwrap_or_default()
    }

    /// See [`BookingStore::block`](crate::BookingStore::block).
    pub fn block(&self, tenant: TenantId, block: BlockId) -> Option<Block> {
        self.tenants.get(&tenant)?.blocks.get(&block).cloned()
    }

    /// See [`BookingStore::entry`](crate::BookingStore::entry).
    pub fn entry(&self, tenant: TenantId, entry: EntryId) -> Option<WaitlistEntry> {
        self.tenants.get(&tenant)?.entries.get(&entry).cloned()
    }

    /// See [`BookingStore::waiting`](crate::BookingStore::waiting).
    pub fn waiting(&self, query: &WaitingQuery) -> Vec<WaitlistEntry> {
        self.tenants.get(&query.tenant).map(|tenant| tenant.waiting(query)).unwrap_or_default()
    }
}
