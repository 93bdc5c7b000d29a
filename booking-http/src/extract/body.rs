//! JSON bodies.

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRef, FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use crate::api::Api;
use crate::problem::{Code, FieldError, Problem};

/// A JSON body, read strictly: unknown fields, trailing text and deep nesting are refused, size and time are bounded.
pub(crate) struct Body<T>(pub(crate) T);

/// The same where a body may be left out.
pub(crate) struct OptionalBody<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T>
where
    Api: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(not_json());
        }
        parse(&read(request, &Api::from_ref(state)).await?).map(Self)
    }
}

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for OptionalBody<T>
where
    Api: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let is_json = is_json(request.headers());
        let bytes = read(request, &Api::from_ref(state)).await?;
        match (bytes.is_empty(), is_json) {
            (true, _) => Ok(Self(T::default())),
            (false, true) => parse(&bytes).map(Self),
            (false, false) => Err(not_json()),
        }
    }
}

fn not_json() -> Problem {
    Problem::new(Code::UnsupportedMediaType)
        .detail("send the body as `Content-Type: application/json`")
        .header_error("Content-Type", "application/json")
}

/// Reads a body within its bounds.
async fn read(request: Request, api: &Api) -> Result<Bytes, Problem> {
    let limit = api.body_limit();
    let too_large = || Problem::new(Code::BodyTooLarge).detail(format!("at most {limit} bytes"));
    if announced(request.headers()).is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let read = tokio::time::timeout(api.body_time(), to_bytes(request.into_body(), limit));
    let read =
        read.await.map_err(|_| Problem::new(Code::BodyTooSlow).detail("the body took too long to arrive"))?;
    read.map_err(|error| {
        if is_length_limit(&error) {
            too_large()
        } else {
            Problem::new(Code::MalformedJson).detail("the body broke off")
        }
    })
}

/// Whether a body was cut for being above the limit.
fn is_length_limit(error: &axum::Error) -> bool {
    // The limit is the only error with this text; its type lives in a crate that the router does not name.
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if error.to_string().contains("length limit exceeded") {
            return true;
        }
        cause = error.source();
    }
    false
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    let essence = kind.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn announced(headers: &HeaderMap) -> Option<usize> {
    headers.get(axum::http::header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Reads a value. Refused: what is not JSON (400), and what is not the value wanted (422, with a pointer).
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer(error.path());
        refused(error.inner(), pointer)
    })?;
    reader.end().map_err(|error| refused(&error, String::new()))?;
    Ok(value)
}

fn refused(error: &serde_json::Error, pointer: String) -> Problem {
    let place = format!(" at line {} column {}", error.line(), error.column());
    let text = error.to_string().replace(&place, "");
    if error.classify() == Category::Data {
        let pointer = match unknown_field(&text) {
            Some(field) if !pointer.ends_with(&format!("/{}", escape(field))) => {
                format!("{pointer}/{}", escape(field))
            }
            _ => pointer,
        };
        return Problem::new(Code::InvalidRequest)
            .detail(text.clone())
            .field(FieldError::pointer(pointer, text));
    }
    Problem::new(Code::MalformedJson)
        .detail(format!("{text}{place}"))
        .field(FieldError::pointer(pointer, text))
}

/// The field that serde did not know, as its message names it.
fn unknown_field(text: &str) -> Option<&str> {
    text.strip_prefix("unknown field `")?.split('`').next()
}

/// The JSON pointer (RFC 6901) of a path.
fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => {
                pointer.push('/');
                pointer.push_str(&index.to_string());
            }
            Segment::Map { key } => {
                pointer.push('/');
                pointer.push_str(&escape(key));
            }
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

fn escape(key: &str) -> String {
    key.chars().take(100).collect::<String>().replace('~', "~0").replace('/', "~1")
}
