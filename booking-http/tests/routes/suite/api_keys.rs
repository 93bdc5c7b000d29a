//! `/v1/api-keys`.

use serde_json::json;

use crate::support::{Desk, VISIT, service};

#[tokio::test]
async fn a_key_works_until_it_is_revoked_or_expires() {
    let desk = Desk::open().await;
    let body = json!({ "kind": "publishable", "name": "Web page", "expires_at": "2026-03-20T13:00:00Z" });
    let made = desk.post("/v1/api-keys", &[], &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let bearer = format!("Bearer {}", made.body["token"].as_str().expect("a token"));
    let slots = format!("/v1/services/{}/slots", service(VISIT));
    let look = async || desk.raw("GET", &slots, &[("authorization", &bearer)], "").await.status;
    assert_eq!(look().await, 200);
    let bookings = desk.raw("GET", "/v1/bookings", &[("authorization", &bearer)], "").await;
    assert_eq!(bookings.problem(), (403, "forbidden"));
    desk.clock.advance(3_600);
    assert_eq!(look().await, 401);
    // Another one, revoked.
    let made = desk.post("/v1/api-keys", &[], &json!({ "kind": "secret", "name": "Till" })).await;
    let bearer = format!("Bearer {}", made.body["token"].as_str().expect("a token"));
    let list = async || desk.raw("GET", "/v1/bookings", &[("authorization", &bearer)], "").await.status;
    assert_eq!(list().await, 200);
    assert_eq!(desk.call("DELETE", &format!("/v1/api-keys/{}", made.id()), &[], "").await.status, 204);
    assert_eq!(list().await, 401);
    let listed = desk.get("/v1/api-keys").await;
    assert_eq!(listed.body["items"].as_array().map(Vec::len), Some(2));
    assert!(!listed.text.contains("token") && listed.text.contains("revoked_at"));
}

#[tokio::test]
async fn keys_are_for_staff_and_for_the_tenant() {
    let desk = Desk::open().await;
    let made = desk.post("/v1/api-keys", &[], &json!({ "kind": "secret", "name": "Till" })).await;
    let path = format!("/v1/api-keys/{}", made.id());
    let other = [("authorization", "Bearer secret-2")];
    assert_eq!(desk.raw("DELETE", &path, &other, "").await.problem(), (404, "not_found"));
    let public = [("authorization", "Bearer public-1")];
    assert_eq!(desk.raw("DELETE", &path, &public, "").await.problem(), (403, "forbidden"));
    assert_eq!(desk.raw("GET", "/v1/api-keys", &public, "").await.problem(), (403, "forbidden"));
    let nameless = desk.post("/v1/api-keys", &[], &json!({ "kind": "secret", "name": " " })).await;
    assert_eq!((nameless.problem(), nameless.at()), ((422, "invalid_request"), "pointer /name".to_owned()));
}
