//! Claims, picks, sessions, blocks and waitlist entries.

use booking_core::{
    Block, BlockId, BookingId, Claim, CustomerId, EntryId, EntryState, Interval, Pick, ResourceId, ServiceId,
    Session, SessionId, SessionKey, StoreError, TenantId, WaitlistEntry,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::damaged;

/// An interval from stored seconds.
pub(crate) fn interval(what: &'static str, starts: i64, ends: i64) -> Result<Interval, StoreError> {
    Interval::from_seconds(starts, ends).map_err(|error| damaged(what, error))
}

pub(super) fn instant(what: &'static str, second: i64) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp(second, 0).ok_or_else(|| damaged(what, second))
}

#[derive(Serialize, Deserialize)]
pub(super) struct ClaimRow {
    resource: ResourceId,
    starts: i64,
    ends: i64,
    before: i64,
    after: i64,
    units: u32,
}

impl From<&Claim> for ClaimRow {
    fn from(claim: &Claim) -> Self {
        Self {
            resource: claim.resource,
            starts: claim.interval.start_second(),
            ends: claim.interval.end_second(),
            before: claim.before,
            after: claim.after,
            units: claim.units,
        }
    }
}

pub(super) fn claim_rows(claims: &[Claim]) -> Vec<ClaimRow> {
    claims.iter().map(ClaimRow::from).collect()
}

pub(super) fn claims(rows: &[ClaimRow]) -> Result<Vec<Claim>, StoreError> {
    let claim = |row: &ClaimRow| {
        Ok(Claim {
            resource: row.resource,
            interval: interval("claim", row.starts, row.ends)?,
            before: row.before,
            after: row.after,
            units: row.units,
        })
    };
    rows.iter().map(claim).collect()
}

/// A session as the table has it.
#[derive(Serialize, Deserialize)]
pub(crate) struct SessionRow {
    session_id: SessionId,
    service_id: ServiceId,
    starts: i64,
    ends: i64,
    resources: Vec<ResourceId>,
    picks: Vec<Pick>,
    claims: Vec<ClaimRow>,
    seats: u32,
    scheduled: bool,
    /// Seats taken, where a read tells them.
    #[serde(default, skip_serializing)]
    pub(crate) taken: u32,
}

impl From<&Session> for SessionRow {
    fn from(session: &Session) -> Self {
        let mut resources: Vec<ResourceId> = session.key.picks.iter().map(|pick| pick.resource).collect();
        resources.sort_unstable();
        resources.dedup();
        Self {
            session_id: session.id,
            service_id: session.key.service,
            starts: session.key.visit.start_second(),
            ends: session.key.visit.end_second(),
            resources,
            picks: session.key.picks.clone(),
            claims: claim_rows(&session.claims),
            seats: session.seats,
            scheduled: session.scheduled,
            taken: 0,
        }
    }
}

impl SessionRow {
    /// What is locked to change it; the database's `session_name` says the same.
    pub(super) fn lock_name(&self, tenant: TenantId) -> String {
        let resources: Vec<String> = self.resources.iter().map(ToString::to_string).collect();
        let resources = resources.join(",");
        format!("session:{tenant}:{}:{}:{}:{resources}", self.service_id, self.starts, self.ends)
    }

    pub(crate) fn session(self) -> Result<Session, StoreError> {
        let visit = interval("session", self.starts, self.ends)?;
        let key = SessionKey { service: self.service_id, visit, picks: self.picks };
        let claims = claims(&self.claims)?;
        Ok(Session { id: self.session_id, key, seats: self.seats, claims, scheduled: self.scheduled })
    }
}

/// A block as the table has it.
#[derive(Serialize, Deserialize)]
pub(crate) struct BlockRow {
    block_id: BlockId,
    resource_id: ResourceId,
    starts: i64,
    ends: i64,
    label: String,
}

impl From<&Block> for BlockRow {
    fn from(block: &Block) -> Self {
        Self {
            block_id: block.id,
            resource_id: block.resource,
            starts: block.interval.start_second(),
            ends: block.interval.end_second(),
            label: block.text.clone(),
        }
    }
}

impl BlockRow {
    pub(crate) fn block(self) -> Result<Block, StoreError> {
        let interval = interval("block", self.starts, self.ends)?;
        Ok(Block { id: self.block_id, resource: self.resource_id, interval, text: self.label })
    }
}

/// A waitlist entry as the table has it.
#[derive(Serialize, Deserialize)]
pub(crate) struct EntryRow {
    entry_id: EntryId,
    service_id: ServiceId,
    customer_id: Option<CustomerId>,
    starts: i64,
    ends: i64,
    duration: Option<i64>,
    party: u32,
    price_group: Option<String>,
    state: EntryState,
    offer: Option<BookingId>,
    offered: Vec<i64>,
    joined: i64,
    place: u64,
}

impl From<&WaitlistEntry> for EntryRow {
    fn from(entry: &WaitlistEntry) -> Self {
        Self {
            entry_id: entry.id,
            service_id: entry.service,
            customer_id: entry.customer,
            starts: entry.window.start_second(),
            ends: entry.window.end_second(),
            duration: entry.duration,
            party: entry.party,
            price_group: entry.group.clone(),
            state: EntryState::Waiting,
            offer: None,
            offered: Vec::new(),
            joined: entry.joined.timestamp(),
            place: 0,
        }
    }
}

impl EntryRow {
    pub(crate) fn entry(self, tenant: TenantId) -> Result<WaitlistEntry, StoreError> {
        let offered = self.offered.iter().map(|&second| instant("entry", second));
        Ok(WaitlistEntry {
            id: self.entry_id,
            tenant,
            service: self.service_id,
            customer: self.customer_id,
            window: interval("entry", self.starts, self.ends)?,
            duration: self.duration,
            party: self.party,
            group: self.price_group,
            state: self.state,
            offer: self.offer,
            offered: offered.collect::<Result<_, _>>()?,
            joined: instant("entry", self.joined)?,
            place: self.place,
        })
    }
}
