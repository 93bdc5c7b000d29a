//! What bookings claim, worked out from their rows and the services alone.

use std::collections::BTreeMap;

use booking_core::{Booking, Claim, Interval, Service, ServiceId, Session, SessionId, Takes};

/// Every claim of live bookings and of sessions, by what the rows say.
pub(crate) fn of_live(
    live: &[&Booking],
    services: &BTreeMap<ServiceId, Service>,
    scheduled: &BTreeMap<SessionId, Session>,
) -> Vec<Claim> {
    let mut claims: Vec<Claim> = live.iter().flat_map(|booking| booking.claims.iter().copied()).collect();
    let mut sessions: BTreeMap<SessionId, Vec<Claim>> = BTreeMap::new();
    for booking in live {
        if let Some(id) = booking.session {
            sessions.insert(id, of_session(booking, &services[&booking.service]));
        }
    }
    for session in scheduled.values() {
        sessions.entry(session.id).or_insert_with(|| session.claims.clone());
    }
    claims.extend(sessions.into_values().flatten());
    claims.sort_unstable();
    claims
}

/// A session claims its fixed amount once, whoever sits in it.
fn of_session(booking: &Booking, service: &Service) -> Vec<Claim> {
    let duration = booking.visit.seconds();
    let mut claims = Vec::new();
    for pick in &booking.picks {
        let requirement = service.requirements.iter().find(|one| one.name == pick.requirement).unwrap();
        let units = if let Takes::Units(units) = requirement.takes { units } else { 1 };
        for part in requirement.parts_of(duration) {
            let start = booking.visit.start_second();
            claims.push(Claim {
                resource: pick.resource,
                interval: Interval::from_seconds(start + part.from, start + part.to).unwrap(),
                before: if part.from == 0 { service.buffers.before } else { 0 },
                after: if part.to == duration { service.buffers.after } else { 0 },
                units,
            });
        }
    }
    claims
}

/// The most units in use from `now` on: looked at where each claim begins, for use only rises there.
pub(crate) fn peak(claims: &[&Claim], now: i64) -> u32 {
    let starts = claims.iter().map(|claim| (claim.interval.start_second() - claim.before).max(now));
    let used = |at: i64| -> u32 {
        let covers = |claim: &&&Claim| {
            claim.interval.start_second() - claim.before <= at
                && at < claim.interval.end_second() + claim.after
        };
        claims.iter().filter(covers).map(|claim| claim.units).sum()
    };
    starts.map(used).max().unwrap_or(0)
}
