//! Several services in one visit.

use super::{MAX_DURATION, MAX_REQUIREMENTS, Requirement, Service, ServiceSpec};
use crate::seconds::{Seconds, check_count, check_length};
use crate::{Invalid, ServiceId};

/// One service that is others in a row, with `gap` seconds between them: each brings its requirements, shifted to its
/// place, so that one booking holds the whole visit and different people may serve its parts.
///
/// Grid, step, zone, policy, strategy and hold times are the first service's; buffers are the first's before and the
/// last's after; each lasts its default duration. Prices are left to the caller. A name that an earlier service uses
/// gets a number: `staff`, `staff 2`.
///
/// Refused: no service and more than [`MAX_REQUIREMENTS`], services with seats, and a gap outside 0 to [`MAX_DURATION`]
/// seconds.
pub fn sequence(
    id: ServiceId,
    name: impl Into<String>,
    services: &[&Service],
    gap: Seconds,
) -> Result<Service, Invalid> {
    let (Some(first), Some(last)) = (services.first(), services.last()) else {
        return Err(Invalid::new("services", "none", "at least one service"));
    };
    check_length("gap", gap, 0, MAX_DURATION)?;
    check_count("services", services.len(), MAX_REQUIREMENTS)?;
    if let Some(class) = services.iter().find(|service| service.has_sessions()) {
        return Err(Invalid::new("services", &class.name, "services without seats"));
    }
    let mut requirements: Vec<Requirement> = Vec::new();
    let mut at = 0;
    for service in services {
        let duration = service.durations[0];
        for requirement in &service.requirements {
            let mut shifted = shifted(requirement, at, duration);
            shifted.name = free_name(&shifted.name, &requirements);
            requirements.push(shifted);
        }
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

/// The name, or the first of `name 2`, `name 3` ... that no requirement has.
fn free_name(name: &str, taken: &[Requirement]) -> String {
    let is_free = |name: &str| taken.iter().all(|requirement| requirement.name != name);
    let numbered = (2..=taken.len() + 2).map(|number| format!("{name} {number}"));
    std::iter::once(name.to_owned()).chain(numbered).find(|name| is_free(name)).unwrap_or_default()
}

fn shifted(requirement: &Requirement, by: Seconds, duration: Seconds) -> Requirement {
    let parts: Vec<_> = requirement.parts_of(duration).map(|part| (part.from + by, part.to + by)).collect();
    requirement.clone().during(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ResourceId, ZoneId, minutes};

    fn service(names: &[&str]) -> Result<Service, Invalid> {
        let requirements = names.iter().map(|name| Requirement::one_of(*name, [ResourceId::from_u64(1)]));
        let id = ServiceId::from_u64(1);
        Service::new(ServiceSpec::new(id, "Cut", ZoneId::UTC, minutes(30), requirements.collect()))
    }

    #[test]
    fn a_name_that_two_services_use_gets_a_number() -> Result<(), Invalid> {
        let (cut, wash) = (service(&["staff", "chair"])?, service(&["staff"])?);
        let visit = sequence(ServiceId::from_u64(2), "Visit", &[&wash, &cut, &wash], minutes(5))?;
        let names: Vec<_> = visit.requirements.iter().map(|requirement| requirement.name.as_str()).collect();
        assert_eq!(names, ["staff", "staff 2", "chair", "staff 3"]);
        Ok(())
    }

    #[test]
    fn a_service_names_each_requirement_once() {
        let twice = service(&["staff", "staff"]).unwrap_err();
        assert_eq!(
            twice.to_string(),
            "requirements[1].name: staff is not valid, expected each name once in a service"
        );
    }
}
