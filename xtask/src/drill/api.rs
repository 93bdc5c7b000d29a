//! `cargo xtask drill api`: a tool that knows nothing but the description of the API calls everything in it, with what the
//! description allows and with what it does not. Nothing may be a fault of the server, and every answer must be one that
//! the description promises.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout};

use crate::Result;
use crate::process::{Line, root};

/// The tool, from the package index of Python.
const TOOL: &str = "schemathesis";
const VERSION: &str = "4.32.5";

/// How many cases it makes up for each operation, and the seed it makes them up from.
const EXAMPLES: &str = "20";
const SEED: &str = "1";

/// What it checks of every answer.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance";

/// What it must not call: a stream does not end, and a key that revokes itself ends the drill.
const LEFT_OUT: [&str; 2] = ["availability_stream", "api_keys_revoke"];

/// Runs the tool against a server of its own.
pub(super) fn run(examples: Option<&str>) -> Result<()> {
    let tool = tool()?;
    Line::new("cargo build --quiet --package booking-http").run()?;
    let server = Server::start()?;
    let description = format!("{}/openapi.json", server.url);
    let key = format!("Authorization: Bearer {}", server.key);
    let line = Line::new("").with(&[&tool, "run", &description, "--header", &key, "--checks", CHECKS]);
    let line = line.with(&["--phases", "examples,coverage,fuzzing,stateful", "--seed", SEED]);
    let line = line.with(&["--max-examples", examples.unwrap_or(EXAMPLES), "--continue-on-failure"]);
    let line = line.with(&["--request-timeout", "30", "--warnings", "off", "--suppress-health-check", "all"]);
    LEFT_OUT.iter().fold(line, |line, id| line.with(&["--exclude-operation-id", id])).run()
}

/// The tool's program, installed into a virtual environment among what is built.
fn tool() -> Result<String> {
    let folder = root().join("target/drill-api").to_string_lossy().into_owned();
    let tool = format!("{folder}/bin/{TOOL}");
    let version = Line::new("").with(&[&tool, "--version"]).read().unwrap_or_default();
    if version.split_whitespace().any(|word| word == VERSION) {
        return Ok(tool);
    }
    let made = Line::new("python3 -m venv").with(&[&folder]).run();
    made.map_err(|error| format!("{error}; on Debian: apt-get install python3-venv"))?;
    let pip = format!("{folder}/bin/pip");
    Line::new("").with(&[&pip, "install", "--quiet", &format!("{TOOL}=={VERSION}")]).run()?;
    Ok(tool)
}

/// A server with the demo business in memory, whose clock stands still. It ends with the value.
struct Server {
    program: Child,
    /// What it says, kept open: it would fail to say more.
    told: BufReader<ChildStdout>,
    url: String,
    key: String,
}

impl Server {
    fn start() -> Result<Self> {
        let line = "cargo run --quiet --package booking-http -- serve --demo --in-memory --at 2026-11-30T07:00:00Z \
            --listen 127.0.0.1:0";
        let mut program = Line::new(line).start()?;
        let told = program.stdout.take().ok_or("the server's output is not there")?;
        let told = BufReader::new(told);
        let mut server = Self { program, told, url: String::new(), key: String::new() };
        let mut line = String::new();
        while server.told.read_line(&mut line)? > 0 {
            if let Some(url) = after(&line, "API") {
                url.trim_end_matches("/v1").clone_into(&mut server.url);
            }
            if let Some(key) = after(&line, "secret key") {
                key.clone_into(&mut server.key);
            }
            if !server.url.is_empty() && !server.key.is_empty() {
                return Ok(server);
            }
            line.clear();
        }
        Err("the server ended before it said where it listens".into())
    }
}

/// What comes after a name in a table.
fn after<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    Some(line.trim_start().strip_prefix(name)?.trim()).filter(|value| !value.is_empty())
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::after;

    #[test]
    fn the_servers_greeting_is_read() {
        assert_eq!(after("  API              http://127.0.0.1:1/v1", "API"), Some("http://127.0.0.1:1/v1"));
        assert_eq!(after("  secret key       bks_1", "secret key"), Some("bks_1"));
        assert_eq!(after("  KEY=bks_1", "secret key"), None);
    }
}
