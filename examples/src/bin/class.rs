//! A class with seats: bookings share one session, joining it costs the room nothing more.

use std::error::Error;

use booking_core::{
    Actor, BookRequest, ChangeRequest, Interval, ManualClock, MemoryStore, Reason, Refusal, Requirement,
    Resource, ResourceId, ResourceSpec, Scheduler, SequentialIds, Service, ServiceId, ServiceSpec, TenantId,
    Wish, ZoneId, hours,
};
use booking_examples::{block_on, says, weekly};
use chrono::Weekday::Wed;

const TENANT: TenantId = TenantId::SINGLE;
const YOGA: ServiceId = ServiceId::from_u64(1);

fn open() -> Result<MemoryStore, Box<dyn Error>> {
    let zone = ZoneId::new("Australia/Sydney")?;
    let teacher = ResourceId::from_u64(1);
    let store = MemoryStore::new();
    let evening = weekly(&zone, &[Wed], "18:00", "20:00")?;
    store.add_resource(TENANT, Resource::new(ResourceSpec::new(teacher, "Dana", evening))?);
    // Six seats: the session claims the teacher once, bookings take seats in it.
    let needs = vec![Requirement::one_of("teacher", [teacher])];
    store.add_service(
        TENANT,
        Service::new(ServiceSpec { seats: 6, ..ServiceSpec::new(YOGA, "Yoga", zone, hours(1), needs) })?,
    );
    Ok(store)
}

fn main() -> Result<(), Box<dyn Error>> {
    let clock = ManualClock::at("2026-06-01T00:00:00Z".parse()?);
    let scheduler = Scheduler::new(open()?, clock).with_ids(SequentialIds::default());
    let wednesday = Interval::new("2026-06-03T00:00:00Z".parse()?, "2026-06-04T00:00:00Z".parse()?)?;
    let wish = Wish::new(TENANT, YOGA);
    let seats = |expected: &str| -> Result<(), Box<dyn Error>> {
        let slots = block_on(scheduler.slots(&wish, wednesday))?;
        let left: Vec<_> = slots.iter().map(|s| format!("{}: {} left", s.start.time(), s.left)).collect();
        says(left.join(", "), expected);
        Ok(())
    };
    seats("08:00:00: 6 left, 09:00:00: 6 left")?;

    // Two friends open the session, three others join it.
    let start = "2026-06-03T08:00:00Z".parse()?;
    let party = |party| BookRequest::new(Wish { party, ..wish.clone() }, start);
    let friends = block_on(scheduler.book(&party(2)))?.booking;
    let others = block_on(scheduler.book(&party(3)))?.booking;
    assert_eq!(friends.session, others.session);
    assert!(friends.claims.is_empty(), "the session has the claims");
    seats("08:00:00: 1 left, 09:00:00: 6 left")?;

    // Two more do not fit; one does.
    match block_on(scheduler.book(&party(2))) {
        Err(Refusal::NotBookable { reasons, .. }) => {
            assert!(reasons.iter().any(|reason| matches!(reason, Reason::CapacityFull { free: 1, .. })));
        }
        other => return Err(format!("seven in six seats: {other:?}").into()),
    }
    block_on(scheduler.book(&party(1)))?;
    seats("09:00:00: 6 left")?;

    // Whoever cancels gives the seats back.
    block_on(scheduler.cancel(&ChangeRequest::new(TENANT, others.id)))?;
    seats("08:00:00: 3 left, 09:00:00: 6 left")?;

    // Staff may put a session on the calendar before anyone has booked; then it stays, even when it is empty.
    let staff = Actor::new("Dana", "office");
    let nine = block_on(scheduler.open_session(&wish, "2026-06-03T09:00:00Z".parse()?, &staff))?;
    says(format!("{} seats, scheduled: {}", nine.seats, nine.scheduled), "6 seats, scheduled: true");
    seats("08:00:00: 3 left, 09:00:00: 6 left")?;
    Ok(())
}
