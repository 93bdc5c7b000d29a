//! A bookable start dressed for the caller: who could serve it, and how much is left.

use super::availability::Availability;
use super::member::Reach;
use super::query::{AvailabilityError, Candidates};
use super::question::Question;
use super::team::pools_overlap;
use crate::assignment::Matcher;
use crate::service::Takes;
use crate::span::{Span, find};

impl Availability<'_> {
    /// For each requirement, the resources that stand in some complete assignment at a start, or in a session that can
    /// be joined. `opens` says whether one that is not running yet can be opened.
    pub(super) fn candidates(
        &self,
        question: &Question,
        possible: &[Vec<Vec<Span>>],
        start: i64,
        opens: bool,
        matcher: &mut Matcher,
    ) -> Result<Vec<Candidates>, AvailabilityError> {
        let mut usable = if opens {
            self.usable_new(question, possible, start, matcher)?
        } else {
            vec![Vec::new(); question.needs.len()]
        };
        if self.service.has_sessions() {
            self.add_session_hosts(question, start, &mut usable);
        }
        Ok(self
            .service
            .requirements
            .iter()
            .zip(usable)
            .map(|(requirement, places)| Candidates {
                requirement: requirement.name.clone(),
                resources: places.into_iter().map(|place| self.members[place as usize].id()).collect(),
            })
            .collect())
    }

    /// The largest party one booking can bring at a bookable start.
    pub(super) fn left(
        &self,
        question: &Question,
        possible: &[Vec<Vec<Span>>],
        start: i64,
        opens: bool,
    ) -> Result<u32, AvailabilityError> {
        let most = self.service.max_party.unwrap_or(u32::MAX);
        if self.service.has_sessions() {
            return Ok(self.seats_left(question, possible, start, opens)?.min(most));
        }
        let parties = self.service.requirements.iter().zip(&question.needs).enumerate();
        let mut left = u32::MAX;
        for (index, (requirement, need)) in parties {
            if requirement.takes != Takes::Party {
                continue;
            }
            let mut free: Vec<u32> = need
                .pool
                .iter()
                .zip(&possible[index])
                .filter(|(_, spans)| find(spans, start).is_some())
                .map(|(place, _)| self.free_units(*place, &need.reaches, start))
                .collect();
            free.sort_unstable_by(|a, b| b.cmp(a));
            left = left.min(free.get(need.count as usize - 1).copied().unwrap_or(0));
        }
        if left == u32::MAX {
            return Ok(1);
        }
        self.largest_party(question, start, left.min(most))
    }

    /// The largest party, at most `most`, that a bookable start can take. Alone each requirement could be met for
    /// `most`; where pools overlap one resource may have to serve two of them.
    fn largest_party(&self, question: &Question, start: i64, most: u32) -> Result<u32, AvailabilityError> {
        if !pools_overlap(question) {
            return Ok(most);
        }
        let (mut fits, mut beyond) = (question.party, most.saturating_add(1));
        while fits + 1 < beyond {
            let party = fits + (beyond - fits) / 2;
            if self.has_assignment(&question.with_party(self.service, party), start)? {
                fits = party;
            } else {
                beyond = party;
            }
        }
        Ok(fits)
    }

    /// Units left of one member during its claims of a visit.
    pub(super) fn free_units(&self, place: u32, reaches: &[Reach], start: i64) -> u32 {
        let member = &self.members[place as usize];
        let used = reaches
            .iter()
            .map(|reach| {
                let from = start + reach.part.from - reach.before;
                member.peak(from, start + reach.part.to + reach.after, &[])
            })
            .max()
            .unwrap_or(0);
        member.capacity.saturating_sub(used)
    }
}
