//! Bookings whose wall-clock time has moved because a government changed its rules.

use chrono::NaiveDateTime;

use super::{Refusal, Scheduler};
use crate::booking::{Booking, LocalStart, State};
use crate::clock::Clock;
use crate::interval::Interval;
use crate::store::{BookingFilter, BookingStore, Catalog};
use crate::time::Zones;
use crate::time::civil::wall_of;
use crate::{END_SECOND, FIRST_SECOND, Invalid, TenantId};

/// A booking that its zone's clock no longer shows at the time that was agreed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// The booking; what was agreed is in [`Booking::local`].
    pub booking: Booking,
    /// What the clock of its zone will show at its start by the present rules.
    pub shown: NaiveDateTime,
    /// The version of the present rules: `2026f`.
    pub tzdata: String,
}

impl LocalStart {
    /// What the zone's clock shows at an instant (seconds since the Unix epoch) by these rules, where that is not the time
    /// that was agreed, and the version of the rules. Refused: a zone that `zones` has no data for.
    pub fn drift(&self, start: i64, zones: &Zones) -> Result<Option<(NaiveDateTime, String)>, Invalid> {
        let zone = zones.zone(&self.zone)?;
        let shown = wall_of(zone.to_local(start));
        Ok((shown != self.wall).then(|| (shown, zone.version().to_owned())))
    }
}

impl<S: Catalog + BookingStore, C: Clock> Scheduler<S, C> {
    /// The live bookings ahead whose wall-clock time has moved under the scheduler's time zone data, by start. Nothing is
    /// moved: people decide whether the instant or the reading was meant.
    pub async fn tz_drift(&self, tenant: TenantId) -> Result<Vec<Drift>, Refusal> {
        let now = self.now().timestamp();
        let ahead = Interval::from_seconds(now.clamp(FIRST_SECOND, END_SECOND - 1), END_SECOND)?;
        let states = vec![State::Held, State::Pending, State::Confirmed, State::CheckedIn];
        let mut filter =
            BookingFilter { window: Some(ahead), states, now, limit: 1_000, ..BookingFilter::default() };
        let mut drifted = Vec::new();
        loop {
            let page = self.store.bookings(tenant, &filter).await?;
            filter.after = page.cursor();
            for booking in page.items {
                if let Some((shown, tzdata)) =
                    booking.local.drift(booking.visit.start_second(), &self.zones)?
                {
                    drifted.push(Drift { booking, shown, tzdata });
                }
            }
            if filter.after.is_none() {
                return Ok(drifted);
            }
        }
    }
}
