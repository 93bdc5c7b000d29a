//! `GET /v1/analytics/bookings`.

use serde_json::json;

use crate::support::{CLASS, Desk, VISIT, service};

#[tokio::test]
async fn bookings_are_counted_by_where_they_stand() {
    let desk = Desk::open().await;
    desk.book("2026-03-23T09:00:00+01:00", "one").await;
    let cancelled = desk.book("2026-03-23T09:30:00+01:00", "two").await;
    desk.post(&format!("/v1/bookings/{}/cancel", cancelled.id()), &[("if-match", "*")], &json!({})).await;
    desk.hold("2026-03-24T09:00:00+01:00", "three").await;
    let class = json!({ "service": service(CLASS), "start": "2026-03-24T10:00:00+01:00", "party": 3 });
    desk.post("/v1/bookings", &[("idempotency-key", "four")], &class).await;
    let told = async |query: &str| desk.get(&format!("/v1/analytics/bookings?{query}")).await.body;
    let count = |state: &str, bookings: u64, people: u64| {
        json!({
            "state": state, "bookings": bookings, "people": people, "minutes": bookings * 30, "prices": [],
        })
    };
    let whole = [count("held", 1, 1), count("confirmed", 2, 4), count("cancelled", 1, 1)];
    let days = json!({ "from": "2026-03-23", "to": "2026-03-25", "items": whole });
    assert_eq!(told("from=2026-03-23&to=2026-03-25").await, days);
    let on = |day: &str, mut count: serde_json::Value| {
        count["day"] = json!(day);
        count
    };
    let monday = [on("2026-03-23", count("confirmed", 1, 1)), on("2026-03-23", count("cancelled", 1, 1))];
    let alone = json!({ "from": "2026-03-23", "to": "2026-03-24", "items": monday });
    assert_eq!(told("from=2026-03-23&by=day").await, alone, "a day alone");
    let services = told("from=2026-03-24&by=service").await;
    let (mut visit, mut group) = (count("held", 1, 1), count("confirmed", 1, 3));
    (visit["service"], group["service"]) = (json!(service(VISIT)), json!(service(CLASS)));
    assert_eq!(services["items"], json!([visit, group]));
    // The hold lapses, whether anybody has swept or not.
    desk.clock.advance(24 * 3_600);
    assert_eq!(
        told("from=2026-03-24").await["items"],
        json!([count("confirmed", 1, 3), count("expired", 1, 1)])
    );
}

#[tokio::test]
async fn without_dates_it_is_about_today() {
    let desk = Desk::open().await;
    desk.clock.set("2026-03-23T07:00:00Z".parse().expect("an instant"));
    desk.book("2026-03-23T09:00:00+01:00", "one").await;
    let today = desk.get("/v1/analytics/bookings").await.body;
    assert_eq!((&today["from"], &today["to"]), (&json!("2026-03-23"), &json!("2026-03-24")));
    assert_eq!(today["items"][0]["bookings"], 1);
}

#[tokio::test]
async fn a_report_is_bounded_and_for_staff_of_the_business() {
    let desk = Desk::open().await;
    desk.book("2026-03-23T09:00:00+01:00", "one").await;
    for (query, wrong) in [
        ("from=2026-01-01&to=2027-01-03", "to"),
        ("from=2026-01-02&to=2026-01-02", "to"),
        ("from=2026-01-02T00:00:00Z", "from"),
        ("from=1969-12-31", "from"),
        ("from=+262142-12-31", "from"),
        ("by=customer", "by"),
    ] {
        let refused = desk.get(&format!("/v1/analytics/bookings?{query}")).await;
        let at = format!("parameter {wrong}");
        assert_eq!((refused.problem(), refused.at()), ((422, "invalid_request"), at), "{query}");
    }
    let path = "/v1/analytics/bookings?from=2026-03-23";
    let public = desk.raw("GET", path, &[("authorization", "Bearer public-1")], "").await;
    assert_eq!(public.problem(), (403, "forbidden"));
    let other = desk.raw("GET", path, &[("authorization", "Bearer secret-2")], "").await;
    assert_eq!(other.body["items"], json!([]));
}
