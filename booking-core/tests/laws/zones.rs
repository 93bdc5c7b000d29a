//! Nine o'clock, around every clock change of every zone.

use std::collections::BTreeSet;
use std::sync::Arc;

use booking_core::time::Transition;
use booking_core::{
    Availability, Hours, Interval, Occupancy, Recurrence, Requirement, Resource, ResourceSpec, Schedule,
    ScheduleSpec, Service, ServiceSpec, SlotQuery, Snapshot, Standing, WeeklyHours, Zone, ZoneId, Zones,
};
use chrono::{DateTime, Weekday};

use super::worlds::{SERVICE, host_id};

const DAY: i64 = 86_400;
const NINE: i64 = 9 * 3_600;
const EVERY_DAY: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// Every zone of the bundle once, under the first of its names.
fn zones() -> Vec<Zone> {
    let (zones, mut seen) = (Zones::bundled(), BTreeSet::new());
    let tables = zones.names().into_iter().map(|id| zones.zone(&id).unwrap());
    let changes = |zone: &Zone| -> Vec<(i64, i32)> {
        let each = zone.transitions().iter().map(|change| (change.at(), change.after()));
        std::iter::once((0, zone.offset_at(0))).chain(each).collect()
    };
    tables.filter(|zone| seen.insert(changes(zone))).collect()
}

/// Three days around a clock change, inside the supported years.
fn around(change: Transition) -> Option<Interval> {
    Interval::from_seconds(change.at() - 3 * DAY / 2, change.at() + 3 * DAY / 2).ok()
}

/// When clocks show nine in the window, the first time each date; `gaps` also where they skip it.
fn nines(zone: &Zone, window: Interval, gaps: bool) -> BTreeSet<i64> {
    let days = window.start_second() / DAY - 2..window.end_second() / DAY + 3;
    let offsets: BTreeSet<i64> =
        (0..=72).map(|hour| i64::from(zone.offset_at(window.start_second() + hour * 3_600))).collect();
    let nine = |day: i64| {
        let reading = day * DAY + NINE;
        let shown =
            offsets.iter().rev().map(|offset| reading - offset).find(|at| zone.to_local(*at) == reading);
        // Skipped: read with the offset before the change.
        let skips = |change: &&Transition| {
            change.at() + i64::from(change.before()) <= reading
                && reading < change.at() + i64::from(change.after())
        };
        let skipped =
            || zone.transitions().iter().find(skips).map(|change| reading - i64::from(change.before()));
        shown.or_else(|| skipped().filter(|_| gaps))
    };
    days.filter_map(nine).filter(|at| window.contains(*at)).collect()
}

fn opens_at_nine(zone: &ZoneId) -> (Service, Snapshot) {
    let weekly = WeeklyHours::closed().with(&EVERY_DAY, "09:00", "09:01").unwrap();
    let schedule = Schedule::new(ScheduleSpec { weekly, ..ScheduleSpec::in_zone(zone.clone()) }).unwrap();
    let resource = Resource::new(ResourceSpec::new(host_id(0), "nine", Hours::of(schedule))).unwrap();
    let needs = vec![Requirement::one_of("one", [host_id(0)])];
    let spec = ServiceSpec::new(SERVICE, "Nine", zone.clone(), 60, needs);
    let snapshot = Snapshot {
        resources: vec![Arc::new(resource)],
        occupancy: Occupancy::default(),
        counted: Vec::new(),
        standing: Standing::default(),
    };
    (Service::new(ServiceSpec { step: DAY, ..spec }).unwrap(), snapshot)
}

#[test]
fn nine_stays_nine_across_every_transition_of_every_zone_for_weekly_hours() {
    let provider = Zones::bundled();
    for zone in zones() {
        let (service, snapshot) = opens_at_nine(zone.id());
        let availability = Availability::new(&service, &snapshot, &provider).unwrap();
        for window in zone.transitions().iter().filter_map(|change| around(*change)) {
            let query = SlotQuery::new(window, DateTime::UNIX_EPOCH);
            let starts: BTreeSet<i64> = availability.starts(&query).unwrap().into_iter().collect();
            assert_eq!(starts, nines(&zone, window, false), "{:?} {window:?}", zone.id());
        }
    }
}

#[test]
fn nine_stays_nine_across_every_transition_of_every_zone_for_recurrences() {
    let start = "1970-01-01T09:00:00".parse().unwrap();
    let rules = ["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU"];
    let rules = rules.map(|rule| Recurrence::new(start, rule).unwrap());
    for zone in zones() {
        for window in zone.transitions().iter().filter_map(|change| around(*change)) {
            let mut expected = nines(&zone, window, true);
            expected.retain(|at| zone.to_local(*at) >= NINE);
            for rule in &rules {
                let mut found = Vec::new();
                rule.expand(&zone, window, &mut found).unwrap();
                let found: BTreeSet<i64> = found.into_iter().collect();
                assert_eq!(found, expected, "{:?} {window:?}", zone.id());
            }
        }
    }
}
