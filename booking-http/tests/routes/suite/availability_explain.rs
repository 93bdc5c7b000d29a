//! `POST /v1/availability/explain`.

use serde_json::json;

use crate::support::{Desk, VISIT, service};

#[tokio::test]
async fn a_free_start_has_no_reasons() {
    let desk = Desk::open().await;
    let body = json!({ "service": service(VISIT), "start": "2026-03-23T09:00:00+01:00[Europe/Berlin]" });
    let reply = desk.post("/v1/availability/explain", &[], &body).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(
        reply.body,
        json!({
            "service": service(VISIT), "start": "2026-03-23T09:00:00+01:00", "bookable": true, "reasons": [],
            "candidates": [{
                "requirement": "staff", "resource": "res_00000000000000000000000000000001", "reasons": [],
            }],
        })
    );
}

#[tokio::test]
async fn every_reason_is_told_with_its_data() {
    let desk = Desk::open().await;
    let booked = desk.book("2026-03-23T09:00:00+01:00", "one").await;
    let ask = async |start: &str| {
        let body = json!({ "service": service(VISIT), "start": start });
        desk.post("/v1/availability/explain", &[], &body).await.body["reasons"].clone()
    };
    let ann = "res_00000000000000000000000000000001";
    assert_eq!(
        ask("2026-03-23T09:00:00+01:00").await,
        json!([{
            "kind": "taken", "resource": ann, "by": { "booking": booked.id() },
            "until": "2026-03-23T08:30:00Z",
        }])
    );
    assert_eq!(
        ask("2026-03-23T09:40:00+01:00").await,
        json!([{ "kind": "off_grid", "previous": "2026-03-23T08:30:00Z", "next": "2026-03-23T09:00:00Z" }])
    );
    assert_eq!(ask("2026-03-22T09:00:00+01:00").await, json!([{ "kind": "outside_hours", "resource": ann }]));
    assert_eq!(
        ask("2026-03-20T09:00:00+01:00").await[0],
        json!({ "kind": "too_soon", "earliest": "2026-03-20T12:00:00Z" })
    );
}

#[tokio::test]
async fn a_publishable_key_is_not_told_who_has_it() {
    let desk = Desk::open().await;
    desk.book("2026-03-23T09:00:00+01:00", "one").await;
    let body = json!({ "service": service(VISIT), "start": "2026-03-23T09:00:00+01:00" });
    let headers = [("authorization", "Bearer public-1"), ("content-type", "application/json")];
    let reply = desk.raw("POST", "/v1/availability/explain", &headers, body.to_string()).await;
    assert_eq!(reply.body["reasons"][0]["kind"], "taken");
    assert!(!reply.text.contains("bkg_"), "{}", reply.text);
}
