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

/// Answers remembered at once, of all tenants together.
const MOST_ANSWERS: usize = 20_000;
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

/// Answers to one kind of question, by tenant.
#[derive(Debug)]
pub(crate) struct Answers<K, V>(Mutex<State<K, V>>);

#[derive(Debug)]
struct State<K, V> {
    tenants: HashMap<TenantId, Shelf<K, V>>,
    answers: usize,
    /// The last generation given: none is ever given twice, also after a shelf was cleared.
    last: u64,
}

/// A tenant's answers. What was read under another generation is not kept: something was written meanwhile.
#[derive(Debug)]
struct Shelf<K, V> {
    generation: u64,
    turn: Turn,
    kept: HashMap<K, (V, Instant)>,
}

/// How an answer that is not remembered may be read.
struct Missing {
    generation: u64,
    turn: Turn,
}

impl<K, V> Default for Answers<K, V> {
    fn default() -> Self {
        Self(Mutex::new(State { tenants: HashMap::new(), answers: 0, last: 0 }))
    }
}

impl<K, V> Answers<K, V> {
    // Nothing is left half done by a panic while the lock is held.
    fn lock(&self) -> MutexGuard<'_, State<K, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget(&self, tenant: TenantId) {
        let mut state = self.lock();
        let gone = state.tenants.remove(&tenant);
        state.answers -= gone.map_or(0, |shelf| shelf.kept.len());
    }

    fn forget_everything(&self) {
        let mut state = self.lock();
        state.tenants.clear();
        state.answers = 0;
    }
}

impl<K: Hash + Eq, V: Clone> Answers<K, V> {
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
        let mine = Arc::clone(&missing.turn).try_lock_owned().ok();
        if mine.is_none() {
            drop(missing.turn.lock().await);
            missing = match self.find(tenant, &key) {
                Ok(value) => return Ok(value),
                Err(missing) => missing,
            };
        }
        let asked = Instant::now();
        let value = read.await?;
        self.keep(tenant, key, missing.generation, asked, value.clone());
        drop(mine);
        Ok(value)
    }

    fn find(&self, tenant: TenantId, asked: &K) -> Result<V, Missing> {
        let mut state = self.lock();
        let State { tenants, last, .. } = &mut *state;
        let answers = tenants.entry(tenant).or_insert_with(|| {
            *last += 1;
            Shelf { generation: *last, turn: Turn::default(), kept: HashMap::new() }
        });
        let fresh = answers.kept.get(asked).filter(|(_, read)| read.elapsed() < FRESH);
        fresh
            .map(|(value, _)| value.clone())
            .ok_or_else(|| Missing { generation: answers.generation, turn: Arc::clone(&answers.turn) })
    }

    fn keep(&self, tenant: TenantId, key: K, generation: u64, asked: Instant, value: V) {
        let mut state = self.lock();
        if state.answers >= MOST_ANSWERS {
            state.tenants.clear();
            state.answers = 0;
            return;
        }
        let answers = state.tenants.get_mut(&tenant).filter(|answers| answers.generation == generation);
        let is_new = answers.is_some_and(|answers| answers.kept.insert(key, (value, asked)).is_none());
        state.answers += usize::from(is_new);
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
        assert_eq!(answers.lock().answers, 0);
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
