//! Wall-clock readings to instants: real dates, laws over every transition of every zone, and a slow model.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod time_support;

use booking_core::Zone;
use booking_core::time::civil::{self, DAY};
use booking_core::time::{Local, Transition};
use booking_core::{END_SECOND, FIRST_SECOND};
use proptest::prelude::*;
use time_support::{File, distinct_zones, local, second, utc, zone};

const HOUR: i64 = 3_600;

/// What a reading means, as text: `at`, `gap BEFORE AFTER -> FIRST AFTER THE GAP`, or `fold EARLIER LATER`.
fn check(name: &str, reading: &str, expected: &str) {
    let found = match zone(name).resolve(local(reading)) {
        Local::Unique(at) => format!("at {}", utc(at)),
        Local::Gap { before, after, transition } => {
            format!("gap {} {} -> {}", utc(before), utc(after), utc(transition))
        }
        Local::Fold { earlier, later } => format!("fold {} {}", utc(earlier), utc(later)),
    };
    assert_eq!(found, expected, "{name} {reading}");
}

#[test]
fn an_hour_is_skipped_and_an_hour_comes_twice() {
    check("America/New_York", "2026-03-08 01:59:59", "at 2026-03-08T06:59:59Z");
    check(
        "America/New_York",
        "2026-03-08 02:30",
        "gap 2026-03-08T07:30:00Z 2026-03-08T06:30:00Z -> 2026-03-08T07:00:00Z",
    );
    check("America/New_York", "2026-03-08 03:00", "at 2026-03-08T07:00:00Z");
    check("America/New_York", "2026-11-01 00:59:59", "at 2026-11-01T04:59:59Z");
    check("America/New_York", "2026-11-01 01:30", "fold 2026-11-01T05:30:00Z 2026-11-01T06:30:00Z");
    check("America/New_York", "2026-11-01 02:00", "at 2026-11-01T07:00:00Z");
}

#[test]
fn dublin_changes_like_london_though_its_winter_time_is_the_exception() {
    check(
        "Europe/Dublin",
        "2026-03-29 01:30",
        "gap 2026-03-29T01:30:00Z 2026-03-29T00:30:00Z -> 2026-03-29T01:00:00Z",
    );
    check("Europe/Dublin", "2026-10-25 01:30", "fold 2026-10-25T00:30:00Z 2026-10-25T01:30:00Z");
}

#[test]
fn lord_howe_changes_by_half_an_hour_and_troll_by_two() {
    check(
        "Australia/Lord_Howe",
        "2026-10-04 02:15",
        "gap 2026-10-03T15:45:00Z 2026-10-03T15:15:00Z -> 2026-10-03T15:30:00Z",
    );
    check("Australia/Lord_Howe", "2026-10-04 02:30", "at 2026-10-03T15:30:00Z");
    check("Australia/Lord_Howe", "2026-04-05 01:45", "fold 2026-04-04T14:45:00Z 2026-04-04T15:15:00Z");
    check(
        "Antarctica/Troll",
        "2026-03-29 02:00",
        "gap 2026-03-29T02:00:00Z 2026-03-29T00:00:00Z -> 2026-03-29T01:00:00Z",
    );
}

#[test]
fn some_days_have_no_midnight() {
    let at_midnight = [
        ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z"),
        ("America/Santiago", "2026-09-06", "2026-09-06T04:00:00Z"),
        ("America/Havana", "2025-03-09", "2025-03-09T05:00:00Z"),
        ("Asia/Beirut", "2026-03-29", "2026-03-28T22:00:00Z"),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"),
    ];
    for (name, date, first) in at_midnight {
        let (zone, midnight) = (zone(name), local(&format!("{date} 00:00")));
        assert!(matches!(zone.resolve(midnight), Local::Gap { .. }), "{name}");
        assert_eq!(utc(zone.day_start(midnight / DAY)), first, "{name}");
        assert_eq!(zone.to_local(zone.day_start(midnight / DAY)), midnight + HOUR, "{name}");
    }
}

#[test]
fn folds_may_touch_or_cross_midnight() {
    // At 24:00 back to 23:00: the hour before midnight comes twice, midnight once.
    check("Africa/Cairo", "2026-10-29 23:30", "fold 2026-10-29T20:30:00Z 2026-10-29T21:30:00Z");
    check("Africa/Cairo", "2026-10-30 00:00", "at 2026-10-29T22:00:00Z");
    // At 01:00 back to 00:00: midnight comes twice.
    check("America/Havana", "2025-11-02 00:00", "fold 2025-11-02T04:00:00Z 2025-11-02T05:00:00Z");
    // At 00:01 back to 23:01 of the day before.
    check("America/St_Johns", "2010-11-07 00:00", "fold 2010-11-07T02:30:00Z 2010-11-07T03:30:00Z");
    check("America/St_Johns", "2010-11-06 23:30", "fold 2010-11-07T02:00:00Z 2010-11-07T03:00:00Z");
    // At 23:30 on to 00:00 of the next day.
    check(
        "Asia/Pyongyang",
        "2018-05-04 23:45",
        "gap 2018-05-04T15:15:00Z 2018-05-04T14:45:00Z -> 2018-05-04T15:00:00Z",
    );
}

#[test]
fn whole_days_are_skipped() {
    check("Pacific/Apia", "2011-12-29 23:59", "at 2011-12-30T09:59:00Z");
    check(
        "Pacific/Apia",
        "2011-12-30 12:00",
        "gap 2011-12-30T22:00:00Z 2011-12-29T22:00:00Z -> 2011-12-30T10:00:00Z",
    );
    check("Pacific/Apia", "2011-12-31 00:00", "at 2011-12-30T10:00:00Z");
    check(
        "Pacific/Kwajalein",
        "1993-08-21 09:00",
        "gap 1993-08-21T21:00:00Z 1993-08-20T21:00:00Z -> 1993-08-21T12:00:00Z",
    );
}

#[test]
fn openings_and_occurrences_choose_by_the_rules() {
    let new_york = zone("America/New_York");
    let gap = local("2026-03-08 02:30");
    assert_eq!(utc(new_york.opening_start(gap)), "2026-03-08T07:00:00Z");
    assert_eq!(utc(new_york.opening_end(gap)), "2026-03-08T07:00:00Z");
    assert_eq!(utc(new_york.occurrence(gap)), "2026-03-08T07:30:00Z");
    let fold = local("2026-11-01 01:30");
    assert_eq!(utc(new_york.opening_start(fold)), "2026-11-01T05:30:00Z");
    assert_eq!(utc(new_york.opening_end(fold)), "2026-11-01T06:30:00Z");
    assert_eq!(utc(new_york.occurrence(fold)), "2026-11-01T05:30:00Z");
}

#[test]
fn a_date_may_be_two_stretches() {
    let found = |name: &str, date: &str| -> Vec<String> {
        let from = local(&format!("{date} 00:00"));
        let stretches = zone(name).instants_within(from, from + DAY).collect::<Vec<_>>();
        stretches.into_iter().map(|(start, end)| format!("{} {}", utc(start), utc(end))).collect()
    };
    assert_eq!(found("Europe/Berlin", "2026-03-29"), ["2026-03-28T23:00:00Z 2026-03-29T22:00:00Z"]);
    assert_eq!(found("Europe/Berlin", "2026-10-25"), ["2026-10-24T22:00:00Z 2026-10-25T23:00:00Z"]);
    assert_eq!(found("Pacific/Apia", "2011-12-30"), [""; 0]);
    // One minute of the 7th, then an hour that is the 6th again.
    assert_eq!(
        found("America/St_Johns", "2010-11-06"),
        ["2010-11-06T02:30:00Z 2010-11-07T02:30:00Z", "2010-11-07T02:31:00Z 2010-11-07T03:30:00Z"],
    );
    assert_eq!(
        found("America/St_Johns", "2010-11-07"),
        ["2010-11-07T02:30:00Z 2010-11-07T02:31:00Z", "2010-11-07T03:30:00Z 2010-11-08T03:30:00Z"],
    );
}

/// The slow model: the wall clock from the listed transitions, a reading by trying every offset.
struct Model {
    transitions: Vec<Transition>,
}

impl Model {
    /// The transitions that can matter to readings within two days of an instant.
    fn near(zone: &Zone, at: i64) -> Self {
        let near = zone.transitions().iter().filter(|found| (found.at() - at).abs() < 5 * DAY);
        Self { transitions: near.copied().collect() }
    }

    fn to_local(&self, at: i64) -> i64 {
        let past = self.transitions.iter().rfind(|found| found.at() <= at);
        let offset = past.map_or_else(|| self.transitions[0].before(), |found| found.after());
        at + i64::from(offset)
    }

    fn resolve(&self, reading: i64) -> Local {
        let offsets = self.transitions.iter().flat_map(|found| [found.before(), found.after()]);
        let mut instants: Vec<i64> = offsets.map(|offset| reading - i64::from(offset)).collect();
        instants.retain(|&at| self.to_local(at) == reading);
        instants.sort_unstable();
        match (instants.first(), instants.last()) {
            (Some(&at), Some(&last)) if at == last => Local::Unique(at),
            (Some(&earlier), Some(&later)) => Local::Fold { earlier, later },
            _ => self.gap(reading),
        }
    }

    /// The first transition at which the clock shows more than the reading.
    fn gap(&self, reading: i64) -> Local {
        let over =
            self.transitions.iter().find(|found| found.at() + i64::from(found.after()) > reading).unwrap();
        Local::Gap {
            before: reading - i64::from(over.before()),
            after: reading - i64::from(over.after()),
            transition: over.at(),
        }
    }
}

/// Readings around a transition: every quarter of an hour for four hours on both sides, and the seconds beside its edges.
fn readings_around(transition: Transition) -> impl Iterator<Item = i64> {
    let edges = [transition.before(), transition.after()].map(|offset| transition.at() + i64::from(offset));
    let (low, high) = (edges[0].min(edges[1]), edges[0].max(edges[1]));
    let quarters = (low - 4 * HOUR..=high + 4 * HOUR).step_by(900);
    quarters.chain(edges.into_iter().flat_map(|edge| [edge - 1, edge, edge + 1]))
}

fn supported(transition: &Transition) -> bool {
    (FIRST_SECOND..END_SECOND).contains(&transition.at())
}

#[test]
fn every_transition_of_every_zone_resolves_as_the_model_says() {
    let mut compared = [0_usize; 3];
    for zone in distinct_zones() {
        let mut cursor = zone.cursor();
        for &transition in zone.transitions().iter().filter(|found| supported(found)) {
            let model = Model::near(&zone, transition.at());
            for reading in readings_around(transition) {
                let expected = model.resolve(reading);
                assert_eq!(zone.resolve(reading), expected, "{zone:?} {}", civil::wall_of(reading));
                assert_eq!(cursor.resolve(reading), expected, "{zone:?} {}", civil::wall_of(reading));
                compared[match expected {
                    Local::Unique(_) => 0,
                    Local::Gap { .. } => 1,
                    Local::Fold { .. } => 2,
                }] += 1;
            }
        }
    }
    // Were there none of a kind, the comparison would say nothing about it.
    assert!(compared.iter().all(|&count| count > 50_000), "{compared:?}");
}

#[test]
fn second_by_second_a_reading_is_the_instants_that_show_it() {
    let changes = [
        ("Europe/Berlin", "2026-03-29T01:00:00Z"),
        ("Europe/Berlin", "2026-10-25T01:00:00Z"),
        ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
        ("America/St_Johns", "2010-11-07T02:31:00Z"),
        ("Pacific/Apia", "2011-12-30T10:00:00Z"),
        ("Africa/Monrovia", "1972-01-07T00:44:30Z"),
    ];
    for (name, at) in changes {
        let (zone, at) = (zone(name), second(at));
        let mut shown = std::collections::BTreeMap::<i64, Vec<i64>>::new();
        for instant in at - 30 * HOUR..at + 30 * HOUR {
            shown.entry(zone.to_local(instant)).or_default().push(instant);
        }
        // Readings nearer to the edge may be shown outside the window too.
        let (first, last) = (zone.to_local(at - 27 * HOUR), zone.to_local(at + 27 * HOUR));
        for reading in first..last {
            let expected = match shown.get(&reading).map(Vec::as_slice) {
                Some(&[only]) => Local::Unique(only),
                Some(&[earlier, later]) => Local::Fold { earlier, later },
                None => Local::Gap {
                    before: reading - (zone.to_local(at - 1) - (at - 1)),
                    after: reading - (zone.to_local(at) - at),
                    transition: at,
                },
                more => panic!("{more:?}"),
            };
            assert_eq!(zone.resolve(reading), expected, "{name} {}", civil::wall_of(reading));
        }
    }
}

/// The zones and dates since 1970 on which a clock change skipped 09:00: in Athens (whose data `EET` has) it was put on
/// at 09:00, elsewhere a whole date was left out.
const NO_NINE_O_CLOCK: [(&str, &str); 6] = [
    ("EET", "1979-04-01"),
    ("Kwajalein", "1993-08-21"),
    ("Pacific/Apia", "2011-12-30"),
    ("Pacific/Enderbury", "1994-12-31"),
    ("Pacific/Fakaofo", "2011-12-30"),
    ("Pacific/Kiritimati", "1994-12-31"),
];

/// Law: 09:00 stays 09:00 across every transition of every zone from 1970 to 2099.
#[test]
fn nine_o_clock_stays_nine_o_clock() {
    let mut without = Vec::new();
    let mut seen = 0;
    for zone in distinct_zones() {
        for transition in zone.transitions().iter().filter(|found| supported(found)) {
            let day = civil::day_of_local(zone.to_local(transition.at()));
            for reading in (day - 3..=day + 3).map(|day| day * DAY + 9 * HOUR) {
                seen += 1;
                let at = zone.opening_start(reading);
                if zone.to_local(at) == reading {
                    assert_eq!(zone.occurrence(reading), at, "{zone:?} {}", civil::wall_of(reading));
                    assert!(zone.opening_end(reading) >= at, "{zone:?} {}", civil::wall_of(reading));
                } else {
                    assert_eq!(at, transition.at(), "{zone:?} {}", civil::wall_of(reading));
                    without.push((zone.id().to_string(), civil::date_of(reading / DAY).to_string()));
                }
            }
        }
    }
    without.dedup();
    assert!(seen > 100_000, "{seen}");
    assert_eq!(without, NO_NINE_O_CLOCK.map(|(zone, date)| (zone.to_owned(), date.to_owned())));
}

/// A zone of up to twelve transitions that may lie seconds apart, of any offsets.
fn crowded() -> impl Strategy<Value = Zone> {
    let gap = prop_oneof![1_i64..120, 600_i64..7_200, 20_000_i64..200_000];
    let change = (gap, -52_i32..=56);
    (-52_i32..=56, prop::collection::vec(change, 0..12)).prop_map(|(first, steps)| {
        let mut at = 1_000_000_000;
        let mut changes = Vec::new();
        for (gap, quarters) in steps {
            at += gap;
            changes.push((at, quarters * 900));
        }
        File::new(first * 900, &changes, "").zone()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    /// Law: also where transitions crowd, a reading is the instants that show it, and a cursor agrees in any order.
    #[test]
    fn crowded_transitions_resolve_as_the_model_says(
        zone in crowded(),
        readings in prop::collection::vec(999_800_000_i64..1_001_500_000, 1..40),
    ) {
        prop_assume!(!zone.transitions().is_empty());
        let model = Model { transitions: zone.transitions().to_vec() };
        let near = zone.transitions().iter().flat_map(|&found| [found.before(), found.after()].map(|o| found.at() + i64::from(o)));
        let mut cursor = zone.cursor();
        for reading in readings.into_iter().chain(near.flat_map(|edge| [edge - 1, edge, edge + 1])) {
            prop_assert_eq!(zone.resolve(reading), model.resolve(reading));
            prop_assert_eq!(cursor.resolve(reading), model.resolve(reading));
            prop_assert_eq!(cursor.to_local(reading), zone.to_local(reading));
        }
    }

    /// Law: the instants within two readings are exactly those whose reading lies between them, apart and in order.
    #[test]
    fn instants_within_are_those_that_read_so(zone in crowded(), from in 999_900_000_i64..1_000_100_000, length in 0_i64..200_000) {
        let stretches: Vec<(i64, i64)> = zone.instants_within(from, from + length).collect();
        prop_assert!(stretches.iter().all(|found| found.0 < found.1));
        prop_assert!(stretches.windows(2).all(|pair| pair[0].1 < pair[1].0));
        let edges = zone.transitions().iter().map(|found| found.at()).chain(stretches.iter().flat_map(|&(start, end)| [start, end]));
        let sampled = (999_700_000..1_000_400_000).step_by(997).chain(edges.flat_map(|edge| [edge - 1, edge]));
        for at in sampled {
            let inside = stretches.iter().any(|found| found.0 <= at && at < found.1);
            let reads = (from..from + length).contains(&zone.to_local(at));
            prop_assert_eq!(inside, reads, "{}", at);
        }
    }
}

#[test]
fn any_number_is_answered() {
    let zone = zone("America/New_York");
    for extreme in [i64::MIN, i64::MIN + 1, -1, 0, i64::MAX - 1, i64::MAX] {
        let _ =
            (zone.resolve(extreme), zone.offset_at(extreme), zone.to_local(extreme), zone.day_start(extreme));
        let _ = (zone.cursor().resolve(extreme), zone.cursor().to_local(extreme));
        assert_eq!(zone.instants_within(extreme, extreme).count(), 0);
        assert!(zone.instants_within(i64::MIN, extreme).count() <= 1);
    }
    // Beyond the table the last offset goes on.
    assert_eq!(zone.offset_at(i64::MAX), -5 * 3_600);
}
