//! Hold, take the money, confirm: a hold lives for a while, ends exactly once, and blocks nothing after that.

use std::error::Error;

use booking_core::{
    BookRequest, ChangeRequest, Deposit, Fee, HoldTimes, Hours, ManualClock, MemoryStore, Money, Policy,
    PolicySpec, PriceTier, Refusal, Requirement, Resource, ResourceId, ResourceSpec, Scheduler,
    SequentialIds, Service, ServiceId, ServiceSpec, TenantId, TierRule, Wish, ZoneId, hours, minutes,
};
use booking_examples::{block_on, says};

const TENANT: TenantId = TenantId::SINGLE;
const COURT: ServiceId = ServiceId::from_u64(1);

fn open() -> Result<MemoryStore, Box<dyn Error>> {
    let court = ResourceId::from_u64(1);
    let store = MemoryStore::new();
    store.add_resource(TENANT, Resource::new(ResourceSpec::new(court, "Court", Hours::always(ZoneId::UTC)))?);
    let price = Money::new(3_000, "EUR".parse()?)?;
    let needs = vec![Requirement::one_of("court", [court])];
    store.add_service(
        TENANT,
        Service::new(ServiceSpec {
            // Half of the price is due when booking.
            policy: Policy::new(PolicySpec {
                deposit: Some(Deposit { amount: Fee::Share(5_000) }),
                ..PolicySpec::default()
            })?,
            prices: vec![PriceTier {
                name: "Hour".to_owned(),
                price,
                per_person: false,
                when: TierRule::default(),
            }],
            // Five minutes to pay, a quarter of an hour at most with all extensions.
            holds: HoldTimes { default: minutes(5), max: minutes(15), ..HoldTimes::default() },
            ..ServiceSpec::new(COURT, "Court", ZoneId::UTC, hours(1), needs)
        })?,
    );
    Ok(store)
}

fn main() -> Result<(), Box<dyn Error>> {
    let clock = ManualClock::at("2026-07-01T10:00:00Z".parse()?);
    let scheduler = Scheduler::new(open()?, clock.clone()).with_ids(SequentialIds::default());
    let request = BookRequest::new(Wish::new(TENANT, COURT), "2026-07-02T18:00:00Z".parse()?);

    // 1. Hold. From now on nobody else gets this hour.
    let hold = block_on(scheduler.hold(&request, None))?.booking;
    let due = hold.priced.deposit.map_or(0, Money::minor);
    says(format!("{}, {due} cents are due", hold.state), "held, 1500 cents are due");
    assert!(matches!(block_on(scheduler.book(&request)), Err(Refusal::NotBookable { .. })));

    // 2. Paying takes longer than expected: ask for more time, within the service's bound.
    clock.advance(minutes(4));
    let change = ChangeRequest::new(TENANT, hold.id);
    block_on(scheduler.extend(&change, "2026-07-01T10:12:00Z".parse()?))?;
    match block_on(scheduler.extend(&change, "2026-07-01T10:30:00Z".parse()?)) {
        Err(Refusal::ExtendTooFar { latest }) => says(latest, "2026-07-01 10:15:00 UTC"),
        other => return Err(format!("held for ever: {other:?}").into()),
    }

    // 3. Paid: confirm. The key makes it safe to say twice, should the answer get lost.
    clock.advance(minutes(5));
    let confirm = ChangeRequest { key: Some("payment-77".to_owned()), ..change };
    says(block_on(scheduler.confirm(&confirm))?.booking.state, "confirmed");
    assert!(block_on(scheduler.confirm(&confirm))?.replayed);

    // Another customer holds the next hour and walks away. At its deadline the hold is over, by itself.
    let next = BookRequest::new(Wish::new(TENANT, COURT), "2026-07-02T19:00:00Z".parse()?);
    let lost = block_on(scheduler.hold(&next, Some(minutes(2))))?.booking;
    clock.advance(minutes(2));
    let taken = block_on(scheduler.book(&next))?.booking;
    says(taken.state, "confirmed");

    // Whoever pays after that is told so, and must get the money back: an expired hold never revives.
    match block_on(scheduler.confirm(&ChangeRequest::new(TENANT, lost.id))) {
        Err(Refusal::Expired { at }) => says(at, "2026-07-01 10:11:00 UTC"),
        other => return Err(format!("revived: {other:?}").into()),
    }

    // Sweeping only tidies up: it writes down what everyone already sees.
    let swept = block_on(scheduler.sweep(TENANT))?;
    says(format!("{} {}", swept.len(), swept[0].state), "1 expired");
    Ok(())
}
