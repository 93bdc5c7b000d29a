//! The fast paths answer as the general way does, on random questions.

use std::sync::Arc;

use chrono::Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
use proptest::prelude::*;

use super::availability::Availability;
use super::filter;
use super::query::{SlotQuery, Snapshot};
use super::question::Question;
use crate::seconds::{DAY, minutes};
use crate::{
    Block, BlockId, BookingId, Buffers, Claim, ClaimRow, DateOverride, DayInterval, Grid, GridMode, Hours,
    Interval, Limit, Occupancy, Occupant, Over, Per, Period, Policy, PolicySpec, Requirement, Resource,
    ResourceId, ResourceSpec, Schedule, ScheduleSpec, Service, ServiceId, ServiceSpec, WeeklyHours, ZoneId,
    Zones,
};

/// Clock changes of these zones lie near the days of [`DAYS`].
const ZONES: [&str; 5] =
    ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu"];
/// 2026-03-04, 2026-03-25, 2026-03-31, 2026-10-21 and 2026-10-28, as days since 1970.
const DAYS: [i64; 5] = [20_516, 20_537, 20_543, 20_747, 20_754];

#[derive(Debug, Clone)]
struct Host {
    zone: usize,
    hours: usize,
    shifted: i64,
    capacity: u32,
    closed: Option<i64>,
    extra: Option<i64>,
    claims: Vec<(i64, i64, i64, u32)>,
    blocks: Vec<(i64, i64)>,
}

#[derive(Debug, Clone)]
struct Case {
    day: i64,
    hosts: Vec<Host>,
    /// For each requirement how many of the next how many hosts.
    needs: Vec<(u32, usize)>,
    same_hours: bool,
    mode: GridMode,
    minutes: [i64; 5],
    window: (i64, i64),
    notice: i64,
    limited: bool,
}

fn host() -> impl Strategy<Value = Host> {
    let claim = (0_i64..20 * 96, 1_i64..16, 0_i64..4, 1_u32..3);
    (
        (0..ZONES.len(), 0_usize..7, prop::sample::select(vec![0, 0, 15, 7]), 1_u32..3),
        (prop::option::of(0_i64..20), prop::option::of(0_i64..20)),
        prop::collection::vec(claim, 0..25),
        prop::collection::vec((0_i64..20 * 96, 1_i64..60), 0..3),
    )
        .prop_map(|((zone, hours, shifted, capacity), (closed, extra), claims, blocks)| Host {
            zone,
            hours,
            shifted,
            capacity,
            closed,
            extra,
            claims,
            blocks,
        })
}

fn case() -> impl Strategy<Value = Case> {
    let needs = prop_oneof![
        3 => Just(vec![(1, 1)]),
        3 => Just(vec![(1, 4)]),
        2 => Just(vec![(4, 4)]),
        1 => Just(vec![(2, 2)]),
        1 => Just(vec![(2, 4)]),
        1 => Just(vec![(1, 2), (1, 1)]),
        1 => Just(vec![(1, 1), (1, 1)]),
        1 => Just(vec![(2, 3), (1, 1)]),
    ];
    let mode = prop::sample::select(vec![GridMode::Hours, GridMode::Free, GridMode::Clock]);
    let minutes = (
        prop::sample::select(vec![15_i64, 20, 30, 45, 60, 150]),
        prop::sample::select(vec![5_i64, 15, 20, 30, 45, 60, 300]),
        prop::sample::select(vec![0_i64, 0, 5, 90]),
        prop::sample::select(vec![0_i64, 0, 10, 25]),
        prop::sample::select(vec![0_i64, 0, 15]),
    );
    (
        prop::sample::select(DAYS.to_vec()),
        prop::collection::vec(host(), 4),
        (needs, any::<bool>(), mode, minutes),
        (0_i64..12 * 96, 1_i64..9 * 96),
        (prop::sample::select(vec![0_i64, 2_000]), prop::bool::weighted(0.2)),
    )
        .prop_map(|(day, hosts, (needs, same_hours, mode, minutes), window, (notice, limited))| Case {
            day,
            hosts,
            needs,
            same_hours,
            mode,
            minutes: minutes.into(),
            window,
            notice,
            limited,
        })
}

impl Host {
    fn weekly(&self) -> WeeklyHours {
        let week = [Mon, Tue, Wed, Thu, Fri, Sat, Sun];
        let closed = WeeklyHours::closed;
        let at = |hour: i64| format!("{hour:02}:{:02}", self.shifted);
        let hours = match self.hours {
            0 => closed().with(&week[..5], &at(9), &at(17)),
            1 => {
                closed().with(&week[..5], "09:00", "12:00").and_then(|h| h.with(&week[..5], "13:00", "17:00"))
            }
            2 => closed().with(&week, &at(22), &at(6)),
            3 => closed().with(&[Mon, Tue, Thu], "00:00", "24:00"),
            4 => Ok(WeeklyHours::always()),
            5 => closed().with(&week, "18:00", &at(3)).and_then(|h| h.with(&week, &at(1), "05:00")),
            _ => closed().with(&week, "02:15", "24:00").and_then(|h| h.with(&week, "00:00", "01:45")),
        };
        hours.unwrap()
    }

    fn resource(&self, id: u64, day: i64) -> Arc<Resource> {
        let date = |ahead: i64| crate::time::civil::date_of(day + ahead);
        let mut spec = ScheduleSpec::in_zone(ZoneId::new(ZONES[self.zone]).unwrap());
        spec.weekly = self.weekly();
        if let Some(closed) = self.closed {
            spec.overrides.push(DateOverride { date: date(closed), intervals: Vec::new() });
        }
        if let Some(extra) = self.extra.filter(|extra| Some(*extra) != self.closed) {
            let intervals = vec![DayInterval::parse("20:00", "04:30").unwrap()];
            spec.overrides.push(DateOverride { date: date(extra), intervals });
        }
        let hours = Hours::of(Schedule::new(spec).unwrap());
        let mut spec = ResourceSpec::new(ResourceId::from_u64(id), format!("host {id}"), hours);
        spec.capacity = self.capacity;
        Arc::new(Resource::new(spec).unwrap())
    }
}

fn quarters(day: i64, from: i64, length: i64) -> Interval {
    let start = (day - 2) * DAY + minutes(15) * from;
    Interval::from_seconds(start, start + minutes(15) * length).unwrap()
}

impl Case {
    fn service(&self) -> Service {
        let mut ids = (1_u64..).map(ResourceId::from_u64);
        let mut needs = Vec::new();
        for (number, &(count, size)) in self.needs.iter().enumerate() {
            let pool: Vec<ResourceId> = ids.by_ref().take(size).collect();
            needs.push(Requirement::one_of(format!("need {number}"), pool).count(count));
        }
        let [duration, step, offset, before, after] = self.minutes.map(minutes);
        let zone = ZoneId::new(ZONES[self.hosts[0].zone]).unwrap();
        let mut spec = ServiceSpec::new(ServiceId::from_u64(1), "service", zone, duration, needs);
        spec.step = step;
        spec.grid = Grid { mode: self.mode, offset };
        spec.buffers = Buffers { before, after };
        let mut policy = PolicySpec { notice: minutes(self.notice), ..PolicySpec::default() };
        if self.limited {
            policy.limits.push(Limit {
                per: Per::Service,
                over: Some(Over::All),
                period: Period::Day,
                week_start: None,
                max_count: Some(1),
                max_seconds: None,
            });
        }
        spec.policy = Policy::new(policy).unwrap();
        Service::new(spec).unwrap()
    }

    fn snapshot(&self) -> Snapshot {
        let mut occupancy = Occupancy::default();
        let mut snapshot = Snapshot::default();
        for (number, host) in (1..).zip(&self.hosts) {
            let host = if self.same_hours {
                let Host { zone, hours, shifted, closed, extra, .. } = self.hosts[0];
                Host { zone, hours, shifted, closed, extra, ..host.clone() }
            } else {
                host.clone()
            };
            let resource = ResourceId::from_u64(number);
            snapshot.resources.push(host.resource(number, self.day));
            for &(from, length, buffer, units) in &host.claims {
                let interval = quarters(self.day, from, length);
                let (before, after) = (minutes(buffer), minutes(5 * buffer));
                let by = Occupant::Booking(BookingId::from_u64(from as u64));
                let claim = Claim { resource, interval, before, after, units };
                occupancy.claims.push(ClaimRow { claim, by });
            }
            for &(from, length) in &host.blocks {
                let interval = quarters(self.day, from, length);
                let id = BlockId::from_u64(from as u64);
                occupancy.blocks.push(Block { id, resource, interval, text: String::new() });
            }
        }
        snapshot.counted = self.counted(&occupancy);
        Snapshot { occupancy, ..snapshot }
    }

    /// Some of the claims count for the limit, so that days in the middle of the window are closed.
    fn counted(&self, occupancy: &Occupancy) -> Vec<crate::Counted> {
        let some = occupancy.claims.iter().filter(|_| self.limited).step_by(9);
        some.map(|row| crate::Counted {
            booking: BookingId::from_u64(row.claim.interval.start_second() as u64),
            service: ServiceId::from_u64(1),
            customer: None,
            visit: row.claim.interval,
            resources: Vec::new(),
        })
        .collect()
    }

    fn query(&self) -> SlotQuery {
        let window = quarters(self.day, self.window.0, self.window.1);
        SlotQuery::new(window, crate::interval::instant(self.day * DAY + 1))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(600) })]

    #[test]
    fn the_fast_paths_find_what_the_general_way_finds(case in case()) {
        let (service, snapshot, zones) = (case.service(), case.snapshot(), Zones::bundled());
        let availability = Availability::new(&service, &snapshot, &zones).unwrap();
        let question = Question::new(&service, &availability.members, &case.query()).unwrap();
        let open = filter::open_starts(&service, &question, &zones, &snapshot.counted).unwrap();
        let Some(quick) = availability.quick(&question, &open).unwrap() else { return Ok(()) };
        let general = if open.is_empty() { Vec::new() } else { availability.search(&question, open).unwrap() };
        let only = |one: &[i64], other: &[i64]| -> Vec<String> {
            let missing = one.iter().filter(|start| !other.contains(start));
            missing.map(|start| crate::interval::instant(*start).to_string()).collect()
        };
        let (extra, missing) = (only(&quick, &general), only(&general, &quick));
        prop_assert!(quick == general, "of {}: extra {:?}, missing {:?}", general.len(), extra, missing);
    }
}
