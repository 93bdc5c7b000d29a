//! Bookings by id, in little memory: a business has hundreds of thousands, and nearly all are alike.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime, Utc};

use super::pool::Pool;
use crate::booking::{Booking, Claim, LocalStart, Pick, Priced, State, distinct_resources};
use crate::interval::Interval;
use crate::money::Money;
use crate::seconds::Seconds;
use crate::time::ZoneId;
use crate::{BookingId, CustomerId, EntryId, ResourceId, SeriesId, ServiceId, SessionId, TenantId};

/// A booking as it is kept: what many have in common is there once, and what few have is elsewhere.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) id: BookingId,
    pub(super) service: ServiceId,
    pub(super) customer: Option<CustomerId>,
    pub(super) visit: Interval,
    pub(super) party: u32,
    pub(super) state: State,
    pub(super) version: u64,
    pub(super) deadline: Option<DateTime<Utc>>,
    pub(super) claims: Box<[Claim]>,
    /// The place of its last event in the log.
    pub(super) last_event: u32,
    pub(super) changed: DateTime<Utc>,
    created: DateTime<Utc>,
    wall: NaiveDateTime,
    terms: Arc<Terms>,
    picks: Arc<Vec<Pick>>,
    ties: Option<Box<Ties>>,
}

/// What the bookings of a service have in common.
#[derive(Debug, PartialEq, Eq)]
struct Terms {
    tenant: TenantId,
    zone: ZoneId,
    tzdata: String,
    priced: Priced,
    approval: Option<Seconds>,
    max_hold: Seconds,
}

impl Hash for Terms {
    // The rest is nearly always told by these.
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        (self.zone.as_str(), &self.tzdata, self.approval, self.max_hold).hash(hasher);
        (&self.priced.tier, self.priced.price.map(Money::minor)).hash(hasher);
    }
}

/// What a booking belongs to, where it belongs to anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ties {
    session: Option<SessionId>,
    series: Option<(SeriesId, u32)>,
    offer_to: Option<EntryId>,
}

impl Kept {
    /// The whole row.
    pub(super) fn booking(&self) -> Booking {
        let Terms { tenant, zone, tzdata, priced, approval, max_hold } = &*self.terms;
        let ties = self.ties.as_deref();
        Booking {
            id: self.id,
            tenant: *tenant,
            service: self.service,
            customer: self.customer,
            visit: self.visit,
            party: self.party,
            state: self.state,
            version: self.version,
            deadline: self.deadline,
            local: LocalStart { zone: zone.clone(), wall: self.wall, tzdata: tzdata.clone() },
            picks: self.picks.to_vec(),
            claims: self.claims.to_vec(),
            session: self.session(),
            series: self.series(),
            offer_to: ties.and_then(|ties| ties.offer_to),
            priced: priced.clone(),
            approval: *approval,
            max_hold: *max_hold,
            created: self.created,
            changed: self.changed,
        }
    }

    /// See [`Booking::state_at`].
    pub(super) fn state_at(&self, now: i64) -> State {
        self.state.at(self.deadline, now)
    }

    /// See [`Booking::is_live_at`].
    pub(super) fn is_live_at(&self, now: i64) -> bool {
        self.state_at(now).is_live()
    }

    pub(super) fn session(&self) -> Option<SessionId> {
        self.ties.as_ref().and_then(|ties| ties.session)
    }

    pub(super) fn series(&self) -> Option<(SeriesId, u32)> {
        self.ties.as_ref().and_then(|ties| ties.series)
    }

    /// See [`Booking::resources`].
    pub(super) fn resources(&self) -> Vec<ResourceId> {
        distinct_resources(&self.picks)
    }

    pub(super) fn uses(&self, resource: ResourceId) -> bool {
        self.picks.iter().any(|pick| pick.resource == resource)
    }

    /// The seconds of its visit that a resource serves.
    pub(super) fn seconds_served(&self, resource: ResourceId) -> Seconds {
        let served = self.picks.iter().filter(|pick| pick.resource == resource);
        served.fold(0, |sum: Seconds, pick| sum.saturating_add(pick.seconds))
    }
}

/// A place in the table: rows inside it would waste as much again, because a table that grows has room for twice what it
/// holds. It is found by the id in the row.
#[derive(Debug)]
struct Slot(Box<Kept>);

impl Borrow<BookingId> for Slot {
    fn borrow(&self) -> &BookingId {
        &self.0.id
    }
}

impl Hash for Slot {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.0.id.hash(hasher);
    }
}

impl PartialEq for Slot {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}

impl Eq for Slot {}

/// Bookings by id.
#[derive(Debug, Default)]
pub(super) struct Bookings {
    rows: HashSet<Slot>,
    terms: Pool<Terms>,
    picks: Pool<Vec<Pick>>,
}

impl Bookings {
    pub(super) fn get(&self, id: &BookingId) -> Option<&Kept> {
        self.rows.get(id).map(|slot| &*slot.0)
    }

    pub(super) fn contains(&self, id: &BookingId) -> bool {
        self.rows.contains(id)
    }

    /// A row as [`Bookings::insert`] takes it.
    pub(super) fn keep(&mut self, mut row: Booking, last_event: u32) -> Box<Kept> {
        row.picks.shrink_to_fit();
        let Booking { session, series, offer_to, .. } = row;
        let ties = Ties { session, series, offer_to };
        let loose = Ties { session: None, series: None, offer_to: None };
        let terms = Terms {
            tenant: row.tenant,
            zone: row.local.zone,
            tzdata: row.local.tzdata,
            priced: row.priced,
            approval: row.approval,
            max_hold: row.max_hold,
        };
        Box::new(Kept {
            id: row.id,
            service: row.service,
            customer: row.customer,
            visit: row.visit,
            party: row.party,
            state: row.state,
            version: row.version,
            deadline: row.deadline,
            claims: row.claims.into_boxed_slice(),
            last_event,
            wall: row.local.wall,
            created: row.created,
            changed: row.changed,
            terms: self.terms.share(terms),
            picks: self.picks.share(row.picks),
            ties: (ties != loose).then(|| Box::new(ties)),
        })
    }

    pub(super) fn insert(&mut self, row: Box<Kept>) {
        self.rows.replace(Slot(row));
    }

    pub(super) fn remove(&mut self, id: &BookingId) -> Option<Box<Kept>> {
        self.rows.take(id).map(|slot| slot.0)
    }

    /// Notes that a booking has one more event, at this place of the log; answers the place of the one before.
    pub(super) fn told(&mut self, id: &BookingId, place: u32) -> Option<u32> {
        let mut row = self.remove(id)?;
        let before = std::mem::replace(&mut row.last_event, place);
        self.insert(row);
        Some(before)
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &Kept> {
        self.rows.iter().map(|slot| &*slot.0)
    }
}
