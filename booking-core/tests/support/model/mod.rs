//! The slow model: availability by trying everything, cell by cell, straight from the written rules.
//!
//! It shares with the engine only the data types and the zones' offsets. Time is cut into cells so short that every
//! bound of the world falls between two of them; hours and use are one value a cell; teams are all combinations. It is
//! exponential in the pools and linear in time, and there is nothing clever in it that could be wrong.

mod anchors;
mod openings;
mod periods;
mod teams;
mod timeline;

use std::collections::{BTreeMap, BTreeSet};

use booking_core::{HorizonKind, Interval, ResourceId, Takes, Zone, ZoneId, Zones, time::civil};

use super::world::World;
use teams::Team;
use timeline::Timeline;

/// No world has resources of more units.
const MAX_TRIED: u32 = 20;

/// What the model says of a start that is bookable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// For each requirement, every resource that stands in some complete assignment.
    pub(crate) usable: Vec<BTreeSet<ResourceId>>,
    /// The largest party one booking can bring; 1 where a booking takes a fixed amount.
    pub(crate) left: u32,
}

/// A world, laid out for trying.
pub(crate) struct Model<'a> {
    world: &'a World,
    zone: Zone,
    horizon_zone: Zone,
    time: Timeline,
    /// The grid's starts in the window (and from `now` on, where the horizon counts available days).
    grid: BTreeSet<i64>,
}

/// Every bookable start in the window.
pub(crate) fn slow_slots(world: &World) -> BTreeMap<i64, Found> {
    Model::new(world).slots()
}

impl<'a> Model<'a> {
    pub(crate) fn new(world: &'a World) -> Self {
        Self::with_starts(world, &[])
    }

    /// A model that can be asked about these starts too, wherever they lie.
    pub(crate) fn with_starts(world: &'a World, starts: &[i64]) -> Self {
        let service = &world.service;
        let zone = zone(&service.zone);
        let horizon = service.policy.horizon.as_ref().and_then(|horizon| horizon.zone.as_ref());
        let (from, until) = range(world);
        let time = Timeline::new(world, from, until, starts);
        let grid = anchors::grid(world, &time, &zone, from, until);
        Self { world, horizon_zone: self::zone(horizon.unwrap_or(&service.zone)), zone, time, grid }
    }

    pub(crate) fn slots(&self) -> BTreeMap<i64, Found> {
        let window = self.world.ask.window;
        let last = self.last_available_day();
        let starts = self.grid_and_sessions().into_iter().filter(|start| window.contains(*start));
        let within = starts.filter(|start| last.is_none_or(|last| self.horizon_day(*start) <= last));
        within.filter_map(|start| Some((start, self.judge(start)?))).collect()
    }

    /// Whether one start inside the window can be booked: what is listed, and with the grid waived any other too.
    pub(crate) fn is_bookable(&self, start: i64) -> bool {
        let last = self.last_available_day();
        last.is_none_or(|last| self.horizon_day(start) <= last) && self.judge(start).is_some()
    }

    /// Whether a resource could serve a requirement at a start, if no other were needed: its hours, its blocks, its
    /// units and its limits.
    pub(crate) fn serves_alone(&self, start: i64, index: usize, id: ResourceId) -> bool {
        let mut team: Team = vec![BTreeSet::new(); self.world.service.requirements.len()];
        team[index].insert(id);
        teams::fits_alone(self.world, &self.time, start, index, id)
            && periods::allow_team(self.world, &self.zone, start, &team)
    }

    /// The starts on the grid of the window.
    pub(crate) fn grid(&self) -> &BTreeSet<i64> {
        &self.grid
    }

    /// Whether the start is on the grid of the window.
    pub(crate) fn on_grid(&self, start: i64) -> bool {
        self.grid.contains(&start)
    }

    /// The resources that could serve a visit then: hours, blocks and claims only.
    pub(crate) fn feasible(&self, start: i64) -> Option<Vec<BTreeSet<ResourceId>>> {
        let teams = teams::that_fit(self.world, &self.time, start);
        usable(&teams.iter().collect::<Vec<_>>())
    }

    /// All rules but the window and the number of available days.
    fn judge(&self, start: i64) -> Option<Found> {
        let ask = &self.world.ask;
        let policy = &self.world.service.policy;
        let notice = if ask.waive.notice { 0 } else { policy.notice };
        // A pending booking ends at its start, so that it cannot start at once.
        let notice = notice.max(i64::from(policy.approval.is_some()));
        if start < ask.now + notice || !self.within_dates(start) {
            return None;
        }
        if !periods::allow_visit(self.world, &self.zone, start) {
            return None;
        }
        let teams = self.teams(start);
        if self.world.service.seats == 1 {
            let usable = usable(&teams.iter().collect::<Vec<_>>())?;
            return Some(Found { usable, left: self.units_left(start) });
        }
        self.judge_seats(start, &teams)
    }

    /// The teams that could be given the visit: on the grid, free, and within the limits of each resource.
    fn teams(&self, start: i64) -> Vec<Team> {
        if !self.on_grid(start) && !self.world.ask.waive.grid {
            return Vec::new();
        }
        let mut teams = teams::that_fit(self.world, &self.time, start);
        teams.retain(|team| periods::allow_team(self.world, &self.zone, start, team));
        teams
    }

    /// Joining an open session needs no free units; opening another needs a team that has none yet.
    fn judge_seats(&self, start: i64, teams: &[Team]) -> Option<Found> {
        let (party, seats) = (self.world.ask.party, self.world.service.seats);
        let sessions = self.sessions_at(start);
        let is_open = |team: &Team| sessions.iter().any(|(known, _)| known == team);
        let new = teams.iter().filter(|team| !is_open(team)).map(|team| (team, seats));
        let joined = sessions.iter().filter(|(team, _)| self.joinable(start, team));
        let all: Vec<(&Team, u32)> = joined.map(|(team, left)| (team, *left)).chain(new).collect();
        let enough: Vec<&Team> =
            all.iter().filter(|(_, left)| *left >= party).map(|(team, _)| *team).collect();
        let most = self.world.service.max_party.unwrap_or(u32::MAX);
        let left = all.iter().map(|(_, left)| *left).max()?.min(most);
        Some(Found { usable: usable(&enough)?, left })
    }

    /// The largest party that some team can take, tried one by one.
    fn units_left(&self, start: i64) -> u32 {
        let service = &self.world.service;
        if service.requirements.iter().all(|requirement| requirement.takes != Takes::Party) {
            return 1;
        }
        let most = service.max_party.unwrap_or(MAX_TRIED);
        let mut world = self.world.clone();
        let mut fits = |party: u32| {
            world.ask.party = party;
            let mut teams = teams::that_fit(&world, &self.time, start);
            teams.retain(|team| periods::allow_team(&world, &self.zone, start, team));
            !teams.is_empty()
        };
        (1..=most.min(MAX_TRIED)).take_while(|party| fits(*party)).last().unwrap_or(0)
    }

    /// The sessions of exactly this visit, with their seats left.
    fn sessions_at(&self, start: i64) -> Vec<(Team, u32)> {
        let visit = Interval::from_seconds(start, start + self.world.ask.duration).expect("a visit");
        let rows = self.world.occupancy.sessions.iter();
        let same = rows.filter(|row| row.session.key.service == self.world.service.id);
        same.filter(|row| row.session.key.visit == visit)
            .map(|row| {
                let team = teams::of_picks(&self.world.service, &row.session.key.picks);
                (team, row.session.seats.saturating_sub(row.taken))
            })
            .collect()
    }

    /// A session takes more people unless a block or a resource's limit is in the way.
    fn joinable(&self, start: i64, team: &Team) -> bool {
        let requirements = self.world.service.requirements.iter().zip(team);
        requirements
            .flat_map(|(one, chosen)| chosen.iter().map(move |id| (one, *id)))
            .all(|(one, id)| teams::pinned(self.world, one, id))
            && teams::unblocked(self.world, &self.time, start, team)
            && periods::allow_team(self.world, &self.zone, start, team)
    }

    /// The dates of the horizon, as far as they are known without looking at slots.
    fn within_dates(&self, start: i64) -> bool {
        let Some(horizon) = &self.world.service.policy.horizon else { return true };
        if self.world.ask.waive.horizon {
            return true;
        }
        let (day, today) = (self.horizon_day(start), self.horizon_day(self.world.ask.now));
        match horizon.kind {
            HorizonKind::RollingDays(days) => day <= today + i64::from(days),
            HorizonKind::BusinessDays(days) => day <= business_day(today, days),
            HorizonKind::Range { from, to } => civil::day_of(from) <= day && day <= civil::day_of(to),
            HorizonKind::AvailableDays(_) => true,
        }
    }

    /// The last of the first N dates from now on that have a slot; none where the horizon is of another kind or there
    /// are fewer such dates.
    fn last_available_day(&self) -> Option<i64> {
        if self.world.ask.waive.horizon {
            return None;
        }
        let HorizonKind::AvailableDays(days) = self.world.service.policy.horizon.as_ref()?.kind else {
            return None;
        };
        let starts = self.grid_and_sessions().into_iter().filter(|start| self.judge(*start).is_some());
        let dates: BTreeSet<i64> = starts.map(|start| self.horizon_day(start)).collect();
        dates.into_iter().nth(days as usize - 1)
    }

    fn horizon_day(&self, second: i64) -> i64 {
        civil::day_of_local(self.horizon_zone.to_local(second))
    }

    fn grid_and_sessions(&self) -> BTreeSet<i64> {
        let sessions = self.world.occupancy.sessions.iter();
        let starts = sessions.map(|row| row.session.key.visit.start_second());
        let (from, until) = range(self.world);
        let party = self.world.ask.party;
        let open = |start: &i64| {
            let mut here = self.sessions_at(*start).into_iter();
            here.any(|(team, left)| left >= party && self.joinable(*start, &team))
        };
        let joined = starts.filter(|start| (from..until).contains(start)).filter(open);
        self.grid.iter().copied().chain(joined).collect()
    }
}

/// Which starts are tried: the window, and before it those that available days are counted from.
fn range(world: &World) -> (i64, i64) {
    let window = world.ask.window;
    let horizon = world.service.policy.horizon.as_ref().map(|horizon| horizon.kind);
    let counts_days = matches!(horizon, Some(HorizonKind::AvailableDays(_)));
    let from = if counts_days { window.start_second().min(world.ask.now) } else { window.start_second() };
    (from, window.end_second())
}

/// The resources of the teams, by requirement; none without a team.
fn usable(teams: &[&Team]) -> Option<Vec<BTreeSet<ResourceId>>> {
    let first = teams.first()?;
    let requirement = |index: usize| teams.iter().flat_map(move |team| team[index].iter().copied()).collect();
    Some((0..first.len()).map(requirement).collect())
}

/// The day that many Mondays-to-Fridays after today.
fn business_day(today: i64, days: u32) -> i64 {
    let mut left = days;
    let mut day = today;
    while left > 0 {
        day += 1;
        if civil::weekday(day) < 5 {
            left -= 1;
        }
    }
    day
}

fn zone(id: &ZoneId) -> Zone {
    Zones::bundled().zone(id).expect("a known zone")
}
