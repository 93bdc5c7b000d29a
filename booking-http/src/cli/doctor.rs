//! `booking doctor`: whether this machine can run the server, and what to do where it cannot.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;

use booking_core::{Clock, DAY, SystemClock, Zones};
use clap::Args;
use serde_json::json;

use super::place::Kept;
use super::{Ending, Outcome, wait_for};
use crate::stores::{self, Place};

/// A day of the year in which this was written: a clock that shows an earlier one is wrong.
const WRITTEN: i64 = 1_767_225_600;

/// How much room on the disk is little, in KiB: 256 MiB.
const LITTLE: u64 = 256 * 1_024;

/// Check this machine and where the business is kept, and say how to fix what is wrong. The exit code is 3 when something
/// is. Run it while the server is stopped: it tries the address and the file.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// The address the server shall listen on.
    #[arg(long, value_name = "ADDRESS", env = "BOOKING_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    #[command(flatten)]
    data: Kept,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// What was looked at, what was found, and what to do about it where it is wrong.
struct Finding {
    what: &'static str,
    found: String,
    fix: Option<String>,
}

impl Doctor {
    pub(crate) fn run(self) -> Outcome<Ending> {
        let mut findings = vec![clock(), zones(), randomness(), address(self.listen)];
        match self.data.place() {
            Place::Memory => {}
            Place::File(path) => findings.extend([file(&path), room(&path)]),
            Place::Postgres { url, .. } => findings.extend(database(&url)?),
        }
        let wrong = findings.iter().filter(|finding| finding.fix.is_some()).count();
        for finding in findings.iter().filter(|_| !self.json) {
            let mark = if finding.fix.is_some() { "WRONG" } else { "ok" };
            println!("{mark:6} {}: {}", finding.what, finding.found);
            if let Some(fix) = &finding.fix {
                println!("       {fix}");
            }
        }
        if self.json {
            let shown: Vec<_> = findings
                .iter()
                .map(|one| json!({"what": one.what, "ok": one.fix.is_none(), "found": one.found, "fix": one.fix}))
                .collect();
            println!("{}", json!({"ok": wrong == 0, "checks": shown}));
        }
        Ok(if wrong == 0 { Ending::Well } else { Ending::Found })
    }
}

fn clock() -> Finding {
    let now = SystemClock.now();
    let wrong = now.timestamp() < WRITTEN || now.timestamp() > booking_core::END_SECOND - 366 * DAY;
    let fix = "set the clock of this machine, and keep it right with NTP: deadlines are judged by it";
    Finding { what: "clock", found: now.to_string(), fix: wrong.then(|| fix.to_owned()) }
}

fn zones() -> Finding {
    let zones = Zones::bundled();
    let berlin = booking_core::ZoneId::new("Europe/Berlin").and_then(|zone| zones.zone(&zone));
    let fix = berlin.err().map(|error| format!("this program was built without time zone data: {error}"));
    let found = format!("{}, {} zones", zones.version(), zones.names().len());
    Finding { what: "time zone rules", found, fix }
}

fn randomness() -> Finding {
    let drawn = getrandom::fill(&mut [0; 32]);
    let fix = drawn.err().map(|error| format!("{error}: keys cannot be made without the system's generator"));
    Finding { what: "randomness", found: "the operating system's generator".to_owned(), fix }
}

fn address(listen: SocketAddr) -> Finding {
    let fix = TcpListener::bind(listen).err().map(|error| {
        format!("{error}: end what listens there, or choose another with `serve --listen ADDRESS`")
    });
    Finding { what: "address", found: listen.to_string(), fix }
}

/// A file that is there can be opened; where there is none, one can be made.
fn file(path: &Path) -> Finding {
    let what = "data file";
    if path.exists() {
        let fix = stores::inspect_file(path);
        let found = if fix.is_some() { "there" } else { "there, whole and free" };
        return Finding { what, found: format!("{}, {found}", path.display()), fix };
    }
    let folder = folder_of(path);
    let writable = tempfile::Builder::new().prefix(".booking-").tempfile_in(folder);
    let fix = writable.err().map(|error| {
        format!(
            "{error}: make the folder {} and let this user write to it, or name another with --data",
            folder.display()
        )
    });
    Finding {
        what,
        found: format!("{}, not there yet: `booking init` or `serve` makes it", path.display()),
        fix,
    }
}

/// How much room the file's disk has, as `df` says: the standard library does not.
fn room(path: &Path) -> Finding {
    let output = Command::new("df").arg("-Pk").arg(folder_of(path)).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let Some(free) = free_kib(&text) else {
        return Finding { what: "free disk", found: "not known".to_owned(), fix: None };
    };
    let fix = (free < LITTLE)
        .then(|| "make room: without it nothing can be booked, though nothing is lost".to_owned());
    Finding { what: "free disk", found: format!("{} MiB", free / 1_024), fix }
}

/// The fourth word of the last line: what `df -Pk` calls available.
fn free_kib(text: &str) -> Option<u64> {
    text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn database(url: &str) -> Outcome<Vec<Finding>> {
    let what = "database";
    let shown = Place::Postgres { url: url.to_owned(), connections: 1, replica: None }.to_string();
    let problems = wait_for(stores::inspect_database(url))??;
    if problems.is_empty() {
        return Ok(vec![Finding { what, found: shown, fix: None }]);
    }
    let found = problems.into_iter();
    Ok(found
        .map(|(found, fix)| Finding { what, found: format!("{shown}: {found}"), fix: Some(fix) })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_room_is_read_from_what_df_says() {
        let text = "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda1 100 40 60 40% /\n";
        assert_eq!(free_kib(text), Some(60));
        assert_eq!(free_kib(""), None);
        assert_eq!(free_kib("df: no\nsuch file\n"), None);
    }
}
