//! The store: how callers reach the memory and the writer.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use booking_core::memory::State;
use booking_core::{StoreError, TenantId};
use futures_channel::oneshot;
use rusqlite::Connection;

use crate::error::RowError;
use crate::lock::Lock;
use crate::memory::Memory;
use crate::open::{connect_reader, sync_folder};
use crate::row::Write;
use crate::writer::{Attempt, File, Job, Reply, Shared, Writer};
use crate::{OpenError, Options};

/// The most writes that may wait; more are refused at once.
pub const MAX_WAITING: usize = 16_384;

/// A business in one file.
///
/// Clones share the file; it is closed when the last one is dropped. Any executor will do: futures wait for the store's own
/// thread, not for a runtime. See the [crate's page](crate) for what is promised.
#[derive(Clone)]
pub struct SqliteStore {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    path: PathBuf,
    pub(crate) shared: Arc<Shared>,
    /// None once the store is being closed.
    jobs: Option<SyncSender<Job>>,
    writer: Option<JoinHandle<()>>,
    /// None once the store is being closed.
    reader: Mutex<Option<Connection>>,
    // Dropped last: nobody else may open the file before the writer has closed it.
    _lock: Lock,
}

impl SqliteStore {
    /// Opens a file, or makes one where there is none (or an empty one), and reads all of it. Blocks while it reads.
    pub fn open(path: impl AsRef<Path>, options: &Options) -> Result<Self, OpenError> {
        let path = path.as_ref().to_owned();
        State::new().keep_keys(options.keep_keys)?;
        let io = |error: std::io::Error| OpenError::Io { path: path.clone(), why: error.to_string() };
        let mut lock = Lock::take(&path)?;
        let length = path.metadata().ok().map(|metadata| metadata.len());
        if length == Some(0) && lock.was_made().map_err(io)? {
            let what = "it is empty, though it was made and used before".to_owned();
            return Err(OpenError::Damaged { path, what });
        }
        let (file, memory) = File::open(&path, options)?;
        if length.unwrap_or(0) == 0 {
            sync_folder(&path).map_err(io)?;
            lock.note_made().map_err(io)?;
        }
        let reader = Mutex::new(Some(connect_reader(&path)?));
        let shared = Arc::new(Shared { memory: memory.into(), ..Shared::default() });
        let (jobs, waiting) = sync_channel(MAX_WAITING);
        let writer = Writer {
            path: path.clone(),
            options: options.clone(),
            shared: Arc::clone(&shared),
            jobs: waiting,
            file: Some(file),
            batch: 0,
            full: false,
        };
        let thread = thread::Builder::new().name("booking-writer".to_owned()).spawn(move || writer.run());
        let writer = Some(thread.map_err(io)?);
        Ok(Self { inner: Arc::new(Inner { path, shared, jobs: Some(jobs), writer, reader, _lock: lock }) })
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// An answer from the memory, once everything it depends on is on the disk: the changes of a tenant, or of all.
    pub(crate) async fn read<T>(
        &self,
        tenant: Option<TenantId>,
        look: impl FnOnce(&Memory) -> T,
    ) -> Result<T, StoreError> {
        self.find(|memory| (look(memory), tenant)).await
    }

    /// The same where only the answer says whose changes it depends on.
    pub(crate) async fn find<T>(
        &self,
        look: impl FnOnce(&Memory) -> (T, Option<TenantId>),
    ) -> Result<T, StoreError> {
        let shared = &self.inner.shared;
        let (answer, batch) = {
            let memory = shared.memory.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(trouble) = &memory.stopped {
                return Err(trouble.clone().into());
            }
            let (answer, tenant) = look(&memory);
            (answer, memory.depends_on(tenant))
        };
        shared.progress.flushed(batch).await?;
        Ok(answer)
    }

    /// Has the writer change the memory, and answers when the change is on the disk.
    pub(crate) async fn write<T, E>(
        &self,
        change: impl FnOnce(&mut Memory, &mut Vec<Write>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        let job: Job = Box::new(move |attempt| {
            let answer = match attempt {
                Attempt::Apply(memory, writes) => change(memory, writes),
                Attempt::Refuse(trouble) => Err(StoreError::from(trouble).into()),
            };
            let reply: Reply = Box::new(move |flushed| {
                let answer = match flushed {
                    Ok(()) => answer,
                    Err(trouble) => Err(StoreError::from(trouble.clone()).into()),
                };
                // Whoever no longer listens needs no answer.
                let _ = tell.send(answer);
            });
            reply
        });
        self.send(job)?;
        let gone = || StoreError::Unknown("the store stopped while it was writing".to_owned());
        told.await.unwrap_or_else(|_| Err(gone().into()))
    }

    fn send(&self, job: Job) -> Result<(), StoreError> {
        match self.inner.jobs.as_ref().ok_or_else(closed)?.try_send(job) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(_)) => {
                Err(StoreError::Unavailable(format!("{MAX_WAITING} writes are waiting already")))
            }
            Err(TrySendError::Disconnected(_)) => Err(closed()),
        }
    }

    /// Reads what stays in the file. It sees what was committed and nothing else.
    pub(crate) fn read_file<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, RowError>,
    ) -> Result<T, StoreError> {
        let reader = self.inner.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let file = reader.as_ref().ok_or_else(closed)?;
        read(file).map_err(|error| StoreError::Unavailable(format!("the file could not be read: {error}")))
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.inner.path).finish_non_exhaustive()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // The writer finishes what waits, closes the file and ends. It must be the last to close it: only then does SQLite
        // bring the file up to date and remove the log beside it.
        self.reader.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        self.jobs = None;
        if let Some(writer) = self.writer.take() {
            // A writer that panicked has said so already.
            let _ = writer.join();
        }
    }
}

fn closed() -> StoreError {
    StoreError::Failed("the store is closed".to_owned())
}
