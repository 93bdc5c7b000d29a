//! The events of one tenant, oldest first.
//!
//! There is one for every change of every booking, for good, so what they have in common is kept once: a few programs
//! and people do nearly everything.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::booking::{Actor, Event, EventKind, State};
use crate::interval::Interval;
use crate::{BookingId, TenantId};

/// Entries of one block: what is allocated at once when there are many.
const BLOCK: usize = 4_096;
/// No place at all.
pub(super) const NONE: u32 = u32::MAX;

#[derive(Debug, Default)]
pub(super) struct Log {
    /// All are full but the last; none is empty.
    blocks: Vec<Vec<Entry>>,
    sources: Vec<Source>,
    /// Where each source is among them.
    known: HashMap<Source, u32>,
}

/// Who changed something of whom.
type Source = (TenantId, Actor);

#[derive(Debug, Clone, Copy)]
struct Entry {
    sequence: u64,
    booking: BookingId,
    visit: Interval,
    version: u64,
    at: DateTime<Utc>,
    /// The place of the event before of the same booking.
    previous: u32,
    source: u32,
    kind: EventKind,
    state: State,
}

impl Log {
    pub(super) fn len(&self) -> usize {
        let before = self.blocks.len().saturating_sub(1) * BLOCK;
        before + self.blocks.last().map_or(0, Vec::len)
    }

    /// The place of the event that comes next.
    pub(super) fn next(&self) -> u32 {
        // A log of 2^32 events would take 300 GB.
        u32::try_from(self.len()).unwrap_or(NONE)
    }

    /// Adds an event; `previous` is the place of the one before of the same booking.
    pub(super) fn push(&mut self, event: Event, previous: u32) {
        let Event { sequence, tenant, booking, kind, state, version, visit, at, actor } = event;
        let source = self.source((tenant, actor));
        let entry = Entry { sequence, booking, visit, version, at, previous, source, kind, state };
        if let Some(block) = self.blocks.last_mut().filter(|block| block.len() < BLOCK) {
            return block.push(entry);
        }
        let mut block = Vec::with_capacity(if self.blocks.is_empty() { 1 } else { BLOCK });
        block.push(entry);
        self.blocks.push(block);
    }

    /// Takes the last event back.
    pub(super) fn pop(&mut self) {
        if let Some(block) = self.blocks.last_mut() {
            block.pop();
        }
        if self.blocks.last().is_some_and(Vec::is_empty) {
            self.blocks.pop();
        }
    }

    pub(super) fn get(&self, place: usize) -> Option<Event> {
        self.entry(place).map(|entry| self.event(entry))
    }

    /// The number of the last event; none has 0.
    pub(super) fn last_sequence(&self) -> u64 {
        self.blocks.last().and_then(|block| block.last()).map_or(0, |entry| entry.sequence)
    }

    /// The first `limit` events with a number above `after`.
    pub(super) fn after(&self, after: u64, limit: usize) -> Vec<Event> {
        let past = |block: &Vec<Entry>| block.last().is_some_and(|last| last.sequence <= after);
        let begin = self.blocks.partition_point(past);
        let within =
            self.blocks.get(begin).map_or(0, |block| block.partition_point(|entry| entry.sequence <= after));
        let entries = self.blocks[begin..].iter().flatten().skip(within);
        entries.take(limit).map(|entry| self.event(entry)).collect()
    }

    /// The events of a booking up to the one at a place, oldest first.
    pub(super) fn up_to(&self, last: u32) -> Vec<Event> {
        let before = |entry: &&Entry| self.entry(entry.previous as usize);
        let entries = std::iter::successors(self.entry(last as usize), before);
        let mut events: Vec<Event> = entries.map(|entry| self.event(entry)).collect();
        events.reverse();
        events
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Event> {
        self.blocks.iter().flatten().map(|entry| self.event(entry))
    }

    fn entry(&self, place: usize) -> Option<&Entry> {
        self.blocks.get(place / BLOCK)?.get(place % BLOCK)
    }

    fn source(&mut self, source: Source) -> u32 {
        if let Some(known) = self.known.get(&source) {
            return *known;
        }
        let place = u32::try_from(self.sources.len()).unwrap_or(NONE);
        self.sources.push(source.clone());
        self.known.insert(source, place);
        place
    }

    fn event(&self, entry: &Entry) -> Event {
        let Entry { sequence, booking, visit, version, at, source, kind, state, .. } = *entry;
        let (tenant, actor) = self.sources[source as usize].clone();
        Event { sequence, tenant, booking, kind, state, version, visit, at, actor }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event(sequence: u64, booking: u64, who: u64) -> Event {
        let start = sequence as i64 * 60;
        Event {
            sequence,
            tenant: TenantId::from_u64(who % 2),
            booking: BookingId::from_u64(booking),
            kind: EventKind::Placed,
            state: State::Held,
            version: booking + 1,
            visit: Interval::from_seconds(start, start + 30).unwrap(),
            at: DateTime::from_timestamp(start, 0).unwrap(),
            actor: Actor::new(format!("user {who}"), "web"),
        }
    }

    proptest! {
        #[test]
        fn it_holds_what_a_list_of_events_would_hold(
            steps in prop::collection::vec(prop::option::weighted(0.8, (0_u64..6, 0_u64..4)), 0..60),
            many in prop::sample::select(vec![0, BLOCK - 1, BLOCK, 2 * BLOCK - 3]),
            after in 0_u64..20,
        ) {
            let (mut log, mut list) = (Log::default(), Vec::<Event>::new());
            let last = |list: &[Event], booking: BookingId| {
                let found = list.iter().rposition(|event| event.booking == booking);
                found.map_or(NONE, |place| place as u32)
            };
            let many = (0..many as u64).map(|number| Some((10 + number % 7, 0)));
            for step in many.chain(steps) {
                let Some((booking, who)) = step else {
                    log.pop();
                    list.pop();
                    continue;
                };
                let event = event(list.len() as u64 + 1, booking, who);
                prop_assert_eq!(log.next() as usize, list.len());
                log.push(event.clone(), last(&list, event.booking));
                list.push(event);
            }
            let after = (list.len() as u64 + 5).saturating_sub(after);
            let of = |booking: u64| {
                let booking = BookingId::from_u64(booking);
                (booking, list.iter().filter(move |event| event.booking == booking).cloned().collect::<Vec<_>>())
            };
            for (booking, expected) in (0..6).chain([10]).map(of) {
                prop_assert_eq!(log.up_to(last(&list, booking)), expected);
            }
            let past: Vec<Event> =
                list.iter().filter(|event| event.sequence > after).take(3).cloned().collect();
            prop_assert_eq!(log.after(after, 3), past);
            prop_assert_eq!(log.len(), list.len());
            prop_assert_eq!(log.last_sequence(), list.last().map_or(0, |event| event.sequence));
            prop_assert_eq!(log.get(list.len()), None);
            prop_assert_eq!(log.get(list.len() / 2), list.get(list.len() / 2).cloned());
            prop_assert_eq!(log.iter().collect::<Vec<_>>(), list);
        }
    }
}
