//! What happened: one event for every change.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Move, State};
use crate::interval::Interval;
use crate::row_checks;
use crate::seconds::check_text;
use crate::{BookingId, Invalid, TenantId};

/// Who did it, and from where. Both are the host's words, kept with events and audit rows: at most
/// [`MAX_NAME`](crate::MAX_NAME) characters each, without control characters; they may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Actor {
    /// A user, a key, "customer", "sweeper".
    #[serde(deserialize_with = "row_checks::who")]
    pub who: String,
    /// An address, a service, "cli".
    #[serde(deserialize_with = "row_checks::whence")]
    pub from: String,
}

impl Actor {
    /// An actor by name.
    pub fn new(who: impl Into<String>, from: impl Into<String>) -> Self {
        Self { who: who.into(), from: from.into() }
    }

    /// Refused: texts that are too long, or that could break a line of a log.
    pub(crate) fn check(&self) -> Result<(), Invalid> {
        check_text("actor.who", &self.who)?;
        check_text("actor.from", &self.from)
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
    #[serde(deserialize_with = "row_checks::at")]
    pub at: DateTime<Utc>,
    /// Who did it.
    pub actor: Actor,
}
