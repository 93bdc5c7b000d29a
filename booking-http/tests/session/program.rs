//! The program, running.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, ExitStatus, Stdio};

use serde_json::Value;

use super::shell::Request;

/// What the environment may say to the program; tests say it themselves.
const VARIABLES: &[&str] = &[
    "DATABASE_URL",
    "DATABASE_REPLICA_URL",
    "BOOKING_CONNECTIONS",
    "BOOKING_LINK_KEY",
    "BOOKING_LINK_KEY_FILE",
    "BOOKING_LISTEN",
    "BOOKING_LOG",
];

/// Where the program is.
pub(crate) const BOOKING: &str = env!("CARGO_BIN_EXE_booking");

/// The program, not yet started, in an environment that says nothing.
pub(crate) fn command() -> Command {
    silent(Command::new(BOOKING))
}

/// A command in an environment that says nothing.
pub(crate) fn silent(mut command: Command) -> Command {
    for variable in VARIABLES {
        command.env_remove(variable);
    }
    command
}

pub(crate) struct Program {
    child: Child,
    address: String,
    pub(crate) secret: String,
    pub(crate) printed: Vec<String>,
    /// What it said as JSON, if it was asked to.
    pub(crate) said: Value,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The status line and the headers.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

impl Program {
    /// Starts it on a free port, and waits until it has said where.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut child = command()
            .args(arguments)
            .args(["--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let output = BufReader::new(child.stdout.take().expect("its output is piped"));
        let mut printed = Vec::new();
        for line in output.lines() {
            let line = line.expect("what it prints is text");
            let last = line.contains("/confirm");
            printed.push(line);
            if last {
                break;
            }
        }
        let word = |start: &str| {
            let mut lines = printed.iter().filter_map(|line| line.trim().strip_prefix(start));
            lines.next().expect("it prints where it listens and its keys").trim().to_owned()
        };
        let url = word("API ");
        let address = url.trim_start_matches("http://").trim_end_matches("/v1").to_owned();
        let secret = word("secret key ");
        Self { child, address, secret, printed, said: Value::Null }
    }

    /// Starts it and lets it say in JSON what it serves.
    pub(crate) fn serve(mut command: Command) -> Self {
        let started = command.args(["--json", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn();
        let mut child = started.expect("the program starts");
        let mut line = String::new();
        let output = child.stdout.take().expect("its output is piped");
        BufReader::new(output).read_line(&mut line).expect("what it prints is text");
        let said: Value = serde_json::from_str(&line).expect("it says in JSON what it serves");
        let word = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
        let address = word("url").trim_start_matches("http://").to_owned();
        Self { child, address, secret: word("secret_key"), printed: Vec::new(), said }
    }

    /// Asks with a key, and reads an answer in JSON.
    pub(crate) fn ask(&self, method: &str, path: &str, key: &str, body: &str) -> (u16, Value) {
        // A test asks for one thing once.
        let answer = self.tell(method, path, key, &format!("{method}-{}", path.len()), body);
        (answer.status, serde_json::from_slice(&answer.body).unwrap_or_default())
    }

    /// Asks with a key, and a key of the request.
    pub(crate) fn tell(&self, method: &str, path: &str, key: &str, request: &str, body: &str) -> Answer {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut headers =
            vec![header("Content-Type", "application/json"), header("Idempotency-Key", request)];
        if !key.is_empty() {
            headers.push(header("Authorization", &format!("Bearer {key}")));
        }
        let (method, path, body) = (method.to_owned(), path.to_owned(), body.to_owned());
        self.send(&Request { method, path, headers, body })
    }

    /// Kills it: what it has not written down is lost.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }

    /// The number of its process.
    #[cfg(unix)]
    pub(crate) fn process(&self) -> String {
        self.child.id().to_string()
    }

    /// Sends a request and reads the whole answer.
    pub(crate) fn send(&self, request: &Request) -> Answer {
        self.try_send(request).expect("it listens, reads the request and answers")
    }

    /// Sends a request to a program that may end meanwhile: an answer that is not whole is none.
    pub(crate) fn try_send(&self, request: &Request) -> Option<Answer> {
        let mut connection = TcpStream::connect(&self.address).ok()?;
        let mut head =
            format!("{} {} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n", request.method, request.path);
        for (name, value) in &request.headers {
            for part in [name, ": ", value, "\r\n"] {
                head.push_str(part);
            }
        }
        connection.write_all(head.as_bytes()).ok()?;
        write!(connection, "Content-Length: {}\r\n\r\n", request.body.len()).ok()?;
        connection.write_all(request.body.as_bytes()).ok()?;
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).ok()?;
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok())?;
        let field = |line: &str| line.strip_prefix("content-length: ")?.parse().ok();
        let body = answer.split_off(end + 4);
        let whole = head.lines().find_map(field).is_none_or(|length: usize| length == body.len());
        whole.then_some(Answer { status, head, body })
    }

    /// Opens a stream, and waits for its first bytes.
    #[cfg(unix)]
    pub(crate) fn listen(&self, path: &str) -> TcpStream {
        let mut connection = TcpStream::connect(&self.address).expect("it listens");
        let key = &self.secret;
        write!(connection, "GET {path} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {key}\r\n\r\n")
            .expect("it reads the head");
        let mut first = [0; 12];
        connection.read_exact(&mut first).expect("it answers");
        assert_eq!(&first, b"HTTP/1.1 200");
        connection
    }

    /// Tells it to stop, and waits until it has.
    #[cfg(unix)]
    pub(crate) fn stop(mut self) -> ExitStatus {
        let told = Command::new("kill").arg(self.process()).status().expect("kill runs");
        assert!(told.success());
        self.child.wait().expect("it ends")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
