//! The answers behind the port's read methods.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::bookings::Kept;
use super::index::{FIRST_ID, PageStart, Subject};
use super::present::Present;
use super::tenant::Tenant;
use crate::booking::{Booking, Event, State, WaitlistEntry};
use crate::interval::{END_SECOND, FIRST_SECOND, Interval};
use crate::reason::Occupant;
use crate::store::{
    BookingFilter, ClaimRow, Counted, CountedQuery, Occupancy, OccupancyQuery, Page, ResourceStanding,
    SessionRow, Standing, StandingQuery, WaitingQuery,
};
use crate::{BookingId, CustomerId, ResourceId, ServiceId};

/// The most entries of one page.
const MAX_PAGE: usize = 1_000;
/// Claims on one calendar in the window of a usual question.
const USUAL: usize = 32;

impl Tenant {
    pub(super) fn occupancy(&self, query: &OccupancyQuery) -> Occupancy {
        let (from, until) = (query.window.start_second(), query.window.end_second());
        let present = Present::at(self, query.now, query.ignoring);
        let mut occupancy = Occupancy::default();
        let mut sessions = BTreeSet::new();
        let mut asked = query.resources.clone();
        asked.sort_unstable();
        asked.dedup();
        // Grown step by step a month of fifty calendars would be copied many times over.
        occupancy.claims.reserve(asked.len().min(MAX_PAGE) * USUAL);
        for resource in asked {
            // Nested loops where `for` would ask a flattened iterator again for each: this is most of the work.
            self.claims_on(resource, from, until, present).for_each(|claimed| {
                occupancy.claims.push(ClaimRow { claim: claimed.claim, by: claimed.by });
                if let Occupant::Session(id) = claimed.by {
                    sessions.insert(id);
                }
            });
            if let Some(blocked) = self.blocked.get(&resource) {
                let blocks =
                    blocked.overlapping(from, until).filter_map(|blocked| self.blocks.get(&blocked.id));
                occupancy.blocks.extend(blocks.cloned());
            }
            occupancy.capacities.extend(self.capacities.get(&resource).map(|&units| (resource, units)));
        }
        let rows = sessions.into_iter().filter_map(|id| self.sessions.get(&id));
        occupancy.sessions = rows
            .map(|session| {
                let taken = self.seats_taken(session.id, present);
                SessionRow { session: session.clone(), taken }
            })
            .collect();
        occupancy
    }

    pub(super) fn counted(&self, query: &CountedQuery) -> Vec<Counted> {
        let (from, until) = (query.window.start_second(), query.window.end_second());
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        for &subject in &query.subjects {
            for booking in self.counted_in(subject.into(), from, until, query.now) {
                if Some(booking.id) != query.ignoring && seen.insert(booking.id) {
                    found.push(counted(booking));
                }
            }
        }
        found.sort_by_key(|row| (row.visit.start_second(), row.booking));
        found
    }

    pub(super) fn standing(&self, query: &StandingQuery) -> Standing {
        let resources = query.resources.iter().map(|&id| (id, self.resource_standing(id, query)));
        let (last_of_customer, missed) = query.customer.map_or((Vec::new(), 0), |customer| {
            let last = self.last_resources(customer, query.service, query.now);
            (last, self.missed(customer, query.missed_since, query.now))
        });
        Standing { resources: resources.collect(), last_of_customer, missed }
    }

    fn resource_standing(&self, id: ResourceId, query: &StandingQuery) -> ResourceStanding {
        let (from, until) = (query.window.start_second(), query.window.end_second());
        let mut standing = ResourceStanding::default();
        for booking in self.counted_in(Subject::Resource(id), from, until, query.now) {
            standing.bookings = standing.bookings.saturating_add(1);
            standing.seconds = standing.seconds.saturating_add(booking.seconds_served(id));
        }
        if let Some(row) = self.assigned.get(&(query.service, id)) {
            standing.last_assigned = Some(row.at);
            standing.last_sequence = row.sequence;
        }
        standing
    }

    fn last_resources(&self, customer: CustomerId, service: ServiceId, now: i64) -> Vec<ResourceId> {
        let by_start = self.counted_in(Subject::Customer(customer), FIRST_SECOND, END_SECOND, now);
        let last = by_start.rev().find(|booking| booking.service == service);
        last.map(Kept::resources).unwrap_or_default()
    }

    fn missed(&self, customer: CustomerId, since: i64, now: i64) -> u32 {
        let bookings = self.counted_in(Subject::Customer(customer), since, END_SECOND, now);
        let missed = bookings.filter(|booking| booking.state == State::NoShow).count();
        u32::try_from(missed).unwrap_or(u32::MAX)
    }

    pub(super) fn list(&self, filter: &BookingFilter) -> Page<Booking> {
        let limit = filter.limit.clamp(1, MAX_PAGE);
        let until = filter.window.map_or(END_SECOND, Interval::end_second);
        let first = (self.first_start(filter), FIRST_ID);
        let after = filter.after.map(|(start, id)| (start.timestamp(), id)).filter(|&after| after >= first);
        let from = after.map_or(PageStart::At(first), PageStart::After);
        let ids = self.by_start.page(narrowest(filter), from, until);
        let bookings = ids.filter_map(|id| self.bookings.get(&id));
        let found = bookings.filter(|booking| matches(booking, filter));
        Page::cut(found.take(limit + 1).map(Kept::booking).collect(), limit)
    }

    /// Nothing that starts earlier reaches into the filter's window.
    fn first_start(&self, filter: &BookingFilter) -> i64 {
        let reach = |from: i64| from.saturating_sub(self.longest_visit).max(FIRST_SECOND);
        filter.window.map_or(FIRST_SECOND, |window| reach(window.start_second()))
    }

    pub(super) fn history_of(&self, booking: BookingId) -> Vec<Event> {
        self.bookings.get(&booking).map(|row| self.events.up_to(row.last_event)).unwrap_or_default()
    }

    pub(super) fn events_after(&self, after: u64, limit: usize) -> Vec<Event> {
        self.events.after(after, limit)
    }

    pub(super) fn lapsed(&self, now: DateTime<Utc>, limit: usize) -> Vec<Booking> {
        let now = now.timestamp();
        let ids = self.deadlines.iter().take_while(|(deadline, _)| *deadline <= now).take(limit);
        ids.filter_map(|(_, id)| self.bookings.get(id)).map(Kept::booking).collect()
    }

    pub(super) fn waiting(&self, query: &WaitingQuery) -> Vec<WaitlistEntry> {
        let entries = self.line.iter().filter_map(|(_, _, id)| self.entries.get(id));
        let free = entries
            .filter(|entry| entry.window.overlaps(query.window) && !self.has_live_offer(entry, query.now));
        free.take(query.limit).cloned().collect()
    }

    /// Whether an entry has an offer that can still be taken.
    pub(super) fn has_live_offer(&self, entry: &WaitlistEntry, now: i64) -> bool {
        let offer = entry.offer.and_then(|id| self.bookings.get(&id));
        offer.is_some_and(|booking| booking.is_live_at(now))
    }
}

fn counted(booking: &Kept) -> Counted {
    let resources = booking.resources().into_iter();
    Counted {
        booking: booking.id,
        service: booking.service,
        customer: booking.customer,
        visit: booking.visit,
        resources: resources.map(|id| (id, booking.seconds_served(id))).collect(),
    }
}

/// The index with the fewest bookings for a filter.
fn narrowest(filter: &BookingFilter) -> Subject {
    let series = filter.series.map(Subject::Series);
    let customer = filter.customer.map(Subject::Customer);
    let resource = filter.resource.map(Subject::Resource);
    let service = filter.service.map(Subject::Service);
    series.or(customer).or(resource).or(service).unwrap_or(Subject::All)
}

fn matches(booking: &Kept, filter: &BookingFilter) -> bool {
    filter.window.is_none_or(|window| booking.visit.overlaps(window))
        && filter.customer.is_none_or(|customer| booking.customer == Some(customer))
        && filter.service.is_none_or(|service| booking.service == service)
        && filter.resource.is_none_or(|id| booking.uses(id))
        && filter.series.is_none_or(|series| booking.series().is_some_and(|(id, _)| id == series))
        && (filter.states.is_empty() || filter.states.contains(&booking.state_at(filter.now)))
}
