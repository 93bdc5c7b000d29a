//! A colouring with a processing gap, in which the stylist serves somebody else; and prices that depend on when and who.

use std::error::Error;

use booking_core::{
    BookRequest, Booking, Currency, DayInterval, Interval, ManualClock, MemoryStore, Money, PriceTier,
    Requirement, Resource, ResourceId, ResourceKind, ResourceSpec, Scheduler, SequentialIds, Service,
    ServiceId, ServiceSpec, TenantId, TierRule, Wish, ZoneId, minutes,
};
use booking_examples::{block_on, says, walls, weekly};
use chrono::Weekday::Thu;

const TENANT: TenantId = TenantId::SINGLE;
const STYLIST: ResourceId = ResourceId::from_u64(1);
const CHAIRS: [ResourceId; 2] = [ResourceId::from_u64(11), ResourceId::from_u64(12)];
const COLOUR: ServiceId = ServiceId::from_u64(1);
const CUT: ServiceId = ServiceId::from_u64(2);

/// The first tier that applies counts, so the special ones come first.
fn prices() -> Result<Vec<PriceTier>, Box<dyn Error>> {
    let pounds: Currency = "GBP".parse()?;
    let tier = |name: &str, pence, when| -> Result<PriceTier, booking_core::Invalid> {
        Ok(PriceTier { name: name.to_owned(), price: Money::new(pence, pounds)?, per_person: false, when })
    };
    let student = TierRule { group: Some("student".to_owned()), ..TierRule::default() };
    let evening = TierRule { hours: Some(DayInterval::parse("17:00", "20:00")?), ..TierRule::default() };
    Ok(vec![
        tier("Student", 5_500, student)?,
        tier("Evening", 8_500, evening)?,
        tier("Standard", 7_000, TierRule::default())?,
    ])
}

fn open(zone: &ZoneId) -> Result<MemoryStore, Box<dyn Error>> {
    let store = MemoryStore::new();
    let hours = weekly(zone, &[Thu], "15:00", "20:00")?;
    store.add_resource(TENANT, Resource::new(ResourceSpec::new(STYLIST, "Cleo", hours.clone()))?);
    for chair in CHAIRS {
        let spec = ResourceSpec::new(chair, "Chair", hours.clone());
        store.add_resource(TENANT, Resource::new(ResourceSpec { kind: ResourceKind::Equipment, ..spec })?);
    }
    // Two hours in a chair. The stylist is needed for the first and the last half hour: the same one both times.
    let colour = vec![
        Requirement::one_of("chair", CHAIRS),
        Requirement::one_of("stylist", [STYLIST]).during([(0, minutes(30)), (minutes(90), minutes(120))]),
    ];
    store.add_service(
        TENANT,
        Service::new(ServiceSpec {
            step: minutes(60),
            prices: prices()?,
            ..ServiceSpec::new(COLOUR, "Colour", zone.clone(), minutes(120), colour)
        })?,
    );
    let cut = vec![Requirement::one_of("stylist", [STYLIST]), Requirement::one_of("chair", CHAIRS)];
    store.add_service(
        TENANT,
        Service::new(ServiceSpec {
            step: minutes(30),
            ..ServiceSpec::new(CUT, "Cut", zone.clone(), minutes(60), cut)
        })?,
    );
    Ok(store)
}

fn paid(booking: &Booking) -> String {
    let tier = booking.priced.tier.as_deref().unwrap_or("no price");
    format!("{tier}: {} pence", booking.priced.price.map_or(0, Money::minor))
}

fn main() -> Result<(), Box<dyn Error>> {
    let zone = ZoneId::new("Europe/London")?;
    let clock = ManualClock::at("2026-10-20T09:00:00Z".parse()?);
    let scheduler = Scheduler::new(open(&zone)?, clock).with_ids(SequentialIds::default());
    let zone = scheduler.zones().zone(&zone)?;
    let thursday = Interval::new("2026-10-22T00:00:00Z".parse()?, "2026-10-23T00:00:00Z".parse()?)?;

    let colour = Wish::new(TENANT, COLOUR);
    let starts = block_on(scheduler.starts(&colour, thursday))?;
    says(
        walls(&zone, starts.clone()),
        "Thu 22 Oct 15:00, Thu 22 Oct 16:00, Thu 22 Oct 17:00, Thu 22 Oct 18:00",
    );
    let first = block_on(scheduler.book(&BookRequest::new(colour.clone(), starts[0])))?.booking;
    says(paid(&first), "Standard: 7000 pence");

    // While the colour takes, Cleo is free for an hour: from 15:30 to 16:30.
    let cut = Wish::new(TENANT, CUT);
    let cuts = block_on(scheduler.starts(&cut, thursday))?;
    says(walls(&zone, cuts[..2].to_vec()), "Thu 22 Oct 15:30, Thu 22 Oct 17:00");
    block_on(scheduler.book(&BookRequest::new(cut, cuts[0])))?;

    // Prices follow the clock of the service's zone, and the customer's group where a tier names it.
    let evening = block_on(scheduler.book(&BookRequest::new(colour.clone(), starts[2])))?.booking;
    says(paid(&evening), "Evening: 8500 pence");
    let student = Wish { group: Some("student".to_owned()), ..colour };
    let starts = block_on(scheduler.starts(&student, thursday))?;
    says(walls(&zone, starts.clone()), "Thu 22 Oct 18:00");
    let student = block_on(scheduler.book(&BookRequest::new(student, starts[0])))?.booking;
    says(paid(&student), "Student: 5500 pence");
    Ok(())
}
