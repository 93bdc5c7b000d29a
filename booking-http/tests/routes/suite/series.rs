//! `/v1/series`.

use serde_json::{Value, json};

use crate::support::{Desk, Reply, VISIT, service};

fn weekly(count: u32) -> Value {
    json!({
        "service": service(VISIT),
        "recurrence": { "start": "2026-03-23T09:00:00", "rule": format!("FREQ=WEEKLY;COUNT={count}") },
    })
}

async fn create(desk: &Desk, key: &str, body: &Value) -> Reply {
    desk.post("/v1/series", &[("idempotency-key", key)], body).await
}

#[tokio::test]
async fn a_series_keeps_its_wall_time_when_the_clocks_change() {
    let desk = Desk::open().await;
    let made = create(&desk, "one", &weekly(3)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let starts: Vec<&str> = made.body["bookings"]
        .as_array()
        .expect("bookings")
        .iter()
        .filter_map(|one| one["start"].as_str())
        .collect();
    assert_eq!(
        starts,
        ["2026-03-23T09:00:00+01:00", "2026-03-30T09:00:00+02:00", "2026-04-06T09:00:00+02:00"]
    );
    assert_eq!(made.body["bookings"][2]["series"], json!({ "id": made.id(), "place": 3 }));
    let read = desk.get(&format!("/v1/series/{}", made.id())).await;
    assert_eq!(read.body["bookings"], made.body["bookings"]);
    let again = create(&desk, "one", &weekly(3)).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.id(), made.id());
}

#[tokio::test]
async fn what_is_not_free_has_a_verdict() {
    let desk = Desk::open().await;
    desk.book("2026-03-30T09:00:00+02:00", "taken").await;
    let mut body = weekly(3);
    let refused = create(&desk, "one", &body).await;
    assert_eq!(refused.problem(), (409, "series_conflict"));
    let bookable: Vec<_> = refused.body["verdicts"]
        .as_array()
        .expect("verdicts")
        .iter()
        .map(|one| one["bookable"].clone())
        .collect();
    assert_eq!(bookable, [json!(true), json!(false), json!(true)]);
    body["on_conflict"] = json!("propose");
    let preview = desk.post("/v1/series/preview", &[], &body).await;
    assert_eq!(preview.body["bookable"], false);
    assert_eq!(preview.body["verdicts"][1]["alternative"], "2026-03-30T07:30:00Z");
    body["on_conflict"] = json!("skip");
    let made = create(&desk, "two", &body).await;
    assert_eq!(made.body["bookings"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn the_rest_of_a_series_is_cancelled() {
    let desk = Desk::open().await;
    let made = create(&desk, "one", &weekly(4)).await;
    let second = made.body["bookings"][1]["id"].clone();
    let path = format!("/v1/series/{}/cancel", made.id());
    let scope = json!({ "scope": "following", "booking": second });
    let cancelled = desk.post(&path, &[("idempotency-key", "c")], &scope).await;
    assert_eq!(cancelled.body["bookings"].as_array().map(Vec::len), Some(3), "{}", cancelled.text);
    let again = desk.post(&path, &[("idempotency-key", "c")], &scope).await;
    assert_eq!(again.body, cancelled.body);
    let replayed = |reply: &Reply| reply.header("idempotency-replayed").map(str::to_owned);
    assert_eq!((replayed(&cancelled), replayed(&again).as_deref()), (None, Some("true")));
    let reused = desk.post(&path, &[("idempotency-key", "c")], &json!({ "scope": "all" })).await;
    assert_eq!(reused.problem(), (422, "idempotency_key_reused"));
    let left = desk.get("/v1/bookings?state=confirmed").await;
    assert_eq!(left.body["items"].as_array().map(Vec::len), Some(1));
    let lost = desk.post(&path, &[], &json!({ "scope": "this" })).await;
    assert_eq!(lost.problem(), (404, "not_found"));
    let unknown = desk.get("/v1/series/ser_00000000000000000000000000000099").await;
    assert_eq!(unknown.problem(), (404, "not_found"));
}

#[tokio::test]
async fn a_rule_that_cannot_be_is_pointed_at() {
    let desk = Desk::open().await;
    let with = |recurrence: Value| json!({ "service": service(VISIT), "recurrence": recurrence });
    let start = "2026-03-23T09:00:00";
    for (recurrence, at) in [
        (json!({ "start": start, "rule": "FREQ=WEEKLY" }), "pointer /recurrence"),
        (json!({ "start": start, "rule": "FREQ=SECONDLY;COUNT=2" }), "pointer /recurrence/rule"),
        (json!({ "start": start, "rule": "FREQ=DAILY;COUNT=0" }), "pointer /recurrence/rule"),
        (json!({ "start": start, "rule": "täglich" }), "pointer /recurrence/rule"),
        (json!({ "start": start, "rule": "X".repeat(5_000) }), "pointer /recurrence/rule"),
        (json!({ "start": start, "also": ["x"] }), "pointer /recurrence/also/0"),
        (json!({ "start": "2026-03-23" }), "pointer /recurrence/start"),
        (json!({ "start": start, "zone": "Nowhere" }), "pointer /recurrence/zone"),
        (json!({ "start": "1800-01-01T00:00:00" }), "pointer /recurrence/start"),
    ] {
        let reply = desk.post("/v1/series/preview", &[], &with(recurrence.clone())).await;
        assert_eq!((reply.problem(), reply.at()), ((422, "invalid_request"), at.to_owned()), "{recurrence}");
    }
}
