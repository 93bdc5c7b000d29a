//! Commands, as `booking.commit` reads them.

use std::collections::BTreeSet;

use booking_core::{
    Action, Change, Command, Invalid, LimitCheck, LimitSubject, MAX_CAPACITY, Move, NewBooking, Offer, Over,
    Placement, Plan, PlanClaims, Relocation, Seconds, State, TenantId,
};
use booking_platform::{AuditAction, AuditObject};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::booking::{VisitRow, amount};
use super::hex;
use super::parts::{BlockRow, EntryRow, SessionRow, claim_rows};

/// The command as JSON. `keep` is how long idempotency keys are kept, in seconds.
pub(crate) fn encode(command: &Command, keep: Seconds) -> Value {
    let tenant = command.tenant;
    let key = command
        .key
        .as_ref()
        .map(|key| json!({ "operation": key.operation, "key": key.key, "content": hex(&key.content) }));
    json!({
        "tenant": tenant,
        "now": command.now.timestamp(),
        "who": command.actor.who,
        "origin": command.actor.from,
        "keep_keys": keep,
        "key": key,
        "audit": audit(&command.action),
        "locks": locks(command),
        "action": action(&command.action),
        "offers": command.offers.iter().map(offer).collect::<Vec<_>>(),
        "verdicts": command.verdicts,
    })
}

fn action(action: &Action) -> Value {
    match action {
        Action::Place(placements) => {
            let placements: Vec<Value> = placements.iter().map(placement).collect();
            json!({ "kind": "place", "placements": placements })
        }
        Action::Move(wanted) => relocation(wanted),
        Action::Change { booking, if_version, change } => {
            let mut value = change_of(*change);
            value["booking"] = json!(booking);
            value["if_version"] = json!(if_version);
            value
        }
        Action::CancelMany(ids) => {
            let mut value = change_of(Change::Cancel { fee: None });
            value["kind"] = json!("cancel_many");
            value["bookings"] = json!(ids);
            value
        }
        Action::Sweep(ids) => json!({ "kind": "sweep", "bookings": ids }),
        Action::AddBlock(block) => {
            let mut value = json!(BlockRow::from(block));
            value["kind"] = json!("add_block");
            value
        }
        Action::RemoveBlock(id) => json!({ "kind": "remove_block", "block": id }),
        Action::SetCapacity { resource, capacity } => {
            let mut value = json!({ "kind": "set_capacity", "resource": resource,
                                    "capacity": capacity });
            if !(1..=MAX_CAPACITY).contains(capacity) {
                let expected = format!("1 to {MAX_CAPACITY} units");
                value["invalid"] = invalid(&Invalid::new("capacity", capacity, expected));
            }
            value
        }
        Action::OpenSession(session) => {
            let mut row = json!(SessionRow::from(session));
            note_invalid(&mut row, session.check());
            json!({ "kind": "open_session", "session": row })
        }
        Action::CloseSession(id) => {
            json!({ "kind": "close_session", "session": id })
        }
        Action::Join(entry) => {
            json!({ "kind": "join", "entry": EntryRow::from(entry) })
        }
        Action::Leave(id) => {
            let mut value = change_of(Change::Cancel { fee: None });
            value["kind"] = json!("leave");
            value["entry"] = json!(id);
            value
        }
    }
}

/// A move along the life cycle. The database knows no life cycle: it is told what is legal from where.
fn change_of(change: Change) -> Value {
    let attempted = change.attempted();
    let mut value = json!({
        "kind": "change", "attempted": attempted, "next": legal(attempted),
        "from_start": matches!(attempted, Move::Complete | Move::MarkNoShow),
    });
    match change {
        Change::Extend { until } => value["until"] = json!(until.timestamp()),
        Change::Cancel { fee } | Change::MarkNoShow { fee } => {
            let (minor, currency) = amount(fee);
            value["charges"] = json!(true);
            value["fee_minor"] = json!(minor);
            value["fee_currency"] = json!(currency);
        }
        _ => {}
    }
    value
}

const STATES: [State; 9] = [
    State::Held,
    State::Pending,
    State::Confirmed,
    State::CheckedIn,
    State::Completed,
    State::Declined,
    State::Cancelled,
    State::NoShow,
    State::Expired,
];

/// From which states a move is legal and where it leads, without and with approval.
fn legal(attempted: Move) -> Value {
    let mut next = Map::new();
    for from in STATES {
        if let (Ok(plain), Ok(approval)) = (from.after(attempted, false), from.after(attempted, true))
            && let Value::String(name) = json!(from)
        {
            next.insert(name, json!({ "plain": plain, "approval": approval }));
        }
    }
    Value::Object(next)
}

fn relocation(wanted: &Relocation) -> Value {
    let attempted = wanted.attempted();
    let mut value = json!({
        "kind": "move", "attempted": attempted, "next": legal(attempted),
        "event": attempted,
        "booking": wanted.booking,
        "if_version": wanted.if_version,
        "booking_facts": VisitRow::from(wanted),
        "plans": wanted.plans.iter().map(plan).collect::<Vec<_>>(),
        "limits": limits(&wanted.limits),
    });
    note_invalid(&mut value, wanted.check());
    value
}

fn offer(offer: &Offer) -> Value {
    json!({ "entry": offer.entry, "placement": placement(&offer.placement) })
}

fn placement(wanted: &Placement) -> Value {
    let mut value = json!({
        "booking": facts(&wanted.booking),
        "plans": wanted.plans.iter().map(plan).collect::<Vec<_>>(),
        "limits": limits(&wanted.limits),
    });
    note_invalid(&mut value, wanted.check());
    value
}

/// The columns of a new booking that are known before it is placed.
pub(super) fn facts(new: &NewBooking) -> Value {
    let (state, deadline) = new.initial.state(new.visit.start());
    let mut value = json!(VisitRow::from(new));
    let rest = json!({
        "booking_id": new.id,
        "service_id": new.service,
        "customer_id": new.customer,
        "state": state,
        "version": 1,
        "deadline": deadline.map(|at| at.timestamp()),
        "series_id": new.series.map(|(id, _)| id),
        "series_place": new.series.map(|(_, place)| place),
        "offer_to": new.offer_to,
        "approval": new.approval,
        "max_hold": new.max_hold,
    });
    if let (Value::Object(all), Value::Object(rest)) = (&mut value, rest) {
        all.extend(rest);
    }
    value
}

fn plan(plan: &Plan) -> Value {
    let limits = limits(&plan.limits);
    match &plan.claims {
        PlanClaims::Own(claims) => {
            json!({ "picks": plan.picks, "claims": claim_rows(claims), "limits": limits })
        }
        PlanClaims::Seats(session) => {
            json!({ "picks": plan.picks, "session": SessionRow::from(session), "limits": limits })
        }
    }
}

fn limits(checks: &[LimitCheck]) -> Vec<Value> {
    checks.iter().map(limit).collect()
}

fn limit(check: &LimitCheck) -> Value {
    let (subject, id) = subject(check.subject);
    let intervals: Vec<(i64, i64)> =
        check.intervals.iter().map(|interval| (interval.start_second(), interval.end_second())).collect();
    json!({
        "rule": check.rule,
        "subject": subject,
        "id": id,
        "service": (check.over == Over::Service).then_some(check.service),
        "intervals": intervals,
        "max_count": check.max_count,
        "max_seconds": check.max_seconds,
        "adds": check.adds,
    })
}

fn subject(subject: LimitSubject) -> (&'static str, Uuid) {
    match subject {
        LimitSubject::Customer(id) => ("customer", id.uuid()),
        LimitSubject::Resource(id) => ("resource", id.uuid()),
        LimitSubject::Service(id) => ("service", id.uuid()),
    }
}

/// What no rule could judge is refused where the command comes to it, and not before: an offer is then passed over.
fn note_invalid(value: &mut Value, checked: Result<(), Invalid>) {
    if let Err(error) = checked {
        value["invalid"] = invalid(&error);
    }
}

fn invalid(error: &Invalid) -> Value {
    json!({ "kind": "invalid", "field": error.field(), "value": error.value(), "expected": error.expected() })
}

/// What the audit log says: of the bookings that the answer names, and of one thing that is no booking.
fn audit(action: &Action) -> Value {
    let done = AuditAction::of(action).as_str();
    let object: AuditObject = match action {
        Action::AddBlock(block) => block.id.into(),
        Action::RemoveBlock(id) => (*id).into(),
        Action::SetCapacity { resource, .. } => (*resource).into(),
        Action::OpenSession(session) => session.id.into(),
        Action::CloseSession(id) => (*id).into(),
        Action::Join(entry) => entry.id.into(),
        Action::Leave(id) => (*id).into(),
        Action::Place(_)
        | Action::Move(_)
        | Action::Change { .. }
        | Action::CancelMany(_)
        | Action::Sweep(_) => {
            return json!({ "bookings": done });
        }
    };
    // Leaving the line calls off the offer there was.
    let bookings = AuditAction::Cancel.as_str();
    json!({ "bookings": bookings, "action": done, "object": object.kind.as_str(), "id": object.id })
}

/// What a command locks before it looks at anything, so that there is one order of locks.
#[derive(Default)]
struct Locks {
    bookings: Vec<Uuid>,
    sessions: Vec<Uuid>,
    entry: Option<Uuid>,
    names: BTreeSet<String>,
    resources: BTreeSet<Uuid>,
    /// Whether it may have to lay claims out anew after it has written some: then it takes its resources alone.
    alone: bool,
}

fn locks(command: &Command) -> Value {
    let mut locks = Locks::default();
    let tenant = command.tenant;
    match &command.action {
        Action::Place(placements) => {
            locks.alone = placements.len() > 1;
            for placement in placements {
                locks.plans(tenant, &placement.plans, &placement.limits);
            }
        }
        Action::Move(wanted) => {
            locks.alone = true;
            locks.bookings.push(wanted.booking.uuid());
            locks.plans(tenant, &wanted.plans, &wanted.limits);
        }
        Action::Change { booking, .. } => locks.bookings.push(booking.uuid()),
        Action::CancelMany(ids) | Action::Sweep(ids) => {
            locks.bookings.extend(ids.iter().map(|id| id.uuid()));
        }
        Action::OpenSession(session) => {
            locks.alone = true;
            locks.session(tenant, session);
        }
        Action::CloseSession(id) => locks.sessions.push(id.uuid()),
        Action::Leave(id) => locks.entry = Some(id.uuid()),
        Action::AddBlock(_) | Action::RemoveBlock(_) | Action::SetCapacity { .. } | Action::Join(_) => {}
    }
    for offer in &command.offers {
        locks.alone = true;
        locks.plans(tenant, &offer.placement.plans, &offer.placement.limits);
    }
    locks.value()
}

impl Locks {
    fn plans(&mut self, tenant: TenantId, plans: &[Plan], limits: &[LimitCheck]) {
        self.limits(tenant, limits);
        for plan in plans {
            self.limits(tenant, &plan.limits);
            match &plan.claims {
                PlanClaims::Own(claims) => {
                    self.resources.extend(claims.iter().map(|claim| claim.resource.uuid()));
                }
                PlanClaims::Seats(session) => self.session(tenant, session),
            }
        }
    }

    fn limits(&mut self, tenant: TenantId, limits: &[LimitCheck]) {
        for check in limits {
            let (kind, id) = subject(check.subject);
            self.names.insert(format!("limit:{tenant}:{kind}:{id}"));
        }
    }

    fn session(&mut self, tenant: TenantId, session: &booking_core::Session) {
        self.names.insert(SessionRow::from(session).lock_name(tenant));
        self.resources.extend(session.claims.iter().map(|claim| claim.resource.uuid()));
    }

    fn value(self) -> Value {
        // One booking on its own takes the locks of its resources while it writes: shared, and only where there are
        // several units.
        let resources = if self.alone { self.resources } else { BTreeSet::new() };
        let mut value = json!({
            "bookings": self.bookings, "sessions": self.sessions, "names": self.names, "resources": resources,
            "alone": self.alone,
        });
        if let Some(entry) = self.entry {
            value["entry"] = json!(entry);
        }
        value
    }
}
