//! `GET /v1/audit-log`.

use serde_json::json;

use crate::support::Desk;

#[tokio::test]
async fn every_write_is_in_the_log_with_who_did_it() {
    let desk = Desk::open().await;
    let held = desk.hold("2026-03-23T09:00:00+01:00", "one").await;
    desk.post(&format!("/v1/holds/{}/confirm", held.id()), &[], &json!({})).await;
    desk.post("/v1/customers", &[], &json!({ "name": "Mia" })).await;
    let log = desk.get("/v1/audit-log?limit=3").await;
    let told: Vec<_> = log.body["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|entry| (entry["action"].as_str(), entry["object"].as_str(), entry["who"].as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (Some("create"), Some("customer"), Some("secret-1")),
            (Some("confirm"), Some("booking"), Some("secret-1")),
            (Some("place"), Some("booking"), Some("secret-1")),
        ]
    );
    let next = log.body["next"].as_u64().expect("there is more");
    let rest = desk.get(&format!("/v1/audit-log?limit=200&before={next}")).await;
    assert!(rest.body["items"].as_array().is_some_and(|items| items.len() >= 12));
    assert_eq!(desk.get("/v1/audit-log?limit=0").await.problem(), (422, "invalid_request"));
    let other = desk.raw("GET", "/v1/audit-log", &[("authorization", "Bearer secret-2")], "").await;
    assert_eq!(other.body, json!({ "items": [] }));
    let public = desk.raw("GET", "/v1/audit-log", &[("authorization", "Bearer public-1")], "").await;
    assert_eq!(public.problem(), (403, "forbidden"));
}

/// An instant belongs to the stretch that begins with it, and not to the one that ends there.
#[tokio::test]
async fn the_log_is_read_by_time() {
    let desk = Desk::open().await;
    let whole = desk.get("/v1/audit-log?limit=200").await.body["items"].clone();
    desk.clock.set("2026-03-21T10:00:00Z".parse().expect("an instant"));
    desk.post("/v1/customers", &[], &json!({ "name": "Mia" })).await;
    desk.clock.set("2026-03-21T23:59:59Z".parse().expect("an instant"));
    desk.post("/v1/customers", &[], &json!({ "name": "Ben" })).await;
    desk.clock.set("2026-03-22T00:00:00Z".parse().expect("an instant"));
    desk.post("/v1/customers", &[], &json!({ "name": "Leo" })).await;
    let between = async |window: &str| {
        let log = desk.get(&format!("/v1/audit-log?limit=200&{window}")).await;
        log.body["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|entry| entry["at"].clone())
            .collect::<Vec<_>>()
    };
    let [ten, last, midnight] = ["2026-03-21T10:00:00Z", "2026-03-21T23:59:59Z", "2026-03-22T00:00:00Z"];
    assert_eq!(between("from=2026-03-21&to=2026-03-22").await, [last, ten]);
    assert_eq!(between("from=2026-03-21T11:00:00%2B01:00&to=2026-03-21T23:59:59Z").await, [ten]);
    assert_eq!(between("from=2026-03-22").await, [midnight]);
    assert_eq!(between("from=2026-03-22&zone=Asia/Tokyo").await, [midnight, last]);
    assert_eq!(between("to=2026-03-21").await.len(), whole.as_array().expect("items").len());
    let page = desk.get("/v1/audit-log?limit=1&from=2026-03-21&to=2026-03-22").await;
    let next = page.body["next"].as_u64().expect("there is more");
    let rest = desk.get(&format!("/v1/audit-log?limit=1&from=2026-03-21&to=2026-03-22&before={next}")).await;
    assert_eq!((&rest.body["items"][0]["at"], rest.body.get("next")), (&json!(ten), None));
    for wrong in ["from=2026-03-22&to=2026-03-22", "from=yesterday", "to=1969-12-31"] {
        let refused = desk.get(&format!("/v1/audit-log?{wrong}")).await;
        assert_eq!(refused.problem(), (422, "invalid_request"), "{wrong}");
    }
}
