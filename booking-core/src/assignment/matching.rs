//! One resource, one need: bipartite matching by augmenting paths.
//!
//! After H. W. Kuhn, "The Hungarian method for the assignment problem", Naval Research Logistics Quarterly 2 (1955),
//! with needs that take several resources. Paths run between needs, of which there are few, so that each candidate is
//! looked at once a path. A need that no path helps cannot be helped later (C. Berge, 1957): the first failure decides.

use super::oracle::Lists;

const NOBODY: u8 = u8::MAX;

/// Who holds which resource.
#[derive(Debug, Default)]
pub(super) struct Matching {
    /// By resource; only those of the current lists mean anything.
    holder: Vec<u8>,
    queue: Vec<usize>,
    /// How the path came to each need: from which need, and which resource that one would take from it.
    came: Vec<Option<(usize, u32)>>,
}

impl Matching {
    /// Whether each open need can have as many resources as it lacks, none held twice.
    pub(super) fn complete(&mut self, lists: &Lists, lacking: &[u32]) -> bool {
        self.clear(lists);
        lists.open.iter().all(|&need| {
            let mut missing = lacking[need];
            for &resource in lists.of(need) {
                if missing > 0 && self.holder[resource as usize] == NOBODY {
                    self.holder[resource as usize] = need as u8;
                    missing -= 1;
                }
            }
            (0..missing).all(|_| self.augment(lists, need, lacking.len()))
        })
    }

    /// The resources that a need of the current lists holds.
    pub(super) fn held<'a>(&'a self, lists: &'a Lists, need: usize) -> impl Iterator<Item = u32> {
        let resources = lists.of(need).iter().copied();
        resources.filter(move |&resource| usize::from(self.holder[resource as usize]) == need)
    }

    fn clear(&mut self, lists: &Lists) {
        for &need in &lists.open {
            for &resource in lists.of(need) {
                let index = resource as usize;
                if self.holder.len() <= index {
                    self.holder.resize(index + 1, NOBODY);
                }
                self.holder[index] = NOBODY;
            }
        }
    }

    /// Gives the need one more resource, if need be by letting others take another one instead.
    fn augment(&mut self, lists: &Lists, root: usize, needs: usize) -> bool {
        self.came.clear();
        self.came.resize(needs, None);
        self.queue.clear();
        self.queue.push(root);
        let mut next = 0;
        while let Some(&need) = self.queue.get(next) {
            next += 1;
            for &resource in lists.of(need) {
                let holder = self.holder[resource as usize];
                if holder == NOBODY {
                    self.shift(need, resource);
                    return true;
                }
                let holder = usize::from(holder);
                if holder != root && self.came[holder].is_none() {
                    self.came[holder] = Some((need, resource));
                    self.queue.push(holder);
                }
            }
        }
        false
    }

    /// Gives the free resource to the last need of a path, and what each need gives up to the one before it.
    fn shift(&mut self, mut need: usize, mut resource: u32) {
        loop {
            self.holder[resource as usize] = need as u8;
            let Some(before) = self.came[need] else { return };
            (need, resource) = before;
        }
    }
}
