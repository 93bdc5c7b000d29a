//! Ordinary bookings, as `booking.commit_batch` reads them.

use booking_core::{
    Action, BookingId, Claim, Command, Committed, IdempotencyKey, Placement, Plan, PlanClaims, ResourceId,
    StoreError,
};
use serde_json::{Map, Value, json};

use super::command::facts;
use super::hex;
use super::parts::{claim_rows, instant};

/// A command that makes one booking with one unit of each resource, and asks for nothing else.
#[derive(Clone, Copy)]
pub(crate) struct Ordinary<'c> {
    command: &'c Command,
    placement: &'c Placement,
    plan: &'c Plan,
    claims: &'c [Claim],
}

impl<'c> Ordinary<'c> {
    /// None where limits, sessions, several units or anything that has to be refused need a closer look.
    pub(crate) fn of(command: &'c Command) -> Option<Self> {
        let Action::Place(placements) = &command.action else { return None };
        let [placement] = placements.as_slice() else { return None };
        let plan = placement.plans.first()?;
        let PlanClaims::Own(claims) = &plan.claims else { return None };
        let simple = command.offers.is_empty()
            && placement.limits.is_empty()
            && plan.limits.is_empty()
            && !claims.is_empty()
            && claims.iter().all(|claim| claim.units == 1)
            && placement.check().is_ok();
        simple.then_some(Self { command, placement, plan, claims })
    }

    pub(crate) fn id(self) -> BookingId {
        self.placement.booking.id
    }

    pub(crate) fn key(self) -> Option<&'c IdempotencyKey> {
        self.command.key.as_ref()
    }

    /// What it blocks, buffers included: resource, first second and first second after.
    pub(crate) fn blocked(self) -> impl Iterator<Item = (ResourceId, i64, i64)> + use<'c> {
        self.claims.iter().map(|claim| {
            let interval = claim.interval;
            (claim.resource, interval.start_second() - claim.before, interval.end_second() + claim.after)
        })
    }

    /// What was done, when the batch says that it was done at this second.
    pub(crate) fn done(self, second: i64) -> Result<Committed, StoreError> {
        let now = instant("answer", second)?;
        Ok(Committed {
            bookings: vec![self.placement.booking.row(
                self.command.tenant,
                self.plan.picks.clone(),
                (self.claims.to_vec(), None),
                now,
            )],
            offers: Vec::new(),
            collides: Vec::new(),
            session: None,
            entry: None,
            verdicts: self.command.verdicts.clone(),
            replayed: false,
        })
    }
}

/// The arguments of `booking.commit_batch` after the tenant and the time: bookings, claims, picks and keys, and what came in
/// with them.
#[derive(Default)]
pub(crate) struct BatchRows {
    pub(crate) bookings: Vec<Value>,
    pub(crate) claims: Vec<Value>,
    pub(crate) picks: Vec<Value>,
    pub(crate) keys: Vec<Value>,
    pub(crate) others: Vec<Value>,
}

impl BatchRows {
    /// Adds a booking to be made.
    pub(crate) fn add(&mut self, place: usize, ordinary: Ordinary<'_>) {
        let (id, command) = (ordinary.id(), ordinary.command);
        let mut booking = facts(&ordinary.placement.booking);
        let expires = booking["deadline"].clone();
        booking["claims"] = json!(claim_rows(ordinary.claims));
        if let Some(key) = &command.key {
            self.keys.push(json!({
                "booking_id": id, "operation": key.operation, "key": key.key, "content": hex(&key.content),
                "answer": { "bookings": [recorded(ordinary, &booking)], "verdicts": command.verdicts },
            }));
        }
        judged(&mut booking, place, ordinary);
        booking["who"] = json!(command.actor.who);
        booking["origin"] = json!(command.actor.from);
        self.bookings.push(booking);
        for (place, claim) in ordinary.claims.iter().enumerate() {
            self.claims.push(json!({
                "booking_id": id, "resource": claim.resource, "starts": claim.interval.start_second(),
                "ends": claim.interval.end_second(), "before": claim.before, "after": claim.after,
                "part": place + 1, "expires": expires,
            }));
        }
        for (place, pick) in ordinary.plan.picks.iter().enumerate() {
            self.picks.push(json!({
                "booking_id": id, "place": place, "requirement": pick.requirement, "resource": pick.resource,
                "seconds": pick.seconds,
            }));
        }
    }

    /// Adds a booking that is not to be made, because it wants what another wants or is the same.
    pub(crate) fn add_other(&mut self, place: usize, ordinary: Ordinary<'_>) {
        let new = &ordinary.placement.booking;
        let (_, deadline) = new.initial.state(new.visit.start());
        let mut other = json!({
            "booking_id": new.id, "deadline": deadline.map(|at| at.timestamp()), "claims": claim_rows(ordinary.claims),
        });
        judged(&mut other, place, ordinary);
        self.others.push(other);
    }
}

/// What `booking.refusals` reads beside id, deadline and claims.
fn judged(value: &mut Value, place: usize, ordinary: Ordinary<'_>) {
    value["place"] = json!(place);
    value["single"] = json!(ordinary.placement.plans.len() == 1);
    if let Some(key) = ordinary.key() {
        value["operation"] = json!(key.operation);
        value["key"] = json!(key.key);
    }
}

/// The booking as the answer to a retry has it; the database adds when it was made.
fn recorded(ordinary: Ordinary<'_>, booking: &Value) -> Value {
    let mut recorded = booking.as_object().cloned().unwrap_or_else(Map::new);
    recorded.insert("tenant_id".to_owned(), json!(ordinary.command.tenant));
    recorded.insert("session_id".to_owned(), Value::Null);
    recorded.insert("picks".to_owned(), json!(ordinary.plan.picks));
    Value::Object(recorded)
}
