//! Questions that are answered again and again: who listens is told what changed since.
//!
//! All who ask the same share one channel, so that a thousand listeners cost one computation. A channel keeps its last
//! changes under rising numbers; whoever comes back with a number gets what came after it, or everything when that is
//! not known any more. Either way, what a listener holds equals a fresh answer.
//!
//! Answers change when something is booked, and when time passes: so a channel is computed again when this process has
//! written something or was told that another has, and at least every second, while somebody listens.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use booking_core::{AnyStore, Clock, Interval, Refusal, ResourceId, Scheduler, ServiceId, TenantId, Wish};
use tokio::sync::watch;
use tokio::time::Instant;

/// How old an answer may become while somebody listens.
pub(crate) const FRESH: Duration = Duration::from_secs(1);
/// How many changes a channel remembers.
const REMEMBERED: usize = 256;
/// How many different questions are listened to at once, and how many listen.
const MAX_CHANNELS: usize = 1_000;
const MAX_LISTENERS: usize = 10_000;
/// How long a channel is kept when nobody listens: for those whose connection broke.
pub(crate) const KEPT: Duration = Duration::from_mins(1);

/// A question about slots.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Question {
    pub(crate) tenant: TenantId,
    pub(crate) service: ServiceId,
    pub(crate) window: Interval,
    pub(crate) duration: Option<i64>,
    pub(crate) party: u32,
    pub(crate) resources: Vec<ResourceId>,
    /// Whether it matters how much is left: where more than one can book the same start.
    pub(crate) counting: bool,
}

/// A start that is free: in seconds since the Unix epoch, and how much is left there; 0 where that is not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Free {
    pub(crate) start: i64,
    pub(crate) left: u32,
}

impl Question {
    fn wish(&self) -> Wish {
        Wish {
            duration: self.duration,
            party: self.party,
            resources: self.resources.clone(),
            ..Wish::new(self.tenant, self.service)
        }
    }

    /// What is free at present, by start.
    async fn ask(&self, scheduler: &Scheduler<AnyStore, Arc<dyn Clock>>) -> Result<Vec<Free>, Refusal> {
        if self.counting {
            let found = scheduler.slots(&self.wish(), self.window).await?;
            return Ok(found.iter().map(|s| Free { start: s.start.timestamp(), left: s.left }).collect());
        }
        let found = scheduler.starts(&self.wish(), self.window).await?;
        Ok(found.iter().map(|start| Free { start: start.timestamp(), left: 0 }).collect())
    }
}

/// What changed, by start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Delta {
    /// What was not free before, and where another number is left: it takes the place of the same start.
    pub(crate) added: Vec<Free>,
    /// Starts that are free no more.
    pub(crate) removed: Vec<i64>,
}

/// What a listener gets next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum News {
    /// Everything: it knew nothing, or what it knew is too old.
    Snapshot(Vec<Free>),
    /// What changed since.
    Delta(Delta),
}

/// Where a listener stands: in which channel, after which change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) channel: u64,
    pub(crate) change: u64,
}

/// All channels of a process.
pub(crate) struct Hub {
    channels: Mutex<HashMap<Question, Arc<Channel>>>,
    written: watch::Sender<u64>,
    stopped: watch::Sender<bool>,
    listeners: Arc<AtomicUsize>,
    made: AtomicUsize,
    /// Tells the channels of this process from those of the one before.
    born: u64,
}

/// One question and its answer.
pub(crate) struct Channel {
    pub(crate) question: Question,
    number: u64,
    log: Mutex<Log>,
    /// When the answer was computed, and after how many writes; locked while it is.
    computed: tokio::sync::Mutex<Option<(Instant, u64)>>,
}

#[derive(Default)]
struct Log {
    starts: Vec<Free>,
    /// The number of the last change.
    last: u64,
    deltas: VecDeque<Delta>,
    listened: Option<Instant>,
}

/// Counts one listener while it lives.
pub(crate) struct Listening(Arc<AtomicUsize>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

// A panic while a lock was held leaves at worst a change that is told twice; refusing all service would be worse.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hub {
    pub(crate) fn new(born: u64) -> Self {
        Self {
            channels: Mutex::default(),
            written: watch::Sender::new(0),
            stopped: watch::Sender::new(false),
            listeners: Arc::default(),
            made: AtomicUsize::new(0),
            born,
        }
    }

    /// Something was written: whoever listens looks again.
    pub(crate) fn wrote(&self) {
        self.written.send_modify(|count| *count += 1);
    }

    /// Ends every stream.
    pub(crate) fn stop(&self) {
        self.stopped.send_replace(true);
        self.wrote();
    }

    pub(crate) fn is_stopped(&self) -> bool {
        *self.stopped.borrow()
    }

    /// Tells when something was written.
    pub(crate) fn writes(&self) -> watch::Receiver<u64> {
        self.written.subscribe()
    }

    /// The channel of a question; none when there are too many already.
    pub(crate) fn listen(&self, question: Question) -> Option<(Arc<Channel>, Listening)> {
        let listening = Listening(Arc::clone(&self.listeners));
        if self.listeners.fetch_add(1, Ordering::Relaxed) >= MAX_LISTENERS {
            return None;
        }
        let mut channels = lock(&self.channels);
        let now = Instant::now();
        channels.retain(|_, channel| {
            let listened = lock(&channel.log).listened;
            Arc::strong_count(channel) > 1 || listened.is_some_and(|at| now < at + KEPT)
        });
        if let Some(known) = channels.get(&question) {
            return Some((Arc::clone(known), listening));
        }
        if channels.len() >= MAX_CHANNELS {
            return None;
        }
        let made = self.made.fetch_add(1, Ordering::Relaxed) as u64;
        let channel = Arc::new(Channel {
            question: question.clone(),
            number: self.born.wrapping_add(made),
            log: Mutex::default(),
            computed: tokio::sync::Mutex::default(),
        });
        channels.insert(question, Arc::clone(&channel));
        Some((channel, listening))
    }
}

impl Channel {
    /// Computes the answer again, if it may have changed. One listener does, the others find it done.
    pub(crate) async fn refresh(
        &self,
        scheduler: &Scheduler<AnyStore, Arc<dyn Clock>>,
        hub: &Hub,
    ) -> Result<(), Refusal> {
        let mut computed = self.computed.lock().await;
        let (now, writes) = (Instant::now(), *hub.written.borrow());
        if computed.is_some_and(|(at, seen)| seen == writes && now < at + FRESH) {
            return Ok(());
        }
        let starts = self.question.ask(scheduler).await?;
        lock(&self.log).replace(starts, computed.is_none());
        *computed = Some((now, writes));
        Ok(())
    }

    /// What a listener at this position gets next, and where it stands then; nothing when it is up to date.
    pub(crate) fn news(&self, position: Option<Position>) -> Option<(News, Position)> {
        let mut log = lock(&self.log);
        log.listened = Some(Instant::now());
        let at = |change| Position { channel: self.number, change };
        let known =
            position.filter(|position| position.channel == self.number && position.change <= log.last);
        let missed = known.map(|position| (log.last - position.change) as usize);
        match missed {
            Some(0) => None,
            Some(missed) if missed <= log.deltas.len() => {
                let delta = log.deltas[log.deltas.len() - missed].clone();
                Some((News::Delta(delta), at(log.last - missed as u64 + 1)))
            }
            _ => Some((News::Snapshot(log.starts.clone()), at(log.last))),
        }
    }
}

impl Log {
    fn replace(&mut self, starts: Vec<Free>, first: bool) {
        if !first {
            let is_new = |free: &&Free| self.starts.binary_search(free).is_err();
            let is_gone = |free: &&Free| starts.binary_search_by_key(&free.start, |now| now.start).is_err();
            let delta = Delta {
                added: starts.iter().filter(is_new).copied().collect(),
                removed: self.starts.iter().filter(is_gone).map(|free| free.start).collect(),
            };
            if delta == Delta::default() {
                return;
            }
            self.last += 1;
            self.deltas.push_back(delta);
            if self.deltas.len() > REMEMBERED {
                self.deltas.pop_front();
            }
        }
        self.starts = starts;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel() -> Channel {
        Channel {
            question: Question {
                tenant: TenantId::SINGLE,
                service: ServiceId::from_u64(1),
                window: Interval::from_seconds(0, 1).expect("an interval"),
                duration: None,
                party: 1,
                resources: Vec::new(),
                counting: true,
            },
            number: 7,
            log: Mutex::default(),
            computed: tokio::sync::Mutex::default(),
        }
    }

    /// Free starts, with as many left as the start and the salt say.
    fn frees(starts: &[i64], salt: u32) -> Vec<Free> {
        let left = |start: i64| (start as u32 + salt) % 3;
        starts.iter().map(|start| Free { start: *start, left: left(*start) }).collect()
    }

    /// What somebody holds who has heard everything since a position.
    fn hear(
        channel: &Channel,
        mut held: Vec<Free>,
        mut position: Option<Position>,
    ) -> (Vec<Free>, Option<Position>) {
        while let Some((news, next)) = channel.news(position) {
            match news {
                News::Snapshot(starts) => held = starts,
                News::Delta(delta) => {
                    let replaced = |start| delta.added.iter().any(|free| free.start == start);
                    held.retain(|free| !delta.removed.contains(&free.start) && !replaced(free.start));
                    held.extend(delta.added);
                    held.sort_unstable();
                }
            }
            position = Some(next);
        }
        (held, position)
    }

    #[test]
    fn whoever_comes_back_holds_what_is_there() {
        let channel = channel();
        lock(&channel.log).replace(frees(&[1, 2, 3], 1), true);
        let mut seen = vec![hear(&channel, Vec::new(), None)];
        for round in 0..600_i64 {
            let starts = (0..8).filter(|start| (round * 7 + start * 3) % 5 != 0).collect::<Vec<i64>>();
            let starts = frees(&starts, round as u32);
            lock(&channel.log).replace(starts.clone(), false);
            // Whatever the listener knew, and however long it was away, it ends with the same.
            for (held, position) in seen.iter().rev().take(300).step_by(37) {
                assert_eq!(hear(&channel, held.clone(), *position).0, starts);
            }
            assert_eq!(hear(&channel, frees(&[99], 1), Some(Position { channel: 8, change: 1 })).0, starts);
            seen.push(hear(&channel, Vec::new(), None));
        }
    }

    #[test]
    fn nothing_new_is_no_news() {
        let channel = channel();
        lock(&channel.log).replace(frees(&[1], 1), true);
        let (_, position) = hear(&channel, Vec::new(), None);
        lock(&channel.log).replace(frees(&[1], 1), false);
        assert_eq!(channel.news(position), None);
        assert!(channel.news(Some(Position { channel: 7, change: 99 })).is_some(), "a number of the future");
    }
}
