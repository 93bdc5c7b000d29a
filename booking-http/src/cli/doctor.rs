//! `booking doctor`: whether this machine can run the server, and what to do where it cannot.

use std::net::{SocketAddr, TcpListener};

use booking_core::{Clock, DAY, SystemClock, Zones};
use clap::Args;
use serde_json::json;

use super::Outcome;

/// A day of the year in which this was written: a clock that shows an earlier one is wrong.
const WRITTEN: i64 = 1_767_225_600;

/// Check this machine, and say how to fix what is wrong.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// The address the server shall listen on.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
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
    pub(crate) fn run(self) -> Outcome {
        let findings = [clock(), zones(), randomness(), address(self.listen)];
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
        if wrong == 0 { Ok(()) } else { Err(format!("{wrong} of {} checks failed", findings.len()).into()) }
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
