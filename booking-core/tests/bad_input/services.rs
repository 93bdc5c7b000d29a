//! Services, requirements, prices, and several services in one visit.

use booking_core::{
    Money, PriceTier, Requirement, ResourceId, Service, ServiceId, ServiceSpec, TierRule, ZoneId, hours,
    minutes, sequence,
};
use chrono::Weekday::Mon;
use serde_json::{Value, json};

use super::table::refused;

fn requirement(name: &str) -> Requirement {
    Requirement::one_of(name, [1, 2].map(ResourceId::from_u64)).during([(0, 600), (1_200, 1_800)])
}

fn spec() -> ServiceSpec {
    let price = PriceTier {
        name: "Full".to_owned(),
        price: Money::new(4_500, "EUR".parse().unwrap()).unwrap(),
        per_person: true,
        when: TierRule {
            duration: Some(minutes(30)),
            days: vec![Mon],
            hours: None,
            min_party: Some(2),
            group: Some("member".to_owned()),
        },
    };
    let needs = vec![requirement("staff"), requirement("room")];
    let mut spec = ServiceSpec::new(ServiceId::from_u64(1), "Visit", ZoneId::UTC, minutes(30), needs);
    spec.durations.push(minutes(60));
    spec.prices = vec![price.clone(), PriceTier { name: "Other".to_owned(), ..price }];
    spec.max_party = Some(10);
    spec
}

fn service() -> Service {
    Service::new(spec()).unwrap()
}

#[test]
fn lengths() {
    refused(
        &service(),
        &[
            ("/durations", json!([]), "durations: none is not valid, expected at least one duration"),
            ("/durations", json!([0]), "durations: 0 s is not valid, expected 1 to 5184000 seconds"),
            ("/durations", json!([-60]), "durations: -60 s is not valid, expected 1 to 5184000 seconds"),
            (
                "/durations",
                json!([i64::MAX]),
                "durations: 9223372036854775807 s is not valid, expected 1 to 5184000 seconds",
            ),
            (
                "/durations",
                json!([1_800, 1_800]),
                "durations: 1800 s is not valid, expected each duration once",
            ),
            (
                "/durations",
                json!((1_800..1_849).collect::<Vec<_>>()),
                "durations: 49 entries is not valid, expected at most 48 entries",
            ),
            ("/step", json!(0), "step: 0 s is not valid, expected 1 to 2678400 seconds"),
            ("/step", json!(1.5), "invalid type: floating point `1.5`, expected i64"),
            ("/grid/offset", json!(-1), "grid.offset: -1 s is not valid, expected 0 to 2678400 seconds"),
            ("/buffers/before", json!(-1), "buffers.before: -1 s is not valid, expected 0 to 604800 seconds"),
            (
                "/buffers/after",
                json!(i64::MAX),
                "buffers.after: 9223372036854775807 s is not valid, expected 0 to 604800 seconds",
            ),
            ("/holds/max", json!(0), "holds.max: 0 s is not valid, expected 1 to 604800 seconds"),
            (
                "/holds/default",
                json!(1_801),
                "holds.default: 1801 s is not valid, expected 1 to 1800 seconds",
            ),
            (
                "/holds/offer",
                json!(604_801),
                "holds.offer: 604801 s is not valid, expected 1 to 604800 seconds",
            ),
        ],
    );
}

#[test]
fn counts_and_names() {
    refused(
        &service(),
        &[
            ("/seats", json!(0), "seats: 0 is not valid, expected 1 to 100000"),
            ("/seats", json!(u32::MAX), "seats: 4294967295 is not valid, expected 1 to 100000"),
            ("/max_party", json!(0), "max_party: 0 is not valid, expected 1 to 100000"),
            (
                "/name",
                json!("\u{1b}[2J"),
                "name: \\u{1b}[2J is not valid, expected 1 to 200 characters without control characters",
            ),
            (
                "/requirements",
                json!([]),
                "requirements: none is not valid, expected at least one requirement",
            ),
            (
                "/requirements",
                Value::Array(vec![json!({"name": "x", "pool": {"tag": "x"}}); 17]),
                "requirements: 17 entries is not valid, expected at most 16 entries",
            ),
            (
                "/requirements/1/name",
                json!("staff"),
                "requirements[1].name: staff is not valid, expected each name once in a service",
            ),
            (
                "/requirements/1/name",
                json!("\n"),
                "requirements[1].name: \\n is not valid, expected 1 to 200 characters without control characters",
            ),
            ("/requirements/0/count", json!(0), "requirements[0].count: 0 is not valid, expected 1 to 64"),
            (
                "/requirements/0/takes",
                json!({"units": 0}),
                "requirements[0].takes: 0 is not valid, expected 1 to 100000 units",
            ),
            (
                "/requirements/0/takes",
                json!({"units": u32::MAX}),
                "requirements[0].takes: 4294967295 is not valid, expected 1 to 100000 units",
            ),
            (
                "/requirements/0/pool",
                json!({"ids": []}),
                "requirements[0].pool: no members is not valid, expected at least one resource",
            ),
            (
                "/requirements/0/pool/ids/1",
                json!(ResourceId::from_u64(1)),
                "requirements[0].pool: 00000000-0000-0000-0000-000000000001 is not valid, expected each resource once",
            ),
            (
                "/requirements/0/pool/ids",
                json!((0..5_001).map(ResourceId::from_u64).collect::<Vec<_>>()),
                "requirements[0].pool: 5001 entries is not valid, expected at most 5000 entries",
            ),
        ],
    );
}

#[test]
fn a_count_above_the_pool_is_no_error_of_the_service() {
    let mut spec = spec();
    spec.requirements[0].count = 3;
    assert!(Service::new(spec).is_ok(), "it is never bookable, which explain says");
}

#[test]
fn parts() {
    let wrong = |from: i64, to: i64| json!([{"from": from, "to": to}]);
    let within = "expected 0 <= from < to <= 1800 s, the shortest duration";
    refused(
        &service(),
        &[
            (
                "/requirements/0/parts",
                wrong(-1, 60),
                &format!("requirements[0].parts: -1..60 s is not valid, {within}"),
            ),
            (
                "/requirements/0/parts",
                wrong(60, 60),
                &format!("requirements[0].parts: 60..60 s is not valid, {within}"),
            ),
            (
                "/requirements/0/parts",
                wrong(0, 1_801),
                &format!("requirements[0].parts: 0..1801 s is not valid, {within}"),
            ),
            (
                "/requirements/0/parts",
                wrong(i64::MIN, i64::MAX),
                &format!("requirements[0].parts: {}..{} s is not valid, {within}", i64::MIN, i64::MAX),
            ),
            (
                "/requirements/0/parts",
                json!([{"from": 0, "to": 600}, {"from": 599, "to": 700}]),
                "requirements[0].parts: 599..700 s is not valid, expected parts that do not overlap, from 600 s on",
            ),
            (
                "/requirements/0/parts",
                json!((0..17).map(|n| json!({"from": n * 60, "to": n * 60 + 30})).collect::<Vec<_>>()),
                "requirements[0].parts: 17 entries is not valid, expected at most 16 entries",
            ),
        ],
    );
}

#[test]
fn prices() {
    refused(
        &service(),
        &[
            (
                "/prices/1/price/currency",
                json!("USD"),
                "prices[1].price.currency: USD is not valid, expected EUR, as in the first tier",
            ),
            (
                "/prices/0/when/duration",
                json!(60),
                "prices[0].when.duration: 60 s is not valid, expected one of the service's durations",
            ),
            (
                "/prices/0/when/days",
                json!(["Mon", "Mon"]),
                "prices[0].when.days: Mon is not valid, expected each day once",
            ),
            (
                "/prices/0/when/min_party",
                json!(0),
                "prices[0].when.min_party: 0 is not valid, expected 1 to 100000",
            ),
            (
                "/prices/0/when/group",
                json!(""),
                "prices[0].when.group:  is not valid, expected 1 to 200 characters without control characters",
            ),
            (
                "/prices",
                Value::Array(vec![json!({"name": "x", "price": {"minor": 1, "currency": "EUR"}}); 65]),
                "prices: 65 entries is not valid, expected at most 64 entries",
            ),
            (
                "/policy/deposit",
                json!({"amount": {"fixed": {"minor": 1, "currency": "USD"}}}),
                "policy.deposit.amount.currency: USD is not valid, expected EUR, as the service's other amounts",
            ),
            (
                "/policy/cancellation",
                json!({"fees": [{"within": 60, "fee": {"fixed": {"minor": 1, "currency": "USD"}}}]}),
                "policy.cancellation.fees.currency: USD is not valid, expected EUR, as the service's other amounts",
            ),
        ],
    );
}

#[test]
fn sequences() {
    let visit = service();
    let error = |services: &[&Service], gap| {
        sequence(ServiceId::from_u64(9), "Both", services, gap).unwrap_err().to_string()
    };
    assert_eq!(error(&[], 0), "services: none is not valid, expected at least one service");
    assert_eq!(error(&[&visit], -1), "gap: -1 s is not valid, expected 0 to 5184000 seconds");
    assert_eq!(
        error(&[&visit], i64::MAX),
        "gap: 9223372036854775807 s is not valid, expected 0 to 5184000 seconds"
    );
    assert_eq!(error(&[&visit; 17], 0), "services: 17 entries is not valid, expected at most 16 entries");
    let class = Service::new(ServiceSpec { name: "Class".to_owned(), seats: 8, ..spec() }).unwrap();
    assert_eq!(error(&[&visit, &class], 0), "services: Class is not valid, expected services without seats");
    let long =
        Service::new(ServiceSpec { durations: vec![hours(24 * 40)], prices: Vec::new(), ..spec() }).unwrap();
    assert_eq!(error(&[&long, &long], 0), "durations: 6912000 s is not valid, expected 1 to 5184000 seconds");
    let twice = sequence(ServiceId::from_u64(9), "Both", &[&visit, &visit], minutes(5)).unwrap();
    let names: Vec<&str> = twice.requirements.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["staff", "room", "staff 2", "room 2"]);
    assert_eq!(twice.durations, [minutes(65)]);
}
