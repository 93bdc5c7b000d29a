//! Some hundred bookings for the demo business: the same every time, for the same present.

use booking_core::{
    Actor, BookRequest, BookingStore, Catalog, Clock, CustomerId, DAY, Interval, Invalid, Refusal, Scheduler,
    ServiceId, TenantId, Wish,
};

use super::demo::{COLOUR, CONSULTATION, CUT, SURGERY, YOGA};

/// Which services, how many bookings of each, and the largest party.
const WANTED: &[(ServiceId, usize, u32)] =
    &[(CONSULTATION, 130, 1), (CUT, 90, 1), (COLOUR, 30, 1), (YOGA, 90, 3), (SURGERY, 8, 1)];
/// How far ahead.
const AHEAD: i64 = 35 * DAY;

/// Books them, and says how many were made.
pub async fn fill<S: Catalog + BookingStore, C: Clock>(
    scheduler: &Scheduler<S, C>,
    tenant: TenantId,
) -> Result<usize, Refusal> {
    let now = scheduler.clock().now().timestamp();
    let window = Interval::from_seconds(now, now + AHEAD)?;
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let mut made = 0;
    for (service, count, party) in WANTED {
        let starts = scheduler.starts(&Wish::new(tenant, *service), window).await?;
        for _ in 0..*count {
            let Some(start) = starts.get(dice.below(starts.len())) else { break };
            let wish = Wish {
                party: 1 + dice.below(*party as usize) as u32,
                customer: Some(CustomerId::from_u64(1 + dice.below(60) as u64)),
                ..Wish::new(tenant, *service)
            };
            let request = BookRequest { actor: Actor::new("demo", "cli"), ..BookRequest::new(wish, *start) };
            match scheduler.book(&request).await {
                Ok(_) => made += 1,
                // Taken by one of the bookings before: a busy day.
                Err(Refusal::NotBookable { .. }) => {}
                Err(other) => return Err(other),
            }
        }
    }
    Ok(made)
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
}

/// A window of so many days from the present on.
pub fn ahead(now: i64, days: i64) -> Result<Interval, Invalid> {
    Interval::from_seconds(now, (now + days * DAY).min(booking_core::END_SECOND))
}
