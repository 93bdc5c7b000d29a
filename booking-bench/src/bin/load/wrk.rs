//! wrk: the closed loop. Every connection asks again as soon as it has its answer.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::Outcome;
use crate::child::Server;

/// What a run of wrk counted.
pub(crate) struct Counted {
    /// Requests answered with 200.
    pub(crate) requests: u64,
    pub(crate) took: Duration,
    /// Processor time of the server.
    pub(crate) used: Duration,
}

impl Counted {
    pub(crate) fn per_second(&self) -> f64 {
        self.requests as f64 / self.took.as_secs_f64()
    }

    /// Processor time of one request, in microseconds.
    pub(crate) fn each(&self) -> f64 {
        self.used.as_secs_f64() * 1e6 / self.requests.max(1) as f64
    }
}

/// Asks these paths in turn. Fails when any answer was not 200 or did not come.
pub(crate) fn run(
    server: &Server,
    folder: &Path,
    paths: &[String],
    connections: u32,
    lasts: Duration,
) -> Outcome<Counted> {
    let script = folder.join("paths.lua");
    std::fs::write(&script, lua(paths))?;
    let before = server.processor_time()?;
    let output = Command::new("wrk")
        .args(["--threads", "1", "--connections", &connections.to_string()])
        .args(["--duration", &format!("{}s", lasts.as_secs().max(1)), "--timeout", "10s"])
        .arg("--script")
        .arg(&script)
        .args(["--header", &format!("Authorization: Bearer {}", server.token)])
        .arg(format!("http://{}", server.address))
        .output()
        .map_err(|error| format!("wrk: {error}; on Debian: apt-get install -y wrk"))?;
    let used = server.processor_time()?.saturating_sub(before);
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find_map(|line| line.strip_prefix("COUNTED "));
    let numbers: Vec<u64> =
        line.unwrap_or_default().split(' ').filter_map(|number| number.parse().ok()).collect();
    match numbers.as_slice() {
        [requests, micros, 0] if *requests > 0 => {
            Ok(Counted { requests: *requests, took: Duration::from_micros(*micros), used })
        }
        [requests, _, wrong] => Err(format!("{wrong} of {requests} requests went wrong").into()),
        _ => Err(format!("wrk said: {text}{}", String::from_utf8_lossy(&output.stderr)).into()),
    }
}

/// A script that asks all paths in turn and counts what went wrong.
fn lua(paths: &[String]) -> String {
    let mut script = String::from("local paths = {\n");
    for path in paths {
        // Writing to a string cannot fail.
        let _ = writeln!(script, "  \"{path}\",");
    }
    script.push_str(
        "}\nlocal requests, at = {}, 0\n\
         init = function() for i, path in ipairs(paths) do requests[i] = wrk.format('GET', path) end end\n\
         request = function() at = at % #requests + 1; return requests[at] end\n\
         done = function(summary)\n  \
           local e = summary.errors\n  \
           local wrong = e.connect + e.read + e.write + e.status + e.timeout\n  \
           print(string.format('COUNTED %d %d %d', summary.requests, summary.duration, wrong))\n\
         end\n",
    );
    script
}
