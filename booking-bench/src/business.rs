//! A whole business asked through the [`Scheduler`]: services and resources from a catalogue, bookings from a store.
//!
//! Every provider is booked as W1 is; teams are fifty providers each, on one grid or with grids of their own.

use std::collections::{BTreeMap, BTreeSet};

use booking_core::hot::CompiledHours;
use booking_core::{
    BookRequest, BookingStore, Catalog, Clock, HOUR, Hours, Interval, Invalid, MINUTE, ManualClock,
    MemoryStore, Refusal, Requirement, Resource, ResourceId, ResourceKind, ResourceSpec, Schedule,
    ScheduleSpec, Scheduler, Service, ServiceId, ServiceSpec, TenantId, WeeklyHours, Wish, minutes,
};

use crate::inputs::{Numbers, WORKDAYS, bookings, calendar, meets, new_york, window};
use crate::single::VISIT;

/// Whose business it is.
pub const TENANT: TenantId = TenantId::SINGLE;
/// How many providers share one grid, and how many begin at different times.
const PROVIDERS: u64 = 128;
/// How many services choose among fifty providers of each sort.
const TEAMS: u64 = 8;
const TEAM: usize = 50;
/// 2027-02-27, a Saturday, in days since 1970: 31 days from there have 21 working days and a change of the clocks.
const FIRST_DAY: i64 = 20_876;
const DAYS: i64 = 31;
/// 2027-03-01, a Monday.
const WEEK: i64 = FIRST_DAY + 2;
/// 60 bookings of these lengths leave about 435 slots of a month.
const LENGTHS: [i64; 3] = [30 * MINUTE, 45 * MINUTE, HOUR];
const BOOKINGS: usize = 60;

/// One kind of question.
#[derive(Debug, Clone)]
pub struct Question {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What it is called in tables.
    pub shown: &'static str,
    /// Its questions.
    pub asks: Vec<Ask>,
}

/// One question: the starts of a service in a window of local dates.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Which service.
    pub service: ServiceId,
    /// The first date, in days since 1970.
    pub first: i64,
    /// How many dates.
    pub days: i64,
    /// How many starts the right answer has.
    pub slots: usize,
}

impl Ask {
    /// The window in New York.
    pub fn window(&self) -> Interval {
        window(self.first, self.days)
    }
}

#[derive(Debug, Clone)]
struct Provider {
    resource: ResourceId,
    /// Minutes after nine at which it opens.
    opens: i64,
    openings: Vec<(i64, i64)>,
    busy: Vec<Interval>,
}

/// The whole business, made from a seed: the same in every process.
#[derive(Debug, Clone)]
pub struct Business {
    providers: Vec<Provider>,
    /// For each team its service and its providers.
    teams: Vec<(ServiceId, Vec<usize>)>,
}

impl Business {
    /// Draws all of it.
    pub fn new() -> Self {
        let mut numbers = Numbers::new(3);
        let mut compiled = BTreeMap::new();
        let mut provider = |number: u64| {
            // As the teams of W3: hours that begin at different times.
            let opens = if number < PROVIDERS { 0 } else { [0, 5, 10, 20][number as usize % 4] };
            let openings = compiled.entry(opens).or_insert_with(|| openings(opens)).clone();
            let busy = bookings(&openings, BOOKINGS, &LENGTHS, &mut numbers);
            Provider { resource: ResourceId::from_u64(1 + number), opens, openings, busy }
        };
        let providers = (0..2 * PROVIDERS).map(&mut provider).collect();
        let mut numbers = Numbers::new(4);
        let mut team = |number: u64| {
            let first = if number < TEAMS { 0 } else { PROVIDERS as usize };
            let mut pool: Vec<usize> = (first..first + PROVIDERS as usize).collect();
            numbers.shuffle(&mut pool);
            pool.truncate(TEAM);
            (ServiceId::from_u64(10_000 + number), pool)
        };
        let teams = (0..2 * TEAMS).map(&mut team).collect();
        Self { providers, teams }
    }

    /// The present of the business: a Monday before everything.
    pub fn clock() -> ManualClock {
        ManualClock::at(window(FIRST_DAY - 5, 1).start())
    }

    /// Its resources.
    pub fn resources(&self) -> Result<Vec<Resource>, Invalid> {
        let resource = |provider: &Provider| {
            let spec = ResourceSpec::new(provider.resource, "Provider", hours(provider.opens)?);
            Resource::new(ResourceSpec { kind: ResourceKind::Staff, ..spec })
        };
        self.providers.iter().map(resource).collect()
    }

    /// Its services: one of each provider alone, and the teams'.
    pub fn services(&self) -> Result<Vec<Service>, Invalid> {
        let alone = self.providers.iter().map(|one| service(alone(one.resource), vec![one.resource]));
        let teams = self.teams.iter().map(|(id, team)| {
            service(*id, team.iter().map(|place| self.providers[*place].resource).collect())
        });
        alone.chain(teams).collect()
    }

    /// Its bookings, those of one provider after those of another.
    pub fn bookings(&self) -> impl Iterator<Item = BookRequest> {
        self.providers.iter().flat_map(|provider| {
            provider.busy.iter().map(|busy| {
                let wish = Wish::new(TENANT, alone(provider.resource));
                BookRequest::new(Wish { duration: Some(busy.seconds()), ..wish }, busy.start())
            })
        })
    }

    /// The business in memory, booked.
    ///
    /// # Panics
    /// Where the business is refused: it is written here.
    pub fn in_memory(&self) -> Scheduler<MemoryStore, ManualClock> {
        let store = MemoryStore::new();
        let fill = || -> Result<(), Invalid> {
            for resource in self.resources()? {
                store.add_resource(TENANT, resource);
            }
            for service in self.services()? {
                store.add_service(TENANT, service);
            }
            Ok(())
        };
        fill().unwrap_or_else(|error| unreachable!("a business of our own: {error}"));
        let scheduler = Scheduler::new(store.clone(), Self::clock());
        for request in self.bookings() {
            let booked = booking_core::conformance::block_on(scheduler.book(&request));
            booked.unwrap_or_else(|refusal| unreachable!("nothing is in the way: {refusal}"));
        }
        scheduler
    }

    /// All kinds of questions.
    pub fn questions(&self) -> Vec<Question> {
        let of_providers = |first: i64, days: i64| {
            let ask = |(place, provider): (usize, &Provider)| {
                self.ask(alone(provider.resource), &[place], (first, days))
            };
            self.providers.iter().enumerate().map(ask).collect()
        };
        let of_teams = |teams: &[(ServiceId, Vec<usize>)]| {
            teams.iter().map(|(service, team)| self.ask(*service, team, (FIRST_DAY, DAYS))).collect()
        };
        let (shared, mixed) = self.teams.split_at(TEAMS as usize);
        vec![
            Question { name: "w1", shown: "W1: one provider, 31 days", asks: of_providers(FIRST_DAY, DAYS) },
            Question { name: "any", shown: "any of 50, 31 days, one grid", asks: of_teams(shared) },
            Question { name: "mixed", shown: "any of 50, 31 days, mixed grids", asks: of_teams(mixed) },
            Question { name: "week", shown: "one provider, 7 days", asks: of_providers(WEEK, 7) },
        ]
    }

    fn ask(&self, service: ServiceId, team: &[usize], (first, days): (i64, i64)) -> Ask {
        Ask { service, first, days, slots: self.starts(team, window(first, days)).len() }
    }

    /// The starts of any provider's grid at which any of them, not only that one, is open and free: the definition, start
    /// by start. A start is on the grid of the opening that contains it, whether or not a whole visit fits there: another
    /// provider, open for longer, may serve it.
    fn starts(&self, team: &[usize], window: Interval) -> BTreeSet<i64> {
        let team: Vec<&Provider> = team.iter().map(|place| &self.providers[*place]).collect();
        let openings = team.iter().flat_map(|one| &one.openings);
        let grid = openings.flat_map(|&(open, close)| (open..close).step_by(VISIT.1 as usize));
        let grid: BTreeSet<i64> = grid.filter(|start| window.contains(*start)).collect();
        grid.into_iter().filter(|start| team.iter().any(|one| one.is_free(*start))).collect()
    }
}

impl Provider {
    fn is_free(&self, start: i64) -> bool {
        let end = start + VISIT.0;
        let at = self.openings.partition_point(|(_, close)| *close < end);
        let is_open = self.openings.get(at).is_some_and(|(open, _)| *open <= start);
        is_open && !meets(&self.busy, start, end)
    }
}

impl Default for Business {
    fn default() -> Self {
        Self::new()
    }
}

/// Asks all questions of a kind in turn; answers how many starts there were.
///
/// # Errors
/// What a question is refused with.
pub async fn ask_all<S: Catalog + BookingStore, C: Clock>(
    scheduler: &Scheduler<S, C>,
    question: &Question,
) -> Result<usize, Refusal> {
    let mut starts = 0;
    for ask in &question.asks {
        starts += scheduler.starts(&Wish::new(TENANT, ask.service), ask.window()).await?.len();
    }
    Ok(starts)
}

/// The service of one provider alone.
fn alone(provider: ResourceId) -> ServiceId {
    ServiceId::from_uuid(provider.uuid())
}

fn clock_time(hour: i64, minute: i64) -> String {
    format!("{hour:02}:{minute:02}")
}

fn hours(opens: i64) -> Result<Hours, Invalid> {
    let weekly = WeeklyHours::closed().with(&WORKDAYS, &clock_time(9, opens), &clock_time(17, opens))?;
    Ok(Hours::of(Schedule::new(ScheduleSpec { weekly, ..ScheduleSpec::in_zone(new_york().id().clone()) })?))
}

fn openings(opens: i64) -> Vec<(i64, i64)> {
    let calendar = calendar(&WORKDAYS, &clock_time(9, opens), &clock_time(17, opens));
    let hours = CompiledHours::new(&calendar, window(FIRST_DAY, DAYS));
    hours.unwrap_or_else(|error| unreachable!("plain hours have no rule: {error}")).openings().collect()
}

fn service(id: ServiceId, pool: Vec<ResourceId>) -> Result<Service, Invalid> {
    let needs = vec![Requirement::one_of("staff", pool)];
    let spec = ServiceSpec::new(id, "Visit", new_york().id().clone(), VISIT.0, needs);
    Service::new(ServiceSpec { durations: vec![VISIT.0, minutes(45), HOUR], step: VISIT.1, ..spec })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheduler_answers_every_question_as_the_definition_does() {
        let business = Business::new();
        let scheduler = business.in_memory();
        for question in business.questions() {
            for ask in &question.asks {
                let wish = Wish::new(TENANT, ask.service);
                let starts = booking_core::conformance::block_on(scheduler.starts(&wish, ask.window()));
                let starts = starts.expect("the question is answered").len();
                assert_eq!(starts, ask.slots, "{}, {:?}", question.name, ask.service);
            }
        }
    }
}
