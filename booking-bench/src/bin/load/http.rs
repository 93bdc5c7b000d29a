//! A client that costs little: one connection kept open, answers with a length.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::Outcome;

/// The most bytes of a head, and of an answer.
const MAX_HEAD: usize = 16 * 1_024;
const MAX_BODY: usize = 16 << 20;

/// A connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What came back; the body lies in the connection's buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) length: usize,
    at: usize,
}

impl Connection {
    pub(crate) async fn open(address: &str) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(4_096) })
    }

    /// Sends a request and reads the whole answer.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Outcome<Head> {
        let head = self.begin(request).await?;
        while self.buffer.len() < head.at + head.length {
            self.read().await?;
        }
        Ok(head)
    }

    /// Sends a request and reads the answer's head.
    pub(crate) async fn begin(&mut self, request: &[u8]) -> Outcome<Head> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            self.read().await?;
            if let Some(head) = head(&self.buffer)? {
                return Ok(head);
            }
            if self.buffer.len() > MAX_HEAD {
                return Err("a head without an end".into());
            }
        }
    }

    /// Waits for more of an answer without a length.
    pub(crate) async fn more(&mut self) -> Outcome {
        self.buffer.clear();
        self.read().await
    }

    /// The body of an answer that was read.
    pub(crate) fn body(&self, head: Head) -> &[u8] {
        &self.buffer[head.at..head.at + head.length]
    }

    async fn read(&mut self) -> Outcome {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err("the server closed the connection".into()),
            _ => Ok(()),
        }
    }
}

/// A GET request of a caller.
pub(crate) fn get(path: &str, token: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n").into_bytes()
}

fn head(buffer: &[u8]) -> Outcome<Option<Head>> {
    let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(&buffer[..end])?;
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).ok_or("no status")?.parse()?;
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>())
    });
    let length = length.transpose()?.unwrap_or(0);
    if length > MAX_BODY {
        return Err("an answer too large to keep".into());
    }
    Ok(Some(Head { status, length, at: end + 4 }))
}
