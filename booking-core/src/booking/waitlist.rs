//! The waitlist.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::interval::Interval;
use crate::row_checks;
use crate::seconds::Seconds;
use crate::{BookingId, CustomerId, EntryId, ServiceId, TenantId};

/// Where an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryState {
    /// In line. It may have a live offer.
    Waiting,
    /// Its offer was confirmed.
    Served,
    /// It left the line.
    Left,
}

/// A place in line for a service. When capacity is freed, the first in line that fits gets a hold: an offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitlistEntry {
    /// Its id.
    pub id: EntryId,
    /// Whose waitlist.
    pub tenant: TenantId,
    /// What is wanted.
    pub service: ServiceId,
    /// Who waits.
    pub customer: Option<CustomerId>,
    /// Starts that would do: at or after the start of the window, before its end.
    pub window: Interval,
    /// How long, in seconds; none means the service's default.
    pub duration: Option<Seconds>,
    /// How many people.
    #[serde(deserialize_with = "row_checks::party")]
    pub party: u32,
    /// The customer's price group, as price tiers name it.
    #[serde(default)]
    pub group: Option<String>,
    /// Where it stands.
    pub state: EntryState,
    /// The current offer; at most one, and it may have lapsed.
    pub offer: Option<BookingId>,
    /// Starts that were offered before: they are not offered to this entry again.
    #[serde(deserialize_with = "row_checks::offered")]
    pub offered: Vec<DateTime<Utc>>,
    /// When it joined. The line is ordered by this, then by `place`.
    #[serde(deserialize_with = "row_checks::joined")]
    pub joined: DateTime<Utc>,
    /// A number the store gives, rising with every entry.
    pub place: u64,
}
