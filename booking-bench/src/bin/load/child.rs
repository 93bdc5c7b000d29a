//! Servers as child processes: started, asked what they used, ended.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::Outcome;

/// A server that ends with this value.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
    pub(crate) token: String,
}

impl Server {
    /// Starts a program that says its address and a key on the first line.
    pub(crate) fn start(program: &Path, arguments: &[&str]) -> Outcome<Self> {
        let mut child = Command::new(program).args(arguments).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        if let Some(output) = child.stdout.as_mut() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let mut server = Self { child, address: String::new(), token: String::new() };
        let (address, token) = line.trim().split_once(' ').ok_or("the server did not start")?;
        server.address.push_str(address);
        server.token.push_str(token);
        Ok(server)
    }

    /// Starts a program that is known by its address alone.
    pub(crate) fn start_at(program: &Path, arguments: &[&str], address: &str) -> Outcome<Self> {
        // Its file, not a database that happens to be named here.
        let child =
            Command::new(program).args(arguments).env_remove("DATABASE_URL").stdout(Stdio::null()).spawn()?;
        Ok(Self { child, address: address.to_owned(), token: String::new() })
    }

    /// The processor time used by all threads so far.
    pub(crate) fn processor_time(&self) -> Outcome<Duration> {
        let mut nanoseconds = 0;
        for task in std::fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let times = std::fs::read_to_string(task?.path().join("schedstat"))?;
            nanoseconds += times.split(' ').next().unwrap_or_default().parse::<u64>()?;
        }
        Ok(Duration::from_nanos(nanoseconds))
    }

    /// Resident memory, in bytes.
    pub(crate) fn resident(&self) -> Outcome<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).ok_or("no VmRSS")?;
        let kib: u64 = line.split_whitespace().nth(1).ok_or("no number")?.parse()?;
        Ok(kib * 1_024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
