//! One zone: which offset its wall clock has at an instant.

use std::fmt;
use std::sync::Arc;

use super::id::ZoneId;
use super::local::Segment;

/// The first instant the tables cover, 1969-01-01: a year early, for readings around the first supported midnight.
pub(super) const TABLE_START: i64 = -31_536_000;
/// The end of what the tables cover, 2101-01-01.
pub(super) const TABLE_END: i64 = 4_133_980_800;

/// One time zone's offsets from 1969 to the end of 2100; clones share the table.
///
/// Instants are seconds since the Unix epoch; a *local* second is a wall-clock reading counted as if the clock showed
/// UTC (see [`civil`](super::civil)). Every method takes any `i64`: outside the table the first or last offset goes on.
///
/// ```
/// use booking_core::{ZoneId, Zones};
///
/// let zone = Zones::bundled().zone(&ZoneId::new("Asia/Kathmandu")?)?;
/// assert_eq!(zone.offset_at(1_767_225_600), 5 * 3_600 + 45 * 60);
/// # Ok::<(), booking_core::Invalid>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Zone(Arc<Table>);

#[derive(PartialEq, Eq)]
struct Table {
    id: ZoneId,
    version: Arc<str>,
    transitions: Box<[Transition]>,
    segments: Box<[Segment]>,
}

/// A change of a zone's offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    at: i64,
    before: i32,
    after: i32,
}

impl Transition {
    /// The first instant of the new offset, in seconds since the Unix epoch.
    pub const fn at(self) -> i64 {
        self.at
    }

    /// The offset until then, in seconds east of UTC.
    pub const fn before(self) -> i32 {
        self.before
    }

    /// The offset from then on, in seconds east of UTC; never the same as before.
    pub const fn after(self) -> i32 {
        self.after
    }
}

impl Zone {
    /// A table from the offset at its start and the changes after it, sorted by time. What lies outside the covered
    /// years and what changes nothing is left out.
    pub(super) fn from_changes(id: ZoneId, version: Arc<str>, first: i32, changes: &[(i64, i32)]) -> Self {
        let mut initial = first;
        let mut transitions: Vec<Transition> = Vec::with_capacity(changes.len());
        let mut offset = first;
        for &(at, after) in changes.iter().take_while(|change| change.0 < TABLE_END) {
            if at <= TABLE_START {
                initial = after;
            } else if after != offset {
                transitions.push(Transition { at, before: offset, after });
            }
            offset = after;
        }
        let segments = Segment::table(initial, &transitions);
        let transitions = transitions.into_boxed_slice();
        Self(Arc::new(Table { id, version, transitions, segments }))
    }

    /// The zone's name.
    pub fn id(&self) -> &ZoneId {
        &self.0.id
    }

    /// The version of the data behind this zone, like `2026f`; to be stored with every booking.
    pub fn version(&self) -> &str {
        &self.0.version
    }

    /// Every change of the offset, in order, from 1969 to the end of 2100.
    pub fn transitions(&self) -> &[Transition] {
        &self.0.transitions
    }

    /// The offset at an instant, in seconds east of UTC.
    pub fn offset_at(&self, second: i64) -> i32 {
        self.0.segments[self.segment_at(second)].offset
    }

    /// The wall clock's reading at an instant, in local seconds.
    pub fn to_local(&self, second: i64) -> i64 {
        second.saturating_add(i64::from(self.offset_at(second)))
    }

    pub(super) fn segment_at(&self, second: i64) -> usize {
        // The segments are one more than the transitions between them.
        self.0.transitions.partition_point(|transition| transition.at <= second)
    }

    pub(super) fn segments(&self) -> &[Segment] {
        &self.0.segments
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({}, {})", self.0.id, self.0.version)
    }
}
