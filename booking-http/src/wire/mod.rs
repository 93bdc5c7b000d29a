//! What goes over the wire. None of these types is the engine's own: the engine may change, these are a promise.

pub(crate) mod booking;
pub(crate) mod cursor;
pub(crate) mod digits;
pub(crate) mod id;
pub(crate) mod money;
pub(crate) mod reason;
pub(crate) mod series;
pub(crate) mod slot;
pub(crate) mod slots_json;
pub(crate) mod time;
pub(crate) mod wish;
