//! Short words for commands. Ids are small numbers; times are seconds of a day far ahead.

use booking_core::{
    Action, Actor, BookingId, Change, Claim, Command, CommitError, Committed, Initial, Interval, LocalStart,
    NewBooking, Pick, Placement, Plan, PlanClaims, Priced, Relocation, ResourceId, ServiceId, TenantId,
    ZoneId,
};
use chrono::{DateTime, Utc};

pub(crate) const TENANT: TenantId = TenantId::SINGLE;

/// The first second of 2090: no clock of a test machine gets there.
pub(crate) const DAY: i64 = 3_786_912_000;

pub(crate) fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(DAY + second, 0).unwrap()
}

pub(crate) fn span(start: i64, end: i64) -> Interval {
    Interval::from_seconds(DAY + start, DAY + end).unwrap()
}

pub(crate) fn local(start: i64) -> LocalStart {
    LocalStart { zone: ZoneId::UTC, wall: at(start).naive_utc(), tzdata: "test".to_owned() }
}

pub(crate) fn claim(on: u64, start: i64, end: i64) -> Claim {
    let resource = ResourceId::from_u64(on);
    Claim { resource, interval: span(start, end), before: 0, after: 0, units: 1 }
}

/// One unit of each of these resources for the whole visit.
pub(crate) fn plan(on: &[u64], start: i64, end: i64) -> Plan {
    let pick = |on: &u64| Pick {
        requirement: format!("need {on}"),
        resource: ResourceId::from_u64(*on),
        seconds: end - start,
    };
    let claims = on.iter().map(|&on| claim(on, start, end)).collect();
    Plan { picks: on.iter().map(pick).collect(), claims: PlanClaims::Own(claims), limits: Vec::new() }
}

pub(crate) fn placement(id: u64, on: &[u64], start: i64, end: i64) -> Placement {
    Placement {
        booking: NewBooking {
            id: BookingId::from_u64(id),
            service: ServiceId::from_u64(1),
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

pub(crate) fn relocation(id: u64, on: &[u64], start: i64, end: i64) -> Relocation {
    Relocation {
        booking: BookingId::from_u64(id),
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

pub(crate) fn command(action: Action) -> Command {
    Command {
        tenant: TENANT,
        now: at(0),
        actor: Actor::new("tester", "here"),
        key: None,
        action,
        offers: Vec::new(),
        verdicts: Vec::new(),
    }
}

pub(crate) fn place(id: u64, on: &[u64], start: i64, end: i64) -> Command {
    command(Action::Place(vec![placement(id, on, start, end)]))
}

pub(crate) fn change(id: u64, change: Change) -> Command {
    command(Action::Change { booking: BookingId::from_u64(id), if_version: None, change })
}

/// Whether it was done, or refused because it does not fit; anything else is a failure of the store.
pub(crate) fn fitted(answer: Result<Committed, CommitError>) -> bool {
    match answer {
        Ok(_) => true,
        Err(CommitError::NoFit { .. }) => false,
        Err(error) => panic!("{error:?}"),
    }
}
