//! The right slots in a week with a clock change; one is booked; the next to ask for it is told why not.

use std::error::Error;

use booking_core::{
    BookRequest, Hours, Interval, ManualClock, MemoryStore, Refusal, Requirement, Resource, ResourceId,
    ResourceSpec, Schedule, ScheduleSpec, Scheduler, SequentialIds, Service, ServiceId, ServiceSpec,
    TenantId, WeeklyHours, Wish, ZoneId, minutes,
};
use booking_examples::{block_on, says, walls};
use chrono::Weekday::{Fri, Mon};

fn main() -> Result<(), Box<dyn Error>> {
    // Who can be booked: Ann, Mondays and Fridays from 9 to 11 on the clocks of Berlin.
    let berlin = ZoneId::new("Europe/Berlin")?;
    let hours = Hours::of(Schedule::new(ScheduleSpec {
        weekly: WeeklyHours::closed().with(&[Mon, Fri], "09:00", "11:00")?,
        ..ScheduleSpec::in_zone(berlin.clone())
    })?);
    let ann = Resource::new(ResourceSpec::new(ResourceId::from_u64(1), "Ann", hours))?;

    // What can be booked: an hour with Ann. It is offered back to back unless `step` says otherwise.
    let needs = vec![Requirement::one_of("doctor", [ann.id])];
    let spec = ServiceSpec::new(ServiceId::from_u64(1), "Check-up", berlin.clone(), minutes(60), needs);
    let checkup = Service::new(spec)?;

    // Where it is kept. One business only: `TenantId::SINGLE`.
    let tenant = TenantId::SINGLE;
    let wish = Wish::new(tenant, checkup.id);
    let store = MemoryStore::new();
    store.add_resource(tenant, ann);
    store.add_service(tenant, checkup);

    // In your program: `SystemClock`, and no `with_ids`.
    let clock = ManualClock::at("2026-03-20T12:00:00Z".parse()?);
    let scheduler = Scheduler::new(store, clock).with_ids(SequentialIds::default());
    let zone = scheduler.zones().zone(&berlin)?;

    // In the night to Sunday 29 March the clocks go forward: 09:00 is 08:00 UTC before, and 07:00 UTC after.
    let week = Interval::new("2026-03-24T00:00:00Z".parse()?, "2026-03-31T00:00:00Z".parse()?)?;
    let free = block_on(scheduler.starts(&wish, week))?;
    says(
        walls(&zone, free.clone()),
        "Fri 27 Mar 09:00, Fri 27 Mar 10:00, Mon 30 Mar 09:00, Mon 30 Mar 10:00",
    );
    says(free[0], "2026-03-27 08:00:00 UTC");
    says(free[2], "2026-03-30 07:00:00 UTC");

    // The caller's own key makes it safe to send the request again.
    let request = BookRequest::new(wish.clone(), free[2]).key("order-1");
    let booked = block_on(scheduler.book(&request))?;
    says(booked.booking.state, "confirmed");
    let again = block_on(scheduler.book(&request))?;
    assert!(again.replayed && again.booking == booked.booking);

    // Somebody else is told every reason, and what is free instead.
    match block_on(scheduler.book(&BookRequest::new(wish.clone(), free[2]))) {
        Err(Refusal::NotBookable { reasons, alternatives }) => {
            says(&reasons[0], "00000000-0000-0000-0000-000000000001 is taken until 2026-03-30 08:00:00 UTC");
            says(walls(&zone, alternatives), "Mon 30 Mar 10:00");
        }
        other => return Err(format!("booked twice: {other:?}").into()),
    }
    let left = block_on(scheduler.starts(&wish, week))?;
    says(walls(&zone, left), "Fri 27 Mar 09:00, Fri 27 Mar 10:00, Mon 30 Mar 10:00");
    Ok(())
}
