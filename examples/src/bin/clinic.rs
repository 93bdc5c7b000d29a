//! A visit that needs a doctor and a room at the same time: two doctors, one room with the right equipment.

use std::error::Error;

use booking_core::{
    Actor, BookRequest, Buffers, ChangeRequest, Interval, ManualClock, MemoryStore, Reason, Refusal,
    Requirement, Resource, ResourceId, ResourceKind, ResourceSpec, Scheduler, SequentialIds, Service,
    ServiceId, ServiceSpec, TenantId, Wish, ZoneId, minutes,
};
use booking_examples::{block_on, says, walls, weekly};
use chrono::Weekday::{Mon, Tue};

const TENANT: TenantId = TenantId::SINGLE;
const ANN: ResourceId = ResourceId::from_u64(1);
const BOB: ResourceId = ResourceId::from_u64(2);
const ROOM: ResourceId = ResourceId::from_u64(11);
const SCAN: ServiceId = ServiceId::from_u64(1);

fn open(zone: &ZoneId) -> Result<MemoryStore, Box<dyn Error>> {
    let store = MemoryStore::new();
    let mornings = weekly(zone, &[Mon, Tue], "09:00", "12:00")?;
    for (id, name) in [(ANN, "Ann"), (BOB, "Bob")] {
        store.add_resource(TENANT, Resource::new(ResourceSpec::new(id, name, mornings.clone()))?);
    }
    // Pools by tag find whatever carries the tag: a second room with it needs no change to the service.
    store.add_resource(
        TENANT,
        Resource::new(ResourceSpec {
            kind: ResourceKind::Room,
            tags: ["ultrasound".parse()?].into(),
            ..ResourceSpec::new(ROOM, "Room 1", weekly(zone, &[Mon, Tue], "08:00", "20:00")?)
        })?,
    );
    // All requirements must be met at once. Ten minutes after each visit are kept free, to clean up.
    let needs =
        vec![Requirement::one_of("doctor", [ANN, BOB]), Requirement::tagged("room", "ultrasound".parse()?)];
    store.add_service(
        TENANT,
        Service::new(ServiceSpec {
            step: minutes(30),
            buffers: Buffers { before: 0, after: minutes(10) },
            ..ServiceSpec::new(SCAN, "Ultrasound", zone.clone(), minutes(50), needs)
        })?,
    );
    Ok(store)
}

fn main() -> Result<(), Box<dyn Error>> {
    let zone = ZoneId::new("America/New_York")?;
    let clock = ManualClock::at("2026-05-01T12:00:00Z".parse()?);
    let scheduler = Scheduler::new(open(&zone)?, clock).with_ids(SequentialIds::default());
    let zone = scheduler.zones().zone(&zone)?;
    let wish = Wish::new(TENANT, SCAN);
    let monday = Interval::new("2026-05-04T04:00:00Z".parse()?, "2026-05-05T04:00:00Z".parse()?)?;

    let slots = block_on(scheduler.slots(&wish, monday))?;
    let starts = slots.iter().map(|slot| slot.start);
    says(
        walls(&zone, starts),
        "Mon 4 May 09:00, Mon 4 May 09:30, Mon 4 May 10:00, Mon 4 May 10:30, Mon 4 May 11:00",
    );
    // A slot says who could serve each requirement.
    assert_eq!(slots[0].candidates[0].resources, [ANN, BOB]);
    assert_eq!(slots[0].candidates[1].resources, [ROOM]);

    // A patient who wants Bob; whoever is not named is chosen by the service's strategy.
    let with_bob = Wish { resources: vec![BOB], ..wish.clone() };
    let visit = block_on(scheduler.book(&BookRequest::new(with_bob, slots[0].start)))?.booking;
    assert_eq!(visit.resources(), [BOB, ROOM]);

    // Ann is free, but the room is not: 09:30 overlaps the visit, 10:00 is free again after the buffer.
    match block_on(scheduler.book(&BookRequest::new(wish.clone(), slots[1].start))) {
        Err(Refusal::NotBookable { reasons, alternatives }) => {
            assert!(matches!(reasons[..], [Reason::Taken { resource: ROOM, .. }]));
            says(walls(&zone, alternatives), "Mon 4 May 10:00, Mon 4 May 10:30, Mon 4 May 11:00");
        }
        other => return Err(format!("one room, two patients: {other:?}").into()),
    }

    // Time off is a block. It never deletes a booking: the answer names those it collides with, for people to settle.
    let morning = Interval::new("2026-05-04T13:00:00Z".parse()?, "2026-05-04T14:30:00Z".parse()?)?;
    let staff = Actor::new("reception", "front desk");
    let (_, collides) = block_on(scheduler.block(TENANT, BOB, morning, "dentist", &staff))?;
    assert_eq!(collides, [visit.id]);

    // Ann takes over at the same time, in one step.
    let change = ChangeRequest::new(TENANT, visit.id);
    let visit = block_on(scheduler.reassign(&change, &[ANN]))?.booking;
    assert_eq!(visit.resources(), [ANN, ROOM]);
    says(format!("{} version {}", visit.state, visit.version), "confirmed version 2");
    Ok(())
}
