//! What would we gain with another person, or lose by closing earlier? The same question over a changed world.

use std::error::Error;

use booking_core::{
    BookRequest, Hypothesis, Interval, ManualClock, MemoryStore, Pool, Requirement, Resource, ResourceId,
    ResourceSpec, Scheduler, SequentialIds, Service, ServiceId, ServiceSpec, TenantId, Wish, ZoneId, hours,
};
use booking_examples::{block_on, says, walls, weekly};
use chrono::Weekday::Mon;

const TENANT: TenantId = TenantId::SINGLE;
const ANN: ResourceId = ResourceId::from_u64(1);
const NEW: ResourceId = ResourceId::from_u64(2);
const REPAIR: ServiceId = ServiceId::from_u64(1);

fn main() -> Result<(), Box<dyn Error>> {
    let zone = ZoneId::new("Asia/Tokyo")?;
    let store = MemoryStore::new();
    let day = weekly(&zone, &[Mon], "09:00", "13:00")?;
    store.add_resource(TENANT, Resource::new(ResourceSpec::new(ANN, "Ann", day.clone()))?);
    let needs = vec![Requirement::one_of("technician", [ANN])];
    let repair = Service::new(ServiceSpec::new(REPAIR, "Repair", zone.clone(), hours(1), needs))?;
    store.add_service(TENANT, repair.clone());

    let clock = ManualClock::at("2026-01-05T00:00:00Z".parse()?);
    let scheduler = Scheduler::new(store, clock).with_ids(SequentialIds::default());
    let tokyo = scheduler.zones().zone(&zone)?;
    let monday = Interval::new("2026-01-11T15:00:00Z".parse()?, "2026-01-12T15:00:00Z".parse()?)?;
    let wish = Wish::new(TENANT, REPAIR);
    let booked = block_on(scheduler.book(&BookRequest::new(wish.clone(), "2026-01-12T01:00:00Z".parse()?)))?;

    // A second technician, in the afternoon: a resource that does not exist yet, and a service that may use it.
    let mut with_both = repair.into_spec();
    with_both.requirements[0].pool = Pool::Ids(vec![ANN, NEW]);
    let afternoon = weekly(&zone, &[Mon], "12:00", "15:00")?;
    let hire = Hypothesis {
        service: Some(Service::new(with_both)?),
        resources: vec![Resource::new(ResourceSpec::new(NEW, "Somebody", afternoon))?],
        ..Hypothesis::default()
    };
    let answer = block_on(scheduler.what_if(&wish, monday, &hire))?;
    says(
        walls(&tokyo, answer.before.iter().map(|slot| slot.start)),
        "Mon 12 Jan 09:00, Mon 12 Jan 11:00, Mon 12 Jan 12:00",
    );
    says(walls(&tokyo, answer.gained), "Mon 12 Jan 13:00, Mon 12 Jan 14:00");

    // Ann closes at noon: the same id replaces her.
    let until_noon = weekly(&zone, &[Mon], "09:00", "12:00")?;
    let close = Hypothesis {
        resources: vec![Resource::new(ResourceSpec::new(ANN, "Ann", until_noon))?],
        ..Hypothesis::default()
    };
    let answer = block_on(scheduler.what_if(&wish, monday, &close))?;
    says(walls(&tokyo, answer.lost), "Mon 12 Jan 12:00");

    // Without the booking at ten.
    let free = Hypothesis { without_bookings: vec![booked.booking.id], ..Hypothesis::default() };
    let answer = block_on(scheduler.what_if(&wish, monday, &free))?;
    says(walls(&tokyo, answer.gained), "Mon 12 Jan 10:00");

    // Nothing was written: the real answer is what it was.
    let starts = block_on(scheduler.starts(&wish, monday))?;
    says(walls(&tokyo, starts), "Mon 12 Jan 09:00, Mon 12 Jan 11:00, Mon 12 Jan 12:00");
    Ok(())
}
