//! What a business offers, as it was read: services and resources, for less than a second.
//!
//! What is read again after that is mostly what it was. The same text is then the same value, in the same place of memory:
//! nothing is validated anew, and the engine finds the compiled hours of resources by their place.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use booking_core::{Resource, ResourceId, Service, ServiceId, StoreError, Tag, TenantId};
use serde::de::DeserializeOwned;

use super::FRESH;
use super::pages::Turn;

/// What is remembered at once of each kind, of all tenants together: answers, and what they name. Each takes some 50 bytes.
const MOST: usize = 200_000;
/// Bytes of text whose values are known at once. A value takes a few times as much.
const MOST_TEXT: usize = 16 << 20;

/// Which resources a service asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Pool {
    Ids(Vec<ResourceId>),
    Tag(Tag),
}

/// The memory of a process.
#[derive(Debug, Default)]
pub(crate) struct Offered {
    pub(crate) services: Answers<ServiceId, Option<Arc<Service>>>,
    pub(crate) pools: Answers<Pool, Vec<Arc<Resource>>>,
    pub(crate) known_services: Known<Service>,
    pub(crate) known_resources: Known<Resource>,
}

impl Offered {
    /// Something was written: what is being read meanwhile is not remembered.
    pub(super) fn forget(&self, tenant: TenantId) {
        self.services.forget(tenant);
        self.pools.forget(tenant);
    }

    pub(super) fn forget_everything(&self) {
        self.services.forget_everything();
        self.pools.forget_everything();
    }
}

/// How much of the memory something takes.
pub(crate) trait Size {
    fn size(&self) -> usize;
}

impl Size for ServiceId {
    fn size(&self) -> usize {
        1
    }
}

impl Size for Option<Arc<Service>> {
    fn size(&self) -> usize {
        1
    }
}

impl Size for Pool {
    fn size(&self) -> usize {
        match self {
            Self::Ids(ids) => 1 + ids.len(),
            Self::Tag(_) => 2,
        }
    }
}

impl Size for Vec<Arc<Resource>> {
    fn size(&self) -> usize {
        1 + self.len()
    }
}

/// Answers to one kind of question, by tenant.
#[derive(Debug)]
pub(crate) struct Answers<K, V>(Mutex<State<K, V>>);

#[derive(Debug)]
struct State<K, V> {
    tenants: HashMap<TenantId, Shelf<K, V>>,
    /// A shelf counts too: nothing may be on it.
    size: usize,
    /// The last generation given: none is ever given twice, also after a shelf was cleared.
    last: u64,
}

/// A tenant's answers. What was read under another generation is not kept: something was written meanwhile.
#[derive(Debug)]
struct Shelf<K, V> {
    generation: u64,
    kept: HashMap<K, Entry<V>>,
}

/// What is or was remembered, and who reads it.
#[derive(Debug)]
struct Entry<V> {
    turn: Turn,
    value: Option<(V, Instant)>,
}

impl<V> Default for Entry<V> {
    fn default() -> Self {
        Self { turn: Turn::default(), value: None }
    }
}

/// How an answer that is not remembered may be read.
struct Missing {
    generation: u64,
    turn: Turn,
}

impl<K, V> Default for Answers<K, V> {
    fn default() -> Self {
        Self(Mutex::new(State { tenants: HashMap::new(), size: 0, last: 0 }))
    }
}

impl<K: Size, V: Size> State<K, V> {
    fn clear(&mut self) {
        self.tenants.clear();
        self.size = 0;
    }

    /// Makes room: drops what serves nobody any more, and everything where that is not enough.
    fn make_room(&mut self, more: usize) {
        if self.size + more <= MOST {
            return;
        }
        for shelf in self.tenants.values_mut() {
            shelf.kept.retain(|_, entry| entry.fresh().is_some());
        }
        self.tenants.retain(|_, shelf| !shelf.kept.is_empty());
        self.size = self.tenants.values().map(Shelf::size).sum();
        if self.size + more > MOST {
            self.clear();
        }
    }
}

impl<K: Size, V: Size> Shelf<K, V> {
    fn size(&self) -> usize {
        1 + self.kept.iter().map(|(key, entry)| key.size() + entry.size()).sum::<usize>()
    }
}

impl<V> Entry<V> {
    fn fresh(&self) -> Option<&V> {
        self.value.as_ref().filter(|(_, asked)| asked.elapsed() < FRESH).map(|(value, _)| value)
    }
}

impl<V: Size> Entry<V> {
    fn size(&self) -> usize {
        self.value.as_ref().map_or(0, |(value, _)| value.size())
    }
}

impl<K: Size, V: Size> Answers<K, V> {
    // Nothing is left half done by a panic while the lock is held.
    fn lock(&self) -> MutexGuard<'_, State<K, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget(&self, tenant: TenantId) {
        let mut state = self.lock();
        let gone = state.tenants.remove(&tenant);
        state.size -= gone.map_or(0, |shelf| shelf.size());
    }

    fn forget_everything(&self) {
        self.lock().clear();
    }
}

impl<K: Hash + Eq + Clone + Size, V: Clone + Size> Answers<K, V> {
    /// What is remembered, or else what is read. Who asks for what another reads waits for it, but not for one who cannot
    /// read.
    pub(crate) async fn get<F>(&self, tenant: TenantId, key: K, read: F) -> Result<V, StoreError>
    where
        F: Future<Output = Result<V, StoreError>>,
    {
        let mut missing = match self.find(tenant, &key) {
            Ok(value) => return Ok(value),
            Err(missing) => missing,
        };
        let mut mine = Arc::clone(&missing.turn).try_lock_owned().ok();
        if mine.is_none() {
            drop(missing.turn.lock().await);
            missing = match self.find(tenant, &key) {
                Ok(value) => return Ok(value),
                Err(missing) => missing,
            };
            mine = Arc::clone(&missing.turn).try_lock_owned().ok();
        }
        let asked = Instant::now();
        let value = read.await?;
        self.keep(tenant, &key, missing.generation, asked, value.clone());
        drop(mine);
        Ok(value)
    }

    fn find(&self, tenant: TenantId, asked: &K) -> Result<V, Missing> {
        let mut state = self.lock();
        let known = state.tenants.get(&tenant).and_then(|answers| answers.kept.get(asked));
        if let Some(value) = known.and_then(Entry::fresh) {
            return Ok(value.clone());
        }
        state.make_room(1 + asked.size());
        let State { tenants, last, size } = &mut *state;
        let answers = tenants.entry(tenant).or_insert_with(|| {
            *last += 1;
            *size += 1;
            Shelf { generation: *last, kept: HashMap::new() }
        });
        let entry = answers.kept.entry(asked.clone()).or_insert_with(|| {
            *size += asked.size();
            Entry::default()
        });
        Err(Missing { generation: answers.generation, turn: Arc::clone(&entry.turn) })
    }

    /// Remembers what was read, unless something was written since.
    fn keep(&self, tenant: TenantId, key: &K, generation: u64, asked: Instant, value: V) {
        let mut state = self.lock();
        state.make_room(value.size());
        let State { tenants, size, .. } = &mut *state;
        let answers = tenants.get_mut(&tenant).filter(|answers| answers.generation == generation);
        let Some(entry) = answers.and_then(|answers| answers.kept.get_mut(key)) else { return };
        *size = *size + value.size() - entry.size();
        entry.value = Some((value, asked));
    }
}

/// Values by the text that they were read from.
#[derive(Debug)]
pub(crate) struct Known<T>(Mutex<Texts<T>>);

#[derive(Debug)]
struct Texts<T> {
    values: HashMap<Box<str>, Arc<T>>,
    bytes: usize,
}

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self(Mutex::new(Texts { values: HashMap::new(), bytes: 0 }))
    }
}

impl<T: DeserializeOwned> Known<T> {
    /// The value of a text: the same for the same text, as long as there is room.
    pub(crate) fn parse(&self, text: &str) -> Result<Arc<T>, serde_json::Error> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().values.get(text) {
            return Ok(Arc::clone(known));
        }
        let value: Arc<T> = Arc::new(serde_json::from_str(text)?);
        let mut known = lock();
        if known.bytes + text.len() > MOST_TEXT {
            known.values.clear();
            known.bytes = 0;
        }
        // Another may have read the same meanwhile: all are to have one value.
        let Texts { values, bytes } = &mut *known;
        let shared = values.entry(text.into()).or_insert_with(|| {
            *bytes += text.len();
            value
        });
        Ok(Arc::clone(shared))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: TenantId = TenantId::SINGLE;

    impl Size for u32 {
        fn size(&self) -> usize {
            1
        }
    }

    #[tokio::test]
    async fn an_answer_is_read_once_and_again_after_something_was_written() {
        let answers = Answers::<u32, u32>::default();
        assert_eq!(answers.get(ONE, 1, async { Ok(10) }).await.unwrap(), 10);
        assert_eq!(answers.get(ONE, 1, async { Ok(11) }).await.unwrap(), 10);
        assert_eq!(answers.get(TenantId::from_u64(2), 1, async { Ok(20) }).await.unwrap(), 20);
        answers.forget(ONE);
        assert_eq!(answers.get(ONE, 1, async { Ok(12) }).await.unwrap(), 12);
        assert_eq!(answers.get(TenantId::from_u64(2), 1, async { Ok(21) }).await.unwrap(), 20);
        answers.forget_everything();
        assert_eq!(answers.lock().size, 0);
        assert_eq!(answers.get(TenantId::from_u64(2), 1, async { Ok(22) }).await.unwrap(), 22);
    }

    #[tokio::test]
    async fn what_was_read_while_something_was_written_is_not_kept() {
        let answers = Answers::<u32, u32>::default();
        let read = async {
            answers.forget(ONE);
            Ok(10)
        };
        assert_eq!(answers.get(ONE, 1, read).await.unwrap(), 10);
        assert_eq!(answers.get(ONE, 1, async { Ok(11) }).await.unwrap(), 11);
    }

    #[tokio::test]
    async fn an_error_is_nobodys_answer() {
        let answers = Answers::<u32, u32>::default();
        let failed = answers.get(ONE, 1, async { Err(StoreError::Unavailable("away".to_owned())) });
        assert!(matches!(failed.await, Err(StoreError::Unavailable(_))));
        assert_eq!(answers.get(ONE, 1, async { Ok(10) }).await.unwrap(), 10);
    }

    #[tokio::test]
    async fn no_more_is_remembered_than_there_is_room_for() {
        let answers = Answers::<u32, u32>::default();
        let size = async |key: u32| {
            assert_eq!(answers.get(ONE, key, async { Ok(key) }).await.unwrap(), key);
            let state = answers.lock();
            assert_eq!(state.size, state.tenants.values().map(Shelf::size).sum::<usize>());
            state.size
        };
        assert_eq!([size(1).await, size(1).await, size(2).await], [3, 3, 5]);
        let fill = |keys: usize, value: Option<(u32, Instant)>| {
            let mut state = answers.lock();
            let kept = &mut state.tenants.get_mut(&ONE).unwrap().kept;
            kept.clear();
            kept.extend((0..keys as u32).map(|key| (key, Entry { value, ..Entry::default() })));
            state.size = state.tenants.values().map(Shelf::size).sum();
        };
        // All of it serves somebody, so that all of it goes.
        fill(MOST / 2 - 1, Some((7, Instant::now())));
        assert_eq!([size(MOST as u32).await, size(1).await], [3, 5]);
        // What was never read serves nobody, and goes first.
        fill(MOST - 1, None);
        assert_eq!(answers.get(TenantId::from_u64(2), 1, async { Ok(1) }).await.unwrap(), 1);
        assert_eq!(size(1).await, 6);
    }

    /// Whoever waits for one who cannot read does so only once.
    #[tokio::test]
    async fn who_asks_for_what_another_reads_waits_for_it() {
        let answers = Answers::<u32, u32>::default();
        let (tell, told) = tokio::sync::oneshot::channel::<()>();
        let slow = answers.get(ONE, 1, async {
            let _ = told.await;
            Ok(10)
        });
        let other = async {
            let mut waiting = Box::pin(answers.get(ONE, 1, async { Ok(11) }));
            let first = tokio::select! {
                biased;
                value = &mut waiting => Some(value),
                () = tokio::task::yield_now() => None,
            };
            assert!(first.is_none(), "it waits");
            let _ = tell.send(());
            waiting.await
        };
        let (read, waited) = tokio::join!(slow, other);
        assert_eq!((read.unwrap(), waited.unwrap()), (10, 10));
    }

    #[test]
    fn the_same_text_is_the_same_value_as_long_as_there_is_room() {
        let known = Known::<String>::default();
        let one = known.parse("\"one\"").unwrap();
        assert!(Arc::ptr_eq(&one, &known.parse("\"one\"").unwrap()));
        assert!(!Arc::ptr_eq(&one, &known.parse(" \"one\"").unwrap()));
        assert!(known.parse("one").is_err());
        let long = format!("\"{}\"", "x".repeat(MOST_TEXT / 2));
        let long = known.parse(&long).unwrap();
        known.parse(&format!("\"y{long}\"")).unwrap();
        assert!(!Arc::ptr_eq(&one, &known.parse("\"one\"").unwrap()), "it was let go");
        assert_eq!(*one, "one");
    }
}
