//! The world of a history as the crate's own types.

use std::collections::BTreeMap;

use serde_json::Value;

use super::json::{count, text};
use crate::engine::Waiver;
use crate::policy::{Limit, Over, Per, Period, Policy, PolicySpec};
use crate::resource::{Resource, ResourceSpec};
use crate::schedule::{Hours, Schedule, ScheduleSpec, WeeklyHours};
use crate::seconds::minutes;
use crate::service::{Buffers, HoldTimes, Requirement, Service, ServiceSpec, Takes};
use crate::time::ZoneId;
use crate::{ResourceId, ServiceId};

pub(super) fn resource(id: ResourceId, json: &Value) -> Resource {
    let zone = ZoneId::new(&text(&json["tz"])).expect("a case is well formed");
    let hours = match json["weekly"].as_array() {
        None => Hours::always(zone),
        Some(lines) => {
            let mut weekly = WeeklyHours::closed();
            for line in lines {
                let days: Vec<chrono::Weekday> = line["days"]
                    .as_array()
                    .expect("a case is well formed")
                    .iter()
                    .map(|day| text(day).parse().expect("a case is well formed"))
                    .collect();
                weekly = weekly
                    .with(&days, &text(&line["from"]), &text(&line["to"]))
                    .expect("a case is well formed");
            }
            Hours::of(
                Schedule::new(ScheduleSpec { weekly, ..ScheduleSpec::in_zone(zone) })
                    .expect("a case is well formed"),
            )
        }
    };
    let mut spec = ResourceSpec::new(id, text(&json["id"]), hours);
    spec.capacity = json["capacity"].as_u64().map_or(1, |capacity| capacity as u32);
    Resource::new(spec).expect("a case is well formed")
}

pub(super) fn service(id: ServiceId, json: &Value, resources: &BTreeMap<String, ResourceId>) -> Service {
    let zone = ZoneId::new(&text(&json["tz"])).expect("a case is well formed");
    let duration = minutes(json["duration_min"].as_i64().expect("a case is well formed"));
    let requirements = json["requirements"].as_array().expect("a case is well formed");
    let requirements = requirements.iter().map(|one| requirement(one, resources)).collect();
    let mut spec = ServiceSpec::new(id, text(&json["id"]), zone, duration, requirements);
    spec.step = minutes(json["step_min"].as_i64().expect("a case is well formed"));
    let others = json["durations_min"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|m| minutes(m.as_i64().expect("a case is well formed")));
    spec.durations.extend(others.filter(|other| *other != duration));
    let buffer = |field: &str| minutes(json[field].as_i64().unwrap_or(0));
    spec.buffers = Buffers { before: buffer("buffer_before_min"), after: buffer("buffer_after_min") };
    spec.seats = json["seats"].as_u64().map_or(1, |seats| seats as u32);
    let times = HoldTimes::default();
    let or = |field: &str, default| json[field].as_i64().map_or(default, minutes);
    spec.holds = HoldTimes { max: or("hold_min", times.max), offer: or("offer_min", times.offer), ..times };
    spec.policy = Policy::new(PolicySpec {
        notice: buffer("min_notice_min"),
        approval: json["approval_min"].as_i64().map(minutes),
        limits: json["limits"].as_array().into_iter().flatten().map(limit).collect(),
        ..PolicySpec::default()
    })
    .expect("a case is well formed");
    Service::new(spec).expect("a case is well formed")
}

fn requirement(json: &Value, resources: &BTreeMap<String, ResourceId>) -> Requirement {
    let pool =
        json["pool"].as_array().expect("a case is well formed").iter().map(|name| resources[&text(name)]);
    let mut requirement = Requirement::one_of(text(&json["name"]), pool).count(count(&json["count"]));
    requirement.takes = match &json["units"] {
        Value::String(party) if party == "party" => Takes::Party,
        Value::Number(units) => Takes::Units(units.as_u64().expect("a case is well formed") as u32),
        _ => Takes::Units(1),
    };
    requirement
}

fn limit(json: &Value) -> Limit {
    let period = match text(&json["period"]).as_str() {
        "day" => Period::Day,
        "week" => Period::Week,
        "month" => Period::Month,
        "year" => Period::Year,
        other => unreachable!("unknown period {other}"),
    };
    Limit {
        per: match text(&json["per"]).as_str() {
            "customer" => Per::Customer,
            "resource" => Per::Resource,
            "service" => Per::Service,
            other => unreachable!("unknown per {other}"),
        },
        over: json["over"].as_str().map(|over| if over == "all" { Over::All } else { Over::Service }),
        period,
        week_start: json["week_start"]
            .as_str()
            .filter(|_| period == Period::Week)
            .map(|d| d.parse().expect("a case is well formed")),
        max_count: json["max_count"].as_u64().map(|max| max as u32),
        max_seconds: json["max_minutes"].as_i64().map(minutes),
    }
}

pub(super) fn waiver(json: &Value) -> Waiver {
    let mut waiver = Waiver::default();
    let names = match json {
        Value::Array(names) => names.iter().map(text).collect(),
        Value::Bool(true) => vec!["all".to_owned()],
        Value::String(name) => vec![name.clone()],
        _ => Vec::new(),
    };
    for name in names {
        match name.as_str() {
            "grid" => waiver.grid = true,
            "hours" => waiver.hours = true,
            "notice" => waiver.notice = true,
            "horizon" => waiver.horizon = true,
            "limits" => waiver.limits = true,
            "all" => waiver = Waiver::ALL,
            other => unreachable!("unknown waiver {other}"),
        }
    }
    waiver
}
