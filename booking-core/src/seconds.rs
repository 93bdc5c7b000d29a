//! Lengths of time, in whole seconds.

use crate::Invalid;

/// A length of time in whole seconds.
pub type Seconds = i64;

/// One minute, in seconds.
pub const MINUTE: Seconds = 60;
/// One hour, in seconds.
pub const HOUR: Seconds = 3_600;
/// One day of 24 hours, in seconds.
pub const DAY: Seconds = 86_400;

/// That many minutes, in seconds; what is too much for a number stops at the largest, which every check refuses.
pub const fn minutes(count: i64) -> Seconds {
    count.saturating_mul(MINUTE)
}

/// That many hours, in seconds; what is too much for a number stops at the largest, which every check refuses.
pub const fn hours(count: i64) -> Seconds {
    count.saturating_mul(HOUR)
}

/// Checks that a length lies within a range, both ends included.
pub(crate) fn check_length(
    field: &'static str,
    length: Seconds,
    least: Seconds,
    most: Seconds,
) -> Result<(), Invalid> {
    if (least..=most).contains(&length) {
        return Ok(());
    }
    Err(Invalid::new(field, format_args!("{length} s"), format!("{least} to {most} seconds")))
}

/// Checks that a list is not longer than its bound.
pub(crate) fn check_count(field: &'static str, count: usize, most: usize) -> Result<(), Invalid> {
    if count <= most {
        return Ok(());
    }
    Err(Invalid::new(field, format_args!("{count} entries"), format!("at most {most} entries")))
}

/// The longest name or text, in characters.
pub const MAX_NAME: usize = 200;

/// Checks a text that may be missing: at most [`MAX_NAME`] characters, no control characters.
pub(crate) fn check_text(field: &'static str, text: &str) -> Result<(), Invalid> {
    if text.chars().count() <= MAX_NAME && !text.chars().any(char::is_control) {
        return Ok(());
    }
    let expected = format!("at most {MAX_NAME} characters without control characters");
    Err(Invalid::new(field, text.escape_debug(), expected))
}

/// Checks a name: 1 to [`MAX_NAME`] characters, not only blanks, no control characters.
pub(crate) fn check_name(field: &'static str, name: &str) -> Result<(), Invalid> {
    if !name.trim().is_empty() && check_text(field, name).is_ok() {
        return Ok(());
    }
    let expected = format!("1 to {MAX_NAME} characters without control characters");
    Err(Invalid::new(field, name.escape_debug(), expected))
}
