//! Series.

use booking_core::{
    Actor, CancelScope, CancelSeriesRequest, ChangeWindow, HOUR, Limit, OnConflict, Per, Period, Policy,
    PolicySpec, Reason, Recurrence, Refusal, SeriesRequest, ServiceSpec, Waiver, minutes,
};
use chrono::{DateTime, Utc};

use super::desk::{Desk, TENANT, at, now_or_never, service, wish};

fn request(start: &str, rule: &str, on_conflict: OnConflict) -> SeriesRequest {
    SeriesRequest {
        wish: wish(),
        recurrence: Recurrence::new(at(start).naive_utc(), rule).unwrap(),
        zone: None,
        on_conflict,
        key: None,
        actor: Actor::default(),
    }
}

#[test]
fn a_series_may_last_for_years() {
    let desk = Desk::open("2026-01-01T00:00:00Z", 1, service(minutes(60), &[1]));
    let weekly = request("2026-01-05T09:00:00Z", "FREQ=WEEKLY;COUNT=200", OnConflict::Fail);
    let booked = now_or_never(desk.scheduler.book_series(&weekly)).unwrap();
    assert_eq!(booked.bookings.len(), 200);
    let last: DateTime<Utc> = booked.bookings[199].start();
    assert_eq!(last, at("2029-10-29T09:00:00Z"));
}

#[test]
fn what_is_taken_years_ahead_is_found_and_an_alternative_proposed() {
    let desk = Desk::open("2026-01-01T00:00:00Z", 1, service(minutes(60), &[1]));
    desk.booked("2029-01-05T09:00:00Z");
    let yearly = request("2026-01-05T09:00:00Z", "FREQ=YEARLY;COUNT=5", OnConflict::Propose);
    let verdicts = now_or_never(desk.scheduler.preview_series(&yearly)).unwrap();
    let bookable: Vec<bool> = verdicts.iter().map(booking_core::Verdict::is_bookable).collect();
    assert_eq!(bookable, [true, true, true, false, true]);
    assert!(matches!(verdicts[3].reasons[..], [Reason::Taken { .. }]), "{:?}", verdicts[3]);
    assert_eq!(verdicts[3].alternative, Some(at("2029-01-05T08:00:00Z")));
}

#[test]
fn earlier_occurrences_count_for_the_limits_of_later_ones_across_years() {
    let limits = vec![Limit::count(Per::Service, Period::Year, 2)];
    let policy = Policy::new(PolicySpec { limits, ..PolicySpec::default() }).unwrap();
    let desk = Desk::open("2026-01-01T00:00:00Z", 1, ServiceSpec { policy, ..service(minutes(60), &[1]) });
    let rule = "FREQ=MONTHLY;INTERVAL=5;COUNT=8";
    let verdicts = request("2026-11-05T09:00:00Z", rule, OnConflict::Skip);
    let verdicts = now_or_never(desk.scheduler.preview_series(&verdicts)).unwrap();
    // Nov 2026 | Apr, Sep 2027 | Feb, Jul, Dec 2028 | May, Oct 2029
    let bookable: Vec<bool> = verdicts.iter().map(booking_core::Verdict::is_bookable).collect();
    assert_eq!(bookable, [true, true, true, true, true, false, true, true]);
}

#[test]
fn cancelling_a_series_leaves_alone_what_can_no_longer_be_cancelled() {
    let cancellation = ChangeWindow { closes: Some(24 * HOUR), fees: Vec::new() };
    let policy = Policy::new(PolicySpec { cancellation, ..PolicySpec::default() }).unwrap();
    let desk = Desk::open("2026-01-01T00:00:00Z", 1, ServiceSpec { policy, ..service(minutes(60), &[1]) });
    let daily = request("2026-01-05T09:00:00Z", "FREQ=DAILY;COUNT=4", OnConflict::Fail);
    let booked = now_or_never(desk.scheduler.book_series(&daily)).unwrap();
    desk.set_time("2026-01-05T12:00:00Z");
    let all = CancelSeriesRequest {
        key: Some("cancel-1".to_owned()),
        ..CancelSeriesRequest::all(TENANT, booked.series)
    };
    let this = CancelSeriesRequest {
        booking: Some(booked.bookings[1].id),
        scope: CancelScope::This,
        ..CancelSeriesRequest::all(TENANT, booked.series)
    };
    let refused = now_or_never(desk.scheduler.cancel_series(&this));
    assert!(matches!(refused, Err(Refusal::TooLate { .. })), "{refused:?}");
    let cancel = |request| {
        let done = now_or_never(desk.scheduler.cancel_series(request)).unwrap();
        let places = done.bookings.iter().map(|booking| booking.series.map_or(0, |(_, place)| place));
        (places.collect::<Vec<_>>(), done.replayed)
    };
    // The first has started, the second starts in 21 hours.
    assert_eq!(cancel(&all), (vec![3, 4], false));
    assert_eq!(cancel(&all), (vec![3, 4], true), "a retry");
    let waive = Waiver { limits: true, ..Waiver::default() };
    let staff = CancelSeriesRequest { waive, ..this };
    assert_eq!(cancel(&staff), (vec![2], false));
}
