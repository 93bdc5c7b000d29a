//! Sweeping in the background: bookings whose deadline has passed are marked as expired, and what they held is offered to
//! those in line.
//!
//! Nothing depends on it being prompt: a lapsed hold blocks nothing, swept or not. Only offers to the waitlist wait for it.

use std::sync::Arc;
use std::time::Duration;

use booking_core::{AnyStore, Clock, Refusal, Scheduler, TenantId};
use booking_platform::{AnyPlatform, PageQuery, TenantStore};

/// Tenants of one page.
const PAGE: usize = 1_000;
/// How often one tenant is swept in a row while there is more: each time up to 1,000 bookings. What is left waits for the
/// next round, so that no tenant keeps the others waiting.
const MAX_IN_A_ROW: usize = 10;

/// Sweeps all tenants, again and again.
#[derive(Clone)]
pub struct Sweeper {
    scheduler: Scheduler<AnyStore, Arc<dyn Clock>>,
    platform: AnyPlatform,
    every: Duration,
}

/// What one round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Tenants that were looked at.
    pub tenants: usize,
    /// Bookings that were marked.
    pub bookings: usize,
    /// Tenants, or lists of them, that could not be swept.
    pub failures: usize,
}

impl Sweeper {
    /// Sweeps over this store, a round every so often: between half and one and a half times that, by chance, so that
    /// several processes on one database do not come at once.
    pub fn new(
        scheduler: Scheduler<AnyStore, Arc<dyn Clock>>,
        platform: AnyPlatform,
        every: Duration,
    ) -> Self {
        Self { scheduler, platform, every }
    }

    /// Sweeps until it is dropped. What fails is logged, and tried again in the next round. `told` hears after each round
    /// how long it is until the next.
    pub async fn run(self, told: impl Fn(Duration)) {
        loop {
            let swept = self.round().await;
            if swept.bookings > 0 {
                tracing::debug!(bookings = swept.bookings, "swept");
            }
            let pause = self.pause();
            told(pause);
            tokio::time::sleep(pause).await;
        }
    }

    /// One round over all tenants.
    pub async fn round(&self) -> Swept {
        let mut swept = Swept::default();
        let mut query = PageQuery::first(PAGE);
        loop {
            let page = match self.platform.tenants(query).await {
                Ok(page) => page,
                Err(error) => {
                    tracing::warn!("businesses could not be listed for sweeping: {error}");
                    swept.failures += 1;
                    return swept;
                }
            };
            for row in &page.items {
                self.sweep(row.value.id, &mut swept).await;
            }
            match page.items.last() {
                Some(last) if page.more => query = PageQuery::after(last.value.id, PAGE),
                _ => return swept,
            }
        }
    }

    async fn sweep(&self, tenant: TenantId, swept: &mut Swept) {
        swept.tenants += 1;
        for _ in 0..MAX_IN_A_ROW {
            match self.scheduler.sweep(tenant).await {
                Ok(bookings) if bookings.is_empty() => return,
                Ok(bookings) => swept.bookings += bookings.len(),
                Err(refusal) => {
                    Self::tell(tenant, &refusal);
                    swept.failures += 1;
                    return;
                }
            }
        }
    }

    fn tell(tenant: TenantId, refusal: &Refusal) {
        tracing::warn!(%tenant, "sweeping failed: {refusal}");
    }

    /// How long until the next round.
    fn pause(&self) -> Duration {
        let mut byte = [128];
        // Without chance the rounds come on time.
        let _ = getrandom::fill(&mut byte);
        self.every.mul_f64(0.5 + f64::from(byte[0]) / 255.0)
    }
}

#[cfg(test)]
mod tests {
    use booking_core::{
        Actor, BookRequest, BookingId, Hours, ManualClock, Requirement, Resource, ResourceId, ResourceSpec,
        Schedule, ScheduleSpec, Service, ServiceId, ServiceSpec, State, WeeklyHours, Wish, ZoneId, hours,
        minutes,
    };
    use booking_platform::memory::MemoryPlatform;
    use booking_platform::{
        CatalogueStore, Expect, Item, Name, ResourceProfile, ServiceProfile, Stamp, Tenant,
    };

    use super::*;

    fn items() -> Result<Vec<Item>, booking_core::Invalid> {
        use chrono::Weekday::Mon;
        let weekly = WeeklyHours::closed().with(&[Mon], "09:00", "17:00")?;
        let hours = Hours::of(Schedule::new(ScheduleSpec { weekly, ..ScheduleSpec::in_zone(ZoneId::UTC) })?);
        let ann = Resource::new(ResourceSpec::new(ResourceId::from_u64(1), "Ann", hours))?;
        let needs = vec![Requirement::one_of("doctor", [ann.id])];
        let visit = ServiceSpec::new(ServiceId::from_u64(1), "Visit", ZoneId::UTC, minutes(60), needs);
        Ok(vec![ResourceProfile::from(ann).into(), ServiceProfile::from(Service::new(visit)?).into()])
    }

    /// A tenant that holds a visit, and the hold.
    async fn holding(
        scheduler: &Scheduler<AnyStore, Arc<dyn Clock>>,
        platform: &AnyPlatform,
        number: u64,
    ) -> (TenantId, BookingId) {
        let tenant = TenantId::from_u64(number);
        let stamp = Stamp::new(Actor::new("ann", "test"), scheduler.clock().now());
        let business = Tenant { id: tenant, name: Name::new("Shop").unwrap(), zone: ZoneId::UTC };
        platform.put_tenant(&business, Expect::Absent, &stamp).await.unwrap();
        for item in items().unwrap() {
            platform.put_item(tenant, &item, Expect::Absent, &stamp).await.unwrap();
        }
        let wish = Wish::new(tenant, ServiceId::from_u64(1));
        let request = BookRequest::new(wish, "2026-03-23T09:00:00Z".parse().unwrap());
        let held = scheduler.hold(&request, Some(minutes(10))).await.unwrap();
        (tenant, held.booking.id)
    }

    #[tokio::test]
    async fn a_round_sweeps_every_tenant_and_the_next_finds_nothing() {
        let (store, clock) =
            (MemoryPlatform::new(), ManualClock::at("2026-03-20T12:00:00Z".parse().unwrap()));
        let platform = AnyPlatform::new(store.clone());
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let scheduler = Scheduler::new(AnyStore::new(store), shared);
        let mut held = Vec::new();
        for number in 1..=3 {
            held.push(holding(&scheduler, &platform, number).await);
        }
        let sweeper = Sweeper::new(scheduler.clone(), platform, Duration::from_secs(5));
        assert_eq!(sweeper.round().await, Swept { tenants: 3, bookings: 0, failures: 0 });
        clock.advance(hours(1));
        assert_eq!(sweeper.round().await, Swept { tenants: 3, bookings: 3, failures: 0 });
        assert_eq!(sweeper.round().await, Swept { tenants: 3, bookings: 0, failures: 0 });
        for (tenant, booking) in held {
            assert_eq!(scheduler.booking(tenant, booking).await.unwrap().state, State::Expired);
        }
        for _ in 0..100 {
            assert!((Duration::from_millis(2_500)..=Duration::from_millis(7_500)).contains(&sweeper.pause()));
        }
    }
}
