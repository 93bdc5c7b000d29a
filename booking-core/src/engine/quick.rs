//! Which questions the fast paths answer.

use std::sync::Arc;

use super::availability::Availability;
use super::query::AvailabilityError;
use super::question::Question;
use super::team::pools_overlap;
use crate::hot::{CompiledService, Lane, MAX_STARTS, Starts, Sweeper};
use crate::policy::Per;
use crate::schedule::{Calendar, Openings};
use crate::span::Span;

/// Among how many different hours, the last that were seen, a member's are looked for.
const SHARED: usize = 8;

impl Availability<'_> {
    /// The starts that someone can serve within `open`, by the fast paths; none where the question needs the general
    /// way: sessions, parts of a visit, limits per resource, pins, one resource in two pools, teams that differ from start to
    /// start.
    pub(super) fn quick(
        &self,
        question: &Question,
        open: &[Span],
    ) -> Result<Option<Vec<i64>>, AvailabilityError> {
        let (Some(first), Some(last)) = (open.first(), open.last()) else { return Ok(Some(Vec::new())) };
        if !self.is_quick(question) {
            return Ok(None);
        }
        let range = self.range(question, Span::new(first.start, last.end));
        let (openings, whose) = self.all_openings(question, range)?;
        let mut blocked = Vec::with_capacity(question.needs.len());
        for need in &question.needs {
            let mut of_need = Vec::with_capacity(need.pool.len());
            for &place in &need.pool {
                // Who has too few units altogether serves nothing and anchors nothing.
                let member = &self.members[place as usize];
                if need.units <= member.capacity {
                    of_need.push((place, member.blocked(need.units, range, |_| false)?));
                }
            }
            blocked.push(of_need);
        }
        let needs: Vec<(u32, _)> = question
            .needs
            .iter()
            .zip(&blocked)
            .map(|(need, blocked)| {
                let lanes = blocked.iter().map(|(place, blocked)| Lane {
                    openings: openings[whose[*place as usize]].as_ref(),
                    blocked: blocked.as_slice(),
                });
                (need.count, lanes)
            })
            .collect();
        let service = CompiledService::whole(self.service, question.duration, self.zone.clone());
        sweep(&service, &needs, open)
    }

    fn is_quick(&self, question: &Question) -> bool {
        let policy = &self.service.policy;
        let limited = !question.waive.limits && policy.limits.iter().any(|limit| limit.per == Per::Resource);
        !self.service.has_sessions()
            && !self.service.has_offsets(question.duration)
            && !question.waive.hours
            && !limited
            && question.needs.iter().all(|need| need.pool.len() == need.grid_pool.len())
            && (question.needs.len() == 1 || !pools_overlap(question))
    }

    /// The openings of every member that is asked for, and by member which they are: colleagues who share their hours
    /// share the work.
    fn all_openings(
        &self,
        question: &Question,
        range: Span,
    ) -> Result<(Vec<Openings>, Vec<usize>), AvailabilityError> {
        let (mut openings, mut whose) = (Vec::new(), vec![0; self.members.len()]);
        let mut last: Vec<&Arc<Calendar>> = Vec::new();
        for &place in question.needs.iter().flat_map(|need| &need.pool) {
            let calendar = &self.members[place as usize].calendar;
            let begin = last.len().saturating_sub(SHARED);
            let known = last[begin..].iter().position(|other| Arc::ptr_eq(other, calendar));
            whose[place as usize] = begin + known.unwrap_or(last.len() - begin);
            if known.is_none() {
                let mut opened = Openings::default();
                calendar.openings(range.start, range.end, &mut opened)?;
                openings.push(opened);
                last.push(calendar);
            }
        }
        Ok((openings, whose))
    }
}

/// Window by window, in order.
fn sweep<'a>(
    service: &CompiledService,
    needs: &[(u32, impl ExactSizeIterator<Item = Lane<'a>> + Clone)],
    open: &[Span],
) -> Result<Option<Vec<i64>>, AvailabilityError> {
    let mut sweeper = Sweeper::new();
    let (mut starts, mut all) = (Starts::new(), Vec::new());
    for &window in open {
        let known = match needs {
            [(1, lanes)] if lanes.len() == 1 => {
                let mut lanes = lanes.clone();
                lanes.next().map_or(Ok(()), |lane| sweeper.sweep_one(service, lane, window)).map(|()| true)
            }
            _ => sweeper.teams(service, needs, window),
        };
        if !known.map_err(|_| AvailabilityError::TooManyStarts { most: MAX_STARTS })? {
            return Ok(None);
        }
        sweeper.runs().seconds_into(&mut starts);
        if open.len() == 1 {
            return Ok(Some(starts.into_vec()));
        }
        all.extend_from_slice(starts.as_slice());
        if all.len() > MAX_STARTS {
            return Err(AvailabilityError::TooManyStarts { most: MAX_STARTS });
        }
    }
    Ok(Some(all))
}
