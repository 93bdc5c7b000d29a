//! The measurements.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use booking_bench::business::Question;

use crate::Outcome;
use crate::business::path;
use crate::child::Server;
use crate::http::{Connection, get};
use crate::paced::{self, Pace};
use crate::table::{Bound, Table, median, number};
use crate::wrk;

/// How thoroughly is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    pub(crate) pairs: usize,
    pub(crate) lasts: Duration,
    pub(crate) paced: Duration,
}

/// A server, its questions, and where to put files.
pub(crate) struct Measured<'a> {
    pub(crate) server: &'a Server,
    pub(crate) folder: &'a Path,
    pub(crate) effort: Effort,
}

/// Limits of one kind of request: processor time in microseconds, and the ratio to the bare route.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) each: f64,
    pub(crate) ratio: Option<f64>,
}

/// The connections at which requests a second are shown.
const CONNECTIONS: [u32; 4] = [1, 16, 64, 1_000];
/// The pace of the times, and on how many connections.
const RATE: u32 = 5_000;
const MANY: u32 = 1_000;

impl Measured<'_> {
    /// Asks everything once and compares with what is right.
    pub(crate) fn check(&self, question: &Question) -> Outcome<f64> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let mut connection = Connection::open(&self.server.address).await?;
            let mut slots = 0;
            for (ask, bare) in question.asks.iter().zip(bare(question)) {
                let head = connection.ask(&get(&path(ask), &self.server.token)).await?;
                let body = connection.body(head);
                let answer: serde_json::Value = serde_json::from_slice(body)?;
                let found = answer["slots"].as_array().map(Vec::len);
                if head.status != 200 || found != Some(ask.slots) {
                    let path = path(ask);
                    return Err(
                        format!("{path}: {} with {found:?} slots, not {}", head.status, ask.slots).into()
                    );
                }
                slots += ask.slots;
                let ready = connection.ask(&get(&bare, &self.server.token)).await?;
                if (ready.status, ready.length) != (200, head.length) {
                    return Err(format!("{bare}: not an answer of {} bytes", head.length).into());
                }
            }
            Ok(slots as f64 / question.asks.len() as f64)
        })
    }

    /// Processor time a request, route and bare route in turn, medians of the pairs.
    pub(crate) fn pairs(&self, question: &Question, limits: Limits, table: &mut Table) -> Outcome {
        let (own, bare) = (paths(question), bare(question));
        let (mut each, mut ratios, mut floors) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.effort.pairs {
            let floor = self.closed(&bare, 64)?.each();
            let figure = self.closed(&own, 64)?.each();
            each.push(figure);
            floors.push(floor);
            ratios.push(figure / floor);
        }
        let name = question.shown;
        table.add(
            &format!("{name}: processor time a request"),
            median(each),
            "us",
            Bound::AtMost(limits.each),
        );
        let (ratio, floor) = (median(ratios), median(floors));
        match limits.ratio {
            Some(limit) => {
                table.add(&format!("{name}: against the bare route"), ratio, "x", Bound::AtMost(limit));
            }
            None => eprintln!("{name}: {} times the bare route", number(ratio)),
        }
        eprintln!("{name}: the bare route {} us", number(floor));
        Ok(())
    }

    /// Requests a second by the number of connections, beside those of the bare route. Answers the rate at the most.
    pub(crate) fn rates(&self, question: &Question, slots: f64) -> Outcome<f64> {
        let mut shown = format!("| {} ({slots:.0} slots) |", question.shown);
        let mut last = 0.0;
        for connections in CONNECTIONS {
            let floor = self.closed(&bare(question), connections)?.per_second();
            last = self.closed(&paths(question), connections)?.per_second();
            // Writing to a string cannot fail.
            let _ = write!(shown, " {} ({}) |", number(last), number(floor));
        }
        println!("{shown}");
        Ok(last)
    }

    /// The times of requests that are due at a steady pace, beside those of the bare route.
    pub(crate) fn paced(&self, question: &Question, table: &mut Table) -> Outcome {
        let pace = Pace { rate: RATE, connections: MANY, lasts: self.effort.paced };
        let at = |paths: &[String]| -> Outcome<f64> {
            let times = paced::run(&self.server.address, &self.server.token, paths, pace)?;
            let milliseconds = |percent| times.at(percent).as_secs_f64() * 1e3;
            eprintln!(
                "{} requests: p50 {:.1} ms, p90 {:.1} ms, p99 {:.1} ms, p99.9 {:.1} ms",
                times.count(),
                milliseconds(50.0),
                milliseconds(90.0),
                milliseconds(99.0),
                milliseconds(99.9)
            );
            Ok(milliseconds(99.0))
        };
        let (mut floors, mut own) = (Vec::new(), Vec::new());
        for _ in 0..3 {
            floors.push(at(&bare(question))?);
            own.push(at(&paths(question))?);
        }
        let name = format!(
            "p99 at a paced {} requests/s, {} connections",
            number(f64::from(RATE)),
            number(f64::from(MANY))
        );
        table.add(&format!("bare route: {name}"), median(floors), "ms", Bound::AtMost(20.0));
        table.add(&format!("{}: {name}", question.shown), median(own), "ms", Bound::AtMost(100.0));
        Ok(())
    }

    /// The memory of the server while a thousand listen to changes.
    pub(crate) fn listeners(&self, question: &Question, table: &mut Table) -> Outcome {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let mut listening = Vec::new();
            for number in 0..MANY as usize {
                let path = path(&question.asks[number % question.asks.len()]);
                let (service, query) = path
                    .strip_prefix("/v1/services/")
                    .and_then(|rest| rest.split_once("/slots?"))
                    .ok_or("a path that asks for no slots")?;
                let stream = format!("/v1/availability/stream?service={service}&{query}");
                let mut connection = Connection::open(&self.server.address).await?;
                let head = connection.begin(&get(&stream, &self.server.token)).await?;
                if head.status != 200 {
                    return Err(format!("{stream}: {}", head.status).into());
                }
                if connection.body(head).is_empty() {
                    connection.more().await?;
                }
                listening.push(connection);
            }
            let resident = self.server.resident()? as f64 / f64::from(1 << 20);
            let name = format!("memory with {} listeners", number(listening.len() as f64));
            table.add(&name, resident, "MiB", Bound::AtMost(100.0));
            Ok(())
        })
    }

    fn closed(&self, paths: &[String], connections: u32) -> Outcome<wrk::Counted> {
        wrk::run(self.server, self.folder, paths, connections, self.effort.lasts)
    }
}

fn paths(question: &Question) -> Vec<String> {
    question.asks.iter().map(path).collect()
}

/// The bare routes with the same answers.
fn bare(question: &Question) -> Vec<String> {
    (0..question.asks.len()).map(|number| format!("/bare/{}/{number}", question.name)).collect()
}

/// Waits until a server answers that it is ready, and says how long that took.
pub(crate) fn until_ready(server: &Server, begun: Instant) -> Outcome<Duration> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        while begun.elapsed() < Duration::from_secs(20) {
            if let Ok(mut connection) = Connection::open(&server.address).await
                && connection.ask(&get("/readyz", "")).await?.status == 200
            {
                return Ok(begun.elapsed());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Err("the server is not ready after 20 s".into())
    })
}
