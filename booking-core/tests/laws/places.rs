//! Where and when worlds lie: near clock changes of every kind.

use booking_core::{Zone, ZoneId, Zones};
use chrono::NaiveDate;

/// Zones and dates at which something is unusual there: half hours, changes at midnight, days that are missing or come
/// twice; and two where nothing is.
const PLACES: [(&str, &str); 26] = [
    ("Europe/Berlin", "2026-03-29"),
    ("Europe/Berlin", "2026-10-25"),
    ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-11-01"),
    ("UTC", "2028-02-28"),
    ("Asia/Kathmandu", "2026-06-15"),
    ("Australia/Lord_Howe", "2026-04-05"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("Africa/Cairo", "2026-04-24"),
    ("Africa/Cairo", "2026-10-30"),
    ("America/Santiago", "2026-09-06"),
    ("America/Santiago", "2026-04-05"),
    ("America/Havana", "2025-03-09"),
    ("America/Havana", "2025-11-02"),
    ("Asia/Beirut", "2026-03-29"),
    ("Asia/Beirut", "2026-10-25"),
    ("Antarctica/Troll", "2026-03-29"),
    ("Antarctica/Troll", "2026-10-25"),
    ("America/St_Johns", "2010-03-14"),
    ("America/St_Johns", "2010-11-07"),
    ("Asia/Pyongyang", "2018-05-05"),
    ("Pacific/Apia", "2011-12-31"),
    ("Pacific/Kwajalein", "1993-08-21"),
    ("Pacific/Kiritimati", "1995-01-01"),
    ("America/Juneau", "1983-10-30"),
    ("Africa/Casablanca", "2026-03-22"),
];

/// How many places there are.
pub(crate) const COUNT: usize = PLACES.len();

/// The zone of a place.
pub(crate) fn zone_id(place: usize) -> ZoneId {
    ZoneId::new(PLACES[place % COUNT].0).unwrap()
}

/// Its date.
pub(crate) fn date(place: usize) -> NaiveDate {
    PLACES[place % COUNT].1.parse().unwrap()
}

/// Its table.
pub(crate) fn zone(id: &ZoneId) -> Zone {
    Zones::bundled().zone(id).unwrap()
}
