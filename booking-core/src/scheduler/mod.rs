//! The use cases a host calls: listing, explaining, booking and everything after, over any store and any clock.

mod change;
mod drift;
mod keys;
mod listing;
mod place;
mod refusal;
mod relocate;
mod request;
mod series;
mod snapshot;
mod upkeep;
mod waitlist;
mod what_if;

use std::sync::Arc;

use chrono::{DateTime, Utc};

pub use drift::Drift;
pub use place::Intent;
pub use refusal::Refusal;
pub use request::{
    BookRequest, Booked, CancelSeriesRequest, ChangeRequest, JoinRequest, Joined, LiveOffer, MoveRequest,
    SeriesBooked, SeriesCancelled, SeriesRequest, Wish,
};
pub use series::MAX_OCCURRENCES;
pub use waitlist::MAX_IN_LINE;
pub use what_if::{Hypothesis, MAX_HYPOTHETICAL, WhatIf};

use crate::clock::Clock;
use crate::engine::Calendars;
use crate::policy::Rule;
use crate::random::{IdSource, RandomIds};
use crate::service::Service;
use crate::store::{BookingStore, Catalog};
use crate::time::Zones;
use crate::{ServiceId, TenantId};

/// How often a request is planned again when others were faster: each time at least one of them succeeded.
pub const MAX_ATTEMPTS: usize = 64;

/// Everything a host does with bookings, over a store `S` and a clock `C`.
///
/// Cheap to clone where the store is. What it answers depends on the store, the clock and the time zone data alone: all it
/// keeps are the compiled hours of resources that the catalogue hands out again and again.
#[derive(Clone)]
pub struct Scheduler<S, C> {
    store: S,
    clock: C,
    zones: Zones,
    ids: Arc<dyn IdSource>,
    rules: Vec<Arc<dyn Rule>>,
    calendars: Calendars,
}

impl<S, C> Scheduler<S, C> {
    /// A scheduler with the bundled time zone data, random ids and no rules of the host's own.
    pub fn new(store: S, clock: C) -> Self {
        Self {
            store,
            clock,
            zones: Zones::bundled(),
            ids: Arc::new(RandomIds::default()),
            rules: Vec::new(),
            calendars: Calendars::default(),
        }
    }

    /// With other time zone data.
    pub fn with_zones(mut self, zones: Zones) -> Self {
        self.zones = zones;
        // What is kept was compiled against the data before.
        self.calendars = Calendars::default();
        self
    }

    /// With ids from elsewhere.
    pub fn with_ids(mut self, ids: impl IdSource + 'static) -> Self {
        self.ids = Arc::new(ids);
        self
    }

    /// With one more rule of the host's own.
    pub fn with_rule(mut self, rule: impl Rule + 'static) -> Self {
        self.rules.push(Arc::new(rule));
        self
    }

    /// The store.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// The clock.
    pub fn clock(&self) -> &C {
        &self.clock
    }

    /// The time zone data.
    pub fn zones(&self) -> &Zones {
        &self.zones
    }
}

impl<S: Catalog + BookingStore, C: Clock> Scheduler<S, C> {
    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    async fn service(&self, tenant: TenantId, service: ServiceId) -> Result<Arc<Service>, Refusal> {
        self.store.service(tenant, service).await?.ok_or(Refusal::NotFound { what: "service" })
    }
}
