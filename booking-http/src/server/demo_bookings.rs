//! Some hundred bookings for the demo business: the same every time, for the same present.

use booking_core::{
    Actor, BookRequest, BookingFilter, BookingStore, Catalog, Clock, CustomerId, DAY, Interval, Invalid,
    Refusal, Scheduler, ServiceId, TenantId, Wish,
};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::demo::{COLOUR, CONSULTATION, CUT, SURGERY, YOGA};

/// Which services, how many bookings of each, and the largest party.
const WANTED: &[(ServiceId, usize, u32)] =
    &[(CONSULTATION, 130, 1), (CUT, 90, 1), (COLOUR, 30, 1), (YOGA, 90, 3), (SURGERY, 8, 1)];
/// How far ahead.
const AHEAD: i64 = 35 * DAY;

/// Books them, `at_once` of them at the same time, and says how many were made. What was booked before counts, so that a
/// filling that was interrupted can be completed. One at a time comes out the same every time.
pub async fn fill<S: Catalog + BookingStore, C: Clock>(
    scheduler: &Scheduler<S, C>,
    tenant: TenantId,
    at_once: usize,
) -> Result<usize, Refusal> {
    let now = scheduler.clock().now().timestamp();
    let window = Interval::from_seconds(now, now + AHEAD)?;
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let mut made = 0;
    for (service, count, party) in WANTED {
        let before = booked(scheduler, tenant, *service).await?;
        // Other starts than those that are taken.
        dice.skip(3 * before);
        let starts = scheduler.starts(&Wish::new(tenant, *service), window).await?;
        let mut requests = Vec::new();
        for _ in before..*count {
            let Some(start) = starts.get(dice.below(starts.len())) else { break };
            let wish = Wish {
                party: 1 + dice.below(*party as usize) as u32,
                customer: Some(CustomerId::from_u64(1 + dice.below(60) as u64)),
                ..Wish::new(tenant, *service)
            };
            requests.push(BookRequest { actor: Actor::new("demo", "cli"), ..BookRequest::new(wish, *start) });
        }
        let requests =
            stream::iter(requests).map(|request| book(scheduler, request)).buffer_unordered(at_once);
        made += requests.try_fold(0, |sum, made| async move { Ok(sum + usize::from(made)) }).await?;
    }
    Ok(made)
}

async fn book<S: Catalog + BookingStore, C: Clock>(
    scheduler: &Scheduler<S, C>,
    request: BookRequest,
) -> Result<bool, Refusal> {
    match scheduler.book(&request).await {
        Ok(_) => Ok(true),
        // Taken by one of the bookings before: a busy day.
        Err(Refusal::NotBookable { .. }) => Ok(false),
        Err(other) => Err(other),
    }
}

/// How many bookings of a service there are, as far as that is of interest.
async fn booked<S: Catalog + BookingStore, C: Clock>(
    scheduler: &Scheduler<S, C>,
    tenant: TenantId,
    service: ServiceId,
) -> Result<usize, Refusal> {
    let now = scheduler.clock().now().timestamp();
    let filter = BookingFilter { service: Some(service), now, limit: 1_000, ..BookingFilter::default() };
    Ok(scheduler.store().bookings(tenant, &filter).await?.items.len())
}

/// A small generator (xorshift): chance that comes out the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % count.max(1) as u64) as usize
    }

    fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.below(1);
        }
    }
}

/// A window of so many days from the present on.
pub fn ahead(now: i64, days: i64) -> Result<Interval, Invalid> {
    Interval::from_seconds(now, (now + days * DAY).min(booking_core::END_SECOND))
}
