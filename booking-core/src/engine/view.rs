//! Other views of the same answer: free windows and days.

use super::availability::Availability;
use super::query::{AvailabilityError, DaySummary, FreeWindow, SlotQuery};
use super::question::Question;
use super::team::OwnUse;
use crate::assignment::Matcher;
use crate::interval::instant;
use crate::span::Span;
use crate::time::Zone;
use crate::time::civil::{date_of, day_of_local};

impl Availability<'_> {
    /// The stretches in which a visit could start at any second, grid aside: what is free, for people who type a time.
    ///
    /// Sessions that can be joined are single starts, not stretches, and are left out; so are the host's own rules.
    pub fn windows(&self, query: &SlotQuery) -> Result<Vec<FreeWindow>, AvailabilityError> {
        let question = Question::new(self.service, &self.members, query)?;
        let Some(ground) = self.ground(&question)? else { return Ok(Vec::new()) };
        if self.missed_too_many(&question).is_some() {
            return Ok(Vec::new());
        }
        let end = self.available_days_end(&question)?.unwrap_or(i64::MAX);
        // Between two neighbouring bounds nothing changes: judge one start of each piece.
        let mut bounds: Vec<i64> = ground
            .possible
            .iter()
            .flatten()
            .flatten()
            .chain(&ground.open)
            .flat_map(|span| [span.start, span.end])
            .chain([end])
            .collect();
        bounds.sort_unstable();
        bounds.dedup();
        let mut own = OwnUse::new(&question, self);
        let mut matcher = Matcher::default();
        let mut free: Vec<Span> = Vec::new();
        for pair in bounds.windows(2) {
            let open = crate::span::find(&ground.open, pair[0]).is_some() && pair[0] < end;
            if open && own.exists(&ground.possible, pair[0], &mut matcher)? {
                free.push(Span::new(pair[0], pair[1]));
            }
        }
        crate::span::join(&mut free);
        Ok(free
            .into_iter()
            .map(|span| FreeWindow {
                first_start: instant(span.start),
                last_start: instant(span.end - 1),
                end: instant(span.end - 1 + question.duration),
            })
            .collect())
    }

    /// How many slots start on each local date of the window, in the viewer's zone. The viewer's zone only groups: it
    /// never changes which starts are offered. Dates without slots are listed too.
    pub fn days(&self, query: &SlotQuery, viewer: &Zone) -> Result<Vec<DaySummary>, AvailabilityError> {
        let starts = self.starts(query)?;
        let first = day_of_local(viewer.to_local(query.window.start_second()));
        let last = day_of_local(viewer.to_local(query.window.end_second() - 1));
        let mut days: Vec<DaySummary> = (first..=last)
            .map(|day| DaySummary { date: date_of(day), slots: 0, first: None, last: None })
            .collect();
        for start in starts {
            let index = (day_of_local(viewer.to_local(start)) - first).clamp(0, last - first);
            if let Some(day) = days.get_mut(index as usize) {
                day.slots += 1;
                day.first.get_or_insert(instant(start));
                day.last = Some(instant(start));
            }
        }
        Ok(days)
    }
}
