//! Many resources on one grid: a bit a candidate start.
//!
//! Where all openings are the same, the candidates of the grid are numbered, block by block, and each resource is a row
//! of bits. Any of them is OR, all of them is AND, and any k of them are counted by a difference array.

use std::ops::ControlFlow;

use super::runs::Runs;
use super::sweep::{Found, Lane, Shape, sweep};
use crate::span::Span;

/// A row has whole words for each block, so that a run of one block seldom leaves a word.
const WORD: usize = 64;

/// The candidates of a grid, and who can serve them. Memory is kept between questions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rows {
    /// The first word of each block, and after the last the number of words.
    base: Vec<usize>,
    /// The candidates that all requirements so far can serve.
    all: Vec<u64>,
    /// The candidates that the present requirement can serve.
    need: Vec<u64>,
    /// The candidates of one resource.
    own: Vec<u64>,
    /// Changes in the number of resources from one candidate to the next.
    changes: Vec<i32>,
}

impl Rows {
    /// Numbers the candidates of some blocks. Answers how many there may be.
    pub(crate) fn begin(&mut self, blocks: &[Span], shape: Shape) -> usize {
        self.base.clear();
        let mut words = 0;
        for block in blocks {
            self.base.push(words);
            let candidates = shape.step.count((block.end - block.start - shape.offset).max(0)) as usize;
            words += candidates.div_ceil(WORD);
        }
        self.base.push(words);
        words * WORD
    }

    /// Every candidate may be served, before the first requirement.
    pub(crate) fn open(&mut self) {
        let words = self.base.last().copied().unwrap_or(0);
        self.all.clear();
        self.all.resize(words, u64::MAX);
    }

    /// Keeps the candidates that at least `count` of these resources can serve.
    pub(crate) fn require<'a>(
        &mut self,
        count: u32,
        lanes: impl ExactSizeIterator<Item = Lane<'a>>,
        shape: Shape,
        window: Span,
    ) {
        self.need.clear();
        if lanes.len() < count as usize {
            self.need.resize(self.all.len(), 0);
        } else if count == 1 {
            self.any(lanes, shape, window);
        } else if lanes.len() == count as usize {
            self.every(lanes, shape, window);
        } else {
            self.count(count, lanes, shape, window);
        }
        for (all, need) in self.all.iter_mut().zip(&self.need) {
            *all &= need;
        }
    }

    fn any<'a>(&mut self, lanes: impl Iterator<Item = Lane<'a>>, shape: Shape, window: Span) {
        self.need.resize(self.all.len(), 0);
        for lane in lanes {
            let _ = sweep(lane, shape, window, |found| {
                mark(&mut self.need, self.base[found.block], found);
                ControlFlow::Continue(())
            });
        }
    }

    fn every<'a>(&mut self, lanes: impl Iterator<Item = Lane<'a>>, shape: Shape, window: Span) {
        self.need.resize(self.all.len(), u64::MAX);
        for lane in lanes {
            self.own.clear();
            self.own.resize(self.all.len(), 0);
            let _ = sweep(lane, shape, window, |found| {
                mark(&mut self.own, self.base[found.block], found);
                ControlFlow::Continue(())
            });
            for (need, own) in self.need.iter_mut().zip(&self.own) {
                *need &= own;
            }
        }
    }

    fn count<'a>(&mut self, count: u32, lanes: impl Iterator<Item = Lane<'a>>, shape: Shape, window: Span) {
        self.changes.clear();
        self.changes.resize(self.all.len() * WORD + 1, 0);
        for lane in lanes {
            let _ = sweep(lane, shape, window, |found| {
                let first = self.base[found.block] * WORD + found.index as usize;
                self.changes[first] += 1;
                self.changes[first + found.count as usize] -= 1;
                ControlFlow::Continue(())
            });
        }
        let mut free = 0_i32;
        for changes in self.changes.as_chunks::<WORD>().0 {
            let mut word = 0;
            for (bit, change) in changes.iter().enumerate() {
                free += change;
                word |= u64::from(free >= count as i32) << bit;
            }
            self.need.push(word);
        }
    }

    /// Writes the candidates that are left as runs.
    pub(crate) fn runs(&self, blocks: &[Span], shape: Shape, runs: &mut Runs) {
        for (block, words) in blocks.iter().zip(self.base.windows(2)) {
            let anchor = block.start + shape.offset;
            for (place, &word) in self.all[words[0]..words[1]].iter().enumerate() {
                let first = anchor + (place * WORD) as i64 * shape.step.seconds();
                bits(word, |bit, count| runs.push(first + bit * shape.step.seconds(), count));
            }
        }
    }
}

/// Sets the bits of a run.
#[inline]
fn mark(row: &mut [u64], base: usize, found: Found) {
    let (word, bit) = (base + found.index as usize / WORD, found.index as usize % WORD);
    let count = found.count as usize;
    if bit + count <= WORD {
        row[word] |= ones(count) << bit;
        return;
    }
    row[word] |= u64::MAX << bit;
    let rest = bit + count - WORD;
    row[word + 1..word + 1 + rest / WORD].fill(u64::MAX);
    if !rest.is_multiple_of(WORD) {
        row[word + 1 + rest / WORD] |= ones(rest % WORD);
    }
}

/// The lowest bits, 1 to 64 of them.
#[inline]
const fn ones(count: usize) -> u64 {
    u64::MAX >> (WORD - count)
}

/// Calls back with each run of set bits: the first, and how many.
#[inline]
fn bits(mut word: u64, mut each: impl FnMut(i64, usize)) {
    while word != 0 {
        let first = word.trailing_zeros();
        let count = (word >> first).trailing_ones();
        each(first.into(), count as usize);
        // Twice, because a shift by the whole word is none at all.
        word &= u64::MAX << (first + count - 1) << 1;
    }
}

/// Whether two lists are the same: without a branch on each, as most are.
pub(crate) fn is_same(one: &[Span], other: &[Span]) -> bool {
    let differs = |(a, b): (&Span, &Span)| (a.start ^ b.start) | (a.end ^ b.end);
    one.len() == other.len() && one.iter().zip(other).map(differs).fold(0, |all, bits| all | bits) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marking_and_reading_back_agree_across_words() {
        for index in [0, 1, 63, 64, 100, 127] {
            for count in [1, 2, 63, 64, 65, 130] {
                let mut row = [0; 6];
                mark(&mut row, 1, Found { block: 0, anchor: 0, index, count });
                let mut found = Vec::new();
                for (place, word) in row.iter().enumerate() {
                    bits(*word, |bit, count| {
                        found.extend((0..count as i64).map(|k| (place as i64 - 1) * 64 + bit + k));
                    });
                }
                assert_eq!(found, (index..index + count).collect::<Vec<_>>());
            }
        }
    }
}
