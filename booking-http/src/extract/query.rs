//! Query strings.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::problem::{Code, FieldError, Problem};

/// The query string, read strictly: unknown and repeated parameters are refused.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        parse(parts.uri.query().unwrap_or("")).map(Self)
    }
}

fn parse<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let pairs = form_urlencoded::parse(query.as_bytes());
    let reader = serde_urlencoded::Deserializer::new(pairs);
    serde_path_to_error::deserialize(reader).map_err(|error| {
        let text = error.inner().to_string();
        let quoted = text.split('`').nth(1).unwrap_or("").to_owned();
        let path = error.path().to_string();
        let name = if path == "." || path == "?" { quoted } else { path };
        Problem::new(Code::InvalidRequest).detail(text.clone()).field(FieldError::parameter(name, text))
    })
}
