//! `tests/cases/slots`: one service, one team, and the starts it must offer.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use booking_core::{
    BookingId, Counted, Horizon, HorizonKind, Limit, Per, Period, Pick, Policy, PolicySpec, Requirement,
    ResourceId, Service, ServiceId, ServiceSpec, Session, SessionId, SessionKey, SessionRow, Waiver, minutes,
};
use booking_core::{ClaimRow, Occupant};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;

use super::json::{BusyJson, CommonServiceJson, ResourceJson, Rows, WindowJson, ids, weekday, zone};
use super::world::{Ask, World};

#[derive(Debug, Deserialize)]
struct FileJson {
    cases: Vec<SlotCase>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct SlotCase {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) now: DateTime<Utc>,
    pub(crate) window: WindowJson,
    pub(crate) service: ServiceJson,
    pub(crate) team: String,
    pub(crate) providers: Vec<ResourceJson>,
    pub(crate) expected: Vec<DateTime<Utc>>,
    pub(crate) expected_hosts: Option<BTreeMap<DateTime<Utc>, Vec<String>>>,
    pub(crate) expected_seats_left: Option<BTreeMap<DateTime<Utc>, u32>>,
    pub(crate) expected_same_for_align: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ServiceJson {
    #[serde(flatten)]
    pub(crate) common: CommonServiceJson,
    pub(crate) seats: Option<u32>,
    #[serde(default)]
    pub(crate) limits: BTreeMap<String, serde_json::Value>,
    pub(crate) horizon: Option<HorizonJson>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum HorizonJson {
    RollingDays {
        days: u32,
        #[serde(default)]
        business: bool,
        tz: Option<String>,
    },
    AvailableDays {
        days: u32,
        tz: Option<String>,
    },
    Range {
        from: NaiveDate,
        to: NaiveDate,
        tz: Option<String>,
    },
}

/// The service of every case; bookings of others have [`OTHER`].
pub(crate) const SERVICE: ServiceId = ServiceId::from_u64(1);
pub(crate) const OTHER: ServiceId = ServiceId::from_u64(2);

/// All slot cases, in order of their files' names.
pub(crate) fn all() -> Vec<SlotCase> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/slots");
    let mut paths: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: &Path| -> Vec<SlotCase> {
        let text = std::fs::read_to_string(path).unwrap();
        let file: FileJson =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        file.cases
    };
    paths.iter().flat_map(|path| read(path)).collect()
}

impl SlotCase {
    /// Every alignment under which the case has this answer, its own first.
    pub(crate) fn aligns(&self) -> Vec<&str> {
        let own = self.service.common.align.as_str();
        let others = self.expected_same_for_align.iter().map(String::as_str).filter(|align| *align != own);
        std::iter::once(own).chain(others).collect()
    }

    /// The case under an alignment.
    pub(crate) fn world(&self, align: &str) -> World {
        let ids = ids(&self.providers);
        let mut rows = Rows::default();
        let mut counted = Vec::new();
        for provider in &self.providers {
            for busy in &provider.busy {
                self.push_busy(&mut rows, &mut counted, ids[&provider.id], busy);
            }
        }
        World {
            service: self.service(align, &ids),
            resources: self.providers.iter().map(|one| one.resource(ids[&one.id])).collect(),
            occupancy: rows.occupancy,
            counted,
            ask: Ask {
                window: self.window.interval(),
                now: self.now.timestamp(),
                duration: minutes(self.service.common.duration_min),
                party: 1,
                customer: None,
                pins: Vec::new(),
                waive: Waiver::default(),
            },
        }
    }

    /// Host names as resource ids.
    pub(crate) fn hosts(&self, names: &[String]) -> BTreeSet<ResourceId> {
        let ids = ids(&self.providers);
        names.iter().map(|name| ids[name]).collect()
    }

    fn service(&self, align: &str, ids: &BTreeMap<String, ResourceId>) -> Service {
        let common = &self.service.common;
        let policy = PolicySpec {
            notice: minutes(common.min_notice_min),
            horizon: self.service.horizon.as_ref().map(HorizonJson::horizon),
            limits: self.limits(),
            ..PolicySpec::default()
        };
        let duration = minutes(common.duration_min);
        Service::new(ServiceSpec {
            step: minutes(common.step_min),
            grid: common.grid(align),
            buffers: common.buffers(),
            seats: self.service.seats.unwrap_or(1),
            policy: Policy::new(policy).unwrap(),
            ..ServiceSpec::new(SERVICE, self.title.clone(), common.zone(), duration, self.requirements(ids))
        })
        .unwrap()
    }

    fn requirements(&self, ids: &BTreeMap<String, ResourceId>) -> Vec<Requirement> {
        let all = self.providers.iter().map(|provider| ids[&provider.id]);
        match self.team.as_str() {
            "single" | "any" => vec![Requirement::one_of("host", all)],
            "all" => vec![Requirement::all_of("host", all)],
            "mixed" => self.mixed(ids),
            other => panic!("{}: unknown team {other}", self.id),
        }
    }

    fn mixed(&self, ids: &BTreeMap<String, ResourceId>) -> Vec<Requirement> {
        let fixed = |one: &&ResourceJson| one.role.as_deref() == Some("fixed");
        let mut requirements = Vec::new();
        let always: Vec<ResourceId> = self.providers.iter().filter(fixed).map(|p| ids[&p.id]).collect();
        if !always.is_empty() {
            requirements.push(Requirement::all_of("fixed", always));
        }
        let mut groups: BTreeMap<&str, Vec<ResourceId>> = BTreeMap::new();
        for provider in self.providers.iter().filter(|one| !fixed(one)) {
            groups.entry(provider.group.as_deref().unwrap_or("any")).or_default().push(ids[&provider.id]);
        }
        requirements.extend(groups.into_iter().map(|(name, pool)| Requirement::one_of(name, pool)));
        requirements
    }

    fn limits(&self) -> Vec<Limit> {
        let week_start = self.service.limits.get("week_start").map(|day| weekday(day.as_str().unwrap()));
        let limits = self.service.limits.iter().filter(|(name, _)| *name != "week_start");
        limits.map(|(name, max)| limit(name, max.as_u64().unwrap(), week_start)).collect()
    }

    fn push_busy(&self, rows: &mut Rows, counted: &mut Vec<Counted>, resource: ResourceId, busy: &BusyJson) {
        let Some(claim) = busy.claim(resource).filter(|_| busy.is_booking()) else {
            return rows.push_busy(resource, busy);
        };
        let booking = if busy.same_service && self.service.seats.is_some_and(|seats| seats > 1) {
            self.push_session(rows, busy, claim)
        } else {
            rows.push_claim(claim)
        };
        counted.push(Counted {
            booking,
            service: if busy.same_service { SERVICE } else { OTHER },
            customer: None,
            visit: claim.interval,
            resources: vec![(resource, claim.interval.seconds())],
        });
    }

    fn push_session(&self, rows: &mut Rows, busy: &BusyJson, claim: booking_core::Claim) -> BookingId {
        let seats = self.service.seats.unwrap_or(1);
        let id = SessionId::from_u64(rows.number());
        let seconds = claim.interval.seconds();
        let pick = Pick { requirement: "host".to_owned(), resource: claim.resource, seconds };
        let key = SessionKey { service: SERVICE, visit: claim.interval, picks: vec![pick] };
        let session = Session { id, key, seats, claims: vec![claim], scheduled: false };
        rows.occupancy.sessions.push(SessionRow { session, taken: busy.seats_taken.unwrap_or(1) });
        rows.occupancy.claims.push(ClaimRow { claim, by: Occupant::Session(id) });
        BookingId::from_u64(rows.number())
    }
}

fn limit(name: &str, max: u64, week_start: Option<chrono::Weekday>) -> Limit {
    let (what, period) = name.split_once("_per_").unwrap();
    let period = match period {
        "day" => Period::Day,
        "week" => Period::Week,
        "month" => Period::Month,
        "year" => Period::Year,
        other => panic!("unknown period {other}"),
    };
    let bookings = what == "max_bookings";
    assert!(bookings || what == "max_minutes", "unknown limit {name}");
    Limit {
        per: Per::Service,
        over: None,
        period,
        week_start: week_start.filter(|_| period == Period::Week),
        max_count: bookings.then(|| u32::try_from(max).unwrap()),
        max_seconds: (!bookings).then(|| minutes(i64::try_from(max).unwrap())),
    }
}

impl HorizonJson {
    fn horizon(&self) -> Horizon {
        let (kind, tz) = match self {
            Self::RollingDays { days, business: false, tz } => (HorizonKind::RollingDays(*days), tz),
            Self::RollingDays { days, business: true, tz } => (HorizonKind::BusinessDays(*days), tz),
            Self::AvailableDays { days, tz } => (HorizonKind::AvailableDays(*days), tz),
            Self::Range { from, to, tz } => (HorizonKind::Range { from: *from, to: *to }, tz),
        };
        Horizon { kind, zone: tz.as_deref().map(zone) }
    }
}
