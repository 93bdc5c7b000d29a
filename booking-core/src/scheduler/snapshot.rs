//! Reading what availability depends on.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Refusal, Scheduler, Wish};
use crate::clock::Clock;
use crate::engine::{Availability, SlotQuery, Snapshot};
use crate::interval::Interval;
use crate::policy::{HorizonKind, Per, Period};
use crate::reason::Occupant;
use crate::resource::Resource;
use crate::seconds::{DAY, Seconds, check_count, check_name};
use crate::service::{MAX_POOL, Pool, Service, Strategy};
use crate::store::{
    BookingStore, Catalog, ClaimRow, Counted, CountedQuery, LimitSubject, OccupancyQuery, Placement,
    PlanClaims, SessionRow, StandingQuery,
};
use crate::{BookingId, END_SECOND, FIRST_SECOND, Invalid, TenantId};

/// What a snapshot is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To tell what is free, for which nobody needs to know who is preferred.
    List,
    /// To choose who serves a visit.
    Plan,
}

impl<S: Catalog + BookingStore, C: Clock> Scheduler<S, C> {
    /// The query of a wish for a window. Refused: a group that is no name.
    pub(super) fn query(wish: &Wish, window: Interval, now: i64) -> Result<SlotQuery, Invalid> {
        wish.group.as_deref().map_or(Ok(()), |group| check_name("group", group))?;
        Ok(SlotQuery {
            window,
            now,
            duration: wish.duration,
            party: wish.party,
            customer: wish.customer,
            pins: wish.resources.clone(),
            waive: wish.waive,
        })
    }

    /// Everything a query of a service depends on, and who of the resources is preferred. Checks the query before it reads
    /// anything that grows with it.
    pub(super) async fn snapshot(
        &self,
        tenant: TenantId,
        service: &Service,
        query: &SlotQuery,
        ignoring: Option<BookingId>,
    ) -> Result<Snapshot, Refusal> {
        self.snapshot_for(Purpose::Plan, tenant, service, query, ignoring).await
    }

    /// Everything a query of a service depends on, as far as the purpose needs it.
    pub(super) async fn snapshot_for(
        &self,
        purpose: Purpose,
        tenant: TenantId,
        service: &Service,
        query: &SlotQuery,
        ignoring: Option<BookingId>,
    ) -> Result<Snapshot, Refusal> {
        service.duration(query.duration)?;
        service.check_party(query.party)?;
        crate::seconds::check_length("window", query.window.seconds(), 1, crate::MAX_WINDOW)?;
        let resources = self.pool_resources(tenant, service).await?;
        let ids: Vec<_> = resources.iter().map(|resource| resource.id).collect();
        let reach = Availability::reach(service, query);
        let occupancy =
            OccupancyQuery { tenant, resources: ids.clone(), window: reach, now: query.now, ignoring };
        let mut snapshot =
            Snapshot { occupancy: self.store.occupancy(&occupancy).await?, resources, ..Snapshot::default() };
        if let Some(counted) = counted_query(tenant, service, query, &snapshot.resources, ignoring) {
            snapshot.counted = self.store.counted(&counted).await?;
        }
        let prefers = purpose == Purpose::Plan && service.strategy != Strategy::Priority;
        if prefers || (service.policy.no_show.refuse_after.is_some() && query.customer.is_some()) {
            let missed = i64::from(service.policy.no_show.days.unwrap_or(365)) * DAY;
            snapshot.standing = self
                .store
                .standing(&StandingQuery {
                    tenant,
                    service: service.id,
                    customer: query.customer,
                    resources: if prefers { ids } else { Vec::new() },
                    window: self.standing_window(service, query.window.start_second())?,
                    missed_since: query.now - missed,
                    now: query.now,
                })
                .await?;
        }
        Ok(snapshot)
    }

    /// Which bookings a strategy counts around a start: the local date, or 30 days either way.
    fn standing_window(&self, service: &Service, start: i64) -> Result<Interval, Refusal> {
        let zone = self.zones.zone(&service.zone)?;
        let (from, until) = if service.strategy == Strategy::Weighted {
            (start - 30 * DAY, start + 30 * DAY)
        } else {
            let day = crate::time::civil::day_of_local(zone.to_local(start));
            (zone.day_start(day), zone.day_start(day + 1))
        };
        Ok(bounded(from, until)?)
    }

    async fn pool_resources(
        &self,
        tenant: TenantId,
        service: &Service,
    ) -> Result<Vec<Arc<Resource>>, Refusal> {
        let mut all: Vec<Arc<Resource>> = Vec::new();
        let mut known = HashSet::new();
        for requirement in &service.requirements {
            let found = match &requirement.pool {
                Pool::Ids(ids) => self.store.resources(tenant, ids).await?,
                Pool::Tag(tag) => self.store.tagged(tenant, tag).await?,
            };
            // The bound of pools by tag, which no service can know.
            check_count("pool", found.len(), MAX_POOL)?;
            all.extend(found.into_iter().filter(|resource| known.insert(resource.id)));
        }
        Ok(all)
    }
}

fn bounded(from: i64, until: i64) -> Result<Interval, Invalid> {
    Interval::from_seconds(
        from.clamp(FIRST_SECOND, END_SECOND - 1),
        until.clamp(FIRST_SECOND + 1, END_SECOND),
    )
}

/// What limits need to know: none when the service has no limits.
fn counted_query(
    tenant: TenantId,
    service: &Service,
    query: &SlotQuery,
    resources: &[Arc<Resource>],
    ignoring: Option<BookingId>,
) -> Option<CountedQuery> {
    let limits = &service.policy.limits;
    if limits.is_empty() || query.waive.limits {
        return None;
    }
    let mut subjects = Vec::new();
    for limit in limits {
        match (limit.per, query.customer) {
            (Per::Service, _) => subjects.push(LimitSubject::Service(service.id)),
            (Per::Customer, Some(customer)) => subjects.push(LimitSubject::Customer(customer)),
            (Per::Customer, None) => {}
            (Per::Resource, _) => subjects.extend(resources.iter().map(|r| LimitSubject::Resource(r.id))),
        }
    }
    subjects.sort_unstable();
    subjects.dedup();
    let longest: Seconds = limits.iter().map(|limit| days_of(limit.period)).max().unwrap_or(0) * DAY;
    let mut from = query.window.start_second();
    if service.policy.horizon.as_ref().is_some_and(|h| matches!(h.kind, HorizonKind::AvailableDays(_))) {
        from = from.min(query.now);
    }
    let window = bounded(from - longest, query.window.end_second() + longest).ok()?;
    Some(CountedQuery { tenant, subjects, window, now: query.now, ignoring })
}

/// More days than any such period has, so that the whole period around any start is counted.
pub(super) fn days_of(period: Period) -> i64 {
    match period {
        Period::Day => 3,
        Period::Week => 9,
        Period::Month => 33,
        Period::Year => 368,
    }
}

/// Lays a planned booking over a snapshot, so that what is planned next sees it.
pub(super) fn occupy(snapshot: &mut Snapshot, placement: &Placement) {
    let Some(plan) = placement.plans.first() else { return };
    let booking = &placement.booking;
    match &plan.claims {
        PlanClaims::Own(claims) => {
            let by = Occupant::Booking(booking.id);
            snapshot.occupancy.claims.extend(claims.iter().map(|&claim| ClaimRow { claim, by }));
        }
        PlanClaims::Seats(session) => {
            let open = snapshot.occupancy.sessions.iter_mut().find(|row| row.session.key == session.key);
            if let Some(row) = open {
                row.taken = row.taken.saturating_add(booking.party);
            } else {
                let by = Occupant::Session(session.id);
                let claims = session.claims.iter().map(|&claim| ClaimRow { claim, by });
                snapshot.occupancy.claims.extend(claims);
                let row = SessionRow { session: session.clone(), taken: booking.party };
                snapshot.occupancy.sessions.push(row);
            }
        }
    }
    let mut resources: Vec<(crate::ResourceId, Seconds)> = Vec::new();
    for pick in &plan.picks {
        match resources.iter_mut().find(|(id, _)| *id == pick.resource) {
            Some((_, seconds)) => *seconds += pick.seconds,
            None => resources.push((pick.resource, pick.seconds)),
        }
    }
    snapshot.counted.push(Counted {
        booking: booking.id,
        service: booking.service,
        customer: booking.customer,
        visit: booking.visit,
        resources,
    });
}
