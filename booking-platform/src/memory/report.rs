//! Reports over the reference state.

use booking_core::memory::State;
use booking_core::{BookingFilter, DAY, END_SECOND, FIRST_SECOND, Interval, TenantId};
use chrono::NaiveDate;

use crate::{MAX_PAGE, ReportQuery, ReportRow, Tally};

/// Counts the bookings of a tenant.
pub fn report(state: &State, tenant: TenantId, query: &ReportQuery) -> Vec<ReportRow> {
    let mut tally = Tally::default();
    let window = around(query);
    let mut filter = BookingFilter { window, now: query.now(), limit: MAX_PAGE, ..BookingFilter::default() };
    loop {
        let page = state.bookings(tenant, &filter);
        page.items.iter().for_each(|booking| tally.count(query, booking));
        filter.after = page.cursor();
        if filter.after.is_none() {
            return tally.rows();
        }
    }
}

/// When visits can start that start on these days somewhere: no zone is a day from UTC.
fn around(query: &ReportQuery) -> Option<Interval> {
    let midnight = |date: NaiveDate| date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp();
    let from = (midnight(query.from()) - DAY).max(FIRST_SECOND);
    Interval::from_seconds(from, (midnight(query.until()) + DAY).min(END_SECOND)).ok()
}
