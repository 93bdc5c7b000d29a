//! Bookings on the wire.

use booking_core::Zone;
use serde::{Deserialize, Serialize};

use super::id::{BookingRef, CustomerRef, EntryRef, ResourceRef, SeriesRef, ServiceRef, SessionRef, WireId};
use super::money::Money;
use super::time::{Local, Moment};

/// Where a booking stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// A hold, until it expires.
    Held,
    /// Waits for approval.
    Pending,
    /// Agreed.
    Confirmed,
    /// The customer is there.
    CheckedIn,
    /// Took place.
    Completed,
    /// Not approved.
    Declined,
    /// Called off.
    Cancelled,
    /// The customer did not come.
    NoShow,
    /// A hold or a pending booking that ran out of time.
    Expired,
}

macro_rules! states {
    ($($name:ident),*) => {
        impl From<booking_core::State> for State {
            fn from(state: booking_core::State) -> Self {
                match state { $(booking_core::State::$name => Self::$name),* }
            }
        }
        impl From<State> for booking_core::State {
            fn from(state: State) -> Self {
                match state { $(State::$name => Self::$name),* }
            }
        }
    };
}

states!(Held, Pending, Confirmed, CheckedIn, Completed, Declined, Cancelled, NoShow, Expired);

/// A resource and the requirement it serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct Pick {
    /// The requirement's name.
    requirement: String,
    /// The resource.
    resource: ResourceRef,
}

/// What a booking costs and has cost so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct Price {
    /// The tier that applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    tier: Option<String>,
    /// The price of the visit.
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Money>,
    /// What is due when booking.
    #[serde(skip_serializing_if = "Option::is_none")]
    deposit: Option<Money>,
    /// What the last cancellation, move or missed visit cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    fee: Option<Money>,
}

/// The series a booking belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct InSeries {
    /// The series.
    id: SeriesRef,
    /// Its place in it, from 1.
    place: u32,
}

/// A visit: held, booked or over.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(example = json!({
    "id": "bkg_0197c0de4b7a7c51a3f0000000000001", "service": "svc_00000000000000000000000000000001",
    "state": "confirmed", "version": 1, "start": "2026-11-30T09:00:00+01:00",
    "end": "2026-11-30T09:30:00+01:00", "zone": "Europe/Berlin", "tzdata": "2026f", "party": 1,
    "resources": [{"requirement": "practitioner", "resource": "res_00000000000000000000000000000001"}],
    "price": {"tier": "Standard", "amount": {"minor": 6000, "currency": "EUR"}},
    "created_at": "2026-11-29T20:00:00Z", "updated_at": "2026-11-29T20:00:00Z",
})))]
pub(crate) struct Booking {
    /// Its id.
    id: BookingRef,
    /// What was booked.
    service: ServiceRef,
    /// Who booked, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<CustomerRef>,
    /// Where it stands at the time of the answer.
    state: State,
    /// Rises by one with every change; the `ETag` is this number in quotes.
    version: u64,
    /// When it starts, on the clock of `zone`.
    start: Local,
    /// When it ends, buffers not included.
    end: Local,
    /// The service's zone when it was booked.
    zone: String,
    /// The version of the time zone rules that the local start was computed with.
    tzdata: String,
    /// How many people.
    party: u32,
    /// Which resource serves which requirement.
    resources: Vec<Pick>,
    /// Until when a hold lives.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Moment>,
    /// Until when a pending booking must be decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    decide_by: Option<Moment>,
    /// The session it has seats in.
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<SessionRef>,
    /// The series it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    series: Option<InSeries>,
    /// The waitlist entry it is an offer to.
    #[serde(skip_serializing_if = "Option::is_none")]
    offer_to: Option<EntryRef>,
    /// What it costs.
    price: Price,
    /// When it was made.
    created_at: Moment,
    /// When it last changed.
    updated_at: Moment,
}

impl Booking {
    /// The booking as it stands at `now`, its times on the clock of its own zone.
    pub(crate) fn new(booking: &booking_core::Booking, zone: &Zone, now: i64) -> Self {
        let state = booking.state_at(now);
        let deadline = |of: booking_core::State| booking.deadline.filter(|_| state == of).map(Moment);
        let priced = &booking.priced;
        Self {
            id: WireId(booking.id),
            service: WireId(booking.service),
            customer: booking.customer.map(WireId),
            state: state.into(),
            version: booking.version,
            start: Local::new(booking.visit.start_second(), zone),
            end: Local::new(booking.visit.end_second(), zone),
            zone: booking.local.zone.to_string(),
            tzdata: booking.local.tzdata.clone(),
            party: booking.party,
            resources: booking
                .picks
                .iter()
                .map(|pick| Pick { requirement: pick.requirement.clone(), resource: WireId(pick.resource) })
                .collect(),
            expires_at: deadline(booking_core::State::Held),
            decide_by: deadline(booking_core::State::Pending),
            session: booking.session.map(WireId),
            series: booking.series.map(|(id, place)| InSeries { id: WireId(id), place }),
            offer_to: booking.offer_to.map(WireId),
            price: Price {
                tier: priced.tier.clone(),
                amount: priced.price.map(Money::from),
                deposit: priced.deposit.map(Money::from),
                fee: priced.fee.map(Money::from),
            },
            created_at: Moment(booking.created),
            updated_at: Moment(booking.changed),
        }
    }
}

/// States in one parameter of a query string: `held,confirmed`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct States(pub(crate) Vec<State>);

impl<'de> Deserialize<'de> for States {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::value::{Error, StrDeserializer};
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let state = |name: &str| State::deserialize(StrDeserializer::<Error>::new(name));
        let states = text.split(',').take(16).map(state).collect::<Result<_, _>>();
        states.map(Self).map_err(serde::de::Error::custom)
    }
}
