//! The same question over a changed world, without changing it.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Refusal, Scheduler, Wish};
use crate::booking::{Block, Claim};
use crate::clock::Clock;
use crate::engine::{Slot, Snapshot};
use crate::interval::{Interval, second_of};
use crate::reason::Occupant;
use crate::resource::Resource;
use crate::seconds::check_count;
use crate::service::Service;
use crate::store::{BookingStore, Catalog, ClaimRow};
use crate::{BookingId, Invalid, ResourceId};

/// The most entries of one list of a [`Hypothesis`].
pub const MAX_HYPOTHETICAL: usize = 10_000;

/// A changed world: hypothetical hours, staff or bookings laid over the real ones.
#[derive(Debug, Clone, Default)]
pub struct Hypothesis {
    /// The service as it might be; none means as it is.
    pub service: Option<Service>,
    /// Resources as they might be: they replace those with the same id; others are added.
    pub resources: Vec<Resource>,
    /// Resources that might be missing.
    pub without_resources: Vec<ResourceId>,
    /// Bookings that might not exist. Seats in sessions stay taken.
    pub without_bookings: Vec<BookingId>,
    /// Claims there might be as well.
    pub claims: Vec<Claim>,
    /// Time off there might be as well.
    pub blocks: Vec<Block>,
    /// Another present.
    pub now: Option<DateTime<Utc>>,
}

/// The real answer, the hypothetical one, and the difference.
#[derive(Debug, Clone, PartialEq)]
pub struct WhatIf {
    /// What is offered now.
    pub before: Vec<Slot>,
    /// What would be offered.
    pub after: Vec<Slot>,
    /// Starts that would be added.
    pub gained: Vec<DateTime<Utc>>,
    /// Starts that would be gone.
    pub lost: Vec<DateTime<Utc>>,
}

impl<S: Catalog + BookingStore, C: Clock> Scheduler<S, C> {
    /// What would be offered if some things were otherwise. Writes nothing.
    pub async fn what_if(
        &self,
        wish: &Wish,
        window: Interval,
        hypothesis: &Hypothesis,
    ) -> Result<WhatIf, Refusal> {
        hypothesis.check()?;
        let before = self.slots(wish, window).await?;
        let real = self.service(wish.tenant, wish.service).await?;
        let service = hypothesis.service.as_ref().unwrap_or(&real);
        let now = match hypothesis.now {
            Some(now) => second_of("now", now)?,
            None => self.present(wish)?,
        };
        let query = Self::query(wish, window, now)?;
        let mut snapshot = self.listed(wish, service, &query).await?;
        lay(&mut snapshot, hypothesis);
        let after = self.availability(service, &snapshot)?.slots(&query)?;
        let missing = |from: &[Slot], other: &[Slot]| {
            let has = |slot: &&Slot| other.binary_search_by_key(&slot.start, |s| s.start).is_err();
            from.iter().filter(has).map(|slot| slot.start).collect::<Vec<_>>()
        };
        let (gained, lost) = (missing(&after, &before), missing(&before, &after));
        Ok(WhatIf { before, after, gained, lost })
    }
}

impl Hypothesis {
    fn check(&self) -> Result<(), Invalid> {
        check_count("resources", self.resources.len(), MAX_HYPOTHETICAL)?;
        check_count("without_resources", self.without_resources.len(), MAX_HYPOTHETICAL)?;
        check_count("without_bookings", self.without_bookings.len(), MAX_HYPOTHETICAL)?;
        check_count("claims", self.claims.len(), MAX_HYPOTHETICAL)?;
        check_count("blocks", self.blocks.len(), MAX_HYPOTHETICAL)
    }
}

fn lay(snapshot: &mut Snapshot, hypothesis: &Hypothesis) {
    for resource in &hypothesis.resources {
        let changed = Arc::new(resource.clone());
        match snapshot.resources.iter_mut().find(|known| known.id == resource.id) {
            Some(known) => *known = changed,
            None => snapshot.resources.push(changed),
        }
        snapshot.occupancy.capacities.retain(|(id, _)| *id != resource.id);
    }
    snapshot.resources.retain(|known| !hypothesis.without_resources.contains(&known.id));
    snapshot
        .occupancy
        .claims
        .retain(|row| !matches!(row.by, Occupant::Booking(id) if hypothesis.without_bookings.contains(&id)));
    snapshot.counted.retain(|row| !hypothesis.without_bookings.contains(&row.booking));
    let by = Occupant::Booking(BookingId::from_u64(0));
    snapshot.occupancy.claims.extend(hypothesis.claims.iter().map(|&claim| ClaimRow { claim, by }));
    snapshot.occupancy.blocks.extend(hypothesis.blocks.iter().cloned());
}
