//! A full day and people who wait: whoever is first in line and fits gets a hold in the moment something becomes free.

use std::error::Error;

use booking_core::{
    BookRequest, ChangeRequest, CustomerId, HoldTimes, Interval, JoinRequest, ManualClock, MemoryStore,
    Refusal, Requirement, Resource, ResourceId, ResourceSpec, Scheduler, SequentialIds, Service, ServiceId,
    ServiceSpec, TenantId, Wish, ZoneId, hours, minutes,
};
use booking_examples::{block_on, says, weekly};
use chrono::Weekday::Sat;

const TENANT: TenantId = TenantId::SINGLE;
const TATTOO: ServiceId = ServiceId::from_u64(1);

fn open() -> Result<MemoryStore, Box<dyn Error>> {
    let zone = ZoneId::new("America/Sao_Paulo")?;
    let artist = ResourceId::from_u64(1);
    let store = MemoryStore::new();
    let saturdays = weekly(&zone, &[Sat], "10:00", "14:00")?;
    store.add_resource(TENANT, Resource::new(ResourceSpec::new(artist, "Edu", saturdays))?);
    let needs = vec![Requirement::one_of("artist", [artist])];
    store.add_service(
        TENANT,
        Service::new(ServiceSpec {
            // An offer stands for half an hour, then the next in line gets it.
            holds: HoldTimes { offer: minutes(30), ..HoldTimes::default() },
            ..ServiceSpec::new(TATTOO, "Tattoo", zone, hours(4), needs)
        })?,
    );
    Ok(store)
}

fn main() -> Result<(), Box<dyn Error>> {
    let clock = ManualClock::at("2026-08-03T12:00:00Z".parse()?);
    let scheduler = Scheduler::new(open()?, clock.clone()).with_ids(SequentialIds::default());
    let saturday = Interval::new("2026-08-08T00:00:00Z".parse()?, "2026-08-09T00:00:00Z".parse()?)?;
    let wish =
        |customer| Wish { customer: Some(CustomerId::from_u64(customer)), ..Wish::new(TENANT, TATTOO) };

    // The only appointment of the day is taken ...
    let start = block_on(scheduler.first(&wish(1), saturday))?.ok_or("nothing free")?;
    let taken = block_on(scheduler.book(&BookRequest::new(wish(1), start)))?.booking;
    assert_eq!(block_on(scheduler.first(&wish(2), saturday))?, None);

    // ... so two people wait for any start on that day.
    let join = |customer| JoinRequest::new(wish(customer), saturday);
    let second = block_on(scheduler.join_waitlist(&join(2)))?.entry;
    let third = block_on(scheduler.join_waitlist(&join(3)))?.entry;
    says(format!("places {} and {}", second.place, third.place), "places 1 and 2");

    // Cancelling places the hold for the first in line in the same step: nobody else can be faster.
    let cancelled = block_on(scheduler.cancel(&ChangeRequest::new(TENANT, taken.id)))?;
    let offer = &cancelled.offers[0];
    assert_eq!((offer.offer_to, offer.start()), (Some(second.id), start));
    says(offer.state, "held");
    assert!(matches!(
        block_on(scheduler.book(&BookRequest::new(wish(4), start))),
        Err(Refusal::NotBookable { .. })
    ));

    // Customer 2 does not answer. After half an hour the offer has lapsed; the next look at the line passes it on.
    clock.advance(minutes(30));
    let offers = block_on(scheduler.waitlist_offers(TENANT))?;
    let to: Vec<_> = offers.iter().map(|offer| offer.entry).collect();
    assert_eq!(to, [third.id]);

    // An offer is a hold like any other: confirm it, and the wait is over.
    let confirmed = block_on(scheduler.confirm(&ChangeRequest::new(TENANT, offers[0].booking.id)))?.booking;
    says(format!("{} for {:?}", confirmed.state, confirmed.customer), "confirmed for Some(customer#3)");
    assert_eq!(block_on(scheduler.waitlist_offers(TENANT))?, []);
    Ok(())
}
