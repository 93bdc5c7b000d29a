//! A server of a test's own, with everything durable, to be killed.

use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

const MISSING: &str = "BOOKING_POSTGRES_BIN is not set: it names the folder with initdb and pg_ctl. `cargo xtask test` and \
    `cargo xtask postgres -- COMMAND` set it; install them with: apt-get install postgresql";

pub(crate) struct Server {
    programs: PathBuf,
    folder: PathBuf,
    /// Whom to run as: the server refuses to be root.
    user: Option<(u32, u32)>,
    port: u16,
}

impl Server {
    pub(crate) fn new() -> Self {
        let server = Self::prepare();
        assert!(server.call("initdb", &["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "-N"]));
        server.start();
        server
    }

    /// A server that replays what this one writes: a streaming replica.
    pub(crate) fn standby(&self) -> Self {
        let standby = Self::prepare();
        let port = self.port.to_string();
        let from = ["-h", "127.0.0.1", "-p", &port, "-U", "postgres", "-X", "stream", "-c", "fast", "-R"];
        assert!(standby.call("pg_basebackup", &from));
        standby.start();
        standby
    }

    fn prepare() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let programs =
            PathBuf::from(std::env::var("BOOKING_POSTGRES_BIN").unwrap_or_else(|_| panic!("{MISSING}")));
        let name = format!("booking-crash-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir(&folder).unwrap();
        let user = unprivileged();
        if let Some((uid, gid)) = user {
            chown(&folder, Some(uid), Some(gid)).unwrap();
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { programs, folder, user, port }
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// As another role.
    pub(crate) fn url_as(&self, role: &str) -> String {
        format!("{}?options=-c%20role%3D{role}", self.url())
    }

    pub(crate) fn start(&self) {
        self.start_with("");
    }

    /// With settings beside the usual ones, each as `-c name=value`.
    pub(crate) fn start_with(&self, more: &str) {
        let settings = format!(
            "-p {} -k {} -c listen_addresses=127.0.0.1 -c max_connections=60 -c deadlock_timeout=100ms {more}",
            self.port,
            self.folder.display()
        );
        let log = self.folder.join("log").to_string_lossy().into_owned();
        let started = self.call("pg_ctl", &["-w", "-t", "60", "-l", &log, "-o", &settings, "start"]);
        assert!(started, "{}", std::fs::read_to_string(self.folder.join("log")).unwrap_or_default());
    }

    pub(crate) fn stop(&self) {
        assert!(self.call("pg_ctl", &["-m", "fast", "-w", "-t", "60", "stop"]));
    }

    /// Kills the server's first process, and waits until its children have noticed.
    pub(crate) fn kill(&self) {
        let file = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap();
        kill(file.lines().next().unwrap());
        // A new one starts only when nothing uses the shared memory any more.
        while !self.call("pg_ctl", &["-m", "immediate", "stop"]) && self.call("pg_ctl", &["status"]) {}
    }

    fn call(&self, program: &str, arguments: &[&str]) -> bool {
        let mut command = Command::new(self.programs.join(program));
        command.arg("-D").arg(self.folder.join("data")).args(arguments).current_dir(&self.folder);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if let Some((uid, gid)) = self.user {
            command.uid(uid).gid(gid);
        }
        command.status().unwrap().success()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.call("pg_ctl", &["-m", "immediate", "-w", "-t", "60", "stop"]);
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The user and group to run as where the tests run as root, which the server refuses to be.
pub(crate) fn unprivileged() -> Option<(u32, u32)> {
    (id(&["-u"]) == Some(0)).then(|| {
        let user = if id(&["-u", "postgres"]).is_some() { "postgres" } else { "nobody" };
        (id(&["-u", user]).unwrap(), id(&["-g", user]).unwrap())
    })
}

/// Ends a process at once.
pub(crate) fn kill(pid: &str) {
    assert!(Command::new("kill").args(["-9", pid]).status().unwrap().success());
}

fn id(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
