//! The one answer that is written by hand: slots without candidates.
//!
//! Computing a month of slots takes about a microsecond; encoding it the usual way would take a hundred. So every slot
//! is the same template, copied and then patched: the date changes once a day, the offset at a transition, and only the
//! times of day differ. They are written into the copy: a template just written to would have to be waited for.
//! `tests` compares it byte for byte with the derived [`SlotList`](super::slot::SlotList).

use booking_core::Zone;
use booking_core::time::civil::{DAY, second_of_day};

use super::digits::{BLANK, STAMP, put_date, put_offset, put_time, shown_offset};
use super::id::ServiceRef;

const START: &[u8] = b"{\"start\":\"";
const END: &[u8] = b"\",\"end\":\"";
const CLOSE: &[u8] = b"\"},";
const START_AT: usize = START.len();
const END_AT: usize = START_AT + STAMP + END.len();
const SIZE: usize = END_AT + STAMP + CLOSE.len();

/// A stamp that remembers what it shows, so that only what differs is written.
struct Stamp<'a> {
    zone: &'a Zone,
    /// The offset in force, and until when.
    offset: i64,
    until: i64,
    /// The second at which the date shown begins, by that offset.
    midnight: i64,
}

/// No second lies within a day of it: the date has to be written.
const NO_DATE: i64 = i64::MIN / 2;

impl<'a> Stamp<'a> {
    fn new(zone: &'a Zone) -> Self {
        Self { zone, offset: 0, until: i64::MIN, midnight: NO_DATE }
    }

    /// Brings date and offset up to a second that is not before the last one; answers its second of the day.
    #[inline]
    fn turn(&mut self, out: &mut [u8], second: i64) -> i64 {
        let of_day = second - self.midnight;
        if second < self.until && (0..DAY).contains(&of_day) { of_day } else { self.turn_page(out, second) }
    }

    #[cold]
    fn turn_page(&mut self, out: &mut [u8], second: i64) -> i64 {
        if second >= self.until {
            self.turn_offset(out, second);
        }
        let local = second + self.offset;
        put_date(out, local);
        let of_day = second_of_day(local);
        self.midnight = second - of_day;
        of_day
    }

    /// Looks up the offset at a second, and when it ends.
    fn turn_offset(&mut self, out: &mut [u8], second: i64) {
        let transitions = self.zone.transitions();
        let next = transitions.partition_point(|change| change.at() <= second);
        self.until = transitions.get(next).map_or(i64::MAX, |change| change.at());
        let offset = shown_offset(self.zone.offset_at(second));
        put_offset(out, offset);
        self.offset = i64::from(offset);
    }
}

/// The answer for these starts, which ascend.
pub(crate) fn write(
    service: ServiceRef,
    zone: &Zone,
    length: i64,
    starts: impl ExactSizeIterator<Item = i64>,
) -> Vec<u8> {
    let head = format!("{{\"service\":\"{service}\",\"zone\":\"{}\",\"slots\":[", zone.id());
    let mut out = Vec::with_capacity(head.len() + starts.len() * SIZE + 2);
    out.extend_from_slice(head.as_bytes());
    let mut slot = template();
    let (mut start_stamp, mut end_stamp) = (Stamp::new(zone), Stamp::new(zone));
    let empty = out.len();
    for start in starts {
        let start_time = start_stamp.turn(&mut slot[START_AT..START_AT + STAMP], start);
        let end_time = end_stamp.turn(&mut slot[END_AT..END_AT + STAMP], start + length);
        out.extend_from_slice(&slot);
        if let Some(copy) = out.last_chunk_mut::<SIZE>() {
            put_time(&mut copy[START_AT..START_AT + STAMP], start_time);
            put_time(&mut copy[END_AT..END_AT + STAMP], end_time);
        }
    }
    if out.len() > empty {
        // The last slot has no comma behind it.
        out.pop();
    }
    out.extend_from_slice(b"]}");
    out
}

fn template() -> [u8; SIZE] {
    let mut slot = [0; SIZE];
    let parts = [START, &BLANK, END, &BLANK, CLOSE];
    let mut at = 0;
    for part in parts {
        slot[at..at + part.len()].copy_from_slice(part);
        at += part.len();
    }
    slot
}

#[cfg(test)]
mod tests {
    use booking_core::{ServiceId, ZoneId, Zones};

    use super::super::id::WireId;
    use super::super::slot::{Slot, SlotList};
    use super::super::time::Local;
    use super::*;

    fn derived(zone: &Zone, length: i64, starts: &[i64]) -> Vec<u8> {
        let slot = |start: &i64| Slot {
            start: Local::new(*start, zone),
            end: Local::new(start + length, zone),
            left: None,
            candidates: None,
        };
        let slots = SlotList {
            service: WireId(ServiceId::from_u64(7)),
            zone: zone.id().to_string(),
            slots: starts.iter().map(slot).collect(),
        };
        serde_json::to_vec(&slots).expect("slots are plain values")
    }

    fn same(zone: &Zone, length: i64, starts: &[i64]) {
        let written = write(WireId(ServiceId::from_u64(7)), zone, length, starts.iter().copied());
        let derived = derived(zone, length, starts);
        assert!(
            written == derived,
            "{zone:?}\n{}\n{}",
            String::from_utf8_lossy(&written),
            String::from_utf8_lossy(&derived)
        );
    }

    #[test]
    fn every_transition_of_every_zone_is_written_as_serde_writes_it() {
        let zones = Zones::bundled();
        for name in zones.names() {
            let zone = zones.zone(&name).expect("a bundled zone");
            for change in zone.transitions().iter().filter(|change| change.at() >= 100_000) {
                let starts: Vec<i64> = (-6..=6).map(|step| change.at() + step * 1_801).collect();
                same(&zone, 2_700, &starts);
            }
        }
    }

    #[test]
    fn all_of_time_is_written_as_serde_writes_it() {
        let zones = Zones::bundled();
        for name in ["UTC", "Africa/Monrovia", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia"] {
            let zone = zones.zone(&ZoneId::new(name).expect("a zone")).expect("a bundled zone");
            let starts: Vec<i64> = (0..4_000).map(|step| step * 1_000_003).collect();
            same(&zone, 86_400, &starts);
            same(&zone, 1, &[0]);
            same(&zone, 60, &[]);
        }
    }
}
