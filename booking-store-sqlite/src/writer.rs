//! The one thread that changes anything: it takes the writes that have come together, applies them to the memory, writes
//! what changed in one transaction, and answers when that is on the disk.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};
use std::time::Duration;

use rusqlite::Connection;

use crate::error::{RowError, Trouble};
use crate::memory::Memory;
use crate::open::connect;
use crate::progress::Progress;
use crate::row::Write;
use crate::{OpenError, Options};

/// The most writes that share a flush.
const MAX_BATCH: usize = 1_024;
/// How much room a disk that was full must have before it is written to again, in bytes: more than a command needs.
const MARGIN: usize = 1 << 20;
/// How often an idle store looks whether another program has written to its file.
const WATCH: Duration = Duration::from_secs(1);

/// What a write is given: the memory to change and the list of what it changed, or the reason why it may not.
pub(crate) enum Attempt<'a> {
    Apply(&'a mut Memory, &'a mut Vec<Write>),
    Refuse(Trouble),
}

/// A write that waits. It answers with what is to be done once the batch is on the disk, or is not.
pub(crate) type Job = Box<dyn FnOnce(Attempt<'_>) -> Reply + Send>;
pub(crate) type Reply = Box<dyn FnOnce(&Result<(), Trouble>) + Send>;

/// What the writer shares with those who read.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) memory: RwLock<Memory>,
    pub(crate) progress: Progress,
}

impl Shared {
    // A panic while the lock was held ends the writer's thread, and with it every write. The memory it leaves is not
    // served: see `Writer::run`.
    fn write(&self) -> RwLockWriteGuard<'_, Memory> {
        self.memory.write().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) struct Writer {
    pub(crate) path: PathBuf,
    pub(crate) options: Options,
    pub(crate) shared: Arc<Shared>,
    pub(crate) jobs: Receiver<Job>,
    /// None between a failure and the next attempt to read the file again.
    pub(crate) file: Option<File>,
    pub(crate) batch: u64,
    /// Whether there was no room for the last batch.
    pub(crate) full: bool,
}

/// The file, and its version as of the last look: it differs when another program has written.
pub(crate) struct File {
    connection: Connection,
    seen: i64,
}

impl File {
    pub(crate) fn open(path: &std::path::Path, options: &Options) -> Result<(Self, Memory), OpenError> {
        let mut connection = connect(path, options)?;
        let seen = data_version(&connection).map_err(|error| error.opening(path))?;
        let memory = Memory::load(&mut connection, options).map_err(|error| error.opening(path))?;
        let file = Self { connection, seen };
        file.check().map_err(|_| OpenError::InUse { path: path.to_owned() })?;
        Ok((file, memory))
    }

    fn check(&self) -> Result<(), Trouble> {
        match data_version(&self.connection) {
            Ok(version) if version == self.seen => Ok(()),
            Ok(_) => Err(foreign()),
            Err(error) => Err(Trouble::before_commit(&error)),
        }
    }

    /// Takes the file for writing; from here to the end of the transaction nobody else can write.
    fn begin(&self) -> Result<(), Trouble> {
        let begun = self.connection.execute_batch("BEGIN IMMEDIATE").map_err(RowError::from);
        begun.map_err(|error| Trouble::before_commit(&error))?;
        self.check().inspect_err(|_| self.roll_back())
    }

    fn commit(&self, writes: &[Write]) -> Result<(), Trouble> {
        let written = writes.iter().try_for_each(|write| write.to_file(&self.connection));
        written.map_err(|error| Trouble::before_commit(&error))?;
        let committed = self.connection.execute_batch("COMMIT").map_err(RowError::from);
        committed.map_err(|error| Trouble::committing(&error))
    }

    /// Some errors have ended the transaction already; then there is nothing to roll back.
    fn roll_back(&self) {
        if !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }
}

impl Writer {
    /// Serves until nobody can send any more.
    pub(crate) fn run(mut self) {
        // If a write panics, the memory may hold half of it: the guard says so to everyone who reads.
        let guard = Stopped(Arc::clone(&self.shared));
        loop {
            match self.jobs.recv_timeout(WATCH) {
                Ok(first) => self.serve_from(first),
                Err(RecvTimeoutError::Timeout) => self.watch(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        drop(guard);
    }

    fn serve_from(&mut self, first: Job) {
        let mut jobs = vec![first];
        jobs.extend(self.jobs.try_iter().take(MAX_BATCH - 1));
        if self.full
            && let Err(trouble) = try_room(&self.path)
        {
            return refuse(jobs, &trouble);
        }
        self.full = false;
        if self.file.is_none() {
            self.read_again();
        }
        let begun = match &self.file {
            Some(file) => file.begin(),
            None => Err(self.trouble()),
        };
        match begun {
            Ok(()) => self.serve(jobs),
            Err(trouble) => {
                if matches!(trouble, Trouble::Failed(_)) {
                    self.stop(trouble.clone());
                }
                refuse(jobs, &trouble);
            }
        }
    }

    fn serve(&mut self, jobs: Vec<Job>) {
        let mut writes = Vec::new();
        let batch = self.batch + 1;
        let replies: Vec<Reply> = {
            let mut memory = self.shared.write();
            let apply = |job: Job| job(Attempt::Apply(&mut memory, &mut writes));
            let replies = jobs.into_iter().map(apply).collect();
            memory.note(batch, writes.iter().map(Write::tenant));
            replies
        };
        let Some(file) = &self.file else { return };
        let outcome = if writes.is_empty() {
            // Refusals and replays: they depend on what is on the disk already.
            file.roll_back();
            Ok(())
        } else {
            self.batch = batch;
            file.commit(&writes)
        };
        match &outcome {
            Ok(()) if writes.is_empty() => {}
            Ok(()) => self.shared.progress.flush(batch),
            Err(trouble) => self.fail(batch, trouble.clone()),
        }
        if outcome.is_err() {
            // Before anybody is told, so that whoever is refused can ask at once how things stand.
            self.read_again();
        }
        for reply in replies {
            reply(&outcome);
        }
    }

    /// What the memory holds is not what the file holds: nobody may see it.
    fn fail(&mut self, batch: u64, trouble: Trouble) {
        self.full = matches!(trouble, Trouble::Full(_));
        self.shared.write().stopped = Some(trouble);
        self.shared.progress.fail(batch);
        if let Some(file) = self.file.take() {
            file.roll_back();
        }
    }

    /// Reads the file again after a failure, so that memory and file agree. If that fails as well, the next write tries
    /// again, and until then nothing is served.
    fn read_again(&mut self) {
        if matches!(self.trouble(), Trouble::Failed(_)) {
            return;
        }
        match File::open(&self.path, &self.options) {
            Ok((file, memory)) => {
                self.file = Some(file);
                *self.shared.write() = memory;
            }
            Err(error) => self.shared.write().stopped = Some(Trouble::Unavailable(error.to_string())),
        }
    }

    fn watch(&mut self) {
        let checked = self.file.as_ref().map_or(Ok(()), File::check);
        if let Err(trouble @ Trouble::Failed(_)) = checked {
            self.stop(trouble);
        }
    }

    /// For good: what the file holds now was not judged by anybody.
    fn stop(&mut self, trouble: Trouble) {
        self.shared.write().stopped = Some(trouble);
        self.file = None;
    }

    fn trouble(&self) -> Trouble {
        let stopped = self.shared.write().stopped.clone();
        stopped.unwrap_or_else(|| Trouble::Unavailable("the file is being read again".to_owned()))
    }
}

/// Stops all service when the writer's thread ends, by whatever way.
struct Stopped(Arc<Shared>);

impl Drop for Stopped {
    fn drop(&mut self) {
        let closed = Trouble::Failed("the store is closed".to_owned());
        self.0.write().stopped.get_or_insert(closed);
    }
}

fn refuse(jobs: Vec<Job>, trouble: &Trouble) {
    for job in jobs {
        job(Attempt::Refuse(trouble.clone()))(&Ok(()));
    }
}

/// Whether there is room again on a disk that was full. It is tried on a file beside the data: tried on the data, every
/// command that does not fit would have the memory read again, and nothing would be served meanwhile.
fn try_room(data: &std::path::Path) -> Result<(), Trouble> {
    let mut name = data.as_os_str().to_owned();
    name.push("-room");
    let path = PathBuf::from(name);
    let tried = fs::File::create(&path).and_then(|mut file| {
        file.write_all(&vec![0; MARGIN])?;
        file.sync_all()
    });
    // What cannot be removed takes no more room than this.
    let _ = fs::remove_file(&path);
    tried.map_err(|error| Trouble::Full(format!("there is no room for commands: {error}")))
}

fn data_version(connection: &Connection) -> Result<i64, RowError> {
    Ok(connection.pragma_query_value(None, "data_version", |row| row.get(0))?)
}

fn foreign() -> Trouble {
    let text = "another program has written to the file; nothing is served until the store is opened again";
    Trouble::Failed(text.to_owned())
}
