//! `/v1/holds`.

use serde_json::json;

use crate::support::{Desk, VISIT, service};

const NINE: &str = "2026-03-23T09:00:00+01:00";

#[tokio::test]
async fn a_hold_is_made_shown_and_confirmed() {
    let desk = Desk::open().await;
    let held = desk.hold(NINE, "one").await;
    assert_eq!(held.status, 201, "{}", held.text);
    assert_eq!(held.header("etag"), Some("\"1\""));
    assert_eq!(held.header("location"), Some(format!("holds/{}", held.id()).as_str()));
    assert_eq!(held.body["state"], "held");
    assert_eq!(held.body["expires_at"], "2026-03-20T12:10:00Z");
    let shown = desk.get(&format!("/v1/holds/{}", held.id())).await;
    assert_eq!(shown.body, held.body);
    let confirmed = desk.post(&format!("/v1/holds/{}/confirm", held.id()), &[], &json!({})).await;
    assert_eq!((confirmed.status, &confirmed.body["state"]), (200, &json!("confirmed")));
    assert_eq!(confirmed.header("etag"), Some("\"2\""));
    let again = desk.post(&format!("/v1/holds/{}/confirm", held.id()), &[], &json!({})).await;
    assert_eq!(again.problem(), (409, "illegal_move"));
}

#[tokio::test]
async fn a_retry_with_the_key_is_a_replay() {
    let desk = Desk::open().await;
    let held = desk.hold(NINE, "one").await;
    assert_eq!(held.header("idempotency-replayed"), None);
    desk.clock.advance(3_600);
    let replayed = desk.hold(NINE, "one").await;
    assert_eq!(replayed.header("idempotency-replayed"), Some("true"));
    assert_eq!((replayed.status, &replayed.text), (held.status, &held.text));
    let other = desk.hold("2026-03-23T09:30:00+01:00", "one").await;
    assert_eq!(other.problem(), (422, "idempotency_key_reused"));
    let other = desk.book(NINE, "one").await;
    assert_eq!(other.status, 201, "the same string for another operation is another key");
}

#[tokio::test]
async fn a_key_is_required_and_must_be_one() {
    let desk = Desk::open().await;
    let body = json!({ "service": service(VISIT), "start": NINE });
    let missing = desk.post("/v1/holds", &[], &body).await;
    assert_eq!(missing.problem(), (400, "idempotency_key_missing"));
    assert_eq!(missing.at(), "header Idempotency-Key");
    let twice = [("idempotency-key", "a"), ("idempotency-key", "b")];
    assert_eq!(desk.post("/v1/holds", &twice, &body).await.problem(), (400, "idempotency_key_missing"));
    let long = "k".repeat(256);
    for key in ["", "\"\"", long.as_str()] {
        let reply = desk.post("/v1/holds", &[("idempotency-key", key)], &body).await;
        assert_eq!(reply.problem(), (400, "idempotency_key_invalid"), "{key}");
    }
}

#[tokio::test]
async fn a_hold_expires_by_itself() {
    let desk = Desk::open().await;
    let held = desk.hold(NINE, "one").await;
    desk.clock.advance(600);
    let shown = desk.get(&format!("/v1/holds/{}", held.id())).await;
    assert_eq!(shown.body["state"], "expired");
    let late = desk.post(&format!("/v1/holds/{}/confirm", held.id()), &[], &json!({})).await;
    assert_eq!(late.problem(), (409, "expired"));
    assert_eq!(late.body["instant"], "2026-03-20T12:10:00Z");
    assert_eq!(desk.hold(NINE, "two").await.status, 201);
}

#[tokio::test]
async fn a_hold_is_extended_within_bounds() {
    let desk = Desk::open().await;
    let held = desk.hold(NINE, "one").await;
    let path = format!("/v1/holds/{}/extend", held.id());
    let extended = desk.post(&path, &[], &json!({ "until": "2026-03-20T12:30:00Z" })).await;
    assert_eq!(extended.body["expires_at"], "2026-03-20T12:30:00Z");
    let far = desk.post(&path, &[], &json!({ "until": "2026-03-20T12:30:01Z" })).await;
    assert_eq!(far.problem(), (422, "invalid_request"));
    assert_eq!(far.at(), "pointer /until");
    let past = desk.post(&path, &[], &json!({ "until": "2026-03-20T12:00:00Z" })).await;
    assert_eq!((past.problem(), past.at()), ((422, "invalid_request"), "pointer /until".to_owned()));
}

#[tokio::test]
async fn a_released_hold_is_free_again() {
    let desk = Desk::open().await;
    let held = desk.hold(NINE, "one").await;
    let path = format!("/v1/holds/{}", held.id());
    assert_eq!(desk.call("DELETE", &path, &[], "").await.status, 204);
    assert_eq!(desk.book(NINE, "two").await.status, 201);
    // What was confirmed is no hold any more, and this is not the way to cancel it.
    let held = desk.hold("2026-03-23T10:00:00+01:00", "three").await;
    let path = format!("/v1/holds/{}", held.id());
    desk.post(&format!("{path}/confirm"), &[], &json!({})).await;
    assert_eq!(desk.call("DELETE", &path, &[], "").await.problem(), (409, "illegal_move"));
}

#[tokio::test]
async fn a_publishable_key_holds_and_confirms_but_sees_no_booking() {
    let desk = Desk::open().await;
    let headers = [
        ("authorization", "Bearer public-1"),
        ("content-type", "application/json"),
        ("idempotency-key", "p"),
    ];
    let body = json!({ "service": service(VISIT), "start": NINE }).to_string();
    let held = desk.raw("POST", "/v1/holds", &headers, body).await;
    assert_eq!(held.status, 201, "{}", held.text);
    let path = format!("/v1/holds/{}", held.id());
    assert_eq!(desk.raw("GET", &path, &headers, "").await.status, 200);
    assert_eq!(desk.raw("POST", &format!("{path}/confirm"), &headers, "").await.status, 200);
    assert_eq!(desk.raw("GET", &path, &headers, "").await.problem(), (404, "not_found"));
    assert_eq!(desk.raw("DELETE", &path, &headers, "").await.problem(), (404, "not_found"));
}

#[tokio::test]
async fn a_hold_of_another_tenant_is_none() {
    let desk = Desk::open().await;
    let held = desk.hold(NINE, "one").await;
    let other = [("authorization", "Bearer secret-2"), ("content-type", "application/json")];
    for (method, path) in [("GET", ""), ("DELETE", ""), ("POST", "/confirm")] {
        let path = format!("/v1/holds/{}{path}", held.id());
        assert_eq!(
            desk.raw(method, &path, &other, "").await.problem(),
            (404, "not_found"),
            "{method} {path}"
        );
    }
}
