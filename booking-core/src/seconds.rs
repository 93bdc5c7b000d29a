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

/// That many minutes, in seconds.
pub const fn minutes(count: i64) -> Seconds {
    count * MINUTE
}

/// That many hours, in seconds.
pub const fn hours(count: i64) -> Seconds {
    count * HOUR
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

/// Checks a name: 1 to 200 characters, no control characters.
pub(crate) fn check_name(field: &'static str, name: &str) -> Result<(), Invalid> {
    let good = !name.trim().is_empty() && name.chars().count() <= 200 && !name.chars().any(char::is_control);
    if good {
        return Ok(());
    }
    Err(Invalid::new(field, name.escape_debug(), "1 to 200 characters without control characters"))
}
