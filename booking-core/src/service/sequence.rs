//! Several services in one visit.

use super::{Requirement, Service, ServiceSpec};
use crate::seconds::Seconds;
use crate::{Invalid, ServiceId};

/// One service that is others in a row, with `gap` seconds between them: each brings its requirements, shifted to its
/// place, so that one booking holds the whole visit and different people may serve its parts.
///
/// Grid, step, zone, policy, strategy and hold times are the first service's; buffers are the first's before and the
/// last's after; each lasts its default duration. Prices are left to the caller.
pub fn sequence(
    id: ServiceId,
    name: impl Into<String>,
    services: &[&Service],
    gap: Seconds,
) -> Result<Service, Invalid> {
    let (Some(first), Some(last)) = (services.first(), services.last()) else {
        return Err(Invalid::new("services", "none", "at least one service"));
    };
    if gap < 0 {
        return Err(Invalid::new("gap", format_args!("{gap} s"), "0 seconds or more"));
    }
    let mut requirements = Vec::new();
    let mut at = 0;
    for service in services {
        let duration = service.durations[0];
        requirements.extend(service.requirements.iter().map(|r| shifted(r, at, duration)));
        at += duration + gap;
    }
    let mut spec: ServiceSpec = Service::clone(first).into_spec();
    spec.id = id;
    spec.name = name.into();
    spec.durations = vec![at - gap];
    spec.requirements = requirements;
    spec.buffers.after = last.buffers.after;
    spec.prices = Vec::new();
    Service::new(spec)
}

fn shifted(requirement: &Requirement, by: Seconds, duration: Seconds) -> Requirement {
    let parts: Vec<_> = requirement.parts_of(duration).map(|part| (part.from + by, part.to + by)).collect();
    requirement.clone().during(parts)
}
