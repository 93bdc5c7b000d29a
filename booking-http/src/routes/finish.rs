//! The outermost layer: what every answer gets.

use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CACHE_CONTROL, HeaderName, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;

use crate::access::Counted;
use crate::api::Api;
use crate::observe::Answered;
use crate::problem::{Code, Problem};

/// How long a request may take until its answer begins. Streams may go on for longer.
const MOST: Duration = Duration::from_secs(30);

/// Names the trace in the answer and in problem documents, bounds the time, keeps answers out of caches, says how the
/// caller stands, and tells the observer.
pub(super) async fn finish(State(api): State<Api>, mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let trace = trace_id(&request).unwrap_or_else(|| api.new_trace_id());
    let writes = !request.method().is_safe();
    let counted = api.buckets().map(|_| Counted::default());
    if let Some(counted) = &counted {
        request.extensions_mut().insert(counted.clone());
    }
    let seen = api
        .observer()
        .map(|_| (request.method().clone(), request.extensions().get::<MatchedPath>().cloned()));
    let answered = tokio::time::timeout(MOST, next.run(request)).await;
    let mut response = answered
        .unwrap_or_else(|_| axum::response::IntoResponse::into_response(Problem::new(Code::TimedOut)));
    if writes && response.status().is_success() {
        api.hub().wrote();
    }
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        response = problem.traced(&trace).render();
    }
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&trace) {
        headers.insert(HeaderName::from_static("trace-id"), value);
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let (Some(buckets), Some(standing)) = (api.buckets(), counted.and_then(|left| left.0.get().copied())) {
        say(headers, "ratelimit-policy", &buckets.limit().policy());
        say(headers, "ratelimit", &standing.field());
    }
    if let (Some(observer), Some((method, route))) = (api.observer(), seen) {
        let route = route.as_ref().map(MatchedPath::as_str);
        let (status, took) = (response.status(), begun.elapsed());
        observer.answered(&Answered { method: &method, route, status, took, trace: &trace });
    }
    response
}

fn say(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

/// The trace of a `traceparent` header (W3C trace context), if it is well formed.
fn trace_id(request: &Request) -> Option<String> {
    let mut parts = request.headers().get("traceparent")?.to_str().ok()?.split('-');
    let (version, trace) = (parts.next()?, parts.next()?);
    let hex = |text: &str, length| {
        text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let good = hex(version, 2) && version != "ff" && hex(trace, 32) && trace.bytes().any(|b| b != b'0');
    good.then(|| trace.to_owned())
}
