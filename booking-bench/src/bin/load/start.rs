//! How the real program starts, and what it needs when nobody asks anything.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::child::Server;
use crate::rows::until_ready;
use crate::table::{Bound, Table, median};

/// How often the program is started.
const TIMES: usize = 5;

/// Starts `booking` beside this program on an empty file.
pub(crate) fn measure(table: &mut Table) -> Outcome {
    let program = std::env::current_exe()?.with_file_name("booking");
    if !program.exists() {
        return Err(format!("{} is missing: cargo build --release -p booking-http", program.display()).into());
    }
    let (mut times, mut memory) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("business.sqlite");
        let file = file.to_str().ok_or("a folder whose name is not UTF-8")?;
        let address = free_address()?;
        let begun = Instant::now();
        let server = Server::start_at(&program, &["serve", "--data", file, "--listen", &address], &address)?;
        times.push(until_ready(&server, begun)?.as_secs_f64() * 1e3);
        std::thread::sleep(Duration::from_millis(300));
        memory.push(server.resident()? as f64 / f64::from(1 << 20));
    }
    table.add("start on an empty file", median(times), "ms", Bound::AtMost(200.0));
    table.add("memory of the idle server", median(memory), "MiB", Bound::AtMost(40.0));
    Ok(())
}

/// An address that nobody listens on at present.
fn free_address() -> Outcome<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}
