//! Short words for what is asked of a store. Ids are small numbers; times are seconds after [`START`].

use chrono::{DateTime, Utc};

use crate::booking::{
    Actor, Block, Claim, EntryState, LocalStart, Pick, Priced, Session, SessionKey, WaitlistEntry,
};
use crate::interval::{Interval, instant};
use crate::policy::Over;
use crate::store::{
    Action, Change, Command, CommitError, Committed, Initial, LimitCheck, LimitSubject, NewBooking, Offer,
    Placement, Plan, PlanClaims, Relocation,
};
use crate::time::ZoneId;
use crate::{BlockId, BookingId, CustomerId, EntryId, ResourceId, ServiceId, SessionId, TenantId};

/// Second 0 of every rule: Monday, 2030-01-07T00:00:00Z, in seconds since the Unix epoch.
pub(super) const START: i64 = 1_893_974_400;

/// What is booked unless a rule says otherwise.
pub(super) const SERVICE: ServiceId = ServiceId::from_u64(1);

pub(super) fn at(second: i64) -> DateTime<Utc> {
    instant(START + second)
}

pub(super) fn span(start: i64, end: i64) -> Interval {
    Interval::from_seconds(START + start, START + end).expect("the suite's times are in order")
}

pub(super) fn booking_id(number: u64) -> BookingId {
    BookingId::from_u64(number)
}

pub(super) fn resource(number: u64) -> ResourceId {
    ResourceId::from_u64(number)
}

pub(super) fn customer(number: u64) -> CustomerId {
    CustomerId::from_u64(number)
}

pub(super) fn service_id(number: u64) -> ServiceId {
    ServiceId::from_u64(number)
}

pub(super) fn session_id(number: u64) -> SessionId {
    SessionId::from_u64(number)
}

pub(super) fn block_id(number: u64) -> BlockId {
    BlockId::from_u64(number)
}

pub(super) fn entry_id(number: u64) -> EntryId {
    EntryId::from_u64(number)
}

fn local(start: i64) -> LocalStart {
    LocalStart { zone: ZoneId::UTC, wall: at(start).naive_utc(), tzdata: "2026f".to_owned() }
}

pub(super) fn with<T>(mut value: T, change: impl FnOnce(&mut T)) -> T {
    change(&mut value);
    value
}

pub(super) fn claim(on: u64, start: i64, end: i64) -> Claim {
    Claim { resource: resource(on), interval: span(start, end), before: 0, after: 0, units: 1 }
}

pub(super) fn pick(on: u64, seconds: i64) -> Pick {
    Pick { requirement: "main".to_owned(), resource: resource(on), seconds }
}

/// One unit of one resource for the whole visit.
pub(super) fn plan(on: u64, start: i64, end: i64) -> Plan {
    plan_of(vec![claim(on, start, end)])
}

/// These claims, whose resources serve the whole of their intervals.
pub(super) fn plan_of(claims: Vec<Claim>) -> Plan {
    let picks = claims.iter().map(|claim| Pick {
        requirement: "main".to_owned(),
        resource: claim.resource,
        seconds: claim.interval.seconds(),
    });
    Plan { picks: picks.collect(), claims: PlanClaims::Own(claims), limits: Vec::new() }
}

/// A confirmed booking of one unit of one resource.
pub(super) fn ask(id: u64, on: u64, start: i64, end: i64) -> Placement {
    Placement {
        booking: NewBooking {
            id: booking_id(id),
            service: SERVICE,
            customer: None,
            visit: span(start, end),
            party: 1,
            initial: Initial::Confirmed,
            local: local(start),
            series: None,
            offer_to: None,
            priced: Priced::default(),
            approval: None,
            max_hold: 1_800,
        },
        plans: vec![plan(on, start, end)],
        limits: Vec::new(),
    }
}

/// The same as a hold.
pub(super) fn hold(id: u64, on: u64, start: i64, end: i64, until: i64) -> Placement {
    with(ask(id, on, start, end), |asked| asked.booking.initial = Initial::Held(at(until)))
}

/// The same, waiting for approval.
pub(super) fn pending(id: u64, on: u64, start: i64, end: i64, until: i64) -> Placement {
    with(ask(id, on, start, end), |asked| asked.booking.initial = Initial::Pending(at(until)))
}

/// The same with a claim that is not plain.
pub(super) fn claiming(id: u64, claim: Claim) -> Placement {
    let (start, end) = (claim.interval.start_second() - START, claim.interval.end_second() - START);
    with(ask(id, 1, start, end), |asked| asked.plans = vec![plan_of(vec![claim])])
}

pub(super) fn place(id: u64, on: u64, start: i64, end: i64) -> Action {
    Action::Place(vec![ask(id, on, start, end)])
}

/// A session on one resource.
pub(super) fn session(id: u64, on: u64, start: i64, end: i64, seats: u32) -> Session {
    let key = SessionKey { service: SERVICE, visit: span(start, end), picks: vec![pick(on, end - start)] };
    let claims = vec![claim(on, start, end)];
    Session { id: session_id(id), key, seats, claims, scheduled: false }
}

/// A party that takes seats: joins, or opens this session.
pub(super) fn sit(id: u64, party: u32, session: &Session) -> Placement {
    let visit = session.key.visit;
    let (start, end) = (visit.start_second() - START, visit.end_second() - START);
    with(ask(id, 1, start, end), |asked| {
        asked.booking.party = party;
        asked.plans = vec![seat_plan(session)];
    })
}

pub(super) fn seats(id: u64, party: u32, session: &Session) -> Action {
    Action::Place(vec![sit(id, party, session)])
}

pub(super) fn held_seats(id: u64, party: u32, session: &Session, until: i64) -> Action {
    let held = |asked: &mut Placement| asked.booking.initial = Initial::Held(at(until));
    Action::Place(vec![with(sit(id, party, session), held)])
}

pub(super) fn seat_plan(session: &Session) -> Plan {
    let picks = session.key.picks.clone();
    Plan { picks, claims: PlanClaims::Seats(session.clone()), limits: Vec::new() }
}

pub(super) fn relocation(id: u64, on: u64, start: i64, end: i64) -> Relocation {
    Relocation {
        booking: booking_id(id),
        if_version: None,
        reassign: false,
        visit: span(start, end),
        party: 1,
        local: local(start),
        priced: Priced::default(),
        plans: vec![plan(on, start, end)],
        limits: Vec::new(),
    }
}

pub(super) fn move_to(id: u64, on: u64, start: i64, end: i64) -> Action {
    Action::Move(relocation(id, on, start, end))
}

pub(super) fn change(id: u64, change: Change) -> Action {
    Action::Change { booking: booking_id(id), if_version: None, change }
}

pub(super) fn cancel(id: u64) -> Action {
    change(id, Change::Cancel { fee: None })
}

pub(super) fn extend(id: u64, until: i64) -> Action {
    change(id, Change::Extend { until: at(until) })
}

pub(super) fn block(id: u64, on: u64, start: i64, end: i64) -> Block {
    Block { id: block_id(id), resource: resource(on), interval: span(start, end), text: "away".to_owned() }
}

pub(super) fn entry(id: u64, from: i64, until: i64, joined: i64) -> WaitlistEntry {
    WaitlistEntry {
        id: entry_id(id),
        tenant: TenantId::SINGLE,
        service: SERVICE,
        customer: None,
        window: span(from, until),
        duration: None,
        party: 1,
        group: None,
        state: EntryState::Waiting,
        offer: None,
        offered: Vec::new(),
        joined: at(joined),
        place: 0,
    }
}

pub(super) fn offer(to: u64, placement: Placement) -> Offer {
    Offer { entry: entry_id(to), placement }
}

/// At most this many bookings of customer 1 that start in 0 to 1,000.
pub(super) fn at_most(count: u32) -> LimitCheck {
    LimitCheck {
        rule: 0,
        subject: LimitSubject::Customer(customer(1)),
        over: Over::Service,
        service: SERVICE,
        intervals: vec![span(0, 1_000)],
        max_count: Some(count),
        max_seconds: None,
        adds: 100,
    }
}

/// A booking of customer 1 under a limit, on the resource of its own number.
pub(super) fn limited(id: u64, start: i64, limit: LimitCheck) -> Placement {
    with(ask(id, id, start, start + 100), |asked| {
        asked.booking.customer = Some(customer(1));
        asked.limits = vec![limit];
    })
}

pub(super) fn command(tenant: TenantId, now: i64, action: Action) -> Command {
    let actor = Actor::new("conformance", "suite");
    Command { tenant, now: at(now), actor, key: None, action, offers: Vec::new(), verdicts: Vec::new() }
}

/// The answer in a word or two: how a command ended.
pub(super) fn outcome(answer: &Result<Committed, CommitError>) -> String {
    match answer {
        Ok(_) => "ok".to_owned(),
        Err(CommitError::NoFit { placement, conflicts }) => {
            let free: Vec<String> = conflicts.iter().map(|conflict| conflict.free.to_string()).collect();
            format!("no fit {placement}: {} free", free.join(", "))
        }
        Err(CommitError::Limit { placement, reason }) => format!("limit {placement}: {reason}"),
        Err(CommitError::Expired { at }) => format!("expired at {}", at.timestamp() - START),
        Err(CommitError::TooEarly { from }) => format!("too early: {}", from.timestamp() - START),
        Err(CommitError::ExtendTooFar { latest }) => format!("too far: {}", latest.timestamp() - START),
        Err(CommitError::Invalid(invalid)) => format!("invalid: {}", invalid.field()),
        Err(CommitError::Store(error)) => format!("the store failed: {error}"),
        Err(error) => error.to_string(),
    }
}
