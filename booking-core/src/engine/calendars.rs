//! Compiled hours, kept between questions.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, PoisonError, RwLock};

use crate::Invalid;
use crate::resource::Resource;
use crate::schedule::Calendar;
use crate::time::Zones;

/// The most resources whose hours are kept.
const MAX_KEPT: usize = 16_384;
/// How many different hours, the last that were compiled, a resource may share instead of having its own.
const RECENT: usize = 16;

/// The compiled hours of resources that a catalogue keeps, all against the same zone data. Clones share them.
///
/// They cannot be stale: what is found is found by the place of the resource in memory, the entry keeps the resource
/// there, and a resource never changes. A catalogue that changes has another resource, in another place.
#[derive(Debug, Clone, Default)]
pub(crate) struct Calendars(Arc<RwLock<All>>);

#[derive(Debug, Default)]
struct All {
    /// By the place of the resource in memory.
    kept: HashMap<usize, Kept>,
    /// Where the last different hours are.
    recent: VecDeque<usize>,
}

#[derive(Debug)]
struct Kept {
    resource: Arc<Resource>,
    calendar: Arc<Calendar>,
}

/// Compiles hours that are not kept.
pub(super) fn compile(resources: &[Arc<Resource>], zones: &Zones) -> Result<Vec<Arc<Calendar>>, Invalid> {
    resources.iter().map(|resource| Calendar::new(&resource.hours, zones).map(Arc::new)).collect()
}

impl Calendars {
    /// The hours of these resources, in their order.
    pub(super) fn of(
        &self,
        resources: &[Arc<Resource>],
        zones: &Zones,
    ) -> Result<Vec<Arc<Calendar>>, Invalid> {
        let found: Vec<_> = {
            let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
            resources
                .iter()
                .map(|one| all.kept.get(&place(one)).map(|kept| Arc::clone(&kept.calendar)))
                .collect()
        };
        let calendars = found.into_iter().zip(resources).map(|(found, resource)| match found {
            Some(calendar) => Ok(calendar),
            None => self.add(resource, zones),
        });
        calendars.collect()
    }

    fn add(&self, resource: &Arc<Resource>, zones: &Zones) -> Result<Arc<Calendar>, Invalid> {
        // What nobody else holds was made for this question alone, and no other will find it.
        if Arc::strong_count(resource) == 1 {
            return Calendar::new(&resource.hours, zones).map(Arc::new);
        }
        let shared = self.0.read().unwrap_or_else(PoisonError::into_inner).equal(resource);
        let is_new = shared.is_none();
        let calendar = match shared {
            Some(calendar) => calendar,
            None => Arc::new(Calendar::new(&resource.hours, zones)?),
        };
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        all.keep(resource, &calendar, is_new);
        Ok(calendar)
    }
}

impl All {
    /// The same hours of another resource: colleagues often have them, and are asked for together.
    fn equal(&self, resource: &Resource) -> Option<Arc<Calendar>> {
        let recent = self.recent.iter().filter_map(|place| self.kept.get(place));
        let mut equal = recent.filter(|other| other.resource.hours == resource.hours);
        equal.next().map(|other| Arc::clone(&other.calendar))
    }

    fn keep(&mut self, resource: &Arc<Resource>, calendar: &Arc<Calendar>, is_new: bool) {
        if self.kept.len() >= MAX_KEPT {
            self.make_room();
        }
        let entry = Kept { resource: Arc::clone(resource), calendar: Arc::clone(calendar) };
        self.kept.insert(place(resource), entry);
        if is_new {
            self.recent.truncate(RECENT - 1);
            self.recent.push_front(place(resource));
        }
    }

    /// Lets go what no catalogue has any more, and everything if that is not enough.
    fn make_room(&mut self) {
        self.kept.retain(|_, kept| Arc::strong_count(&kept.resource) > 1);
        if self.kept.len() >= MAX_KEPT {
            self.kept.clear();
        }
    }
}

fn place(resource: &Arc<Resource>) -> usize {
    Arc::as_ptr(resource).addr()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Hours, ResourceId, ResourceSpec, Schedule, ScheduleSpec, WeeklyHours, ZoneId};

    fn resource(weekly: WeeklyHours) -> Arc<Resource> {
        let spec = ScheduleSpec { weekly, ..ScheduleSpec::in_zone(ZoneId::UTC) };
        let hours = Hours::of(Schedule::new(spec).expect("a schedule"));
        Arc::new(Resource::new(ResourceSpec::new(ResourceId::from_u64(1), "Ann", hours)).expect("a resource"))
    }

    fn is_open(calendars: &Calendars, resource: &Arc<Resource>) -> bool {
        let found = calendars.of(std::slice::from_ref(resource), &Zones::bundled()).expect("known zones");
        let mut openings = crate::schedule::Openings::default();
        found[0].openings(0, 86_400, &mut openings).expect("no rules");
        !openings.union.is_empty()
    }

    #[test]
    fn a_resource_that_was_replaced_has_its_new_hours() {
        let calendars = Calendars::default();
        let mut catalogue = resource(WeeklyHours::always());
        for _ in 0..100 {
            assert!(is_open(&calendars, &Arc::clone(&catalogue)));
            catalogue = resource(WeeklyHours::closed());
            assert!(!is_open(&calendars, &Arc::clone(&catalogue)));
            catalogue = resource(WeeklyHours::always());
        }
    }

    #[test]
    fn colleagues_share_the_hours_they_have_in_common_and_no_others() {
        let calendars = Calendars::default();
        let staff = [WeeklyHours::always(), WeeklyHours::closed(), WeeklyHours::always()].map(resource);
        let asked: Vec<Arc<Resource>> = staff.iter().map(Arc::clone).collect();
        let found = calendars.of(&asked, &Zones::bundled()).expect("known zones");
        assert!(Arc::ptr_eq(&found[0], &found[2]));
        assert!(!Arc::ptr_eq(&found[0], &found[1]));
        assert!(is_open(&calendars, &asked[2]) && !is_open(&calendars, &asked[1]));
    }

    #[test]
    fn what_is_kept_is_bounded_and_lets_go_what_no_catalogue_has() {
        let calendars = Calendars::default();
        let held = resource(WeeklyHours::always());
        assert!(is_open(&calendars, &held));
        assert_eq!(calendars.0.read().expect("no panic").kept.len(), 0, "nobody else holds it");
        for _ in 0..MAX_KEPT + 10 {
            let passing = resource(WeeklyHours::closed());
            assert!(!is_open(&calendars, &Arc::clone(&passing)));
        }
        assert!(calendars.0.read().expect("no panic").kept.len() <= MAX_KEPT);
    }
}
