//! `/v1/time-off`, and the capacity of a resource.

use serde_json::json;

use crate::support::{Desk, VISIT, service};

const ANN: &str = "res_00000000000000000000000000000001";

#[tokio::test]
async fn time_off_blocks_names_what_it_collides_with_and_is_taken_back() {
    let desk = Desk::open().await;
    let booked = desk.book("2026-03-23T09:00:00+01:00", "one").await;
    let body = json!({
        "resource": ANN, "start": "2026-03-23T09:00:00+01:00", "end": "2026-03-23T10:00:00+01:00", "text": "dentist",
    });
    let off = desk.post("/v1/time-off", &[], &body).await;
    assert_eq!((off.status, &off.body["collides"]), (201, &json!([booked.id()])), "{}", off.text);
    let ask = json!({ "service": service(VISIT), "start": "2026-03-23T09:30:00+01:00" });
    let refused = desk.post("/v1/bookings", &[("idempotency-key", "two")], &ask).await;
    assert_eq!(refused.body["reasons"][0]["text"], "dentist");
    // The public is told that it is closed, not why.
    let public = [
        ("authorization", "Bearer public-1"),
        ("content-type", "application/json"),
        ("idempotency-key", "p"),
    ];
    let refused = desk.raw("POST", "/v1/bookings", &public, ask.to_string()).await;
    assert!(refused.status == 409 && !refused.text.contains("dentist"), "{}", refused.text);
    let path = format!("/v1/time-off/{}", off.id());
    assert_eq!(desk.get(&path).await.body["text"], "dentist");
    assert_eq!(desk.call("DELETE", &path, &[], "").await.status, 204);
    assert_eq!(desk.get(&path).await.problem(), (404, "not_found"));
    assert_eq!(desk.book("2026-03-23T09:30:00+01:00", "three").await.status, 201);
}

#[tokio::test]
async fn capacity_is_not_set_below_what_is_in_use() {
    let desk = Desk::open().await;
    let path = format!("/v1/resources/{ANN}/set-capacity");
    assert_eq!(desk.post(&path, &[], &json!({ "capacity": 2 })).await.status, 204);
    desk.book("2026-03-23T09:00:00+01:00", "one").await;
    desk.book("2026-03-23T09:00:00+01:00", "two").await;
    assert_eq!(desk.post(&path, &[], &json!({ "capacity": 1 })).await.problem(), (409, "capacity_in_use"));
    let none = desk.post(&path, &[], &json!({ "capacity": 0 })).await;
    assert_eq!((none.problem(), none.at()), ((422, "invalid_request"), "pointer /capacity".to_owned()));
    for (body, at) in [
        (
            json!({ "resource": ANN, "start": "2026-03-23T09:00:00Z", "end": "2026-03-23T09:00:00Z" }),
            "pointer /end",
        ),
        (
            json!({ "resource": "x", "start": "2026-03-23T09:00:00Z", "end": "2026-03-23T10:00:00Z" }),
            "pointer /resource",
        ),
    ] {
        let reply = desk.post("/v1/time-off", &[], &body).await;
        assert_eq!((reply.problem(), reply.at()), ((422, "invalid_request"), at.to_owned()));
    }
}

#[tokio::test]
async fn time_off_is_listed_by_start_page_by_page() {
    let desk = Desk::open().await;
    let mut ids = Vec::new();
    for day in [25, 23, 24] {
        let body = json!({
            "resource": ANN, "start": format!("2026-03-{day}T09:00:00Z"), "end": format!("2026-03-{day}T10:00:00Z"),
        });
        ids.push(desk.post("/v1/time-off", &[], &body).await.id());
    }
    ids.rotate_left(1);
    let listed = async |query: &str| {
        let page = desk.get(&format!("/v1/time-off?resource={ANN}{query}")).await;
        let items = page.body["items"].as_array().cloned().unwrap_or_default();
        let ids: Vec<String> =
            items.iter().map(|one| one["id"].as_str().expect("an id").to_owned()).collect();
        (ids, page)
    };
    assert_eq!(listed("").await.0, ids);
    assert_eq!(listed("&from=2026-03-24&to=2026-03-25").await.0, ids[1..2]);
    assert_eq!(listed("&from=2026-03-24&to=2026-03-25&zone=Pacific/Honolulu").await.0, ids[2..]);
    let (first, page) = listed("&limit=2").await;
    assert_eq!(first, ids[..2]);
    let next = page.body["next"].as_str().expect("there is more");
    assert_eq!(listed(&format!("&limit=2&cursor={next}")).await.0, ids[2..]);
    for (query, at) in [
        ("&from=2026-03-24&to=2028-03-24", "parameter to"),
        ("&limit=201", "parameter limit"),
        ("&cursor=x", "parameter cursor"),
    ] {
        let (_, reply) = listed(query).await;
        assert_eq!((reply.problem(), reply.at()), ((422, "invalid_request"), at.to_owned()), "{query}");
    }
    assert_eq!(desk.get("/v1/time-off").await.problem(), (422, "invalid_request"));
}
