//! What the server counts, in the text format of Prometheus.
//!
//! Written by hand: each route has its counters in an array, found without an allocation, and the format is three lines a
//! series. Labels are bounded, because a route is its template.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use axum::http::Method;

use crate::observe::{Answered, Observe};

/// Up to how many microseconds each bucket counts; the last counts everything.
const BOUNDS: [u64; 10] = [100, 250, 1_000, 2_500, 10_000, 25_000, 100_000, 250_000, 1_000_000, 10_000_000];
const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "other"];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// Counts requests and their time. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct Metrics(Arc<RwLock<BTreeMap<String, [Counts; METHODS.len()]>>>);

/// One method of one route.
#[derive(Debug, Default)]
struct Counts {
    classes: [AtomicU64; CLASSES.len()],
    buckets: [AtomicU64; BOUNDS.len() + 1],
    micros: AtomicU64,
}

impl Counts {
    fn count(&self, answered: &Answered<'_>) {
        let class = usize::from(answered.status.as_u16() / 100).clamp(1, CLASSES.len()) - 1;
        let micros = u64::try_from(answered.took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.partition_point(|bound| *bound < micros);
        self.classes[class].fetch_add(1, Ordering::Relaxed);
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }
}

fn method_index(method: &Method) -> usize {
    METHODS.iter().position(|known| *known == method.as_str()).unwrap_or(METHODS.len() - 1)
}

impl Observe for Metrics {
    /// Counts it, and writes a line to the log: a fault as an error, anything else for whoever wants to see everything.
    fn answered(&self, answered: &Answered<'_>) {
        let route = answered.route.unwrap_or("none");
        let (status, micros) = (answered.status.as_u16(), answered.took.as_micros());
        let (method, trace) = (answered.method.as_str(), answered.trace);
        if answered.status.is_server_error() {
            tracing::error!(method, route, status, micros, trace, "answered");
        } else {
            tracing::debug!(method, route, status, micros, trace, "answered");
        }
        let index = method_index(answered.method);
        if let Some(counts) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(route) {
            return counts[index].count(answered);
        }
        let mut routes = self.0.write().unwrap_or_else(PoisonError::into_inner);
        routes.entry(route.to_owned()).or_default()[index].count(answered);
    }
}

impl Metrics {
    /// Everything, in the text format of Prometheus.
    pub(crate) fn text(&self) -> String {
        let routes = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut requests = String::from("# TYPE booking_http_requests_total counter\n");
        let mut seconds = String::from("# TYPE booking_http_request_seconds histogram\n");
        for (route, methods) in routes.iter() {
            for (method, counts) in METHODS.iter().zip(methods) {
                let labels = format!("method=\"{method}\",route=\"{route}\"");
                write(&mut requests, &mut seconds, &labels, counts);
            }
        }
        requests + &seconds
    }
}

/// One method of one route. Writing to a string cannot fail.
fn write(requests: &mut String, seconds: &mut String, labels: &str, counts: &Counts) {
    let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    for (class, count) in CLASSES.iter().zip(&counts.classes).filter(|(_, count)| read(count) > 0) {
        let _ =
            writeln!(requests, "booking_http_requests_total{{{labels},status=\"{class}\"}} {}", read(count));
    }
    let total: u64 = counts.buckets.iter().map(read).sum();
    if total == 0 {
        return;
    }
    let name = "booking_http_request_seconds";
    let mut below = 0;
    for (bound, count) in BOUNDS.iter().zip(&counts.buckets) {
        below += read(count);
        let bound = *bound as f64 / 1e6;
        let _ = writeln!(seconds, "{name}_bucket{{{labels},le=\"{bound}\"}} {below}");
    }
    let _ = writeln!(seconds, "{name}_bucket{{{labels},le=\"+Inf\"}} {total}");
    let _ = writeln!(seconds, "{name}_sum{{{labels}}} {}", read(&counts.micros) as f64 / 1e6);
    let _ = writeln!(seconds, "{name}_count{{{labels}}} {total}");
}
