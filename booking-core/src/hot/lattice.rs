//! The grid: which starts are candidates, whoever is free.
//!
//! An anchor, plus the offset, plus whole steps; a candidate belongs to the stretch that contains it. For one resource
//! the stretches are its day blocks (`hours`) or its free stretches (`free`, `clock`); for a team of two or more they are
//! what the team's openings or free stretches have in common. An intersection starts where some member's stretch starts,
//! so teams need not be enumerated: a start is on the grid of some team exactly when it is on the grid anchored by one
//! member's stretch and a complete team can be formed of members whose own stretch contains it and starts no later.

use super::runs::Run;
use super::step::Step;
use crate::seconds::{DAY, MINUTE, Seconds};
use crate::service::{Grid, GridMode};
use crate::span::Span;
use crate::time::Zone;
use crate::time::civil::day_of_local;

/// For anchoring only, stretches longer than this are cut at each midnight of the service's zone.
pub(crate) const LONG: Seconds = 8 * DAY;

/// How starts lie on a stretch.
pub(crate) struct Lattice<'a> {
    pub(crate) grid: Grid,
    pub(crate) step: Step,
    /// Seconds from the visit's start to the start of the anchoring requirement's first part.
    pub(crate) lead: Seconds,
    /// The service's zone.
    pub(crate) zone: &'a Zone,
}

impl Lattice<'_> {
    /// Calls back with the runs of candidate visit starts on one stretch, within `window`.
    pub(crate) fn runs(&self, stretch: Span, window: Span, mut each: impl FnMut(Run)) {
        if stretch.end - stretch.start <= LONG {
            return self.segment(stretch, window, &mut each);
        }
        // Only segments near the window matter: the others hold no candidate of it.
        let first = window.start + self.lead - 2 * DAY;
        let last = window.end + self.lead + 2 * DAY;
        let mut start = stretch.start;
        let mut day = day_of_local(self.zone.to_local(first.max(stretch.start)));
        while start < stretch.end && start < last {
            let midnight = self.zone.day_start(day);
            day += 1;
            if midnight <= start {
                continue;
            }
            let end = midnight.min(stretch.end);
            if end > first || start > first {
                self.segment(Span::new(start, end), window, &mut each);
            }
            start = end;
        }
    }

    fn segment(&self, segment: Span, window: Span, each: &mut impl FnMut(Run)) {
        let mut anchor = segment.start - self.lead;
        if self.grid.mode == GridMode::Clock {
            anchor = self.round_up(anchor);
        }
        anchor += self.grid.offset;
        let until = (segment.end - self.lead).min(window.end);
        let from = anchor.max(window.start);
        if from < until
            && let Some((first, count)) = self.step.run(anchor, from, until)
        {
            each(Run { first, count });
        }
    }

    /// The next round time of the clock at or after an instant.
    fn round_up(&self, at: i64) -> i64 {
        let unit = round_minutes(self.step.seconds()) * MINUTE;
        let mut rounded = at;
        // A clock change on the way may call for another round; offsets settle after one or two.
        for _ in 0..4 {
            let past = self.zone.to_local(rounded).rem_euclid(unit);
            if past == 0 {
                break;
            }
            rounded += unit - past;
        }
        rounded
    }
}

/// The largest of 60, 30, 20, 15, 10 and 5 minutes that divides the step, else 1.
fn round_minutes(step: Seconds) -> i64 {
    [60, 30, 20, 15, 10, 5].into_iter().find(|unit| step % (unit * MINUTE) == 0).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ZoneId, Zones};

    fn starts(lattice: &Lattice<'_>, stretch: Span, window: Span) -> Vec<i64> {
        let mut found = Vec::new();
        lattice.runs(stretch, window, |run| {
            found.extend((0..run.count as i64).map(|k| run.first + k * lattice.step.seconds()));
        });
        found
    }

    #[test]
    fn a_long_stretch_is_anchored_at_each_midnight() {
        let zone = Zones::bundled().zone(&ZoneId::UTC).unwrap();
        let lattice = Lattice { grid: Grid::FREE, step: Step::new(7 * 3_600), lead: 0, zone: &zone };
        let day = 20_000 * DAY;
        let window = Span::new(day + DAY, day + 2 * DAY);
        let long = starts(&lattice, Span::new(day - 30 * DAY + 5, day + 30 * DAY), window);
        assert_eq!(long, [0, 7, 14, 21].map(|hour| day + DAY + hour * 3_600));
        let short = starts(&lattice, Span::new(day + 5, day + 3 * DAY), window);
        assert_eq!(short[0], day + 5 + 28 * 3_600);
    }
}
