//! The program, running.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, ExitStatus, Stdio};

use super::shell::Request;

pub(crate) struct Program {
    child: Child,
    address: String,
    pub(crate) secret: String,
    pub(crate) printed: Vec<String>,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Program {
    /// Starts it on a free port, and waits until it has said where.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_booking"))
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
        Self { child, address, secret, printed }
    }

    /// Sends a request and reads the whole answer.
    pub(crate) fn send(&self, request: &Request) -> Answer {
        let mut connection = TcpStream::connect(&self.address).expect("it listens");
        let mut head =
            format!("{} {} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n", request.method, request.path);
        for (name, value) in &request.headers {
            for part in [name, ": ", value, "\r\n"] {
                head.push_str(part);
            }
        }
        connection.write_all(head.as_bytes()).expect("it reads the head");
        write!(connection, "Content-Length: {}\r\n\r\n", request.body.len()).expect("it reads the head");
        connection.write_all(request.body.as_bytes()).expect("it reads the body");
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).expect("it answers");
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("the head ends");
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        Answer { status, body: answer.split_off(end + 4) }
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
        let told = Command::new("kill").arg(self.child.id().to_string()).status().expect("kill runs");
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
