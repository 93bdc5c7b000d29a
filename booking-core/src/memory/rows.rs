//! Rows: what a tenant's data is made of, and which of it a command changed.

use serde::{Deserialize, Serialize};

use crate::booking::{Block, Booking, Event, Session, WaitlistEntry};
use crate::store::{Committed, IdempotencyKey, Operation};
use crate::{BlockId, ResourceId, ServiceId, SessionId, TenantId};

/// The recorded answer to a command that had an idempotency key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedRow {
    /// The key and the content.
    pub key: IdempotencyKey,
    /// The answer.
    pub answer: Committed,
    /// When it was recorded, in seconds since the Unix epoch.
    pub at: i64,
}

/// When a resource was last given a booking of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignedRow {
    /// The service.
    pub service: ServiceId,
    /// The resource.
    pub resource: ResourceId,
    /// When, in seconds since the Unix epoch.
    pub at: i64,
    /// The number of the event: orders those of one second.
    pub sequence: u64,
}

/// All rows of one tenant, or those that a command wrote. Claims and seats are not among them: they follow from the
/// bookings and sessions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Rows {
    /// Bookings of all states.
    pub bookings: Vec<Booking>,
    /// Sessions that are scheduled or have a seat that has not ended.
    pub sessions: Vec<Session>,
    /// Blocks.
    pub blocks: Vec<Block>,
    /// The capacities of resources.
    pub capacities: Vec<(ResourceId, u32)>,
    /// Waitlist entries of all states.
    pub entries: Vec<WaitlistEntry>,
    /// Events, oldest first.
    pub events: Vec<Event>,
    /// Recorded answers.
    pub recorded: Vec<RecordedRow>,
    /// Who was last given what.
    pub assigned: Vec<AssignedRow>,
}

/// What one command changed: enough to write it through to a database. Each row appears once, as it is now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Changes {
    /// Whose rows.
    pub tenant: TenantId,
    /// Rows to insert, or to put in place of those with the same id.
    pub written: Rows,
    /// Sessions to delete.
    pub closed: Vec<SessionId>,
    /// Blocks to delete.
    pub unblocked: Vec<BlockId>,
    /// Recorded answers to delete.
    pub forgotten: Vec<(Operation, String)>,
}

impl Rows {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.bookings.is_empty()
            && self.sessions.is_empty()
            && self.blocks.is_empty()
            && self.capacities.is_empty()
            && self.entries.is_empty()
            && self.events.is_empty()
            && self.recorded.is_empty()
            && self.assigned.is_empty()
    }
}

impl Changes {
    /// Nothing changed.
    pub(super) fn none(tenant: TenantId) -> Self {
        let written = Rows::default();
        Self { tenant, written, closed: Vec::new(), unblocked: Vec::new(), forgotten: Vec::new() }
    }

    /// Whether nothing changed: a replayed answer.
    pub fn is_empty(&self) -> bool {
        self.written.is_empty()
            && self.closed.is_empty()
            && self.unblocked.is_empty()
            && self.forgotten.is_empty()
    }
}
