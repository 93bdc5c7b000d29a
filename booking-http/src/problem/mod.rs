//! Problem documents (RFC 9457): what every refusal looks like on the wire.

mod code;
mod refusal;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use booking_core::{Invalid, StoreError};
use serde::Serialize;

pub use code::Code;

use crate::extract::Source;
use crate::wire::reason::Reason;
use crate::wire::series::Verdict;
use crate::wire::time::Moment;

/// One thing that is wrong with a request, and where.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// Where in the body: a JSON pointer (RFC 6901); empty for the whole body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Which parameter of the query string or the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// Which header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// What is wrong with it, for people.
    pub detail: String,
}

impl FieldError {
    pub(crate) fn pointer(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: Some(pointer.into()), parameter: None, header: None, detail: detail.into() }
    }

    pub(crate) fn parameter(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: None, parameter: Some(name.into()), header: None, detail: detail.into() }
    }

    pub(crate) fn header(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: None, parameter: None, header: Some(name.into()), detail: detail.into() }
    }
}

/// A refusal on the wire.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct Problem(Box<Document>);

/// A refusal (RFC 9457). `code` is stable; programs decide by it. `detail` is for people and may change.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = Problem))]
pub(crate) struct Document {
    /// A reference for the kind of problem, relative to the server; the same for every problem with this code.
    #[serde(rename = "type")]
    kind: String,
    /// What the kind of problem is, for people.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// The kind of problem, for programs.
    code: Code,
    /// What happened this time, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// Whether the same request may succeed later.
    retryable: bool,
    /// What is wrong with the request, and where.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// Every reason why the start is not bookable.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<Reason>,
    /// The nearest bookable starts, nearest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alternatives: Vec<Moment>,
    /// For a series: one verdict for each occurrence.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    verdicts: Vec<Verdict>,
    /// The version that the booking has, where another was expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    current_version: Option<u64>,
    /// The instant that decides: when it expired, from when or until when it is possible.
    #[serde(skip_serializing_if = "Option::is_none")]
    instant: Option<Moment>,
    /// After how many seconds the same request may succeed.
    #[serde(skip)]
    retry_after: u32,
    /// The trace this request belongs to (W3C trace context): quote it when you ask for help.
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
}

impl Problem {
    pub(crate) fn new(code: Code) -> Self {
        Self(Box::new(Document {
            kind: format!("/problems/{}", code.as_str()),
            title: code.title(),
            status: code.status().as_u16(),
            code,
            detail: None,
            retryable: code.is_retryable(),
            errors: Vec::new(),
            reasons: Vec::new(),
            alternatives: Vec::new(),
            verdicts: Vec::new(),
            current_version: None,
            instant: None,
            retry_after: code.retry_after(),
            trace_id: None,
        }))
    }

    /// The kind of problem.
    pub fn code(&self) -> Code {
        self.0.code
    }

    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// The same problem of a value deeper in the body.
    pub(crate) fn within(mut self, pointer: &str) -> Self {
        for error in &mut self.0.errors {
            if let Some(inner) = &mut error.pointer {
                inner.insert_str(0, pointer);
            }
        }
        self
    }

    /// The same request may succeed after so many seconds, where something better than the usual answer is known.
    pub(crate) fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after = seconds.max(1);
        self
    }

    pub(crate) fn field(mut self, error: FieldError) -> Self {
        self.0.errors.push(error);
        self
    }

    pub(crate) fn header_error(self, name: &str, expected: &str) -> Self {
        self.field(FieldError::header(name, format!("expected {expected}")))
    }

    /// A value of the request that cannot be.
    pub(crate) fn invalid(invalid: &Invalid, source: Source) -> Self {
        let detail = format!("{} is not valid, expected {}", invalid.value(), invalid.expected());
        let field = invalid.field();
        let error = match source {
            Source::Body => FieldError::pointer(pointer_of(field), &detail),
            Source::Query | Source::Path => FieldError::parameter(field, &detail),
        };
        Self::new(Code::InvalidRequest).detail(invalid.to_string()).field(error)
    }

    /// A store that does not answer. What it says stays in the log: it may name hosts and files.
    pub(crate) fn store(error: &StoreError) -> Self {
        log(error);
        match error {
            StoreError::Unavailable(_) => Self::new(Code::Unavailable),
            StoreError::Unknown(_) => Self::new(Code::OutcomeUnknown).detail(
                "it is not known whether the change was made; ask again with the same idempotency key",
            ),
            StoreError::Failed(_) => Self::new(Code::Internal),
        }
    }

    pub(crate) fn traced(mut self, trace_id: &str) -> Self {
        self.0.trace_id = Some(trace_id.to_owned());
        self
    }

    /// Without what a caller from the public may not know: who has taken a time.
    pub(crate) fn redacted(mut self) -> Self {
        for reason in &mut self.0.reasons {
            reason.redact();
        }
        for verdict in &mut self.0.verdicts {
            verdict.redact();
        }
        self
    }

    /// The document as it goes out.
    pub(crate) fn render(&self) -> Response {
        let body = serde_json::to_vec(&self.0).unwrap_or_default();
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.0.retryable {
            headers.insert(RETRY_AFTER, HeaderValue::from(self.0.retry_after));
        }
        if self.0.code == Code::Unauthenticated {
            let scheme = HeaderValue::from_static("Bearer");
            headers.insert(axum::http::header::WWW_AUTHENTICATE, scheme);
        }
        response
    }
}

/// What an operator has to know and a caller must not. A host that nests the router has its own logs, and its own store.
pub(crate) fn log(error: &StoreError) {
    #[cfg(feature = "server")]
    tracing::warn!("{error}");
    #[cfg(not(feature = "server"))]
    let _ = error;
}

/// The JSON pointer of a field as the engine names it: `requirements[0].count` is `/requirements/0/count`.
fn pointer_of(field: &str) -> String {
    format!("/{}", field.replace('[', "/").replace(']', "").replace('.', "/"))
}

impl IntoResponse for Problem {
    /// The document, and the problem itself among the extensions, so that the outermost layer can add the trace.
    fn into_response(self) -> Response {
        let mut response = self.render();
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_may_try_again_is_told_when() {
        for code in Code::ALL {
            let response = Problem::new(*code).render();
            let told = response.headers().get(RETRY_AFTER).and_then(|seconds| seconds.to_str().ok());
            let expected = match code {
                Code::Unavailable | Code::TimedOut => Some("5"),
                Code::OutcomeUnknown | Code::Contended | Code::RateLimited | Code::BodyTooSlow => Some("1"),
                _ => None,
            };
            assert_eq!(told, expected, "{code:?}");
        }
        let known = Problem::new(Code::RateLimited).retry_after(7).render();
        assert_eq!(known.headers()[RETRY_AFTER], "7");
    }

    #[test]
    fn fields_of_the_engine_become_pointers() {
        assert_eq!(pointer_of("duration"), "/duration");
        assert_eq!(pointer_of("requirements[0].count"), "/requirements/0/count");
        assert_eq!(pointer_of("overrides.date"), "/overrides/date");
    }
}
