//! What other processes write, heard at once.
//!
//! A notification inside a booking's transaction would let the commits of all bookings wait for one another: the server
//! orders commits that notify by a lock, which is held while the disk flushes. So whoever has written leaves a note after
//! its commit, and one task of the process tells what was noted, at most every [`EVERY`], in a transaction of its own that
//! waits for no disk. The same task and connection listen to the others.
//!
//! Nothing relies on a message. One that is lost, because a process or a connection ended, is made up for by what was there
//! before: what is remembered serves for less than a second, and whoever waits for news asks each second.

mod note;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use booking_core::TenantId;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep, sleep_until};

use crate::cache::{BusyCache, Touched};
use crate::replica::Replica;
use note::Note;

/// How often a process tells what it has written, at most. Listings that people look at are computed anew with every
/// message.
const EVERY: Duration = Duration::from_millis(50);
/// How long to wait before a lost connection is tried again.
const AGAIN: Duration = Duration::from_secs(1);
/// On what channel of the database all of this is told.
const CHANNEL: &str = "booking_changes";

/// The task that tells and listens; it ends with the last clone of its store.
#[derive(Debug)]
pub(crate) struct Changes {
    shared: Arc<Shared>,
    task: AbortHandle,
}

#[derive(Debug)]
struct Shared {
    noted: Mutex<Note>,
    something: Notify,
    heard: watch::Sender<u64>,
    cache: Option<Arc<BusyCache>>,
    replica: Option<Arc<Replica>>,
}

/// A connection that listens.
struct Ear {
    listener: PgListener,
    /// The server's process behind it: what that one tells is this process's own.
    process: u32,
}

impl Changes {
    /// Listens from now on.
    pub(crate) async fn follow(
        options: &PgConnectOptions,
        cache: Option<Arc<BusyCache>>,
        replica: Option<Arc<Replica>>,
    ) -> Result<Self, sqlx::Error> {
        let options = options.clone().application_name("booking: changes");
        let ear = Ear::open(&options).await?;
        let shared = Arc::new(Shared {
            noted: Mutex::default(),
            something: Notify::new(),
            heard: watch::Sender::new(0),
            cache,
            replica,
        });
        let task = tokio::spawn(Arc::clone(&shared).work(options, ear)).abort_handle();
        Ok(Self { shared, task })
    }

    /// Something was written: the others are told soon.
    pub(crate) fn note(&self, tenant: TenantId, touched: &Touched) {
        self.shared.noted().add(tenant, touched);
        self.shared.something.notify_one();
    }

    /// Tells when something was heard, after it was forgotten here.
    pub(crate) fn heard(&self) -> watch::Receiver<u64> {
        self.shared.heard.subscribe()
    }
}

impl Drop for Changes {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Ear {
    async fn open(options: &PgConnectOptions) -> Result<Self, sqlx::Error> {
        // A pool of its own: the store's connections are for those who wait for answers.
        let pool = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
        let mut listener = PgListener::connect_with(&pool.connect_with(options.clone()).await?).await?;
        // Whatever was missed must be made up for before anything else is heard.
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await?;
        let process: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut listener).await?;
        Ok(Self { listener, process: process.unsigned_abs() })
    }

    /// What another process has written; nothing where it was this one.
    async fn hear(&mut self) -> Result<Option<Note>, sqlx::Error> {
        let told = self.listener.try_recv().await?.ok_or(sqlx::Error::WorkerCrashed)?;
        Ok((told.process_id() != self.process).then(|| Note::decode(told.payload())))
    }

    async fn tell(&mut self, note: &Note) -> Result<(), sqlx::Error> {
        let tell = sqlx::query("SELECT booking.tell($1, $2)").bind(CHANNEL).bind(note.encode());
        tell.execute(&mut self.listener).await.map(drop)
    }
}

impl Shared {
    // Nothing is left half done by a panic while the lock is held.
    fn noted(&self) -> MutexGuard<'_, Note> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn work(self: Arc<Self>, options: PgConnectOptions, mut ear: Ear) {
        loop {
            // It ends only by an error, and all errors are mended by another connection.
            let _ = self.attend(&mut ear).await;
            drop(ear);
            ear = loop {
                // Also where a connection can be had and is lost at once: the server is not to be kept busy by it.
                sleep(AGAIN).await;
                if let Ok(ear) = Ear::open(&options).await {
                    break ear;
                }
            };
            // Nobody knows what was told meanwhile, nor whether what was being told has arrived.
            self.forget(&Note::everything());
            *self.noted() = Note::everything();
        }
    }

    /// Listens and tells until the connection is lost.
    async fn attend(&self, ear: &mut Ear) -> Result<(), sqlx::Error> {
        let mut next = Instant::now();
        loop {
            // Both branches may be given up while they wait, and lose nothing.
            tokio::select! {
                heard = ear.hear() => {
                    if let Some(note) = heard? {
                        self.forget(&note);
                    }
                }
                () = self.due(next) => {
                    let note = std::mem::take(&mut *self.noted());
                    ear.tell(&note).await?;
                    next = Instant::now() + EVERY;
                }
            }
        }
    }

    /// Waits for something to tell, and until it may be told.
    async fn due(&self, next: Instant) {
        while self.noted().is_empty() {
            self.something.notified().await;
        }
        sleep_until(next).await;
    }

    /// What may have changed is forgotten first: whoever hears of it finds what is new.
    fn forget(&self, note: &Note) {
        if let Some(replica) = &self.replica {
            replica.wrote();
        }
        if let Some(cache) = &self.cache {
            match note.touched() {
                Some(touched) => touched.for_each(|(tenant, touched)| match touched {
                    Touched::All => cache.forget_tenant(tenant),
                    touched @ Touched::Resources(_) => cache.forget(tenant, &touched),
                }),
                None => cache.forget_everything(),
            }
        }
        self.heard.send_modify(|count| *count += 1);
    }
}
