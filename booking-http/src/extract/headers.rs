//! Headers that carry preconditions.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::header::IF_MATCH;
use axum::http::request::Parts;

use crate::problem::{Code, FieldError, Problem};

/// The caller's idempotency key; required.
pub(crate) struct IdempotencyKey(pub(crate) String);

const KEY: &str = "Idempotency-Key";

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let what = "1 to 255 visible characters that this request alone carries, such as a UUID";
        let mut values = parts.headers.get_all(KEY).iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return Err(Problem::new(Code::IdempotencyKeyMissing)
                .detail(format!("send the header `{KEY}` once: {what}"))
                .header_error(KEY, what));
        };
        let text = value.to_str().unwrap_or("").trim();
        // The draft writes the key as a quoted string; many clients leave the quotes out.
        let text = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
        if text.is_empty() || text.len() > 255 {
            let error = FieldError::header(KEY, format!("expected {what}"));
            return Err(Problem::new(Code::IdempotencyKeyInvalid).detail(what).field(error));
        }
        Ok(Self(text.to_owned()))
    }
}

/// Where it is optional, it is still refused when it cannot be a key.
impl<S: Send + Sync> OptionalFromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Problem> {
        if !parts.headers.contains_key(KEY) {
            return Ok(None);
        }
        <Self as FromRequestParts<S>>::from_request_parts(parts, state).await.map(Some)
    }
}

/// The version the caller has seen: `If-Match: "3"`; `*` is any.
pub(crate) struct IfMatch(pub(crate) Option<u64>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let mut values = parts.headers.get_all(IF_MATCH).iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return Err(Problem::new(Code::PreconditionRequired)
                .detail("send the header `If-Match` with the ETag you have seen, or `*`")
                .header_error("If-Match", "the ETag of the version you have seen, or `*`"));
        };
        let text = value.to_str().unwrap_or("").trim();
        if text == "*" {
            return Ok(Self(None));
        }
        let version = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        match version.and_then(|digits| digits.parse().ok()) {
            Some(version) => Ok(Self(Some(version))),
            // A tag that no version ever had matches nothing.
            None => Err(Problem::new(Code::VersionConflict)
                .detail("no version has this ETag")
                .header_error("If-Match", "the ETag of the version you have seen, or `*`")),
        }
    }
}
