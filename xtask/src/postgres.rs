//! A private `PostgreSQL` server for tests: in a temporary folder, on a free port, gone with the task.

use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Result;
use crate::debian;
use crate::process::Line;

/// The oldest version that the store works with.
const OLDEST: u32 = 15;

/// Where Debian puts each version's programs.
const DEBIAN: &str = "/usr/lib/postgresql";

const INSTALL: &str = "install PostgreSQL 15 or newer, on Debian: apt-get install -y postgresql";

/// Where tests find the server's programs, to start and kill servers of their own.
const PROGRAMS: &str = "BOOKING_POSTGRES_BIN";

/// Where tests find the pooler that they put between a store and its server.
const POOLER: &str = "BOOKING_PGBOUNCER";

/// Safe to lose: nothing here outlives the task. Deadlocks are found quickly, so that tests which provoke them are fast.
const SETTINGS: &[&str] = &[
    "fsync=off",
    "full_page_writes=off",
    "max_connections=300",
    "deadlock_timeout=100ms",
    "listen_addresses=127.0.0.1",
];

/// As in production: what is measured is written to the disk. Memory for the rows that measurements make.
const DURABLE: &[&str] = &[
    "fsync=on",
    "full_page_writes=on",
    "synchronous_commit=on",
    "shared_buffers=512MB",
    "max_wal_size=4GB",
    "max_connections=300",
    "deadlock_timeout=100ms",
    "listen_addresses=127.0.0.1",
];

/// Runs a command line with `DATABASE_URL` set.
pub(crate) fn run(command: &[&str]) -> Result<()> {
    with_server(|variables| Line::new("").with(command).run_with(variables))
}

/// Does something with `DATABASE_URL` set to a server: the given one, or a private one that ends afterwards.
pub(crate) fn with_server(task: impl FnOnce(&[(&str, &str)]) -> Result<()>) -> Result<()> {
    let pooler = pooler()?.to_string_lossy().into_owned();
    with_settings(SETTINGS, None, |variables| task(&[variables, &[(POOLER, &pooler)]].concat()))
}

/// Does something with `DATABASE_URL` set to a server that keeps what it is given. Its flushes may be told to take so many
/// milliseconds longer, where it is a private one.
pub(crate) fn with_durable(
    slower: Option<u32>,
    task: impl FnOnce(&[(&str, &str)]) -> Result<()>,
) -> Result<()> {
    with_settings(DURABLE, slower, task)
}

fn with_settings(
    settings: &'static [&'static str],
    slower: Option<u32>,
    task: impl FnOnce(&[(&str, &str)]) -> Result<()>,
) -> Result<()> {
    let programs = programs()?;
    let folder = programs.to_string_lossy().into_owned();
    if std::env::var_os("DATABASE_URL").is_some_and(|url| !url.is_empty()) {
        if slower.is_some() {
            return Err("only a private server can be made slower: unset DATABASE_URL".into());
        }
        return task(&[(PROGRAMS, &folder)]);
    }
    let server = Server::start(&programs, settings, slower)?;
    let url = format!("postgres://postgres@127.0.0.1:{}/postgres", server.port);
    task(&[("DATABASE_URL", &url), (PROGRAMS, &folder)])
}

/// The pooler's program: the given one, or what is found, installed where it is missing and may be.
fn pooler() -> Result<PathBuf> {
    if let Some(given) = std::env::var_os(POOLER).filter(|given| !given.is_empty()) {
        return Ok(given.into());
    }
    find_pooler().or_else(|| debian::install("pgbouncer").then(find_pooler).flatten()).ok_or_else(|| {
        "the tests of the PostgreSQL store need PgBouncer and it is not installed: on Debian, apt-get install -y pgbouncer"
            .into()
    })
}

fn find_pooler() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Not every user's path has it where Debian puts it.
    let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    folders.map(|folder| folder.join("pgbouncer")).find(|program| program.is_file())
}

/// The folder with the server's programs, installed where it is missing and may be.
fn programs() -> Result<PathBuf> {
    find().or_else(|| debian::install("postgresql").then(find).flatten()).ok_or_else(|| {
        format!("the tests of the PostgreSQL store need a server and none is installed: {INSTALL}").into()
    })
}

fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let versions = std::fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let debian = versions.map(|entry| entry.path().join("bin"));
    let folders =
        std::env::split_paths(&path).chain(debian).filter_map(|folder| Some((version(&folder)?, folder)));
    folders
        .filter(|(version, _)| *version >= OLDEST)
        .max_by_key(|(version, _)| *version)
        .map(|(_, folder)| folder)
}

/// The version of the programs in a folder, if all that is needed is there.
fn version(folder: &Path) -> Option<u32> {
    if !["initdb", "pg_ctl", "postgres"].iter().all(|program| folder.join(program).is_file()) {
        return None;
    }
    let program = folder.join("postgres").to_string_lossy().into_owned();
    parse_version(&Line::new("").with(&[&program, "--version"]).read().ok()?)
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` is 15.
fn parse_version(text: &str) -> Option<u32> {
    let number = text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The user and group to run as: the server refuses to run as root.
#[derive(Clone, Copy)]
struct User {
    uid: u32,
    gid: u32,
}

impl User {
    fn unprivileged() -> Result<Option<Self>> {
        if !debian::is_root() {
            return Ok(None);
        }
        let id =
            |flag, name| -> Result<u32> { Ok(Line::new("id").with(&[flag, name]).read()?.trim().parse()?) };
        let named = |name| -> Result<Self> { Ok(Self { uid: id("-u", name)?, gid: id("-g", name)? }) };
        named("postgres").or_else(|_| named("nobody")).map(Some)
    }
}

/// A running server, stopped and removed when dropped.
struct Server {
    programs: PathBuf,
    folder: PathBuf,
    user: Option<User>,
    port: u16,
    settings: &'static [&'static str],
}

impl Server {
    fn start(programs: &Path, settings: &'static [&'static str], slower: Option<u32>) -> Result<Self> {
        let user = User::unprivileged()?;
        let folder = std::env::temp_dir().join(format!("booking-postgres-{}", std::process::id()));
        std::fs::create_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        if let Some(user) = user {
            chown(&folder, Some(user.uid), Some(user.gid))?;
        }
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let server = Self { programs: programs.to_path_buf(), folder, user, port, settings };
        println!("starting a private PostgreSQL server in {}", server.folder.display());
        server.call("initdb", &["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "-N"])?;
        let log = server.folder.join("log").to_string_lossy().into_owned();
        let settings = server.settings();
        let start = ["-w", "-t", "60", "-l", &log, "-o", &settings, "start"];
        match slower {
            Some(milliseconds) => server.call_slowed(milliseconds, "pg_ctl", &start)?,
            None => server.call("pg_ctl", &start)?,
        }
        Ok(server)
    }

    fn settings(&self) -> String {
        let mut words = format!("-p {} -k {}", self.port, self.folder.display());
        for setting in self.settings {
            words.push_str(" -c ");
            words.push_str(setting);
        }
        words
    }

    fn call(&self, program: &str, arguments: &[&str]) -> Result<()> {
        self.finish(Command::new(self.programs.join(program)), program, arguments)
    }

    /// Under strace, which delays the return of every flush, of all processes that come of it, and looks at no other call. It
    /// stays behind as long as they do.
    fn call_slowed(&self, milliseconds: u32, program: &str, arguments: &[&str]) -> Result<()> {
        let mut strace = Command::new("strace");
        strace.args([
            "--daemonize=session",
            "--follow-forks",
            "--seccomp-bpf",
            "--quiet=all",
            "--output=/dev/null",
        ]);
        let delay = u64::from(milliseconds) * 1_000;
        strace.args(["--trace=fdatasync,fsync", &format!("--inject=fdatasync,fsync:delay_exit={delay}")]);
        strace.arg(self.programs.join(program));
        self.finish(strace, program, arguments)
    }

    fn finish(&self, mut command: Command, program: &str, arguments: &[&str]) -> Result<()> {
        command.arg("-D").arg(self.folder.join("data")).args(arguments).current_dir(&self.folder);
        // The server keeps what it is given open: a pipe would never end.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if let Some(user) = self.user {
            command.uid(user.uid).gid(user.gid);
        }
        let status =
            command.status().map_err(|error| format!("`{program}` could not be started: {error}"))?;
        if status.success() {
            return Ok(());
        }
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        Err(format!("`{program}` failed ({status})\n{log}").into())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may not have started, and nothing in it is worth a slow stop.
        let _ = self.call("pg_ctl", &["-m", "immediate", "-t", "60", "-w", "stop"]);
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            eprintln!("note: {} was not removed: {error}", self.folder.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_the_server_says() {
        assert_eq!(parse_version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(parse_version("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(parse_version("not a server"), None);
    }

    #[test]
    fn a_folder_without_the_programs_has_no_version() {
        assert_eq!(version(Path::new("/nonexistent")), None);
    }
}
