//! Laws of commands: whatever a store is told, it does all of it or nothing.

use std::cell::RefCell;
use std::collections::BTreeSet;

use booking_core::memory::{Rows, State};
use booking_core::{
    Action, Actor, Block, BlockId, BookingId, Change, Claim, Command, CommitError, ContentHash, CustomerId,
    EntryId, EntryState, IdempotencyKey, Initial, Interval, LimitCheck, LimitSubject, LocalStart, NewBooking,
    Occupancy, OccupancyQuery, Operation, Over, Pick, Placement, Plan, PlanClaims, Priced, Relocation,
    ResourceId, ServiceId, Session, SessionId, SessionKey, TenantId, WaitingQuery, WaitlistEntry, ZoneId,
};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;

use super::law::check;
use super::shop::at;

const TENANT: TenantId = TenantId::SINGLE;
const SERVICE: ServiceId = ServiceId::from_u64(1);
/// Two resources of one and of two units.
const UNITS: [(ResourceId, u32); 2] = [(ResourceId::from_u64(1), 1), (ResourceId::from_u64(2), 2)];

/// One command, in small numbers.
#[derive(Debug, Clone)]
struct Told {
    /// Seconds since the command before.
    later: i64,
    /// A key of three, if any, for one of two contents.
    key: Option<(u8, u8)>,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    Place(Vec<Visit>),
    Move { booking: u64, version: Option<u64>, to: Visit },
    Change { booking: u64, version: Option<u64>, change: Change },
    CancelMany(Vec<u64>),
    Sweep(Vec<u64>),
    AddBlock(u64, Visit),
    RemoveBlock(u64),
    SetCapacity(usize, u32),
    OpenSession(Visit),
    CloseSession(u64),
    Join(u64),
    Leave(u64),
}

/// A visit of a small world of 400 seconds.
#[derive(Debug, Clone)]
struct Visit {
    id: u64,
    on: usize,
    start: i64,
    length: i64,
    units: u32,
    seats: bool,
    held: Option<i64>,
    /// At most this many for the customer.
    limit: Option<u32>,
    /// A second plan, on the other resource.
    other: bool,
}

fn told() -> impl Strategy<Value = Told> {
    let ids = || 1..9_u64;
    let version = || weighted(0.4, 1..4_u64);
    let what = prop_oneof![
        6 => vec(visit(), 1..4).prop_map(What::Place),
        3 => (ids(), version(), visit()).prop_map(|(booking, version, to)| What::Move { booking, version, to }),
        6 => (ids(), version(), change()).prop_map(|(booking, version, change)| What::Change { booking, version, change }),
        1 => vec(ids(), 0..4).prop_map(What::CancelMany),
        1 => vec(ids(), 0..4).prop_map(What::Sweep),
        1 => (1..4_u64, visit()).prop_map(|(id, visit)| What::AddBlock(id, visit)),
        1 => (1..4_u64).prop_map(What::RemoveBlock),
        2 => (0..2_usize, 0..4_u32).prop_map(|(on, units)| What::SetCapacity(on, units)),
        1 => visit().prop_map(What::OpenSession),
        1 => ids().prop_map(What::CloseSession),
        1 => (1..4_u64).prop_map(What::Join),
        1 => (1..4_u64).prop_map(What::Leave),
    ];
    (0..30_i64, weighted(0.2, (0..3_u8, 0..2_u8)), what).prop_map(|(later, key, what)| Told {
        later,
        key,
        what,
    })
}

fn visit() -> impl Strategy<Value = Visit> {
    (
        1..9_u64,
        0..2_usize,
        0..8_i64,
        1..4_i64,
        1..3_u32,
        prop::bool::weighted(0.25),
        weighted(0.4, 1..60_i64),
        weighted(0.2, 0..3_u32),
        prop::bool::weighted(0.3),
    )
        .prop_map(|(id, on, start, length, units, seats, held, limit, other)| Visit {
            id,
            on,
            start: start * 50,
            length: length * 50,
            units,
            seats,
            held,
            limit,
            other,
        })
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        Just(Change::Confirm),
        (0..500_i64).prop_map(|until| Change::Extend { until: at(until) }),
        Just(Change::Approve),
        Just(Change::Decline),
        Just(Change::Cancel { fee: None }),
        Just(Change::CheckIn),
        Just(Change::Complete),
        Just(Change::MarkNoShow { fee: None }),
    ]
}

impl Visit {
    fn interval(&self) -> Interval {
        Interval::from_seconds(self.start, self.start + self.length).unwrap()
    }

    fn plans(&self) -> Vec<Plan> {
        let on = [Some(self.on), self.other.then_some(1 - self.on)];
        on.into_iter().flatten().map(|on| self.plan(on)).collect()
    }

    fn plan(&self, on: usize) -> Plan {
        let session = self.session(on);
        let picks = session.key.picks.clone();
        let claims = if self.seats { PlanClaims::Seats(session) } else { PlanClaims::Own(session.claims) };
        Plan { picks, claims, limits: Vec::new() }
    }

    fn session(&self, on: usize) -> Session {
        let (resource, visit) = (UNITS[on].0, self.interval());
        let picks = vec![Pick { requirement: "main".to_owned(), resource, seconds: self.length }];
        let claim = Claim { resource, interval: visit, before: 0, after: 10, units: self.units };
        Session {
            id: SessionId::from_u64(self.id),
            key: SessionKey { service: SERVICE, visit, picks },
            seats: 2,
            claims: vec![claim],
            scheduled: false,
        }
    }

    fn limits(&self) -> Vec<LimitCheck> {
        let check = |most| LimitCheck {
            rule: 0,
            subject: LimitSubject::Customer(CustomerId::from_u64(1)),
            over: Over::All,
            service: SERVICE,
            intervals: vec![Interval::from_seconds(0, 400).unwrap()],
            max_count: Some(most),
            max_seconds: None,
            adds: self.length,
        };
        self.limit.map(check).into_iter().collect()
    }

    fn local(&self) -> LocalStart {
        LocalStart { zone: ZoneId::UTC, wall: at(self.start).naive_utc(), tzdata: "law".to_owned() }
    }

    fn placement(&self, now: i64) -> Placement {
        Placement {
            booking: NewBooking {
                id: BookingId::from_u64(self.id),
                service: SERVICE,
                customer: Some(CustomerId::from_u64(1)),
                visit: self.interval(),
                party: 1,
                initial: self.held.map_or(Initial::Confirmed, |ttl| Initial::Held(at(now + ttl))),
                local: self.local(),
                series: None,
                offer_to: None,
                priced: Priced::default(),
                approval: None,
                max_hold: 90,
            },
            plans: self.plans(),
            limits: self.limits(),
        }
    }

    fn relocation(&self, booking: u64, if_version: Option<u64>) -> Relocation {
        Relocation {
            booking: BookingId::from_u64(booking),
            if_version,
            reassign: false,
            visit: self.interval(),
            party: 1,
            local: self.local(),
            priced: Priced::default(),
            plans: self.plans(),
            limits: self.limits(),
        }
    }
}

impl What {
    fn action(&self, now: i64) -> Action {
        let ids = |ids: &Vec<u64>| ids.iter().map(|id| BookingId::from_u64(*id)).collect();
        match self {
            Self::Place(visits) => Action::Place(visits.iter().map(|visit| visit.placement(now)).collect()),
            Self::Move { booking, version, to } => Action::Move(to.relocation(*booking, *version)),
            Self::Change { booking, version, change } => Action::Change {
                booking: BookingId::from_u64(*booking),
                if_version: *version,
                change: *change,
            },
            Self::CancelMany(bookings) => Action::CancelMany(ids(bookings)),
            Self::Sweep(bookings) => Action::Sweep(ids(bookings)),
            Self::AddBlock(id, visit) => Action::AddBlock(Block {
                id: BlockId::from_u64(*id),
                resource: UNITS[visit.on].0,
                interval: visit.interval(),
                text: "away".to_owned(),
            }),
            Self::RemoveBlock(id) => Action::RemoveBlock(BlockId::from_u64(*id)),
            Self::SetCapacity(on, capacity) => {
                Action::SetCapacity { resource: UNITS[*on].0, capacity: *capacity }
            }
            Self::OpenSession(visit) => {
                Action::OpenSession(Session { scheduled: true, ..visit.session(visit.on) })
            }
            Self::CloseSession(id) => Action::CloseSession(SessionId::from_u64(*id)),
            Self::Join(id) => Action::Join(entry(*id)),
            Self::Leave(id) => Action::Leave(EntryId::from_u64(*id)),
        }
    }
}

fn entry(id: u64) -> WaitlistEntry {
    WaitlistEntry {
        id: EntryId::from_u64(id),
        tenant: TENANT,
        service: SERVICE,
        customer: None,
        window: Interval::from_seconds(0, 900).unwrap(),
        duration: None,
        party: 1,
        group: None,
        state: EntryState::Waiting,
        offer: None,
        offered: Vec::new(),
        joined: at(0),
        place: 0,
    }
}

fn command(told: &Told, now: i64) -> Command {
    let key = told.key.map(|(key, content)| {
        let content = ContentHash::default().with("content", content);
        IdempotencyKey::new(Operation::Other, &key.to_string(), content).unwrap()
    });
    let action = told.what.action(now);
    let (actor, offers, verdicts) = (Actor::default(), Vec::new(), Vec::new());
    Command { tenant: TENANT, now: at(now), actor, key, action, offers, verdicts }
}

/// A state that knows the resources.
fn opened() -> State {
    let mut state = State::new();
    for (id, units) in UNITS {
        state.start_capacity(TENANT, id, units);
    }
    state
}

/// All that a state shows: its rows, and what follows from them.
fn shown(state: &State, now: i64) -> (Rows, Occupancy, Vec<WaitlistEntry>) {
    let window = Interval::from_seconds(0, 900).unwrap();
    let resources = UNITS.iter().map(|(id, _)| *id).collect();
    let query = OccupancyQuery { tenant: TENANT, resources, window, now, ignoring: None };
    let waiting = WaitingQuery { tenant: TENANT, window, now, limit: 10 };
    (state.rows(TENANT), state.occupancy(&query), state.waiting(&waiting))
}

/// What kind of refusal it is.
fn kind(error: &CommitError) -> &'static str {
    match error {
        CommitError::NoFit { placement: 0, .. } => "no fit",
        CommitError::NoFit { .. } => "no fit after others that did",
        CommitError::Limit { placement: 0, .. } => "limit",
        CommitError::Limit { .. } => "limit after others that fitted",
        CommitError::KeyReused => "key reused",
        CommitError::VersionConflict { .. } => "version",
        CommitError::IllegalMove(_) => "illegal move",
        CommitError::Expired { .. } => "expired",
        CommitError::TooEarly { .. } => "too early",
        CommitError::ExtendTooFar { .. } => "extend too far",
        CommitError::NotFound { .. } => "not found",
        CommitError::CapacityInUse { .. } => "capacity in use",
        CommitError::Exists { .. } => "exists",
        CommitError::Invalid(_) => "invalid",
        _ => "other",
    }
}

const KINDS: [&str; 14] = [
    "capacity in use",
    "exists",
    "expired",
    "extend too far",
    "illegal move",
    "invalid",
    "key reused",
    "limit",
    "limit after others that fitted",
    "no fit",
    "no fit after others that did",
    "not found",
    "too early",
    "version",
];

/// However a command fails, at whichever of its parts: every row, and all that is read from them, is what it was. Every
/// kind of refusal is met.
#[test]
fn a_failed_command_changes_nothing() {
    let met = RefCell::new(BTreeSet::new());
    check("commands::a_failed_command_changes_nothing", 300, &vec(told(), 1..60), |history| {
        let mut state = opened();
        let mut now = 0;
        history.iter().find_map(|told| {
            now += told.later;
            let before = shown(&state, now);
            let error = state.apply(&command(told, now), now).err()?;
            met.borrow_mut().insert(kind(&error));
            let after = shown(&state, now);
            (after != before).then(|| format!("{told:?} was refused: {error}; {before:?} became {after:?}"))
        })
    });
    assert_eq!(met.into_inner(), BTreeSet::from(KINDS), "kinds of refusal that were met");
}

/// The units in use are within the capacity of each resource at every second, whatever a store was told.
#[test]
fn peak_use_stays_within_capacity_after_any_history() {
    check(
        "commands::peak_use_stays_within_capacity_after_any_history",
        200,
        &vec(told(), 1..60),
        |history| {
            let mut state = opened();
            let mut now = 0;
            history.iter().find_map(|told| {
                now += told.later;
                let _ = state.apply(&command(told, now), now);
                overfull(&shown(&state, now), now).map(|why| format!("after {told:?} at {now}: {why}"))
            })
        },
    );
}

fn overfull((rows, occupancy, _): &(Rows, Occupancy, Vec<WaitlistEntry>), now: i64) -> Option<String> {
    rows.capacities.iter().find_map(|(resource, capacity)| {
        let claims =
            || occupancy.claims.iter().map(|row| &row.claim).filter(|claim| claim.resource == *resource);
        (now..900).find_map(|second| {
            let covers = |claim: &&Claim| claim.blocked_from() <= second && second < claim.blocked_until();
            let used: u32 = claims().filter(covers).map(|claim| claim.units).sum();
            (used > *capacity).then(|| format!("{used} units of {capacity} of {resource} at {second}"))
        })
    })
}
