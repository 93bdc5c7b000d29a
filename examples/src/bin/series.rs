//! Every Tuesday at nine, five times: preview, propose, skip, and cancel the rest.

use std::error::Error;

use booking_core::{
    Actor, CancelScope, CancelSeriesRequest, Interval, ManualClock, MemoryStore, OnConflict, Reason,
    Recurrence, Refusal, Requirement, Resource, ResourceId, ResourceSpec, Scheduler, SequentialIds,
    SeriesRequest, Service, ServiceId, ServiceSpec, TenantId, Wish, ZoneId, hours,
};
use booking_examples::{block_on, says, walls, weekly};
use chrono::NaiveDate;
use chrono::Weekday::Tue;

const TENANT: TenantId = TenantId::SINGLE;
const COACH: ResourceId = ResourceId::from_u64(1);
const LESSON: ServiceId = ServiceId::from_u64(1);

fn open(zone: &ZoneId) -> Result<MemoryStore, Box<dyn Error>> {
    let store = MemoryStore::new();
    let mornings = weekly(zone, &[Tue], "09:00", "12:00")?;
    store.add_resource(TENANT, Resource::new(ResourceSpec::new(COACH, "Coach", mornings))?);
    let needs = vec![Requirement::one_of("coach", [COACH])];
    store.add_service(
        TENANT,
        Service::new(ServiceSpec::new(LESSON, "Lesson", zone.clone(), hours(1), needs))?,
    );
    Ok(store)
}

fn main() -> Result<(), Box<dyn Error>> {
    let zone = ZoneId::new("Europe/Madrid")?;
    let clock = ManualClock::at("2026-10-01T08:00:00Z".parse()?);
    let scheduler = Scheduler::new(open(&zone)?, clock).with_ids(SequentialIds::default());
    let madrid = scheduler.zones().zone(&zone)?;

    // The coach is away on the second Tuesday until ten.
    let away = Interval::new("2026-10-20T06:00:00Z".parse()?, "2026-10-20T08:00:00Z".parse()?)?;
    block_on(scheduler.block(TENANT, COACH, away, "away", &Actor::new("coach", "app")))?;

    // RRULE of RFC 5545, on the clocks of the service's zone: 09:00 stays 09:00 when they go back on 25 October.
    let nine = NaiveDate::from_ymd_opt(2026, 10, 13).and_then(|day| day.and_hms_opt(9, 0, 0));
    let nine = nine.ok_or("no such date")?;
    let mut request = SeriesRequest {
        wish: Wish::new(TENANT, LESSON),
        recurrence: Recurrence::new(nine, "FREQ=WEEKLY;COUNT=5")?,
        zone: None,
        on_conflict: OnConflict::Propose,
        key: None,
        actor: Actor::new("customer", "web"),
    };

    // Previewing writes nothing: a verdict for each occurrence, with every reason and the nearest start that day.
    let verdicts = block_on(scheduler.preview_series(&request))?;
    let free = verdicts.iter().filter(|verdict| verdict.is_bookable()).map(|verdict| verdict.start);
    says(walls(&madrid, free), "Tue 13 Oct 09:00, Tue 27 Oct 09:00, Tue 3 Nov 09:00, Tue 10 Nov 09:00");
    says(walls(&madrid, verdicts[1].alternative), "Tue 20 Oct 10:00");
    assert!(matches!(verdicts[1].reasons[..], [Reason::Closed { resource: COACH, .. }]));

    // `Propose` books all or nothing, and so does `Fail`, without looking for alternatives.
    let refused = block_on(scheduler.book_series(&request));
    assert!(matches!(refused, Err(Refusal::SeriesConflict { verdicts }) if verdicts.len() == 5));

    // `Skip` books what is free.
    request.on_conflict = OnConflict::Skip;
    let booked = block_on(scheduler.book_series(&request))?;
    says(
        walls(&madrid, booked.bookings.iter().map(booking_core::Booking::start)),
        "Tue 13 Oct 09:00, Tue 27 Oct 09:00, Tue 3 Nov 09:00, Tue 10 Nov 09:00",
    );
    says(booked.bookings[0].start(), "2026-10-13 07:00:00 UTC");
    says(booked.bookings[1].start(), "2026-10-27 08:00:00 UTC");

    // From 3 November on there are no more lessons: this one and those after it.
    let cancelled = block_on(scheduler.cancel_series(&CancelSeriesRequest {
        booking: Some(booked.bookings[2].id),
        scope: CancelScope::Following,
        actor: Actor::new("customer", "web"),
        ..CancelSeriesRequest::all(TENANT, booked.series)
    }))?;
    says(
        walls(&madrid, cancelled.bookings.iter().map(booking_core::Booking::start)),
        "Tue 3 Nov 09:00, Tue 10 Nov 09:00",
    );
    let states: Vec<_> =
        block_on(scheduler.series(TENANT, booked.series))?.iter().map(|b| b.state.to_string()).collect();
    says(states.join(", "), "confirmed, confirmed, cancelled, cancelled");
    Ok(())
}
