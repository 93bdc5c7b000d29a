//! How much of a list.

use booking_core::Invalid;

/// The pages of every list.
pub(crate) struct Page;

/// The most entries of a page, and how many there are unless the caller says.
const MOST: usize = 200;
const USUAL: usize = 50;

impl Page {
    /// How many entries a page has.
    pub(crate) fn limit(asked: Option<usize>) -> Result<usize, Invalid> {
        let limit = asked.unwrap_or(USUAL);
        if (1..=MOST).contains(&limit) {
            return Ok(limit);
        }
        Err(Invalid::new("limit", limit, format!("1 to {MOST}")))
    }
}
