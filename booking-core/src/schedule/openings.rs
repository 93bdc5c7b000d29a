//! The openings of one resource over a stretch of time.

use crate::span::Span;

/// Openings by start, and their union. Memory is kept between calls.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Openings<S = Vec<Span>> {
    /// One for each local start date, by start; those of one date merged where they overlap or touch.
    pub(crate) blocks: S,
    /// Their union.
    pub(crate) union: S,
    /// The length of the longest block, in seconds.
    pub(crate) longest: i64,
    /// The length of the longest stretch of the union, in seconds.
    pub(crate) longest_stretch: i64,
    /// Whether blocks of different dates overlap.
    pub(crate) overlap: bool,
    /// Whether blocks of different dates overlap or touch. Where none do, each block is a stretch of the union.
    pub(crate) touch: bool,
}

impl Openings {
    /// Lays out blocks that come by start.
    pub(crate) fn lay(&mut self, blocks: impl IntoIterator<Item = Span>) {
        self.blocks.clear();
        self.blocks.extend(blocks);
        self.unite();
    }

    /// Computes everything else from the blocks, which are sorted by start.
    pub(super) fn unite(&mut self) {
        self.union.clear();
        (self.longest, self.longest_stretch, self.overlap, self.touch) = (0, 0, false, false);
        let mut blocks = self.blocks.iter();
        let Some(&(mut open)) = blocks.next() else { return };
        self.longest = open.end - open.start;
        for block in blocks {
            self.longest = self.longest.max(block.end - block.start);
            if block.start <= open.end {
                self.touch = true;
                self.overlap |= block.start < open.end;
                open.end = open.end.max(block.end);
            } else {
                self.longest_stretch = self.longest_stretch.max(open.end - open.start);
                self.union.push(open);
                open = *block;
            }
        }
        self.longest_stretch = self.longest_stretch.max(open.end - open.start);
        self.union.push(open);
    }

    pub(crate) fn as_ref(&self) -> Openings<&[Span]> {
        Openings {
            blocks: &self.blocks,
            union: &self.union,
            longest: self.longest,
            longest_stretch: self.longest_stretch,
            overlap: self.overlap,
            touch: self.touch,
        }
    }
}

impl Openings<&[Span]> {
    /// The same with whole stretches for blocks: what teams are anchored on.
    pub(crate) fn stretches(self) -> Self {
        Self { blocks: self.union, longest: self.longest_stretch, overlap: false, touch: false, ..self }
    }

    /// No block before this index contains an instant.
    #[inline]
    pub(crate) fn seek_block(self, at: i64) -> usize {
        self.blocks.partition_point(|block| block.start + self.longest <= at)
    }

    /// Where to begin for starts at or after an instant: no block before the first index contains any, and the second
    /// is the stretch of the union that holds the block at the first.
    #[inline]
    pub(crate) fn seek(self, at: i64) -> (usize, usize) {
        let block = self.seek_block(at);
        let start = self.blocks.get(block).map_or(i64::MAX, |block| block.start);
        (block, self.union.partition_point(|stretch| stretch.end <= start))
    }

    /// The blocks that may contain starts of a window, and the stretches of the union that hold them.
    pub(crate) fn within(self, window: Span) -> Self {
        let (begin, stretch) = self.seek(window.start);
        let end = self.blocks.partition_point(|block| block.start < window.end).max(begin);
        let last = self.blocks[begin..end].last().map_or(i64::MIN, |block| block.start);
        let until = self.union.partition_point(|span| span.start <= last).max(stretch);
        Self { blocks: &self.blocks[begin..end], union: &self.union[stretch..until], ..self }
    }
}
