//! What waits for its batch.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use booking_core::{Command, ResourceId, TenantId};
use tokio::sync::oneshot;

use super::Outcome;
use crate::wire::Ordinary;

/// A booking and whom to tell.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) command: Command,
    pub(super) answer: oneshot::Sender<Outcome>,
}

impl std::fmt::Debug for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Outcome")
    }
}

/// Bookings by tenant, and how many batches are under way for each. Tenants are served in turn, however many bookings each
/// has. Callers wait for their answers, so that the queue is as long as they are many.
#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
    /// Batches at once of one tenant, and of all.
    each: usize,
    all: usize,
}

#[derive(Debug, Default)]
struct State {
    waiting: HashMap<TenantId, Waiting>,
    /// Who waits, in the order in which they are served.
    line: BTreeMap<u64, TenantId>,
    /// The next place in the line.
    place: u64,
    busy: HashMap<TenantId, usize>,
    workers: usize,
}

/// What waits of a tenant, and its place in the line.
#[derive(Debug)]
struct Waiting {
    place: u64,
    items: VecDeque<Item>,
}

impl Queue {
    pub(super) fn new(each: usize, all: usize) -> Self {
        Self { state: Mutex::default(), each, all }
    }

    // Nothing is left half done by a panic while the lock is held.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a booking; answers whom a new worker should begin with, where one is needed.
    pub(super) fn push(&self, item: Item) -> Option<TenantId> {
        let tenant = item.command.tenant;
        let mut state = self.lock();
        state.add(tenant, item);
        if state.workers >= self.all || state.busy_for(tenant) >= self.each {
            return None;
        }
        state.workers += 1;
        *state.busy.entry(tenant).or_default() += 1;
        Some(tenant)
    }

    /// The oldest bookings of a tenant: those that can be made together, and those in between that cannot, because they
    /// meet one of them or are the same; at most twice as many. What is left goes to the end of the line.
    pub(super) fn take(&self, tenant: TenantId, most: usize) -> (Vec<Item>, Vec<Item>) {
        let mut state = self.lock();
        let (mut taken, mut meeting) = (Vec::new(), Vec::new());
        let Some(mut items) = state.remove(tenant) else { return (taken, meeting) };
        let mut together = Together::default();
        while taken.len() < most
            && meeting.len() < 2 * most
            && let Some(item) = items.pop_front()
        {
            let of = if together.admits(&item.command) { &mut taken } else { &mut meeting };
            of.push(item);
        }
        if !items.is_empty() {
            state.line_up(tenant, items);
        }
        (taken, meeting)
    }

    /// A worker has written a batch of this tenant: whose turn it is now, if anybody waits for it. Only those who have as many
    /// workers as they may are passed over.
    pub(super) fn turn(&self, tenant: TenantId) -> Option<TenantId> {
        let mut state = self.lock();
        state.leave(tenant);
        let next = state.line.values().copied().find(|&next| state.busy_for(next) < self.each);
        match next {
            Some(next) => *state.busy.entry(next).or_default() += 1,
            None => state.workers -= 1,
        }
        next
    }

    /// A worker of this tenant is gone. Others come to who waits in the line; where it was the last of all, those who wait are
    /// told so, by losing their answer.
    pub(super) fn abandon(&self, tenant: TenantId) {
        let mut state = self.lock();
        state.leave(tenant);
        state.workers -= 1;
        if state.workers == 0 {
            state.waiting.clear();
            state.line.clear();
        }
    }
}

impl State {
    fn add(&mut self, tenant: TenantId, item: Item) {
        match self.waiting.get_mut(&tenant) {
            Some(waiting) => waiting.items.push_back(item),
            None => self.line_up(tenant, VecDeque::from([item])),
        }
    }

    /// Takes all that waits of a tenant, which leaves the line.
    fn remove(&mut self, tenant: TenantId) -> Option<VecDeque<Item>> {
        let Waiting { place, items } = self.waiting.remove(&tenant)?;
        self.line.remove(&place);
        Some(items)
    }

    /// Puts a tenant, of whom nothing waits, at the end of the line.
    fn line_up(&mut self, tenant: TenantId, items: VecDeque<Item>) {
        let place = self.place;
        self.place += 1;
        self.line.insert(place, tenant);
        self.waiting.insert(tenant, Waiting { place, items });
    }

    fn leave(&mut self, tenant: TenantId) {
        if let Some(busy) = self.busy.get_mut(&tenant) {
            *busy -= 1;
            if *busy == 0 {
                self.busy.remove(&tenant);
            }
        }
    }

    fn busy_for(&self, tenant: TenantId) -> usize {
        self.busy.get(&tenant).copied().unwrap_or_default()
    }
}

/// What the bookings of a batch have in common: nothing.
#[derive(Default)]
struct Together {
    ids: HashSet<uuid::Uuid>,
    keys: HashSet<String>,
    blocked: HashMap<ResourceId, Vec<(i64, i64)>>,
}

impl Together {
    fn admits(&mut self, command: &Command) -> bool {
        let Some(ordinary) = Ordinary::of(command) else { return true };
        let key = ordinary.key().map(|key| format!("{:?} {}", key.operation, key.key));
        let meets = ordinary.blocked().any(|(resource, from, until)| {
            let others = self.blocked.get(&resource);
            others.is_some_and(|others| others.iter().any(|&(start, end)| start < until && from < end))
        });
        if meets
            || self.ids.contains(&ordinary.id().uuid())
            || key.as_ref().is_some_and(|key| self.keys.contains(key))
        {
            return false;
        }
        self.ids.insert(ordinary.id().uuid());
        self.keys.extend(key);
        for (resource, from, until) in ordinary.blocked() {
            self.blocked.entry(resource).or_default().push((from, until));
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use booking_core::{Action, Actor, BlockId};

    use super::*;

    fn tenant(number: u128) -> TenantId {
        TenantId::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn push(queue: &Queue, of: u128) -> (Option<TenantId>, oneshot::Receiver<Outcome>) {
        let command = Command {
            tenant: tenant(of),
            now: chrono::DateTime::UNIX_EPOCH,
            actor: Actor::new("tester", "here"),
            key: None,
            action: Action::RemoveBlock(BlockId::from_u64(1)),
            offers: Vec::new(),
            verdicts: Vec::new(),
        };
        let (answer, answered) = oneshot::channel();
        (queue.push(Item { command, answer }), answered)
    }

    #[test]
    fn a_tenant_has_as_many_workers_as_it_may_and_all_have_no_more_than_they_may() {
        let queue = Queue::new(2, 3);
        let begun: Vec<_> = [1, 1, 1, 2, 2, 3].map(|of| push(&queue, of).0).into();
        let [first, second] = [tenant(1), tenant(2)];
        assert_eq!(begun, [Some(first), Some(first), None, Some(second), None, None]);
        assert_eq!(queue.take(first, 2).0.len(), 2);
        assert_eq!(queue.take(second, 63).0.len(), 2);
        // One is left of the first, behind the third.
        assert_eq!(queue.turn(first), Some(tenant(3)));
        assert_eq!(queue.take(tenant(3), 63).0.len(), 1);
        assert_eq!(queue.turn(tenant(3)), Some(first));
        assert_eq!(queue.take(first, 63).0.len(), 1);
        assert_eq!([queue.turn(first), queue.turn(first), queue.turn(second)], [None, None, None]);
        assert_eq!(push(&queue, 1).0, Some(first));
    }

    /// Served at once when they come again, a few busy tenants would keep the rest waiting for ever.
    #[test]
    fn tenants_are_served_in_turn_also_those_who_come_again_and_again() {
        let queue = Queue::new(2, 1);
        let mut answers = vec![push(&queue, 9).1];
        let first = tenant(9);
        for of in [1, 2, 3, 4, 5, 6, 7] {
            answers.push(push(&queue, of).1);
        }
        let mut served = Vec::new();
        let mut now = first;
        for _ in 0..16 {
            queue.take(now, 1);
            answers.push(push(&queue, now.uuid().as_u128()).1);
            now = queue.turn(now).unwrap();
            served.push(now.uuid().as_u128());
        }
        assert_eq!(served, [1, 2, 3, 4, 5, 6, 7, 9, 1, 2, 3, 4, 5, 6, 7, 9]);
    }

    #[test]
    fn who_waits_for_a_worker_that_is_gone_is_not_left_waiting() {
        let queue = Queue::new(1, 1);
        let (begun, mut first) = push(&queue, 1);
        let mut others = [push(&queue, 1).1, push(&queue, 2).1];
        drop(queue.take(tenant(1), 1));
        queue.abandon(tenant(1));
        assert_eq!(begun, Some(tenant(1)));
        for answer in [&mut first].into_iter().chain(&mut others) {
            assert!(matches!(answer.try_recv(), Err(oneshot::error::TryRecvError::Closed)));
        }
        assert_eq!(push(&queue, 1).0, Some(tenant(1)));
    }

    #[test]
    fn another_worker_comes_to_who_waits_for_one_that_is_gone() {
        let queue = Queue::new(1, 2);
        let begun = [1, 2, 1].map(|of| push(&queue, of));
        drop(queue.take(tenant(1), 1));
        drop(queue.take(tenant(2), 1));
        queue.abandon(tenant(1));
        assert_eq!(queue.turn(tenant(2)), Some(tenant(1)));
        assert_eq!((queue.take(tenant(1), 63).0.len(), begun[2].0), (1, None));
    }
}
