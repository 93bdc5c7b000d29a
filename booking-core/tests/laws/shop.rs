//! A world behind a scheduler: what occupies it was committed, so whatever could not stand beside the rest is not there.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use booking_core::memory::Rows;
use booking_core::{
    Action, Actor, BookRequest, Booked, Booking, BookingId, BookingStore, ChangeRequest, Claim, Command,
    CustomerId, Initial, Interval, LocalStart, ManualClock, MemoryStore, MoveRequest, NewBooking, Occupancy,
    OccupancyQuery, Occupant, Pick, Placement, Plan, PlanClaims, Priced, Refusal, Scheduler, SequentialIds,
    ServiceId, Session, SessionId, Slot, TenantId, Wish, ZoneId,
};
use chrono::{DateTime, Utc};

use super::worlds::SERVICE;
use crate::support::world::World;

pub(crate) const TENANT: TenantId = TenantId::SINGLE;
/// The ids of what was there before begin where those of new bookings do not reach.
const EARLIER: u64 = 1_000_000;

/// A fresh copy of a world, to book in.
pub(crate) struct Shop {
    pub(crate) scheduler: Scheduler<MemoryStore, ManualClock>,
    pub(crate) clock: ManualClock,
    pub(crate) window: Interval,
    pub(crate) wish: Wish,
}

/// The answer of a future that never waits.
pub(crate) fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("a store in memory never waits"),
    }
}

pub(crate) fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).unwrap()
}

impl Shop {
    /// Opens a shop with all that the world has.
    pub(crate) fn of(world: &World) -> Self {
        let clock = ManualClock::at(at(world.ask.now));
        let store = MemoryStore::new();
        store.add_service(TENANT, world.service.clone());
        for resource in &world.resources {
            store.add_resource(TENANT, resource.clone());
        }
        let ask = &world.ask;
        let wish = Wish {
            duration: Some(ask.duration),
            party: ask.party,
            customer: ask.customer,
            resources: ask.pins.clone(),
            waive: ask.waive,
            ..Wish::new(TENANT, SERVICE)
        };
        let scheduler = Scheduler::new(store, clock.clone()).with_ids(SequentialIds::default());
        let shop = Self { scheduler, clock, window: ask.window, wish };
        shop.fill(world);
        shop
    }

    fn fill(&self, world: &World) {
        for block in &world.occupancy.blocks {
            self.commit(Action::AddBlock(block.clone())).unwrap();
        }
        for row in &world.occupancy.claims {
            let Occupant::Booking(id) = row.by else { continue };
            let counted = world.counted.iter().find(|counted| counted.booking == id);
            let (service, customer) = counted.map_or((SERVICE, None), |one| (one.service, one.customer));
            let id = BookingId::from_u64(id.to_u64().unwrap() + EARLIER);
            let placement = placed(id, service, customer, row.claim);
            // Refused where it does not fit beside the others: then this history did not happen.
            let _ = self.commit(Action::Place(vec![placement]));
        }
        for row in &world.occupancy.sessions {
            let number = row.session.id.to_u64().unwrap() + EARLIER;
            let session = Session { id: SessionId::from_u64(number), ..row.session.clone() };
            let action = if row.taken == 0 {
                Action::OpenSession(Session { scheduled: true, ..session })
            } else {
                Action::Place(vec![seated(number, session, row.taken)])
            };
            let _ = self.commit(action);
        }
    }

    /// Commits an action as it is, without judging it first.
    pub(crate) fn commit(
        &self,
        action: Action,
    ) -> Result<booking_core::Committed, booking_core::CommitError> {
        let command = Command {
            tenant: TENANT,
            now: booking_core::Clock::now(&self.clock),
            actor: Actor::default(),
            key: None,
            action,
            offers: Vec::new(),
            verdicts: Vec::new(),
        };
        now(self.store().commit(&command))
    }

    pub(crate) fn store(&self) -> &MemoryStore {
        self.scheduler.store()
    }

    /// All rows there are.
    pub(crate) fn rows(&self) -> Rows {
        self.store().with_state(|state| state.rows(TENANT))
    }

    /// The listing of the world's window.
    pub(crate) fn slots(&self) -> Result<Vec<Slot>, Refusal> {
        now(self.scheduler.slots(&self.wish, self.window))
    }

    /// What occupies the world's resources around its window.
    pub(crate) fn occupancy(&self, world: &World) -> Occupancy {
        let (from, until) = (self.window.start_second(), self.window.end_second());
        let query = OccupancyQuery {
            tenant: TENANT,
            resources: world.resources.iter().map(|resource| resource.id).collect(),
            window: Interval::from_seconds(from - 10 * 86_400, until + 10 * 86_400).unwrap(),
            now: world.ask.now,
            ignoring: None,
        };
        now(self.store().occupancy(&query)).unwrap()
    }

    pub(crate) fn book(&self, start: DateTime<Utc>) -> Result<Booked, Refusal> {
        now(self.scheduler.book(&BookRequest::new(self.wish.clone(), start)))
    }

    pub(crate) fn cancel(&self, booking: &Booking) -> Result<Booked, Refusal> {
        now(self.scheduler.cancel(&ChangeRequest::new(TENANT, booking.id)))
    }

    /// Moves a booking as the wish asks.
    pub(crate) fn reschedule(&self, booking: &Booking, start: DateTime<Utc>) -> Result<Booked, Refusal> {
        let mut change = ChangeRequest::new(TENANT, booking.id);
        change.waive = self.wish.waive;
        let resources = self.wish.resources.clone();
        let request = MoveRequest { change, start: Some(start), duration: None, party: None, resources };
        now(self.scheduler.reschedule(&request))
    }
}

/// A confirmed booking with this one claim.
fn placed(id: BookingId, service: ServiceId, customer: Option<CustomerId>, claim: Claim) -> Placement {
    let (resource, seconds) = (claim.resource, claim.interval.seconds());
    let picks = vec![Pick { requirement: "need 1".to_owned(), resource, seconds }];
    let plan = Plan { picks, claims: PlanClaims::Own(vec![claim]), limits: Vec::new() };
    Placement {
        booking: NewBooking {
            id,
            service,
            customer,
            visit: claim.interval,
            party: 1,
            initial: Initial::Confirmed,
            local: local(claim.interval.start_second()),
            series: None,
            offer_to: None,
            priced: Priced::default(),
            approval: None,
            max_hold: 1_800,
        },
        plans: vec![plan],
        limits: Vec::new(),
    }
}

/// One booking for all the seats taken in a session.
fn seated(number: u64, session: Session, taken: u32) -> Placement {
    let key = session.key.clone();
    let first = *session.claims.first().expect("a session claims something");
    let mut placement = placed(BookingId::from_u64(number), key.service, None, first);
    placement.booking.visit = key.visit;
    placement.booking.local = local(key.visit.start_second());
    placement.booking.party = taken;
    placement.plans[0].picks = key.picks;
    placement.plans[0].claims = PlanClaims::Seats(session);
    placement
}

fn local(start: i64) -> LocalStart {
    LocalStart { zone: ZoneId::UTC, wall: at(start).naive_utc(), tzdata: "law".to_owned() }
}
