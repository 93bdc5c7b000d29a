//! Calendar files laid over a business that is kept: what keeps its people busy becomes blocks.
//!
//! The same file may be imported again and again. Each occurrence of an event is one block, whose id follows from the
//! event's UID, the resource and the start: an event that was moved, changed or cancelled since moves, changes or removes
//! its blocks, and what was blocked by hand or by other events stays.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use booking_core::time::civil::day_of;
use booking_core::{
    Actor, Block, BlockId, BookingId, BookingStore, Catalog, Clock, Interval, OccupancyQuery, Refusal,
    ResourceId, Scheduler, TenantId, Zone,
};
use futures_util::{StreamExt, TryStreamExt, stream};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::calendar_file::CalendarFile;

/// How many blocks are written at the same time.
const AT_ONCE: usize = 32;

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Blocks that are new or were changed.
    pub written: usize,
    /// Blocks that were there already.
    pub kept: usize,
    /// Blocks of events that were moved or cancelled since.
    pub removed: usize,
    /// Live bookings that new blocks collide with, for people to settle.
    pub collides: BTreeSet<BookingId>,
}

/// A calendar file and what of it is imported.
#[derive(Debug)]
pub struct Import<'a> {
    /// Whose.
    pub tenant: TenantId,
    /// What is read from the file.
    pub file: &'a CalendarFile,
    /// The stretch of time that was read.
    pub window: Interval,
    /// Where dates begin and end. None leaves all-day events out, for a business that keeps them as holidays.
    pub zone: Option<&'a Zone>,
}

impl Import<'_> {
    /// Makes the blocks of a resource be what the file says. `told` hears of each block that was written or removed.
    pub async fn run<S: Catalog + BookingStore, C: Clock>(
        &self,
        scheduler: &Scheduler<S, C>,
        resource: ResourceId,
        actor: &Actor,
        told: impl Fn(),
    ) -> Result<Imported, Refusal> {
        let wanted = self.wanted(resource)?;
        let there = self.there(scheduler, resource).await?;
        let mut done = Imported::default();
        let mut writes = Vec::new();
        for (id, block) in &wanted {
            if there.get(id) == Some(block) {
                done.kept += 1;
            } else {
                writes.push(block.clone());
            }
        }
        done.written = writes.len();
        let writes = stream::iter(writes).map(|block| scheduler.put_block(self.tenant, block, actor));
        let mut writes = writes.buffer_unordered(AT_ONCE);
        while let Some(collides) = writes.try_next().await? {
            done.collides.extend(collides);
            told();
        }
        let gone: Vec<BlockId> = there.into_keys().filter(|id| !wanted.contains_key(id)).collect();
        done.removed = gone.len();
        for id in gone {
            scheduler.unblock(self.tenant, id, actor).await?;
            told();
        }
        Ok(done)
    }

    /// The blocks that the file asks for.
    fn wanted(&self, resource: ResourceId) -> Result<BTreeMap<BlockId, Block>, Refusal> {
        let mut wanted = BTreeMap::new();
        let mut want = |uid: &Arc<str>, interval: Interval, text: &str| {
            let id = block_id(uid, resource, interval.start_second());
            let block = Block { id, resource, interval, text: text.to_owned() };
            // A moved occurrence may start with another one: whoever is busy longer counts.
            let known = wanted.get(&id).is_some_and(|known: &Block| known.interval.end() >= interval.end());
            if !known {
                wanted.insert(id, block);
            }
        };
        for busy in &self.file.busy {
            want(&busy.uid, busy.interval, &busy.text);
        }
        if let Some(zone) = self.zone {
            for day in &self.file.days {
                let first = day_of(day.date);
                let whole = Interval::from_seconds(zone.day_start(first), zone.day_start(first + 1))?;
                want(&day.uid, whole, &day.text);
            }
        }
        Ok(wanted)
    }

    /// The blocks that earlier versions of the file's events have made.
    async fn there<S: Catalog + BookingStore, C: Clock>(
        &self,
        scheduler: &Scheduler<S, C>,
        resource: ResourceId,
    ) -> Result<BTreeMap<BlockId, Block>, Refusal> {
        let query = OccupancyQuery {
            tenant: self.tenant,
            resources: vec![resource],
            window: self.window,
            now: scheduler.clock().now().timestamp(),
            ignoring: None,
        };
        let events: BTreeSet<u64> = self.file.events.iter().map(|uid| event_number(uid)).collect();
        let blocks = scheduler.store().occupancy(&query).await?.blocks.into_iter();
        let ours = blocks.filter(|block| event_of(block.id).is_some_and(|event| events.contains(&event)));
        Ok(ours.map(|block| (block.id, block)).collect())
    }
}

/// The bits of an id that tell its version and variant (RFC 9562), and those of version 8: a maker's own.
const MARKS: u128 = 0x0000_0000_0000_f000_c000_0000_0000_0000;
const VERSION_8: u128 = 0x0000_0000_0000_8000_8000_0000_0000_0000;
/// The bits of an event's number within an id: those before the variant, without the version.
const EVENT: u64 = 0xffff_ffff_ffff_0fff;

/// The id of an occurrence's block: the number of its event, and a hash of which occurrence it is.
fn block_id(uid: &str, resource: ResourceId, start: i64) -> BlockId {
    let hash =
        Sha256::new().chain_update(resource.uuid()).chain_update(start.to_be_bytes()).chain_update(uid);
    let id = (u128::from(event_number(uid)) << 64) | u128::from(first_bits(&hash.finalize()));
    BlockId::from_uuid(Uuid::from_u128((id & !MARKS) | VERSION_8))
}

/// The number of an event in ids of its blocks.
fn event_number(uid: &str) -> u64 {
    first_bits(&Sha256::digest(uid)) & EVENT
}

/// The number of the event that a block was made from; none for blocks that were not imported.
fn event_of(id: BlockId) -> Option<u64> {
    let bits = id.uuid().as_u128();
    (bits & MARKS == VERSION_8).then_some((bits >> 64) as u64 & EVENT)
}

fn first_bits(hash: &[u8]) -> u64 {
    hash.iter().take(8).fold(0, |bits, byte| (bits << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_its_event_and_nothing_else_does() {
        let (ann, ben) = (ResourceId::from_u64(1), ResourceId::from_u64(2));
        let id = block_id("daily@example", ann, 1_000);
        assert_eq!(event_of(id), Some(event_number("daily@example")));
        assert_eq!(id, block_id("daily@example", ann, 1_000));
        assert_ne!(id, block_id("daily@example", ann, 2_000));
        assert_ne!(id, block_id("daily@example", ben, 1_000));
        assert_ne!(event_of(id), event_of(block_id("weekly@example", ann, 1_000)));
        assert_eq!(id.uuid().get_version_num(), 8);
        assert_eq!(event_of(BlockId::from_u64(7)), None);
        assert_eq!(event_of(BlockId::from_uuid(Uuid::from_u128(0x7000 << 64))), None);
    }
}
