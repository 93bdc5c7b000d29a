//! Any JSON at all: read or refused, never a panic; what is read is written and read again as the same.

use std::fmt::Debug;

use booking_core::{
    Booking, Command, Committed, Event, Explanation, Hours, Interval, Invalid, Policy, Reason, Recurrence,
    Resource, Schedule, Service, Session, Slot, WaitlistEntry, WeeklyHours,
};
use proptest::prelude::*;
use proptest::sample::select;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// A valid value of each kind with everything in it, to be spoiled.
fn seeds() -> Vec<Value> {
    let id = "00000000-0000-0000-0000-000000000001";
    let set = json!({"dtstart": "2026-01-05T09:00:00", "rrule": "FREQ=WEEKLY;BYDAY=MO", "exdates": ["20260112T090000"]});
    let recurring = json!({"recurrence": set, "duration": 3_600, "name": "meeting"});
    let interval = json!({"from": "22:00", "to": "02:00"});
    let schedule = json!({
        "zone": "America/New_York",
        "weekly": [{"days": ["Mon"], "from": "09:00", "to": "24:00"}],
        "overrides": [{"date": "2026-01-05", "intervals": [interval]}],
        "holidays": [{"name": "Public", "dates": [{"date": "2026-12-25", "name": "Christmas"}]}],
        "openings": [recurring],
        "blocks": [recurring],
        "travel": [{"from": "2026-02-01", "to": null, "zone": "UTC"}],
    });
    let hours = json!({"base": schedule, "layers": [{"laying": "within", "from": null, "to": "2026-12-31", "schedule": schedule}]});
    let money = json!({"minor": 100, "currency": "EUR"});
    let window = json!({"closes": 60, "fees": [{"within": 3_600, "fee": {"fixed": money}}]});
    let policy = json!({
        "notice": 60,
        "horizon": {"kind": {"range": {"from": "2026-01-01", "to": "2026-12-31"}}, "zone": "UTC"},
        "limits": [{"per": "customer", "over": "all", "period": "week", "week_start": "Mon", "max_count": 1, "max_seconds": 60}],
        "approval": 60,
        "cancellation": window,
        "reschedule": window,
        "deposit": {"amount": {"share": 5_000}},
        "no_show": {"fee": {"fixed": money}, "refuse_after": 2, "days": 30},
    });
    let service = json!({
        "id": id, "name": "Visit", "zone": "Europe/Berlin", "durations": [1_800, 3_600], "step": 900,
        "grid": {"mode": "clock", "offset": 300}, "buffers": {"before": 60, "after": 60}, "seats": 1, "max_party": 4,
        "requirements": [
            {"name": "staff", "pool": {"ids": [id]}, "count": 1, "takes": {"units": 1}, "parts": [{"from": 0, "to": 600}]},
            {"name": "room", "pool": {"tag": "room"}, "count": 1, "takes": "party", "parts": []},
        ],
        "strategy": "round_robin",
        "prices": [{"name": "Full", "price": money, "per_person": true, "when": {"days": ["Mon"], "hours": interval, "min_party": 1, "group": "member"}}],
        "policy": policy,
        "holds": {"default": 60, "max": 600, "offer": 60},
    });
    let resource = json!({"id": id, "name": "Ann", "kind": "room", "capacity": 2, "hours": hours, "tags": ["room"], "weight": 3});
    vec![set, schedule, hours, policy, service, resource]
}

/// Values that are likely to be wrong in an interesting way.
fn wild() -> impl Strategy<Value = Value> {
    let numbers = select(vec![0_i64, -1, 1, 59, 86_400, i64::from(u32::MAX), i64::MAX, i64::MIN]);
    let texts = select(vec![
        "",
        " ",
        "\u{0}",
        "MÖ",
        "24:00",
        "UTC",
        "2100-01-01",
        "2026-01-05T09:00:00.5Z",
        "9999-12-31",
        "-262143-01-01",
        "FREQ=SECONDLY",
        "FREQ=YEARLY;BYMONTHDAY=30;BYMONTH=2",
        "20260229T090000",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        numbers.prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        texts.prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,8}", inner, 0..4)
                .prop_map(|fields| Value::Object(Map::from_iter(fields))),
        ]
    })
}

/// Every place in a value.
fn places(value: &Value, at: &str, out: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                let at = format!("{at}/{name}");
                out.push(at.clone());
                places(inner, &at, out);
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                let at = format!("{at}/{index}");
                out.push(at.clone());
                places(inner, &at, out);
            }
        }
        _ => {}
    }
}

/// A valid value with one to three places spoiled.
fn spoiled() -> impl Strategy<Value = Value> {
    let spoil = (any::<prop::sample::Index>(), wild());
    (select(seeds()), prop::collection::vec(spoil, 1..4)).prop_map(|(mut seed, spoils)| {
        for (index, value) in spoils {
            let mut all = Vec::new();
            places(&seed, "", &mut all);
            if !all.is_empty()
                && let Some(place) = seed.pointer_mut(&all[index.index(all.len())])
            {
                *place = value;
            }
        }
        seed
    })
}

fn try_read<T: Serialize + DeserializeOwned + Debug + PartialEq>(value: &Value) -> bool {
    let Ok(read) = serde_json::from_value::<T>(value.clone()) else { return false };
    let again: T = serde_json::from_value(serde_json::to_value(&read).unwrap()).unwrap();
    assert_eq!(again, read);
    true
}

fn try_all(value: &Value) -> bool {
    let found = [
        try_read::<Service>(value),
        try_read::<Resource>(value),
        try_read::<Policy>(value),
        try_read::<Schedule>(value),
        try_read::<Hours>(value),
        try_read::<Recurrence>(value),
        try_read::<WeeklyHours>(value),
        try_read::<Interval>(value),
        try_read::<Booking>(value),
        try_read::<Command>(value),
        try_read::<Committed>(value),
        try_read::<Event>(value),
        try_read::<Session>(value),
        try_read::<WaitlistEntry>(value),
        try_read::<Reason>(value),
        try_read::<Slot>(value),
        try_read::<Explanation>(value),
        try_read::<Invalid>(value),
    ];
    found.contains(&true)
}

#[test]
fn the_seeds_themselves_are_read() {
    for seed in seeds() {
        assert!(try_all(&seed), "{seed}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn any_json_is_read_or_refused(value in wild()) {
        try_all(&value);
    }

    #[test]
    fn a_spoiled_value_is_read_or_refused(value in spoiled()) {
        try_all(&value);
    }
}
