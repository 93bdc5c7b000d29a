//! Months of a resource's calendar, each as it was read.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use booking_core::{
    Block, ClaimRow, DAY, Interval, Occupancy, OccupancyQuery, Occupant, ResourceId, SessionRow, TenantId,
};

use super::FRESH;

/// The seconds of a month: 31 days each, from the Unix epoch.
const MONTH: i64 = 31 * DAY;
/// The last second of the supported years, and the first after it.
const END: i64 = 4_102_444_800;
/// Rows remembered at once, of which a claim takes about 100 bytes; more are read anew each time.
const MOST_ROWS: usize = 500_000;

/// The months that a window touches, counted from the epoch.
pub(super) fn months(window: Interval) -> Range<i64> {
    window.start_second().div_euclid(MONTH)..(window.end_second() - 1).div_euclid(MONTH) + 1
}

/// The first second of a month.
pub(super) fn start(month: i64) -> i64 {
    (month * MONTH).clamp(0, END)
}

/// What occupies a resource in a month. What reaches into it from the month before is told by the first one only when
/// several are put together.
pub(super) type Page = Arc<Occupancy>;

#[derive(Debug)]
struct Kept {
    page: Page,
    /// The present of the question, in seconds: holds that lapse later are in it.
    now: i64,
    asked: Instant,
}

impl Kept {
    fn serves(&self, now: i64) -> bool {
        self.now == now && self.asked.elapsed() < FRESH
    }
}

/// A resource's months. What was read under another generation is not kept: something was written meanwhile.
#[derive(Debug)]
struct Calendar {
    generation: u64,
    months: HashMap<i64, Kept>,
    turn: Turn,
}

/// Who reads a calendar has this: others wait, and look again.
pub(super) type Turn = Arc<tokio::sync::Mutex<()>>;

/// Months that are not remembered.
#[derive(Debug)]
pub(super) struct Missing {
    /// Under which they may be read.
    pub(super) generation: u64,
    pub(super) turn: Turn,
}

/// All that is remembered.
#[derive(Debug, Default)]
pub(super) struct Pages(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    tenants: HashMap<TenantId, HashMap<ResourceId, Calendar>>,
    rows: usize,
    /// The last generation given: none is ever given twice, also after a calendar was dropped.
    last: u64,
}

impl Pages {
    // Nothing is left half done by a panic while the lock is held.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// These months of a resource, or how they may be read.
    pub(super) fn find(
        &self,
        tenant: TenantId,
        resource: ResourceId,
        months: &Range<i64>,
        now: i64,
    ) -> Result<Vec<Page>, Missing> {
        let mut state = self.lock();
        state.make_room(1);
        let State { tenants, rows, last } = &mut *state;
        let calendar = tenants.entry(tenant).or_default().entry(resource).or_insert_with(|| {
            *last += 1;
            *rows += 1;
            Calendar { generation: *last, months: HashMap::new(), turn: Turn::default() }
        });
        let kept =
            |month| calendar.months.get(&month).filter(|kept| kept.serves(now)).map(|kept| kept.page.clone());
        let found = months.clone().map(kept).collect::<Option<Vec<_>>>();
        found.ok_or_else(|| Missing { generation: calendar.generation, turn: Arc::clone(&calendar.turn) })
    }

    /// Remembers months that were read, unless something was written since.
    pub(super) fn keep(
        &self,
        tenant: TenantId,
        resource: ResourceId,
        generation: u64,
        now: i64,
        asked: Instant,
        pages: &[(i64, Page)],
    ) {
        let more: usize = pages.iter().map(|(_, page)| size(page)).sum();
        let mut state = self.lock();
        if more > MOST_ROWS {
            return;
        }
        state.make_room(more);
        let calendars = state.tenants.get_mut(&tenant);
        let calendar = calendars.and_then(|calendars| calendars.get_mut(&resource));
        let Some(calendar) = calendar.filter(|calendar| calendar.generation == generation) else { return };
        let mut replaced = 0;
        for (month, page) in pages {
            let kept = Kept { page: page.clone(), now, asked };
            replaced += calendar.months.insert(*month, kept).map_or(0, |old| size(&old.page));
        }
        state.rows = state.rows + more - replaced;
    }

    pub(super) fn forget(&self, tenant: TenantId, resource: ResourceId) {
        let mut state = self.lock();
        let gone = state.tenants.get_mut(&tenant).and_then(|calendars| calendars.remove(&resource));
        state.rows -= gone.map_or(0, |calendar| calendar.rows());
    }

    pub(super) fn forget_tenant(&self, tenant: TenantId) {
        let mut state = self.lock();
        let gone = state.tenants.remove(&tenant);
        state.rows -= gone.map_or(0, |calendars| calendars.values().map(Calendar::rows).sum());
    }

    pub(super) fn forget_everything(&self) {
        let mut state = self.lock();
        state.tenants.clear();
        state.rows = 0;
    }
}

impl Calendar {
    /// A calendar without months takes memory too.
    fn rows(&self) -> usize {
        1 + self.months.values().map(|kept| size(&kept.page)).sum::<usize>()
    }
}

impl State {
    /// Makes room for rows: drops what serves nobody any more, and everything where that is not enough.
    fn make_room(&mut self, more: usize) {
        if self.rows + more <= MOST_ROWS {
            return;
        }
        for calendars in self.tenants.values_mut() {
            for calendar in calendars.values_mut() {
                calendar.months.retain(|_, kept| kept.asked.elapsed() < FRESH);
            }
            calendars.retain(|_, calendar| !calendar.months.is_empty());
        }
        self.tenants.retain(|_, calendars| !calendars.is_empty());
        self.rows = self.tenants.values().flat_map(HashMap::values).map(Calendar::rows).sum();
        if self.rows + more > MOST_ROWS {
            self.tenants.clear();
            self.rows = 0;
        }
    }
}

/// An empty month takes memory too.
fn size(page: &Occupancy) -> usize {
    1 + page.claims.len() + page.blocks.len() + page.sessions.len()
}

/// When a claim begins to block, and from when on it does not any more.
fn blocked(row: &ClaimRow) -> (i64, i64) {
    let claim = &row.claim;
    (claim.interval.start_second() - claim.before, claim.interval.end_second() + claim.after)
}

fn whole(block: &Block) -> (i64, i64) {
    (block.interval.start_second(), block.interval.end_second())
}

/// The months of one resource out of an answer for several.
pub(super) fn split(read: &Occupancy, resource: ResourceId, months: &Range<i64>) -> Vec<(i64, Page)> {
    let page = |month: i64| {
        let meets = |(from, until): (i64, i64)| from < start(month + 1) && start(month) < until;
        let claims = read.claims.iter().filter(|row| row.claim.resource == resource && meets(blocked(row)));
        let blocks = read.blocks.iter().filter(|block| block.resource == resource && meets(whole(block)));
        let claims: Vec<ClaimRow> = claims.copied().collect();
        let sessions = sessions_of(&claims, &read.sessions);
        let capacities = read.capacities.iter().filter(|(id, _)| *id == resource).copied().collect();
        Arc::new(Occupancy { claims, blocks: blocks.cloned().collect(), sessions, capacities })
    };
    months.clone().map(|month| (month, page(month))).collect()
}

fn sessions_of(claims: &[ClaimRow], sessions: &[SessionRow]) -> Vec<SessionRow> {
    let ids: HashSet<_> = claims
        .iter()
        .filter_map(|row| match row.by {
            Occupant::Session(id) => Some(id),
            Occupant::Booking(_) => None,
        })
        .collect();
    sessions.iter().filter(|row| ids.contains(&row.session.id)).cloned().collect()
}

/// The answer to a question out of the months of its resources.
pub(super) fn assemble(pages: &[Page], query: &OccupancyQuery) -> Occupancy {
    let (from, until) = (query.window.start_second(), query.window.end_second());
    let first = months(query.window).start;
    let mut answer = Occupancy::default();
    // A resource's months follow each other: what spans two of them is taken from the first.
    let each = (months(query.window).end - first).unsigned_abs() as usize;
    for (index, page) in pages.iter().enumerate() {
        let place = index % each.max(1);
        let begin = if place == 0 { i64::MIN } else { start(first + place as i64) };
        let takes = |(start, end): (i64, i64)| start < until && from < end && begin <= start;
        answer.claims.extend(page.claims.iter().filter(|row| takes(blocked(row))));
        answer.blocks.extend(page.blocks.iter().filter(|block| takes(whole(block))).cloned());
        if place == 0 {
            answer.capacities.extend(page.capacities.iter().copied());
        }
    }
    let mut sessions: Vec<SessionRow> = pages.iter().flat_map(|page| page.sessions.iter().cloned()).collect();
    sessions.sort_unstable_by_key(|row| row.session.id);
    sessions.dedup_by_key(|row| row.session.id);
    answer.sessions = sessions_of(&answer.claims, &sessions);
    answer.capacities.sort_unstable();
    answer.capacities.dedup();
    answer
}
