//! Reading requests: strictly, within bounds, and with errors that point at what is wrong.

mod body;
mod headers;
mod page;
mod path;
mod query;

pub(crate) use body::{Body, OptionalBody};
pub(crate) use headers::{IdempotencyKey, IfMatch};
pub(crate) use page::Page;
pub(crate) use path::Id;
pub(crate) use query::Query;

/// Where a value came from: errors say it, so that a client can point at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// The JSON body: errors carry a JSON pointer.
    Body,
    /// The query string: errors carry the name of the parameter.
    Query,
    /// A path segment.
    Path,
}
