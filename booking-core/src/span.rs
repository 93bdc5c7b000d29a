//! Sorted, disjoint spans of seconds: the arithmetic under the engine.

/// A half-open stretch of seconds, `start < end`. The raw form of an [`Interval`](crate::Interval): unchecked, and free
/// to reach beyond the supported years where buffers or look-back do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    pub(crate) start: i64,
    pub(crate) end: i64,
}

impl Span {
    pub(crate) const fn new(start: i64, end: i64) -> Self {
        Self { start, end }
    }

    pub(crate) const fn contains(self, at: i64) -> bool {
        self.start <= at && at < self.end
    }
}

/// Sorts if needed, then merges spans that overlap or touch, in place. Empty spans vanish.
pub(crate) fn join(spans: &mut Vec<Span>) {
    if !spans.is_sorted_by_key(|span| span.start) {
        spans.sort_unstable();
    }
    let mut kept = 0_usize;
    for index in 0..spans.len() {
        let span = spans[index];
        if span.start >= span.end {
            continue;
        }
        if kept > 0 && span.start <= spans[kept - 1].end {
            spans[kept - 1].end = spans[kept - 1].end.max(span.end);
        } else {
            spans[kept] = span;
            kept += 1;
        }
    }
    spans.truncate(kept);
}

/// What is in `from` and not in `minus`, appended to `out`. Both sorted and disjoint.
pub(crate) fn subtract(from: &[Span], minus: &[Span], out: &mut Vec<Span>) {
    let mut at = 0;
    for span in from {
        let mut start = span.start;
        while at < minus.len() && minus[at].end <= start {
            at += 1;
        }
        let mut next = at;
        while next < minus.len() && minus[next].start < span.end {
            if start < minus[next].start {
                out.push(Span::new(start, minus[next].start));
            }
            start = start.max(minus[next].end);
            next += 1;
        }
        if start < span.end {
            out.push(Span::new(start, span.end));
        }
    }
}

/// What is in both, appended to `out`. Both sorted and disjoint.
pub(crate) fn intersect(one: &[Span], other: &[Span], out: &mut Vec<Span>) {
    let (mut i, mut j) = (0, 0);
    while i < one.len() && j < other.len() {
        let (start, end) = (one[i].start.max(other[j].start), one[i].end.min(other[j].end));
        if start < end {
            out.push(Span::new(start, end));
        }
        if one[i].end < other[j].end {
            i += 1;
        } else {
            j += 1;
        }
    }
}

/// The span that contains an instant, by binary search. Sorted and disjoint.
pub(crate) fn find(spans: &[Span], at: i64) -> Option<Span> {
    let index = spans.partition_point(|span| span.end <= at);
    spans.get(index).copied().filter(|span| span.start <= at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(list: &[(i64, i64)]) -> Vec<Span> {
        list.iter().map(|&(start, end)| Span::new(start, end)).collect()
    }

    #[test]
    fn joining_merges_what_overlaps_or_touches() {
        let mut list = spans(&[(5, 7), (0, 2), (2, 3), (6, 9), (4, 4)]);
        join(&mut list);
        assert_eq!(list, spans(&[(0, 3), (5, 9)]));
    }

    #[test]
    fn a_span_that_outlasts_one_piece_is_also_cut_from_the_next() {
        let mut out = Vec::new();
        subtract(&spans(&[(0, 10), (20, 30)]), &spans(&[(2, 3), (8, 25)]), &mut out);
        assert_eq!(out, spans(&[(0, 2), (3, 8), (25, 30)]));
    }

    #[test]
    fn an_intersection_keeps_what_both_have() {
        let mut out = Vec::new();
        intersect(&spans(&[(0, 10), (12, 14)]), &spans(&[(5, 13)]), &mut out);
        assert_eq!(out, spans(&[(5, 10), (12, 13)]));
    }
}
