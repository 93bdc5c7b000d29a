//! `/v1/customers`.

use serde_json::{Value, json};

use crate::support::{Desk, VISIT, service};

async fn add(desk: &Desk, profile: Value) -> String {
    let made = desk.post("/v1/customers", &[], &profile).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.body["profile"], profile);
    made.id()
}

#[tokio::test]
async fn customers_are_found_by_the_beginnings_of_words() {
    let desk = Desk::open().await;
    let mia =
        add(&desk, json!({ "name": "Mia Kern", "email": "mia@example.com", "phone": "+49 30 1234567" }))
            .await;
    add(&desk, json!({ "name": "Max Berg" })).await;
    for (query, count) in [("mi", 1), ("m", 2), ("kern%20mia", 1), ("zoe", 0)] {
        let found = desk.get(&format!("/v1/customers/search?q={query}")).await;
        assert_eq!(found.body["items"].as_array().map(Vec::len), Some(count), "{query}");
    }
    let all = desk.get("/v1/customers?limit=1").await;
    assert!(all.body["next"].is_string());
    let path = format!("/v1/customers/{mia}");
    let other = [("authorization", "Bearer secret-2")];
    assert_eq!(desk.raw("GET", &path, &other, "").await.problem(), (404, "not_found"));
    let public = [("authorization", "Bearer public-1")];
    assert_eq!(desk.raw("GET", &path, &public, "").await.problem(), (403, "forbidden"));
}

#[tokio::test]
async fn a_customer_is_changed_merged_exported_and_erased() {
    let desk = Desk::open().await;
    let mia = add(&desk, json!({ "name": "Mia Kern" })).await;
    let twin = add(&desk, json!({ "email": "mia@example.com" })).await;
    let body = json!({ "service": service(VISIT), "start": "2026-03-23T09:00:00+01:00", "customer": twin });
    desk.post("/v1/bookings", &[("idempotency-key", "one")], &body).await;
    let consent = json!({ "purpose": "reminders", "granted": true });
    let path = format!("/v1/customers/{mia}");
    let agreed = desk.post(&format!("{path}/consents"), &[("if-match", "\"1\"")], &consent).await;
    assert_eq!(agreed.body["consents"][0]["purpose"], "reminders", "{}", agreed.text);
    let merged = desk
        .post(&format!("/v1/customers/{twin}/merge"), &[("if-match", "*")], &json!({ "into": mia }))
        .await;
    assert_eq!((merged.status, merged.id()), (200, mia.clone()), "{}", merged.text);
    assert_eq!(merged.body["profile"]["email"], "mia@example.com");
    assert_eq!(desk.get(&format!("/v1/customers/{twin}")).await.id(), mia);
    let export = desk.get(&format!("{path}/export")).await;
    assert_eq!(export.body["bookings"].as_array().map(Vec::len), Some(1), "{}", export.text);
    assert_eq!(
        desk.post(&format!("{path}/erase"), &[], &json!({})).await.problem(),
        (428, "precondition_required")
    );
    let erased = desk.call("POST", &format!("{path}/erase"), &[("if-match", "*")], "").await;
    assert_eq!((&erased.body["state"], erased.body.get("profile")), (&json!("erased"), None));
}

#[tokio::test]
async fn a_wrong_profile_is_pointed_at() {
    let desk = Desk::open().await;
    for (body, at) in [
        (json!({}), "pointer /name"),
        (json!({ "name": "a\u{0}b" }), "pointer /name"),
        (json!({ "name": "x\r\nBcc: y" }), "pointer /name"),
        (json!({ "email": "nobody" }), "pointer /email"),
        (json!({ "phone": "call me" }), "pointer /phone"),
        (json!({ "name": "A", "language": "!" }), "pointer /language"),
        (json!({ "name": "A", "age": 7 }), "pointer /age"),
    ] {
        let reply = desk.post("/v1/customers", &[], &body).await;
        assert_eq!((reply.problem(), reply.at()), ((422, "invalid_request"), at.to_owned()), "{body}");
    }
    assert_eq!(desk.get("/v1/customers/search?q=").await.problem(), (422, "invalid_request"));
}

#[tokio::test]
async fn nothing_is_booked_for_a_customer_who_does_not_exist() {
    let desk = Desk::open().await;
    let mia = add(&desk, json!({ "name": "Mia Kern" })).await;
    let nobody = "cus_00000000000000000000000000000099";
    let start = "2026-03-23T09:00:00+01:00";
    let visit = |customer: &str| json!({ "service": service(VISIT), "start": start, "customer": customer });
    let recurrence = json!({ "start": "2026-03-23T09:00:00" });
    for (path, body) in [
        ("/v1/bookings", visit(nobody)),
        ("/v1/holds", visit(nobody)),
        ("/v1/series", json!({ "service": service(VISIT), "recurrence": recurrence, "customer": nobody })),
        (
            "/v1/waitlist",
            json!({ "service": service(VISIT), "from": start, "to": "2026-03-24", "customer": nobody }),
        ),
    ] {
        let reply = desk.post(path, &[("idempotency-key", "one")], &body).await;
        assert_eq!((reply.problem(), reply.at()), ((422, "invalid_request"), "pointer /customer".to_owned()));
    }
    let batch = json!({ "items": [visit(nobody), visit(&mia)] });
    let batch = desk.post("/v1/bookings/batch", &[("idempotency-key", "b")], &batch).await;
    assert_eq!(batch.body["items"][0]["problem"]["errors"][0]["pointer"], "/items/0/customer");
    assert_eq!(batch.body["items"][1]["booking"]["customer"], mia, "{}", batch.text);
    desk.call("POST", &format!("/v1/customers/{mia}/erase"), &[("if-match", "*")], "").await;
    let erased = desk.post("/v1/bookings", &[("idempotency-key", "two")], &visit(&mia)).await;
    assert_eq!((erased.problem(), erased.at()), ((422, "invalid_request"), "pointer /customer".to_owned()));
}
