//! `/v1/waitlist`.

use serde_json::json;

use crate::support::{Desk, VISIT, service};

#[tokio::test]
async fn the_first_in_line_gets_what_is_freed() {
    let desk = Desk::open().await;
    let mut booked = Vec::new();
    for (index, time) in ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"].iter().enumerate() {
        booked.push(desk.book(&format!("2026-03-23T{time}:00+01:00"), &index.to_string()).await);
    }
    let body = json!({ "service": service(VISIT), "from": "2026-03-23", "to": "2026-03-24" });
    let first = desk.post("/v1/waitlist", &[], &body).await;
    assert_eq!((first.status, &first.body["state"]), (201, &json!("waiting")), "{}", first.text);
    assert_eq!(first.body["from"], "2026-03-22T23:00:00Z");
    let second = desk.post("/v1/waitlist", &[], &body).await;
    let path = format!("/v1/bookings/{}/cancel", booked[2].id());
    desk.post(&path, &[("if-match", "*")], &json!({})).await;
    let entry = desk.get(&format!("/v1/waitlist/{}", first.id())).await;
    let offer = entry.body["offer"].as_str().expect("an offer").to_owned();
    let offers = desk.get("/v1/waitlist/offers").await;
    assert_eq!(offers.body["items"][0]["entry"], first.id());
    assert_eq!(offers.body["items"][0]["booking"]["start"], "2026-03-23T10:00:00+01:00");
    // Who leaves gives it to the next.
    let left = desk.call("DELETE", &format!("/v1/waitlist/{}", first.id()), &[], "").await;
    assert_eq!(left.status, 204);
    let entry = desk.get(&format!("/v1/waitlist/{}", second.id())).await;
    let next = entry.body["offer"].as_str().expect("an offer").to_owned();
    assert_ne!(offer, next);
    let confirmed = desk.post(&format!("/v1/holds/{next}/confirm"), &[], &json!({})).await;
    assert_eq!(confirmed.body["state"], "confirmed");
    let entry = desk.get(&format!("/v1/waitlist/{}", second.id())).await;
    assert_eq!(entry.body["state"], "served");
}

#[tokio::test]
async fn a_window_that_cannot_be_is_pointed_at() {
    let desk = Desk::open().await;
    for (from, to, at) in [
        ("2026-03-24", "2026-03-23", "pointer /to"),
        ("x", "2026-03-23", "pointer /from"),
        ("2026-03-24", "2101-01-01", "pointer /to"),
    ] {
        let body = json!({ "service": service(VISIT), "from": from, "to": to });
        let reply = desk.post("/v1/waitlist", &[], &body).await;
        assert_eq!((reply.problem(), reply.at()), ((422, "invalid_request"), at.to_owned()), "{body}");
    }
    let unknown = "/v1/waitlist/wle_00000000000000000000000000000099";
    assert_eq!(desk.get(unknown).await.problem(), (404, "not_found"));
    assert_eq!(desk.call("DELETE", unknown, &[], "").await.problem(), (404, "not_found"));
}

#[tokio::test]
async fn the_line_is_listed_page_by_page_and_a_retry_does_not_stand_in_it_twice() {
    let desk = Desk::open().await;
    let body = |from: &str| json!({ "service": service(VISIT), "from": from, "to": "2026-03-28" });
    let mut ids = Vec::new();
    for (key, from) in [("a", "2026-03-23"), ("b", "2026-03-24"), ("c", "2026-03-27"), ("a", "2026-03-23")] {
        let joined = desk.post("/v1/waitlist", &[("idempotency-key", key)], &body(from)).await;
        assert_eq!(joined.status, 201, "{}", joined.text);
        let retried = ids.contains(&joined.id());
        assert_eq!(joined.header("idempotency-replayed"), retried.then_some("true"));
        ids.push(joined.id());
    }
    assert_eq!(ids.pop().as_ref(), ids.first());
    let reused = desk.post("/v1/waitlist", &[("idempotency-key", "a")], &body("2026-03-24")).await;
    assert_eq!(reused.problem(), (422, "idempotency_key_reused"));
    let listed = async |query: &str| {
        let page = desk.get(&format!("/v1/waitlist?{query}")).await;
        let items = page.body["items"].as_array().expect("items").iter();
        let ids: Vec<String> = items.map(|one| one["id"].as_str().expect("an id").to_owned()).collect();
        (ids, page)
    };
    assert_eq!(listed("").await.0, ids);
    assert_eq!(listed("to=2026-03-24").await.0, ids[..2]);
    assert_eq!(listed("to=2026-03-24&zone=Pacific/Auckland").await.0, ids[..1]);
    let (first, page) = listed("limit=2").await;
    assert_eq!(first, ids[..2]);
    let next = page.body["next"].as_str().expect("there is more");
    assert_eq!(page.header("link"), Some(format!("<?limit=2&cursor={next}>; rel=\"next\"").as_str()));
    assert_eq!(listed(&format!("limit=2&cursor={next}")).await.0, ids[2..]);
    assert_eq!(desk.get("/v1/waitlist?limit=0").await.problem(), (422, "invalid_request"));
    let public = [("authorization", "Bearer public-1")];
    assert_eq!(desk.raw("GET", "/v1/waitlist", &public, "").await.problem(), (403, "forbidden"));
}
