//! `POST /v1/bookings/batch`.

use serde_json::json;

use crate::support::{Desk, VISIT, service};

#[tokio::test]
async fn each_is_booked_on_its_own_and_a_retry_books_nothing_twice() {
    let desk = Desk::open().await;
    let item =
        |time: &str| json!({ "service": service(VISIT), "start": format!("2026-03-23T{time}:00+01:00") });
    let body = json!({ "items": [item("09:00"), item("09:00"), item("09:30")] });
    let first = desk.post("/v1/bookings/batch", &[("idempotency-key", "b")], &body).await;
    assert_eq!(first.status, 200, "{}", first.text);
    assert_eq!(first.body["items"][0]["booking"]["state"], "confirmed");
    assert_eq!(first.body["items"][1]["problem"]["code"], "not_bookable");
    assert_eq!(first.body["items"][2]["booking"]["state"], "confirmed");
    let again = desk.post("/v1/bookings/batch", &[("idempotency-key", "b")], &body).await;
    assert_eq!(again.body["items"][0], first.body["items"][0]);
    assert_eq!(desk.get("/v1/bookings").await.body["items"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_batch_has_bounds() {
    let desk = Desk::open().await;
    let item = json!({ "service": service(VISIT), "start": "2026-03-23T09:00:00+01:00" });
    for (body, at) in [
        (json!({ "items": [] }), "pointer /items"),
        (json!({ "items": vec![item.clone(); 51] }), "pointer /items"),
        (json!({ "items": [item, { "service": "x" }] }), "pointer /items/1/service"),
    ] {
        let reply = desk.post("/v1/bookings/batch", &[("idempotency-key", "b")], &body).await;
        assert_eq!((reply.problem(), reply.at()), ((422, "invalid_request"), at.to_owned()));
    }
}
