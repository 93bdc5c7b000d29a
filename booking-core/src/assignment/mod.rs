//! Choosing resources: which combinations are possible, and which of them is taken.
//!
//! [`prefer`] puts candidates into the order a strategy wants; [`Matcher`] then says whether the requirements of a
//! visit can be met at one start, by whom, and in which order complete assignments are tried. It is exact: greedy takes
//! the only surgeon as the doctor. What it cannot decide within its bound is the error [`SearchTooLarge`], never "not
//! free".

mod choices;
mod lexicographic;
mod matcher;
mod matching;
mod need;
mod oracle;
mod sharing;
mod strategy;
mod usable;

#[cfg(test)]
mod brute_force_tests;
#[cfg(test)]
mod named_tests;

pub(crate) use matcher::Matcher;
pub use need::{MAX_SEARCH_STEPS, SearchTooLarge};
pub(crate) use need::{Need, Together};
pub(crate) use strategy::prefer;
