//! The ground of an answer: openings, blocked time and what anchors the grid, for one window.

use super::availability::Availability;
use super::filter;
use super::member::{Member, free_stretches, possible_starts};
use super::query::AvailabilityError;
use super::question::{Demand, Question};
use crate::hot::LONG;
use crate::reason::Occupant;
use crate::schedule::Openings;
use crate::seconds::DAY;
use crate::service::GridMode;
use crate::span::{Span, subtract};
use crate::store::ClaimRow;

/// Everything computed about a question's window before single starts are judged.
pub(super) struct Ground {
    /// Starts that policy leaves open.
    pub(super) open: Vec<Span>,
    /// For each requirement and each member of its pool: the starts at which it could serve on its own.
    pub(super) possible: Vec<Vec<Vec<Span>>>,
    /// For each grid requirement and member: the stretches that anchor the grid.
    pub(super) stretches: Vec<Vec<Vec<Span>>>,
}

impl Availability<'_> {
    /// Openings, blocked time and policy for a window; none when policy leaves nothing open.
    pub(super) fn ground(&self, question: &Question) -> Result<Option<Ground>, AvailabilityError> {
        let open = filter::open_starts(self.service, question, self.zones, &self.snapshot.counted)?;
        if open.is_empty() { Ok(None) } else { self.ground_in(question, open).map(Some) }
    }

    /// The same for starts that are open already.
    pub(super) fn ground_in(
        &self,
        question: &Question,
        open: Vec<Span>,
    ) -> Result<Ground, AvailabilityError> {
        let (Some(first), Some(last)) = (open.first(), open.last()) else {
            return Ok(Ground { open, possible: Vec::new(), stretches: Vec::new() });
        };
        let hull = Span::new(first.start, last.end);
        let range = self.range(question, hull);
        let mut openings: Vec<Option<Openings>> = Vec::new();
        openings.resize_with(self.members.len(), || None);
        let mut possible = Vec::with_capacity(question.needs.len());
        let mut stretches = Vec::new();
        for (index, need) in question.needs.iter().enumerate() {
            let mut of_need = Vec::with_capacity(need.pool.len());
            for &place in &need.pool {
                let member = &self.members[place as usize];
                let opened = opened(&mut openings[place as usize], member, question, range)?;
                let blocked = member.blocked(need.units, range, |_| false)?;
                of_need.push(self.possible_of(question, (member, need), opened, &blocked, hull));
            }
            possible.push(of_need);
            if index < question.grid_needs {
                let mut anchors = Vec::with_capacity(need.grid_pool.len());
                for &place in &need.grid_pool {
                    let member = &self.members[place as usize];
                    let opened = opened(&mut openings[place as usize], member, question, range)?;
                    anchors.push(self.stretches_of(question, member, opened, need, range)?);
                }
                stretches.push(anchors);
            }
        }
        Ok(Ground { open, possible, stretches })
    }

    /// How far openings and claims are looked at for starts in `hull`.
    pub(super) fn range(&self, question: &Question, hull: Span) -> Span {
        let near = self.service.grid.mode == GridMode::Hours && question.team() == 1 && !question.waive.hours;
        // A recurring block beyond the starts wanted reaches them with the visit's buffers.
        let buffers = self.service.buffers.before.max(self.service.buffers.after);
        let spare = if near { buffers } else { LONG + DAY };
        Span::new(hull.start - spare, hull.end + question.duration + spare)
    }

    /// Where one member could serve a requirement on its own.
    pub(super) fn possible_of(
        &self,
        question: &Question,
        (member, need): (&Member<'_>, &Demand),
        openings: &Openings,
        blocked: &[Span],
        hull: Span,
    ) -> Vec<Span> {
        let possible = possible_starts(&openings.union, blocked, &need.reaches);
        if question.waive.limits {
            return possible;
        }
        let counted = &self.snapshot.counted;
        let id = member.id();
        let closed = filter::closed_by_resource(self.service, id, need.serves, &self.zone, hull, counted);
        if closed.is_empty() {
            return possible;
        }
        let mut left = Vec::new();
        subtract(&possible, &closed, &mut left);
        left
    }

    /// The stretches of one member that anchor the grid.
    pub(super) fn stretches_of(
        &self,
        question: &Question,
        member: &Member<'_>,
        openings: &Openings,
        need: &Demand,
        range: Span,
    ) -> Result<Vec<Span>, AvailabilityError> {
        if need.units > member.capacity {
            return Ok(Vec::new());
        }
        if self.service.grid.mode == GridMode::Hours {
            let alone = question.team() == 1;
            return Ok(if alone { openings.blocks.clone() } else { openings.union.clone() });
        }
        let skip = |row: &ClaimRow| self.is_open_session(question, row);
        let blocked = member.blocked(need.units, range, skip)?;
        Ok(free_stretches(&openings.union, &blocked, &need.reaches))
    }

    /// Whether a claim belongs to a session of this service and duration with free seats: such a session does not cut
    /// the grid.
    pub(super) fn is_open_session(&self, question: &Question, row: &ClaimRow) -> bool {
        let Occupant::Session(id) = row.by else { return false };
        self.snapshot.occupancy.sessions.iter().any(|open| {
            open.session.id == id
                && open.session.key.service == self.service.id
                && open.session.key.visit.seconds() == question.duration
                && open.taken < open.session.seats
        })
    }
}

/// The openings of a member, expanded once.
fn opened<'a>(
    known: &'a mut Option<Openings>,
    member: &Member<'_>,
    question: &Question,
    range: Span,
) -> Result<&'a Openings, AvailabilityError> {
    match known {
        Some(opened) => Ok(opened),
        empty => Ok(empty.insert(member.openings(range, question.waive.hours)?)),
    }
}
