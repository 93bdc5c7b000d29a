//! Path segments.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;

use crate::problem::{Code, Problem};
use crate::wire::id::{Prefixed, parse};

/// The id in the path. One that cannot be an id is an id that nothing has: 404.
pub(crate) struct Id<T>(pub(crate) T);

impl<T: Prefixed, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let unknown = || Problem::new(Code::NotFound).detail(format!("no such {}", T::WORD));
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| unknown())?;
        let text = params.iter().find(|(name, _)| *name == "id").map(|(_, text)| text);
        text.and_then(parse).map(Self).ok_or_else(unknown)
    }
}
