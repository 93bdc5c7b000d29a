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
