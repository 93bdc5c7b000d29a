//! The demo business: a clinic, a salon and a studio under one roof in Berlin.

use std::collections::BTreeSet;

use booking_core::{
    Buffers, ChangeWindow, Currency, DAY, Deposit, Fee, FeeTier, Grid, HOUR, Holiday, HolidaySet, Horizon,
    HorizonKind, Hours, Invalid, Money, Policy, PolicySpec, PriceTier, Requirement, Resource, ResourceId,
    ResourceKind, ResourceSpec, Schedule, ScheduleSpec, Service, ServiceId, ServiceSpec, Strategy, TenantId,
    TierRule, WeeklyHours, ZoneId, minutes,
};
use booking_platform::{
    HolidayCalendar, HolidayCalendarId, HolidayCalendarSpec, Item, List, Location, LocationId, Name,
    ResourceProfile, ServiceProfile, Text,
};
use chrono::Weekday::{self, Fri, Mon, Sat, Thu, Tue, Wed};

/// Public holidays of Germany, 2026 to 2029.
pub const HOLIDAYS: &str = include_str!("../../demo/holidays-de.ics");
/// Where the demo business is.
pub const ZONE: &str = "Europe/Berlin";

/// The demo business: no other one has this id, so that what it marks is a demo.
pub const TENANT: TenantId = TenantId::from_u64(0x6465_6d6f);
/// What people call it.
pub const NAME: &str = "Lindenhof";

/// A consultation with a practitioner in a room.
pub const CONSULTATION: ServiceId = ServiceId::from_u64(1);
/// A visit that waits for approval.
pub const SURGERY: ServiceId = ServiceId::from_u64(2);
/// A haircut.
pub const CUT: ServiceId = ServiceId::from_u64(3);
/// A colouring, in whose middle the stylist is free for others.
pub const COLOUR: ServiceId = ServiceId::from_u64(4);
/// A class of twelve.
pub const YOGA: ServiceId = ServiceId::from_u64(5);

/// The three practitioners of the clinic.
pub const PRACTITIONERS: [ResourceId; 3] = [id(1), id(2), id(3)];
const ROOMS: [ResourceId; 2] = [id(11), id(12)];
const STYLISTS: [ResourceId; 2] = [id(21), id(22)];
const CHAIRS: [ResourceId; 2] = [id(31), id(32)];
const TEACHER: ResourceId = id(41);
const STUDIO: ResourceId = id(51);

/// Where all of it is.
const HOUSE: LocationId = LocationId::from_u64(1);
/// When all of it is closed.
pub const CLOSED: HolidayCalendarId = HolidayCalendarId::from_u64(1);

const fn id(number: u64) -> ResourceId {
    ResourceId::from_u64(number)
}

/// The catalogue of the demo business, closed on these dates, in the order in which its items need each other.
pub fn catalogue(holidays: Vec<Holiday>) -> Result<Vec<Item>, Invalid> {
    let zone = ZoneId::new(ZONE)?;
    let house = Location {
        id: HOUSE,
        name: Name::new(NAME)?,
        zone: zone.clone(),
        address: Some(Text::new("Lindenstr. 7, Berlin")?),
        email: None,
        phone: None,
    };
    let set = HolidaySet { name: "Holidays".to_owned(), dates: holidays };
    let closed = HolidayCalendar::new(HolidayCalendarSpec { id: CLOSED, holidays: set })?;
    let mut items: Vec<Item> = vec![house.into(), closed.into()];
    for resource in resources(&zone)? {
        let holidays = List::new(vec![CLOSED])?;
        let profile = ResourceProfile { location: Some(HOUSE), holidays, ..resource.into() };
        items.push(profile.into());
    }
    for service in services(&zone)? {
        items.push(ServiceProfile { location: Some(HOUSE), ..service.into() }.into());
    }
    Ok(items)
}

fn weekly(zone: &ZoneId, lines: &[(&[Weekday], &str, &str)]) -> Result<Hours, Invalid> {
    let mut weekly = WeeklyHours::closed();
    for (days, from, to) in lines {
        weekly = weekly.with(days, from, to)?;
    }
    Ok(Hours::of(Schedule::new(ScheduleSpec { weekly, ..ScheduleSpec::in_zone(zone.clone()) })?))
}

fn resources(zone: &ZoneId) -> Result<Vec<Resource>, Invalid> {
    const WEEK: &[Weekday] = &[Mon, Tue, Wed, Thu, Fri];
    let whole = weekly(zone, &[(WEEK, "09:00", "12:30"), (WEEK, "13:30", "18:00")])?;
    let early = weekly(zone, &[(&[Mon, Tue, Thu], "08:00", "14:00"), (&[Sat], "09:00", "13:00")])?;
    let late = weekly(zone, &[(&[Mon, Wed, Fri], "12:00", "20:00")])?;
    let house = weekly(zone, &[(&[Mon, Tue, Wed, Thu, Fri, Sat], "07:00", "22:00")])?;
    let salon = weekly(zone, &[(&[Tue, Wed, Thu, Fri], "10:00", "19:00"), (&[Sat], "09:00", "16:00")])?;
    let classes = weekly(zone, &[(&[Mon, Wed, Fri], "18:00", "20:00"), (&[Sat], "10:00", "12:00")])?;
    let staff = ResourceKind::Staff;
    let made: Vec<(ResourceId, &str, ResourceKind, &Hours, Option<&str>)> = vec![
        (PRACTITIONERS[0], "Dr. Ann Weber", staff, &whole, Some("practitioner")),
        (PRACTITIONERS[1], "Dr. Ben Okafor", staff, &early, Some("practitioner")),
        (PRACTITIONERS[2], "Dr. Clara Lind", staff, &late, Some("practitioner")),
        (ROOMS[0], "Room 1", ResourceKind::Room, &house, Some("treatment room")),
        (ROOMS[1], "Room 2", ResourceKind::Room, &house, Some("treatment room")),
        (STYLISTS[0], "Dana Kim", staff, &salon, Some("stylist")),
        (STYLISTS[1], "Emil Novak", staff, &salon, Some("stylist")),
        (CHAIRS[0], "Chair 1", ResourceKind::Equipment, &salon, None),
        (CHAIRS[1], "Chair 2", ResourceKind::Equipment, &salon, None),
        (TEACHER, "Femi Adeyemi", staff, &classes, None),
        (STUDIO, "Studio", ResourceKind::Room, &house, None),
    ];
    let built = |(id, name, kind, hours, tag): (ResourceId, &str, ResourceKind, &Hours, Option<&str>)| {
        let tags = tag.into_iter().map(str::parse).collect::<Result<BTreeSet<_>, _>>()?;
        Resource::new(ResourceSpec { kind, tags, ..ResourceSpec::new(id, name, hours.clone()) })
    };
    made.into_iter().map(built).collect()
}

fn services(zone: &ZoneId) -> Result<Vec<Service>, Invalid> {
    Ok(vec![consultation(zone)?, surgery(zone)?, cut(zone)?, colour(zone)?, yoga(zone)?])
}

fn clinic_needs() -> Result<Vec<Requirement>, Invalid> {
    Ok(vec![
        Requirement::tagged("practitioner", "practitioner".parse()?),
        Requirement::tagged("room", "treatment room".parse()?),
    ])
}

/// Bookable from an hour ahead to a year ahead, so that both clock changes are within reach.
fn policy(more: PolicySpec) -> Result<Policy, Invalid> {
    let horizon = Horizon { kind: HorizonKind::RollingDays(365), zone: None };
    Policy::new(PolicySpec { notice: HOUR, horizon: Some(horizon), ..more })
}

fn price(name: &str, cents: i64, when: TierRule) -> Result<PriceTier, Invalid> {
    let euros: Currency = "EUR".parse()?;
    Ok(PriceTier { name: name.to_owned(), price: Money::new(cents, euros)?, per_person: false, when })
}

fn consultation(zone: &ZoneId) -> Result<Service, Invalid> {
    let long = TierRule { duration: Some(HOUR), ..TierRule::default() };
    let fees = vec![FeeTier { within: DAY, fee: Fee::Share(5_000) }];
    Service::new(ServiceSpec {
        durations: vec![minutes(30), HOUR],
        step: minutes(30),
        buffers: Buffers { before: 0, after: minutes(10) },
        strategy: Strategy::LeastLoaded,
        prices: vec![price("Long", 11_000, long)?, price("Standard", 6_000, TierRule::default())?],
        policy: policy(PolicySpec {
            cancellation: ChangeWindow { closes: Some(2 * HOUR), fees },
            ..PolicySpec::default()
        })?,
        ..ServiceSpec::new(CONSULTATION, "Consultation", zone.clone(), minutes(30), clinic_needs()?)
    })
}

fn surgery(zone: &ZoneId) -> Result<Service, Invalid> {
    Service::new(ServiceSpec {
        step: HOUR,
        buffers: Buffers { before: minutes(15), after: minutes(30) },
        prices: vec![price("Standard", 32_000, TierRule::default())?],
        policy: policy(PolicySpec {
            approval: Some(2 * DAY),
            deposit: Some(Deposit { amount: Fee::Share(2_500) }),
            ..PolicySpec::default()
        })?,
        ..ServiceSpec::new(SURGERY, "Minor surgery", zone.clone(), 2 * HOUR, clinic_needs()?)
    })
}

fn cut(zone: &ZoneId) -> Result<Service, Invalid> {
    let student = TierRule { group: Some("student".to_owned()), ..TierRule::default() };
    let needs = vec![Requirement::one_of("stylist", STYLISTS), Requirement::one_of("chair", CHAIRS)];
    Service::new(ServiceSpec {
        step: minutes(15),
        grid: Grid::CLOCK,
        strategy: Strategy::RoundRobin,
        prices: vec![price("Student", 2_900, student)?, price("Standard", 3_900, TierRule::default())?],
        policy: policy(PolicySpec::default())?,
        ..ServiceSpec::new(CUT, "Haircut", zone.clone(), minutes(45), needs)
    })
}

fn colour(zone: &ZoneId) -> Result<Service, Invalid> {
    // Two hours in a chair; the stylist is needed for the first and the last half hour, the same one both times.
    let needs = vec![
        Requirement::one_of("chair", CHAIRS),
        Requirement::one_of("stylist", STYLISTS).during([(0, minutes(30)), (minutes(90), minutes(120))]),
    ];
    Service::new(ServiceSpec {
        step: minutes(30),
        prices: vec![price("Standard", 9_500, TierRule::default())?],
        policy: policy(PolicySpec::default())?,
        ..ServiceSpec::new(COLOUR, "Colour", zone.clone(), minutes(120), needs)
    })
}

fn yoga(zone: &ZoneId) -> Result<Service, Invalid> {
    let needs = vec![Requirement::one_of("teacher", [TEACHER]), Requirement::one_of("room", [STUDIO])];
    let mut each = price("Each", 1_500, TierRule::default())?;
    each.per_person = true;
    Service::new(ServiceSpec {
        seats: 12,
        max_party: Some(6),
        prices: vec![each],
        policy: policy(PolicySpec::default())?,
        ..ServiceSpec::new(YOGA, "Yoga class", zone.clone(), HOUR, needs)
    })
}
