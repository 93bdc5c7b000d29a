//! "Why can I not book this?": every reason, as data to act on, for every rule that stands in the way.

use std::error::Error;

use booking_core::{
    Actor, BookRequest, Buffers, Horizon, HorizonKind, Interval, ManualClock, MemoryStore, Policy,
    PolicySpec, Reason, Requirement, Resource, ResourceId, ResourceSpec, Scheduler, SequentialIds, Service,
    ServiceId, ServiceSpec, TenantId, Waiver, Wish, ZoneId, hours, minutes,
};
use booking_examples::{block_on, says, weekly};
use chrono::Weekday::{Fri, Mon, Thu, Tue, Wed};

const TENANT: TenantId = TenantId::SINGLE;
const ANN: ResourceId = ResourceId::from_u64(1);
const TALK: ServiceId = ServiceId::from_u64(1);

fn open() -> Result<MemoryStore, Box<dyn Error>> {
    let zone = ZoneId::UTC;
    let store = MemoryStore::new();
    let office = weekly(&zone, &[Mon, Tue, Wed, Thu, Fri], "09:00", "17:00")?;
    store.add_resource(TENANT, Resource::new(ResourceSpec::new(ANN, "Ann", office))?);
    store.add_service(
        TENANT,
        Service::new(ServiceSpec {
            step: minutes(30),
            buffers: Buffers { before: 0, after: minutes(15) },
            policy: Policy::new(PolicySpec {
                notice: hours(4),
                horizon: Some(Horizon { kind: HorizonKind::RollingDays(14), zone: None }),
                ..PolicySpec::default()
            })?,
            ..ServiceSpec::new(TALK, "Talk", zone, hours(1), vec![Requirement::one_of("staff", [ANN])])
        })?,
    );
    Ok(store)
}

/// What a program does with a reason: match on it. Texts are for logs; your own words are for people.
fn in_words(reason: &Reason) -> String {
    match reason {
        Reason::TooSoon { earliest } => format!("too soon: from {}", earliest.format("%a %H:%M")),
        Reason::TooFar { latest } => format!("too far ahead: until {}", latest.unwrap_or_default()),
        Reason::OutsideHours { .. } => "outside hours".to_owned(),
        Reason::Closed { why, .. } => format!("closed: {why:?}"),
        Reason::Taken { until, .. } => format!("taken until {}", until.format("%H:%M")),
        Reason::BufferOverlap { until, .. } => format!("a break until {}", until.format("%H:%M")),
        Reason::OffGrid { previous, next } => {
            let shown = |at: &Option<chrono::DateTime<chrono::Utc>>| {
                at.map_or_else(|| "-".to_owned(), |at| at.format("%H:%M").to_string())
            };
            format!("off the grid: {} or {}", shown(previous), shown(next))
        }
        // The list may grow: whoever matches keeps a way out.
        other => other.to_string(),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    // Wednesday at noon.
    let clock = ManualClock::at("2026-04-15T12:00:00Z".parse()?);
    let scheduler = Scheduler::new(open()?, clock).with_ids(SequentialIds::default());
    let wish = Wish::new(TENANT, TALK);
    let booked = BookRequest::new(wish.clone(), "2026-04-16T10:00:00Z".parse()?);
    block_on(scheduler.book(&booked))?;
    let friday = Interval::new("2026-04-17T00:00:00Z".parse()?, "2026-04-18T00:00:00Z".parse()?)?;
    block_on(scheduler.block(TENANT, ANN, friday, "training", &Actor::new("Ann", "app")))?;

    for (start, expected) in [
        ("2026-04-16T14:00:00Z", "bookable"),
        ("2026-04-15T15:00:00Z", "too soon: from Wed 16:00"),
        ("2026-06-01T09:00:00Z", "too far ahead: until 2026-04-29"),
        ("2026-04-18T09:00:00Z", "outside hours"),
        ("2026-04-17T09:00:00Z", "closed: Block(\"training\")"),
        ("2026-04-16T10:30:00Z", "taken until 11:00"),
        ("2026-04-16T11:00:00Z", "a break until 11:15"),
        ("2026-04-16T14:10:00Z", "off the grid: 14:00 or 14:30"),
        // Several rules may stand in the way at once. All are told.
        ("2026-04-15T08:10:00Z", "too soon: from Wed 16:00; outside hours"),
    ] {
        let explained = block_on(scheduler.explain(&wish, start.parse()?))?;
        let words: Vec<String> = explained.reasons.iter().map(in_words).collect();
        let shown = if explained.is_bookable() { "bookable".to_owned() } else { words.join("; ") };
        says(shown, expected);
    }

    // Staff may set rules aside, each on its own. Explaining with the same waiver gives the same answer as booking;
    // what is taken stays taken, whoever asks.
    let waived = Wish { waive: Waiver { notice: true, ..Waiver::default() }, ..wish.clone() };
    let soon = block_on(scheduler.explain(&waived, "2026-04-15T15:00:00Z".parse()?))?;
    assert!(soon.is_bookable());
    let everything = Wish { waive: Waiver::ALL, ..wish };
    let taken = block_on(scheduler.explain(&everything, "2026-04-16T10:00:00Z".parse()?))?;
    assert!(matches!(taken.reasons[..], [Reason::Taken { resource: ANN, .. }]));
    Ok(())
}
