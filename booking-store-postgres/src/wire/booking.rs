//! Bookings and their events.

use booking_core::{
    Actor, Booking, BookingId, Counted, CustomerId, EntryId, Event, EventKind, LocalStart, Money, Move,
    NewBooking, Pick, Priced, Relocation, ResourceId, SeriesId, ServiceId, SessionId, State, StoreError,
    TenantId, ZoneId,
};
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use super::damaged;
use super::parts::{ClaimRow, claims, instant, interval};

/// What a booking costs, as columns.
#[derive(Serialize, Deserialize)]
struct PricedRow {
    price_group: Option<String>,
    tier: Option<String>,
    price_minor: Option<i64>,
    price_currency: Option<String>,
    deposit_minor: Option<i64>,
    deposit_currency: Option<String>,
    fee_minor: Option<i64>,
    fee_currency: Option<String>,
}

/// An amount as two columns.
pub(super) fn amount(money: Option<Money>) -> (Option<i64>, Option<String>) {
    (money.map(Money::minor), money.map(|money| money.currency().code().to_owned()))
}

fn money(minor: Option<i64>, currency: Option<&str>) -> Result<Option<Money>, StoreError> {
    let (Some(minor), Some(currency)) = (minor, currency) else { return Ok(None) };
    let money = currency.parse().and_then(|currency| Money::new(minor, currency));
    money.map(Some).map_err(|error| damaged("amount", error))
}

impl From<&Priced> for PricedRow {
    fn from(priced: &Priced) -> Self {
        let (price_minor, price_currency) = amount(priced.price);
        let (deposit_minor, deposit_currency) = amount(priced.deposit);
        let (fee_minor, fee_currency) = amount(priced.fee);
        Self {
            price_group: priced.group.clone(),
            tier: priced.tier.clone(),
            price_minor,
            price_currency,
            deposit_minor,
            deposit_currency,
            fee_minor,
            fee_currency,
        }
    }
}

impl PricedRow {
    fn priced(self) -> Result<Priced, StoreError> {
        Ok(Priced {
            price: money(self.price_minor, self.price_currency.as_deref())?,
            deposit: money(self.deposit_minor, self.deposit_currency.as_deref())?,
            fee: money(self.fee_minor, self.fee_currency.as_deref())?,
            group: self.price_group,
            tier: self.tier,
        })
    }
}

/// The columns that say when and how much, which a move changes.
#[derive(Serialize, Deserialize)]
pub(super) struct VisitRow {
    starts: i64,
    ends: i64,
    party: u32,
    zone: String,
    wall: NaiveDateTime,
    tzdata: String,
    #[serde(flatten)]
    priced: PricedRow,
}

impl From<&Relocation> for VisitRow {
    fn from(wanted: &Relocation) -> Self {
        Self {
            starts: wanted.visit.start_second(),
            ends: wanted.visit.end_second(),
            party: wanted.party,
            zone: wanted.local.zone.as_str().to_owned(),
            wall: wanted.local.wall,
            tzdata: wanted.local.tzdata.clone(),
            priced: PricedRow::from(&wanted.priced),
        }
    }
}

impl From<&NewBooking> for VisitRow {
    fn from(new: &NewBooking) -> Self {
        Self {
            starts: new.visit.start_second(),
            ends: new.visit.end_second(),
            party: new.party,
            zone: new.local.zone.as_str().to_owned(),
            wall: new.local.wall,
            tzdata: new.local.tzdata.clone(),
            priced: PricedRow::from(&new.priced),
        }
    }
}

/// A booking as the table has it, with its picks.
#[derive(Deserialize)]
pub(crate) struct BookingRow {
    booking_id: BookingId,
    service_id: ServiceId,
    customer_id: Option<CustomerId>,
    #[serde(flatten)]
    visit: VisitRow,
    state: State,
    version: u64,
    deadline: Option<i64>,
    picks: Vec<Pick>,
    claims: Vec<ClaimRow>,
    session_id: Option<SessionId>,
    series_id: Option<SeriesId>,
    series_place: Option<u32>,
    offer_to: Option<EntryId>,
    approval: Option<i64>,
    max_hold: i64,
    created: i64,
    changed: i64,
}

/// The booking of a row.
pub(crate) fn booking(tenant: TenantId, row: BookingRow) -> Result<Booking, StoreError> {
    let visit = row.visit;
    let zone = ZoneId::new(&visit.zone).map_err(|error| damaged("booking", error))?;
    let deadline = row.deadline.map(|second| instant("booking", second));
    Ok(Booking {
        id: row.booking_id,
        tenant,
        service: row.service_id,
        customer: row.customer_id,
        visit: interval("booking", visit.starts, visit.ends)?,
        party: visit.party,
        state: row.state,
        version: row.version,
        deadline: deadline.transpose()?,
        local: LocalStart { zone, wall: visit.wall, tzdata: visit.tzdata },
        picks: row.picks,
        claims: claims(&row.claims)?,
        session: row.session_id,
        series: row.series_id.zip(row.series_place),
        offer_to: row.offer_to,
        priced: visit.priced.priced()?,
        approval: row.approval,
        max_hold: row.max_hold,
        created: instant("booking", row.created)?,
        changed: instant("booking", row.changed)?,
    })
}

/// An event as the feed has it.
#[derive(Deserialize)]
pub(crate) struct EventRow {
    sequence: u64,
    booking_id: BookingId,
    kind: KindRow,
    state: State,
    version: u64,
    starts: i64,
    ends: i64,
    at: i64,
    who: String,
    origin: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum KindRow {
    Placed(Placed),
    Moved(Move),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Placed {
    Placed,
}

impl EventRow {
    pub(crate) fn event(self, tenant: TenantId) -> Result<Event, StoreError> {
        let kind = match self.kind {
            KindRow::Placed(Placed::Placed) => EventKind::Placed,
            KindRow::Moved(moved) => EventKind::Moved(moved),
        };
        Ok(Event {
            sequence: self.sequence,
            tenant,
            booking: self.booking_id,
            kind,
            state: self.state,
            version: self.version,
            visit: interval("event", self.starts, self.ends)?,
            at: instant("event", self.at)?,
            actor: Actor::new(self.who, self.origin),
        })
    }
}

/// A booking that limits count.
#[derive(Deserialize)]
pub(crate) struct CountedRow {
    booking: BookingId,
    service: ServiceId,
    customer: Option<CustomerId>,
    starts: i64,
    ends: i64,
    resources: Option<Vec<(ResourceId, i64)>>,
}

impl CountedRow {
    pub(crate) fn counted(self) -> Result<Counted, StoreError> {
        Ok(Counted {
            booking: self.booking,
            service: self.service,
            customer: self.customer,
            visit: interval("booking", self.starts, self.ends)?,
            resources: self.resources.unwrap_or_default(),
        })
    }
}
