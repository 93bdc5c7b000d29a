//! The listing: every start of the grid that someone can serve.

use super::availability::Availability;
use super::filter;
use super::ground::Ground;
use super::query::AvailabilityError;
use super::question::Question;
use super::team::{Anchor, Common, OwnUse, Team};
use crate::assignment::Matcher;
use crate::hot::{LONG, Lattice, MAX_STARTS, Step};
use crate::interval::Interval;
use crate::policy::{Asked, HorizonKind};
use crate::reason::Reason;
use crate::seconds::DAY;
use crate::span::{Span, find};
use crate::time::civil::day_of_local;

impl Availability<'_> {
    /// The listing.
    pub(super) fn list(&self, question: &Question) -> Result<Vec<i64>, AvailabilityError> {
        let open = filter::open_starts(self.service, question, self.zones, &self.snapshot.counted)?;
        let mut starts = match self.quick(question, &open)? {
            Some(starts) => starts,
            None => self.search(question, open)?,
        };
        self.keep_allowed(question, &mut starts);
        if let Some(last) = self.available_days_end(question)? {
            starts.retain(|start| *start < last);
        }
        Ok(starts)
    }

    /// The general way to the starts that someone can serve within `open`.
    pub(super) fn search(&self, question: &Question, open: Vec<Span>) -> Result<Vec<i64>, AvailabilityError> {
        let ground = self.ground_in(question, open)?;
        let mut starts = self.grid_starts(question, &ground)?;
        self.keep_possible(question, &ground, &mut starts)?;
        self.add_joinable(question, &ground.open, &mut starts);
        Ok(starts)
    }

    /// All candidates of the grid that policy leaves open, ascending.
    pub(super) fn grid_starts(
        &self,
        question: &Question,
        ground: &Ground,
    ) -> Result<Vec<i64>, AvailabilityError> {
        let lattice = self.lattice(question);
        let mut starts = Vec::new();
        let is_team = question.team() > 1;
        let mut teams = Team::new(question, &self.members, &ground.stretches);
        for (need, anchors) in ground.stretches.iter().enumerate() {
            for (place, stretches) in anchors.iter().enumerate() {
                for &stretch in stretches {
                    let is_long = stretch.end - stretch.start > LONG;
                    let common = if is_long { Common::Long } else { Common::Short };
                    let anchor = Anchor { need, place, start: stretch.start, common };
                    let begun = starts.len();
                    candidates(&lattice, stretch, &ground.open, &mut starts)?;
                    if !is_team {
                        continue;
                    }
                    teams.retain(&mut starts, begun, anchor, lattice.lead)?;
                    // What a long stretch has in common with a shorter one is not cut at midnights.
                    if is_long {
                        let anchor = Anchor { common: Common::Short, ..anchor };
                        let begun = starts.len();
                        let short = Span::new(stretch.start, stretch.start + LONG);
                        candidates(&lattice, short, &ground.open, &mut starts)?;
                        teams.retain(&mut starts, begun, anchor, lattice.lead)?;
                    }
                }
            }
        }
        starts.sort_unstable();
        starts.dedup();
        Ok(starts)
    }

    pub(super) fn lattice(&self, question: &Question) -> Lattice<'_> {
        let lead =
            if question.grid_needs < question.needs.len() || self.service.has_offsets(question.duration) {
                question.needs[0].reaches.first().map_or(0, |reach| reach.part.from)
            } else {
                0
            };
        Lattice { grid: self.service.grid, step: Step::new(self.service.step), lead, zone: &self.zone }
    }

    /// Keeps the starts at which a complete assignment exists.
    pub(super) fn keep_possible(
        &self,
        question: &Question,
        ground: &Ground,
        starts: &mut Vec<i64>,
    ) -> Result<(), AvailabilityError> {
        let inside: Vec<i64> =
            starts.iter().copied().filter(|start| find(&ground.open, *start).is_some()).collect();
        if self.service.has_sessions() && question.party > self.service.seats {
            starts.clear();
            return Ok(());
        }
        let mut matcher = Matcher::default();
        let mut own = OwnUse::new(question, self);
        let mut failed = None;
        *starts = inside;
        starts.retain(|&start| match self.exists_new(&mut own, &ground.possible, start, &mut matcher) {
            Ok(exists) => exists,
            Err(error) => {
                failed = Some(error);
                false
            }
        });
        match failed {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }

    /// Keeps the starts that the no-show rule and the host's own rules allow.
    pub(super) fn keep_allowed(&self, question: &Question, starts: &mut Vec<i64>) {
        if starts.is_empty() {
            return;
        }
        if self.missed_too_many(question).is_some() {
            starts.clear();
        }
        if !self.rules.is_empty() {
            starts.retain(|start| self.rule_reasons(question, *start).is_empty());
        }
    }

    /// The no-show rule.
    pub(super) fn missed_too_many(&self, question: &Question) -> Option<Reason> {
        let max = self.service.policy.no_show.refuse_after.filter(|_| !question.waive.limits)?;
        let missed = self.snapshot.standing.missed;
        (question.customer.is_some() && missed >= max).then_some(Reason::TooManyNoShows { missed, max })
    }

    /// What the host's own rules say.
    pub(super) fn rule_reasons(&self, question: &Question, start: i64) -> Vec<Reason> {
        let Ok(visit) = Interval::from_seconds(start, start + question.duration) else { return Vec::new() };
        let asked = Asked {
            service: self.service,
            visit,
            party: question.party,
            customer: question.customer,
            now: question.now,
        };
        self.rules.iter().filter_map(|rule| rule.judge(&asked)).collect()
    }

    /// Where the horizon of N available days ends, if the service has one: the local midnight after the Nth date, from
    /// now on, that has a slot.
    pub(super) fn available_days_end(&self, question: &Question) -> Result<Option<i64>, AvailabilityError> {
        let Some(horizon) = self.service.policy.horizon.as_ref().filter(|_| !question.waive.horizon) else {
            return Ok(None);
        };
        let HorizonKind::AvailableDays(days) = horizon.kind else { return Ok(None) };
        let zone = self.zones.zone(horizon.zone.as_ref().unwrap_or(&self.service.zone))?;
        let mut unbounded = question.clone();
        unbounded.waive.horizon = true;
        let (mut from, mut seen, mut last_day) = (question.now, 0, i64::MIN);
        while from < question.window.end {
            let until = (from + 14 * DAY).min(question.window.end);
            for start in self.list(&unbounded.within(from, until))? {
                let day = day_of_local(zone.to_local(start));
                if day != last_day {
                    seen += 1;
                    last_day = day;
                }
                if seen > days {
                    return Ok(Some(zone.day_start(day)));
                }
            }
            from = until;
        }
        Ok(None)
    }

    pub(super) fn within_available_days(
        &self,
        question: &Question,
        start: i64,
    ) -> Result<bool, AvailabilityError> {
        Ok(self.available_days_end(question)?.is_none_or(|end| start < end))
    }
}

/// Appends the candidates of one stretch in what is open.
fn candidates(
    lattice: &Lattice<'_>,
    stretch: Span,
    open: &[Span],
    starts: &mut Vec<i64>,
) -> Result<(), AvailabilityError> {
    for &open in open {
        if stretch.end - lattice.lead <= open.start || open.end + lattice.lead < stretch.start - DAY {
            continue;
        }
        lattice.runs(stretch, open, |run| {
            let room = (MAX_STARTS + 1).saturating_sub(starts.len());
            let step = lattice.step.seconds();
            starts.extend((0..run.count.min(room) as i64).map(|k| run.first + k * step));
        });
        if starts.len() > MAX_STARTS {
            return Err(AvailabilityError::TooManyStarts { most: MAX_STARTS });
        }
    }
    Ok(())
}
