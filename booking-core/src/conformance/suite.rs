//! The store under test and how it is reached, whatever its type and its runtime.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

use chrono::{DateTime, Utc};

use super::World;
use crate::store::{AnyStore, BookingStore, Catalog};

/// A future that the `block_on` of [`conformance!`](crate::conformance!) runs to its end.
pub type Task<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Stops the clock of a store at an instant.
type StopClock = Box<dyn Fn(DateTime<Utc>) -> Task<'static> + Send + Sync>;

/// What a rule is given: a way to set up a store, and a way to wait for it. Made by
/// [`conformance!`](crate::conformance!); a test of one rule alone may make it by hand.
///
/// ```
/// use booking_core::MemoryStore;
/// use booking_core::conformance::{Suite, World, capacity};
///
/// fn set_up(world: World) -> MemoryStore {
///     let store = MemoryStore::new();
///     for business in world.businesses {
///         for service in business.services {
///             store.add_service(business.tenant, service);
///         }
///         for resource in business.resources {
///             store.add_resource(business.tenant, resource);
///         }
///     }
///     store
/// }
///
/// let suite = Suite::new(set_up, |task| booking_core::conformance::block_on(task));
/// capacity::one_unit_refuses_overlap_and_accepts_touching(&suite);
/// ```
pub struct Suite {
    set_up: Box<dyn Fn(World) -> Subject + Send + Sync>,
    wait: Box<dyn Fn(Task<'_>) + Send + Sync>,
    seed: Option<u64>,
}

impl Suite {
    /// From what sets up a store with a world in it, and what runs a future to its end. The latter is called from many
    /// threads at once.
    pub fn new<S: Into<Subject>>(
        set_up: impl Fn(World) -> S + Send + Sync + 'static,
        wait: impl Fn(Task<'_>) + Send + Sync + 'static,
    ) -> Self {
        Self { set_up: Box::new(move |world| set_up(world).into()), wait: Box::new(wait), seed: None }
    }

    /// Runs the random rules with this seed only, instead of those they always run with: to replay a failure, or to look
    /// for more of them.
    pub fn with_seed(mut self, seed: Option<u64>) -> Self {
        self.seed = seed;
        self
    }

    /// The seed that was given.
    pub fn seed(&self) -> Option<u64> {
        self.seed
    }

    pub(super) fn set_up(&self, world: World) -> Subject {
        (self.set_up)(world)
    }

    /// Waits for a future.
    pub(super) fn wait<T: Send>(&self, future: impl Future<Output = T> + Send) -> T {
        let mut answer = None;
        (self.wait)(Box::pin(async { answer = Some(future.await) }));
        answer.expect("`block_on` runs a future to its end")
    }
}

impl fmt::Debug for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Suite")
    }
}

/// A store that was set up for one rule. Anything that is a [`Catalog`] and a [`BookingStore`] becomes one by itself; a
/// store that judges by its own clock, or one that needs something kept alive, says so here.
pub struct Subject {
    // Dropped in this order: first the store, then what it stands on.
    store: AnyStore,
    stop_clock: Option<StopClock>,
    kept: Vec<Box<dyn Any + Send + Sync>>,
}

impl Subject {
    /// A store that judges deadlines by the `now` of each command.
    pub fn new(store: impl Catalog + BookingStore + 'static) -> Self {
        Self { store: AnyStore::new(store), stop_clock: None, kept: Vec::new() }
    }

    /// For a store that judges deadlines by a clock of its own: stops that clock at an instant, until the next call.
    ///
    /// The suite calls it before the first command and whenever its time moves on, never backwards, and sends every
    /// command with the same `now`. The clock must stand still in between: rules ask one second before a deadline and at
    /// it, however long the machine takes.
    pub fn with_clock<F>(mut self, stop_at: impl Fn(DateTime<Utc>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.stop_clock = Some(Box::new(move |now| Box::pin(stop_at(now))));
        self
    }

    /// Keeps something as long as the store: a temporary folder, a database that is dropped at the end.
    pub fn keeping(mut self, kept: impl Any + Send + Sync) -> Self {
        self.kept.push(Box::new(kept));
        self
    }

    pub(super) fn store(&self) -> &AnyStore {
        &self.store
    }

    /// Moves the store's own clock, if it has one.
    pub(super) fn stop_clock(&self, now: DateTime<Utc>) -> Option<Task<'static>> {
        self.stop_clock.as_ref().map(|stop_at| stop_at(now))
    }
}

impl<S: Catalog + BookingStore + 'static> From<S> for Subject {
    fn from(store: S) -> Self {
        Self::new(store)
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Subject")
    }
}
