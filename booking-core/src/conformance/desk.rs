//! A store under test, one tenant of it, and its clock.

use std::sync::Barrier;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use super::suite::{Subject, Suite};
use super::words::{at, booking_id, command, outcome, resource, span};
use super::world::{Business, RESOURCES, World};
use crate::booking::{Booking, Event, WaitlistEntry};
use crate::reason::Occupant;
use crate::store::{
    Action, AnyStore, BookingFilter, BookingStore, Command, CommitError, Committed, IdempotencyKey,
    Occupancy, OccupancyQuery, Offer, Placement, StoreError, WaitingQuery,
};
use crate::{BookingId, EntryId, SessionId, TenantId};

/// The end of the window that readers of everything look at, in seconds after the start of the rule.
pub(super) const FAR: i64 = 1_000_000;

/// Where a rule stands: it commits and reads at its own pace, and its time never runs backwards.
pub(super) struct Desk<'s> {
    pub(super) suite: &'s Suite,
    pub(super) tenant: TenantId,
    subject: Subject,
    now: AtomicI64,
    /// The number of the last event that is accounted for.
    seen: AtomicU64,
}

impl<'s> Desk<'s> {
    /// Resources 1 to 20 have one unit each.
    pub(super) fn new(suite: &'s Suite) -> Self {
        Self::of(suite, vec![Business::new()])
    }

    /// The same where resource 1 has this many units.
    pub(super) fn with_units(suite: &'s Suite, units: u32) -> Self {
        Self::of(suite, vec![Business::with_units(units)])
    }

    /// Stands in the first of these businesses.
    pub(super) fn of(suite: &'s Suite, businesses: Vec<Business>) -> Self {
        let tenant = businesses.first().map_or(TenantId::SINGLE, |business| business.tenant);
        let subject = suite.set_up(World { businesses });
        let desk = Self { suite, tenant, subject, now: AtomicI64::new(i64::MIN), seen: AtomicU64::new(0) };
        desk.at(0);
        desk
    }

    pub(super) fn store(&self) -> &AnyStore {
        self.subject.store()
    }

    /// Lets time pass until this second.
    pub(super) fn at(&self, now: i64) -> &Self {
        let before = self.now.swap(now, Ordering::SeqCst);
        assert!(before <= now, "a rule's time ran backwards: {before}, {now}");
        if before != now
            && let Some(stop) = self.subject.stop_clock(at(now))
        {
            self.suite.wait(stop);
        }
        self
    }

    pub(super) fn now(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }

    /// The present in seconds since the Unix epoch.
    pub(super) fn now_second(&self) -> i64 {
        at(self.now()).timestamp()
    }

    /// Waits for an answer of the store, which must not fail.
    pub(super) fn read<T: Send>(&self, answer: impl Future<Output = Result<T, StoreError>> + Send) -> T {
        self.suite.wait(answer).expect("a read of a store that works")
    }

    /// Commits as it is, without a look at what became of it.
    pub(super) fn send(&self, command: &Command) -> Result<Committed, CommitError> {
        self.suite.wait(self.store().commit(command))
    }

    /// Commits. Whatever is refused must not show in the feed.
    pub(super) fn run(&self, command: &Command) -> Result<Committed, CommitError> {
        let answer = self.send(command);
        let events = self.events(self.seen.load(Ordering::SeqCst));
        if let Err(error) = &answer {
            assert!(events.is_empty(), "refused ({error}), and yet in the feed: {events:?}");
        }
        if let Some(last) = events.last() {
            self.seen.store(last.sequence, Ordering::SeqCst);
        }
        answer
    }

    pub(super) fn command(&self, action: Action) -> Command {
        command(self.tenant, self.now(), action)
    }

    pub(super) fn act(&self, now: i64, action: Action) -> Result<Committed, CommitError> {
        self.at(now).run(&self.command(action))
    }

    /// Commits what must be accepted.
    #[track_caller]
    pub(super) fn did(&self, now: i64, action: Action) -> Committed {
        accepted(self.act(now, action))
    }

    /// Makes one booking, which must be accepted.
    #[track_caller]
    pub(super) fn placed(&self, now: i64, placement: Placement) -> Booking {
        let mut done = accepted(self.act(now, Action::Place(vec![placement])));
        assert_eq!(done.bookings.len(), 1, "one booking was asked for");
        done.bookings.remove(0)
    }

    pub(super) fn with_key(
        &self,
        now: i64,
        key: &IdempotencyKey,
        action: Action,
    ) -> Result<Committed, CommitError> {
        self.at(now).run(&Command { key: Some(key.clone()), ..self.command(action) })
    }

    /// Commits with offers, which must be accepted; the offers made.
    #[track_caller]
    pub(super) fn offering(&self, now: i64, action: Action, offers: Vec<Offer>) -> Vec<Booking> {
        let command = Command { offers, ..self.at(now).command(action) };
        accepted(self.run(&command)).offers
    }

    /// Runs steps in order and compares how each ends.
    #[track_caller]
    pub(super) fn check(&self, steps: Vec<(i64, Action, &str)>) {
        for (index, (now, action, expected)) in steps.into_iter().enumerate() {
            let told = format!("{action:?}");
            assert_eq!(outcome(&self.act(now, action)), expected, "step {index} at {now}: {told}");
        }
    }

    /// Sends all at the same moment, each from a thread of its own.
    pub(super) fn race(&self, commands: &[Command]) -> Vec<Result<Committed, CommitError>> {
        let barrier = Barrier::new(commands.len());
        std::thread::scope(|scope| {
            let threads: Vec<_> = commands
                .iter()
                .map(|command| {
                    scope.spawn(|| {
                        barrier.wait();
                        self.send(command)
                    })
                })
                .collect();
            let joined = threads.into_iter().map(|thread| thread.join().expect("no commit panics"));
            joined.collect()
        })
    }
}

/// What a rule looks at.
impl Desk<'_> {
    #[track_caller]
    pub(super) fn booking(&self, id: u64) -> Booking {
        let found = self.read(self.store().booking(self.tenant, booking_id(id)));
        found.expect("a booking that was made can be read")
    }

    #[track_caller]
    pub(super) fn entry(&self, id: u64) -> WaitlistEntry {
        let found = self.read(self.store().entry(self.tenant, EntryId::from_u64(id)));
        found.expect("an entry that was made can be read")
    }

    pub(super) fn events(&self, after: u64) -> Vec<Event> {
        self.read(self.store().events(self.tenant, after, 1_000))
    }

    pub(super) fn history(&self, id: u64) -> Vec<Event> {
        self.read(self.store().history(self.tenant, booking_id(id)))
    }

    /// What occupies all resources, whenever.
    pub(super) fn occupancy(&self, ignoring: Option<u64>) -> Occupancy {
        self.occupancy_in(0, FAR, ignoring)
    }

    pub(super) fn occupancy_in(&self, from: i64, until: i64, ignoring: Option<u64>) -> Occupancy {
        let query = OccupancyQuery {
            tenant: self.tenant,
            resources: (1..=RESOURCES).map(resource).collect(),
            window: span(from, until),
            now: self.now_second(),
            ignoring: ignoring.map(booking_id),
        };
        self.read(self.store().occupancy(&query))
    }

    /// What occupies anything in a window, sorted, once a claim.
    pub(super) fn occupants(&self, from: i64, until: i64, ignoring: Option<u64>) -> Vec<Occupant> {
        let occupancy = self.occupancy_in(from, until, ignoring);
        let mut found: Vec<_> = occupancy.claims.iter().map(|row| row.by).collect();
        found.sort_unstable();
        found
    }

    /// The live sessions and the seats taken in them.
    pub(super) fn taken(&self) -> Vec<(SessionId, u32)> {
        let sessions = self.occupancy(None).sessions;
        let mut rows: Vec<_> = sessions.iter().map(|row| (row.session.id, row.taken)).collect();
        rows.sort_unstable();
        rows
    }

    /// The ids of the bookings that a filter finds at the present, and whether there are more.
    pub(super) fn listed(&self, filter: &BookingFilter) -> (Vec<u64>, bool) {
        let filter = BookingFilter { now: self.now_second(), ..filter.clone() };
        let page = self.read(self.store().bookings(self.tenant, &filter));
        (numbers(page.items.iter().map(|booking| booking.id)), page.more)
    }

    /// Who is in line and has no offer.
    pub(super) fn waiting(&self) -> Vec<u64> {
        let (tenant, now) = (self.tenant, self.now_second());
        let query = WaitingQuery { tenant, window: span(0, FAR), now, limit: 100 };
        let entries = self.read(self.store().waiting(&query));
        entries.iter().filter_map(|entry| entry.id.to_u64()).collect()
    }
}

/// Everything of all states.
pub(super) fn all() -> BookingFilter {
    BookingFilter { limit: 1_000, ..BookingFilter::default() }
}

/// The suite's small numbers behind ids.
pub(super) fn numbers(ids: impl IntoIterator<Item = BookingId>) -> Vec<u64> {
    ids.into_iter().filter_map(BookingId::to_u64).collect()
}

#[track_caller]
pub(super) fn accepted(answer: Result<Committed, CommitError>) -> Committed {
    let told = outcome(&answer);
    assert_eq!(told, "ok");
    answer.expect("it was just seen to be accepted")
}

/// The error of what must be refused.
#[track_caller]
pub(super) fn refused(answer: Result<Committed, CommitError>) -> CommitError {
    answer.expect_err("what breaks a rule is refused")
}
