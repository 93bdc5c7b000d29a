//! The booking itself, its claims, and blocks.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

use super::State;
use crate::interval::{Interval, instant};
use crate::money::Money;
use crate::row_checks;
use crate::seconds::Seconds;
use crate::time::ZoneId;
use crate::{BlockId, BookingId, CustomerId, EntryId, ResourceId, SeriesId, ServiceId, SessionId, TenantId};

/// A resource, an amount and an interval: what must not exceed the capacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Claim {
    /// The resource.
    pub resource: ResourceId,
    /// When it is used, without buffers.
    pub interval: Interval,
    /// Seconds kept free before.
    #[serde(deserialize_with = "row_checks::before")]
    pub before: Seconds,
    /// Seconds kept free after.
    #[serde(deserialize_with = "row_checks::after")]
    pub after: Seconds,
    /// How many units it takes, at least 1.
    #[serde(deserialize_with = "row_checks::units")]
    pub units: u32,
}

impl Claim {
    /// The first second it blocks, buffer included, in seconds since the Unix epoch.
    pub fn blocked_from(&self) -> i64 {
        self.interval.start_second().saturating_sub(self.before)
    }

    /// The first second after what it blocks, buffer included.
    pub fn blocked_until(&self) -> i64 {
        self.interval.end_second().saturating_add(self.after)
    }
}

/// A resource chosen for a requirement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Pick {
    /// The requirement's name.
    pub requirement: String,
    /// The resource.
    pub resource: ResourceId,
    /// How many seconds of the visit it serves: what limits per resource count.
    pub seconds: Seconds,
}

/// The wall-clock start a customer was told, and the rules it was computed with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalStart {
    /// The service's zone.
    pub zone: ZoneId,
    /// The start on that zone's clocks.
    #[serde(deserialize_with = "row_checks::wall")]
    pub wall: NaiveDateTime,
    /// The version of the time zone data: `2026f`.
    pub tzdata: String,
}

/// What a booking costs and has cost so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Priced {
    /// The customer's price group, so that a move is priced as the booking was.
    #[serde(default)]
    pub group: Option<String>,
    /// The tier that applied.
    pub tier: Option<String>,
    /// The price of the visit.
    pub price: Option<Money>,
    /// What was due when booking.
    pub deposit: Option<Money>,
    /// What the last cancellation, move or missed visit cost.
    pub fee: Option<Money>,
}

/// A visit: held, booked or over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booking {
    /// Its id.
    pub id: BookingId,
    /// Whose it is.
    pub tenant: TenantId,
    /// What was booked.
    pub service: ServiceId,
    /// Who booked, if known.
    pub customer: Option<CustomerId>,
    /// When, buffers not included.
    pub visit: Interval,
    /// How many people: the party.
    #[serde(deserialize_with = "row_checks::party")]
    pub party: u32,
    /// Where it stands; [`Booking::state_at`] also looks at the deadline.
    pub state: State,
    /// Rises by one with every change, from 1.
    pub version: u64,
    /// Until when a hold lives, or a pending booking waits; none in other states.
    #[serde(deserialize_with = "row_checks::deadline", default)]
    pub deadline: Option<DateTime<Utc>>,
    /// The start on the service's wall clock.
    pub local: LocalStart,
    /// Which resource serves which requirement.
    pub picks: Vec<Pick>,
    /// What it claims while it lives; empty when it sits in a session.
    pub claims: Vec<Claim>,
    /// The session it has seats in.
    pub session: Option<SessionId>,
    /// The series it belongs to, and its place in it, from 1.
    pub series: Option<(SeriesId, u32)>,
    /// The waitlist entry it is an offer to.
    pub offer_to: Option<EntryId>,
    /// What it costs.
    pub priced: Priced,
    /// How long it may wait for approval once confirmed, in seconds; none needs no approval.
    pub approval: Option<Seconds>,
    /// The longest a hold may live after `created`, in seconds.
    pub max_hold: Seconds,
    /// When it was made.
    #[serde(deserialize_with = "row_checks::created")]
    pub created: DateTime<Utc>,
    /// When it last changed.
    #[serde(deserialize_with = "row_checks::changed")]
    pub changed: DateTime<Utc>,
}

impl Booking {
    /// Where it stands at an instant (seconds since the Unix epoch): a hold or a pending booking whose deadline has
    /// come is expired, swept or not.
    pub fn state_at(&self, now: i64) -> State {
        self.state.at(self.deadline, now)
    }

    /// Whether it occupies its resources or seats at an instant.
    pub fn is_live_at(&self, now: i64) -> bool {
        self.state_at(now).is_live()
    }

    /// Whether limits count it at an instant.
    pub fn is_counted_at(&self, now: i64) -> bool {
        self.state_at(now).is_counted()
    }

    /// The start.
    pub fn start(&self) -> DateTime<Utc> {
        instant(self.visit.start_second())
    }

    /// The resources it uses, each once, in order of the requirements.
    pub fn resources(&self) -> Vec<ResourceId> {
        distinct_resources(&self.picks)
    }
}

/// The resources of picks, each once, in order.
pub(crate) fn distinct_resources(picks: &[Pick]) -> Vec<ResourceId> {
    let mut seen = Vec::with_capacity(picks.len());
    for pick in picks {
        if !seen.contains(&pick.resource) {
            seen.push(pick.resource);
        }
    }
    seen
}

/// Time off or imported busy time: takes all units of a resource. Blocks may overlap anything; they are judged when
/// planning, and a collision with a booking is reported, never resolved by deleting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Its id.
    pub id: BlockId,
    /// Whose time.
    pub resource: ResourceId,
    /// When.
    pub interval: Interval,
    /// What to say of it: "holiday", "busy".
    #[serde(deserialize_with = "row_checks::text")]
    pub text: String,
}
