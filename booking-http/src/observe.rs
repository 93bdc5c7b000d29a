//! What a host may want to know about every request.

use std::time::Duration;

use axum::http::{Method, StatusCode};

/// One request that was answered.
#[derive(Debug, Clone, Copy)]
pub struct Answered<'a> {
    /// Its method.
    pub method: &'a Method,
    /// The template of its route, such as `/v1/bookings/{id}`; none where there is no such path. Never what the client
    /// wrote.
    pub route: Option<&'a str>,
    /// How it was answered.
    pub status: StatusCode,
    /// How long it took until the answer began.
    pub took: Duration,
    /// The trace it belongs to (W3C trace context).
    pub trace: &'a str,
}

/// Is told about every request, after it was answered. It must not block.
pub trait Observe: Send + Sync {
    /// A request was answered.
    fn answered(&self, answered: &Answered<'_>);
}
