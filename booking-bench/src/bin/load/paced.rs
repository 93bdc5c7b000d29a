//! The paced client: an open loop. Every request has an instant at which it is due, whatever became of those before, and
//! its time counts from that instant, so that waiting for a slow answer is not left out (no coordinated omission).

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::Outcome;
use crate::http::{Connection, get};

/// How a run is paced.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) rate: u32,
    pub(crate) connections: u32,
    pub(crate) lasts: Duration,
}

/// The times of all requests, sorted.
pub(crate) struct Times(Vec<Duration>);

impl Times {
    /// The time that this share of the requests stays within.
    pub(crate) fn at(&self, percent: f64) -> Duration {
        let place = (self.0.len().saturating_sub(1) as f64 * percent / 100.0).round() as usize;
        self.0.get(place).copied().unwrap_or_default()
    }

    /// How many requests there were.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }
}

/// Asks these paths in turn, at this pace. Fails on any answer but 200.
pub(crate) fn run(address: &str, token: &str, paths: &[String], pace: Pace) -> Outcome<Times> {
    let requests: Arc<Vec<Vec<u8>>> = Arc::new(paths.iter().map(|path| get(path, token)).collect());
    // One thread: the server shall have the other processor.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut connections = Vec::new();
        for _ in 0..pace.connections {
            connections.push(Connection::open(address).await?);
        }
        let begin = Instant::now() + Duration::from_millis(50);
        let tasks: Vec<_> = connections
            .into_iter()
            .zip(0..)
            .map(|(connection, first)| {
                tokio::spawn(one(connection, Arc::clone(&requests), pace, first, begin))
            })
            .collect();
        let mut times = Vec::new();
        for task in tasks {
            times.extend(task.await??);
        }
        times.sort_unstable();
        Ok(Times(times))
    })
}

/// The share of one connection: every `connections`-th request.
async fn one(
    mut connection: Connection,
    requests: Arc<Vec<Vec<u8>>>,
    pace: Pace,
    first: u32,
    begin: Instant,
) -> Outcome<Vec<Duration>> {
    let between = Duration::from_secs(1) / pace.rate;
    let count = (pace.lasts.as_secs_f64() * f64::from(pace.rate)) as u32;
    let mut times = Vec::new();
    for number in (first..count).step_by(pace.connections as usize) {
        let due = begin + between * number;
        tokio::time::sleep_until(due).await;
        let head = connection.ask(&requests[number as usize % requests.len()]).await?;
        if head.status != 200 {
            return Err(format!("status {} under load", head.status).into());
        }
        times.push(due.elapsed());
    }
    Ok(times)
}
