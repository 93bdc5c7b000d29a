//! What happened: one event for every change.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Move, State};
use crate::interval::Interval;
use crate::{BookingId, TenantId};

/// Who did it, and from where. Both are the host's words, kept with events and audit rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Actor {
    /// A user, a key, "customer", "sweeper".
    pub who: String,
    /// An address, a service, "cli".
    pub from: String,
}

impl Actor {
    /// An actor by name.
    pub fn new(who: impl Into<String>, from: impl Into<String>) -> Self {
        Self { who: who.into(), from: from.into() }
    }
}

/// What kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A booking was made: held, pending or confirmed.
    Placed,
    /// An existing one was moved along.
    Moved(Move),
}

/// One change of one booking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its number in the tenant's feed, rising, from 1.
    pub sequence: u64,
    /// Whose.
    pub tenant: TenantId,
    /// Which booking.
    pub booking: BookingId,
    /// What happened.
    pub kind: EventKind,
    /// The state after it.
    pub state: State,
    /// The version after it.
    pub version: u64,
    /// The visit after it.
    pub visit: Interval,
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub actor: Actor,
}
