//! A world: everything an answer about availability depends on.

use std::sync::Arc;

use booking_core::{
    Counted, CustomerId, Interval, Occupancy, Resource, ResourceId, Seconds, Service, SlotQuery, Snapshot,
    Standing, Waiver,
};

/// What is asked of a world.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    /// A start is answered iff it lies in here.
    pub(crate) window: Interval,
    /// The present, in seconds since the Unix epoch.
    pub(crate) now: i64,
    /// How long the visit lasts.
    pub(crate) duration: Seconds,
    /// How many people.
    pub(crate) party: u32,
    /// Who asks.
    pub(crate) customer: Option<CustomerId>,
    /// Only these, where a pool has any of them.
    pub(crate) pins: Vec<ResourceId>,
    /// What staff set aside.
    pub(crate) waive: Waiver,
}

/// A service, the resources it may use, and what occupies them.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) service: Service,
    pub(crate) resources: Vec<Resource>,
    pub(crate) occupancy: Occupancy,
    pub(crate) counted: Vec<Counted>,
    pub(crate) ask: Ask,
}

impl World {
    /// What the engine is given.
    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot {
            resources: self.resources.iter().cloned().map(Arc::new).collect(),
            occupancy: self.occupancy.clone(),
            counted: self.counted.clone(),
            standing: Standing::default(),
        }
    }

    /// What the engine is asked.
    pub(crate) fn query(&self) -> SlotQuery {
        let ask = &self.ask;
        SlotQuery {
            window: ask.window,
            now: ask.now,
            duration: Some(ask.duration),
            party: ask.party,
            customer: ask.customer,
            pins: ask.pins.clone(),
            waive: ask.waive,
        }
    }
}
