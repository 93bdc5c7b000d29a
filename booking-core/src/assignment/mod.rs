//! Choosing resources: which combinations are possible, and which of them is taken.

mod matching;
mod search;
mod strategy;

pub use matching::{MAX_SEARCH_STEPS, SearchTooLarge};
pub(crate) use matching::{Matcher, Need, Together};
pub(crate) use strategy::prefer;
