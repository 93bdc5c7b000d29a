//! The kinds of problems. Codes are part of the interface: they are added, never changed.

use axum::http::StatusCode;
use serde::Serialize;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:ident, $retryable:literal, $title:literal;)*) => {
        /// The kinds of problems, for programs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
        #[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The code as it is written on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// What it means, for people.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// The HTTP status it comes with.
            pub fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            /// Whether the same request may succeed later.
            pub fn is_retryable(self) -> bool {
                match self { $(Self::$name => $retryable,)* }
            }
        }
    };
}

codes! {
    /// The start is not bookable: the reasons say why, the alternatives what is.
    NotBookable = "not_bookable", CONFLICT, false, "The start is not bookable";
    /// Some occurrences of a series are not bookable: the verdicts say which.
    SeriesConflict = "series_conflict", CONFLICT, false, "Some occurrences are not bookable";
    /// Others were faster again and again.
    Contended = "contended", CONFLICT, true, "Too many others are booking the same time";
    /// The booking's state does not allow it.
    IllegalMove = "illegal_move", CONFLICT, false, "The booking's state does not allow this";
    /// The hold, or the time to decide, has expired.
    Expired = "expired", CONFLICT, false, "It has expired";
    /// Only from an instant on.
    TooEarly = "too_early", CONFLICT, false, "It is too early for this";
    /// Only until an instant.
    TooLate = "too_late", CONFLICT, false, "It is too late for this";
    /// The capacity is in use.
    CapacityInUse = "capacity_in_use", CONFLICT, false, "The capacity is in use";
    /// Something else has this name or id already.
    AlreadyExists = "already_exists", CONFLICT, false, "It exists already";
    /// The thing is in use and cannot be removed.
    InUse = "in_use", CONFLICT, false, "It is in use";
    /// The idempotency key was used for another request.
    IdempotencyKeyReused = "idempotency_key_reused", UNPROCESSABLE_ENTITY, false, "The idempotency key was used for another request";
    /// The idempotency key is missing.
    IdempotencyKeyMissing = "idempotency_key_missing", BAD_REQUEST, false, "The idempotency key is missing";
    /// The idempotency key cannot be one.
    IdempotencyKeyInvalid = "idempotency_key_invalid", BAD_REQUEST, false, "The idempotency key is not valid";
    /// The row has another version than the caller has seen.
    VersionConflict = "version_conflict", PRECONDITION_FAILED, false, "It has been changed meanwhile";
    /// The caller must say which version it has seen.
    PreconditionRequired = "precondition_required", PRECONDITION_REQUIRED, false, "Say which version you have seen";
    /// A value of the request cannot be: the errors say which.
    InvalidRequest = "invalid_request", UNPROCESSABLE_ENTITY, false, "The request is not valid";
    /// The body is not JSON.
    MalformedJson = "malformed_json", BAD_REQUEST, false, "The body is not JSON";
    /// The body is too large.
    BodyTooLarge = "body_too_large", PAYLOAD_TOO_LARGE, false, "The body is too large";
    /// The body took too long to arrive.
    BodyTooSlow = "body_too_slow", REQUEST_TIMEOUT, true, "The body took too long";
    /// The body is not `application/json`.
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, false, "The media type is not supported";
    /// The question costs too much to answer: ask for less.
    TooCostly = "too_costly", UNPROCESSABLE_ENTITY, false, "The question is too costly to answer";
    /// Too many requests: the header `Retry-After` says when the next may come.
    RateLimited = "rate_limited", TOO_MANY_REQUESTS, true, "Too many requests";
    /// Nobody is recognised by these credentials.
    Unauthenticated = "unauthenticated", UNAUTHORIZED, false, "Who are you?";
    /// The caller may not do this.
    Forbidden = "forbidden", FORBIDDEN, false, "This is not allowed with this key";
    /// There is no such thing, or it belongs to another tenant.
    NotFound = "not_found", NOT_FOUND, false, "There is no such thing";
    /// The path exists, the method does not.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, false, "The method is not allowed here";
    /// A signed link has expired.
    LinkExpired = "link_expired", GONE, false, "The link has expired";
    /// The store does not answer at present.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, true, "The service is not available at present";
    /// The connection to the store broke while committing.
    OutcomeUnknown = "outcome_unknown", SERVICE_UNAVAILABLE, true, "It is not known whether the change was made";
    /// The request took too long.
    TimedOut = "timed_out", SERVICE_UNAVAILABLE, true, "The request took too long";
    /// A fault of the server.
    Internal = "internal", INTERNAL_SERVER_ERROR, false, "A fault of the server";
}

/// How long a store may need that does not answer, in seconds.
const AWAY: u32 = 5;

impl Code {
    /// After how many seconds the same request may succeed, where nothing better is known. A store that does not answer
    /// needs a while, and whoever asks it again at once keeps it from coming back; all else is over in a moment.
    pub(crate) fn retry_after(self) -> u32 {
        match self {
            Self::Unavailable | Self::TimedOut => AWAY,
            _ => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn codes_are_written_as_they_are_named() {
        for code in Code::ALL {
            let written = serde_json::to_string(code).unwrap_or_default();
            assert_eq!(written, format!("\"{}\"", code.as_str()));
        }
    }
}
