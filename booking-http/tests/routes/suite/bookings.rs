//! `/v1/bookings`: making, listing, reading.

use serde_json::json;

use crate::support::{Desk, VISIT, service};

const NINE: &str = "2026-03-23T09:00:00+01:00";

#[tokio::test]
async fn a_booking_says_everything_about_itself() {
    let desk = Desk::open().await;
    let booked = desk.book(NINE, "one").await;
    assert_eq!(booked.status, 201, "{}", booked.text);
    let id = booked.id();
    assert_eq!(
        booked.body,
        json!({
            "id": id, "service": service(VISIT), "state": "confirmed", "version": 1,
            "start": NINE, "end": "2026-03-23T09:30:00+01:00", "zone": "Europe/Berlin",
            "tzdata": booking_core::Zones::bundled().version(), "party": 1,
            "resources": [{ "requirement": "staff", "resource": "res_00000000000000000000000000000001" }],
            "price": {}, "created_at": "2026-03-20T12:00:00Z", "updated_at": "2026-03-20T12:00:00Z",
        })
    );
    let read = desk.get(&format!("/v1/bookings/{id}")).await;
    assert_eq!((read.status, &read.body), (200, &booked.body));
    assert_eq!(read.header("etag"), Some("\"1\""));
    assert_eq!(read.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn what_is_taken_is_refused_with_reasons_and_alternatives() {
    let desk = Desk::open().await;
    let one = desk.book(NINE, "one").await;
    let two = desk.book(NINE, "two").await;
    assert_eq!(two.problem(), (409, "not_bookable"));
    assert_eq!(
        two.body["reasons"],
        json!([{
            "kind": "taken", "resource": "res_00000000000000000000000000000001",
            "by": { "booking": one.id() }, "until": "2026-03-23T08:30:00Z",
        }])
    );
    assert_eq!(
        two.body["alternatives"],
        json!(["2026-03-23T08:30:00Z", "2026-03-23T09:00:00Z", "2026-03-23T09:30:00Z"])
    );
    // A refusal is not recorded: with the same key, once it is free, it is booked.
    let path = format!("/v1/bookings/{}/cancel", one.id());
    desk.post(&path, &[("if-match", "\"1\"")], &json!({})).await;
    assert_eq!(desk.book(NINE, "two").await.status, 201);
}

#[tokio::test]
async fn validating_judges_like_booking_and_writes_nothing() {
    let desk = Desk::open().await;
    let body = json!({ "service": service(VISIT), "start": NINE });
    for _ in 0..2 {
        let reply = desk.post("/v1/bookings/validate", &[], &body).await;
        let expected = json!({ "bookable": true, "resources": ["res_00000000000000000000000000000001"] });
        assert_eq!((reply.status, &reply.body), (200, &expected), "{}", reply.text);
    }
    assert_eq!(desk.get("/v1/bookings").await.body, json!({ "items": [] }));
    desk.book(NINE, "one").await;
    let reply = desk.post("/v1/bookings/validate", &[], &body).await;
    assert_eq!(reply.problem(), (409, "not_bookable"));
}

#[tokio::test]
async fn pages_lead_to_each_other_and_together_have_everything_once() {
    let desk = Desk::open().await;
    for (index, time) in ["09:00", "09:30", "10:00", "10:30", "11:00"].iter().enumerate() {
        desk.book(&format!("2026-03-23T{time}:00+01:00"), &index.to_string()).await;
    }
    let mut path = "/v1/bookings?limit=2&service=".to_owned() + &service(VISIT);
    let mut starts = Vec::new();
    let mut pages = 0;
    loop {
        let page = desk.get(&path).await;
        assert_eq!(page.status, 200, "{}", page.text);
        pages += 1;
        for item in page.body["items"].as_array().expect("items") {
            starts.push(item["start"].as_str().expect("a start")[11..16].to_owned());
        }
        let Some(link) = page.header("link") else { break };
        let next =
            link.strip_prefix("<?").and_then(|rest| rest.strip_suffix(">; rel=\"next\"")).expect("a link");
        path = format!("/v1/bookings?{next}");
    }
    assert_eq!(pages, 3);
    assert_eq!(starts, ["09:00", "09:30", "10:00", "10:30", "11:00"]);
}

#[tokio::test]
async fn lists_are_filtered() {
    let desk = Desk::open().await;
    let one = desk.book(NINE, "one").await;
    desk.hold("2026-03-24T09:00:00+01:00", "two").await;
    let count = async |query: &str| {
        let reply = desk.get(&format!("/v1/bookings?{query}")).await;
        assert_eq!(reply.status, 200, "{query} {}", reply.text);
        reply.body["items"].as_array().map_or(0, Vec::len)
    };
    assert_eq!(count("").await, 2);
    assert_eq!(count("state=held").await, 1);
    assert_eq!(count("state=held,confirmed").await, 2);
    assert_eq!(count("from=2026-03-24").await, 1);
    assert_eq!(count("to=2026-03-24").await, 1);
    // 10:00 UTC on the 23rd until 10:00 UTC on the 24th.
    assert_eq!(count("state=held&from=2026-03-23&to=2026-03-24&zone=Pacific/Honolulu").await, 1);
    assert_eq!(count("state=held&from=2026-03-23&to=2026-03-24").await, 0);
    assert_eq!(count("resource=res_00000000000000000000000000000001").await, 2);
    assert_eq!(count("resource=res_00000000000000000000000000000002").await, 0);
    assert_eq!(count("customer=cus_00000000000000000000000000000001").await, 0);
    let path = format!("/v1/bookings/{}/cancel", one.id());
    desk.post(&path, &[("if-match", "*")], &json!({})).await;
    assert_eq!(count("state=cancelled").await, 1);
    for (query, at) in [
        ("limit=0", "parameter limit"),
        ("limit=201", "parameter limit"),
        ("cursor=x", "parameter cursor"),
        ("state=lost", "parameter state"),
        ("from=2026-03-24&zone=Mars", "parameter zone"),
        ("from=2026-03-24&to=2026-03-23", "parameter to"),
    ] {
        let reply = desk.get(&format!("/v1/bookings?{query}")).await;
        assert_eq!((reply.problem(), reply.at()), ((422, "invalid_request"), at.to_owned()), "{query}");
    }
}

#[tokio::test]
async fn history_tells_who_did_what() {
    let desk = Desk::open().await;
    let held = desk.hold(NINE, "one").await;
    desk.clock.advance(60);
    desk.post(&format!("/v1/holds/{}/confirm", held.id()), &[], &json!({})).await;
    let history = desk.get(&format!("/v1/bookings/{}/history", held.id())).await;
    let changes = history.body["items"].as_array().expect("changes");
    let told: Vec<_> = changes
        .iter()
        .map(|change| {
            (
                change["kind"].as_str(),
                change["state"].as_str(),
                change["version"].as_u64(),
                change["at"].as_str(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (Some("placed"), Some("held"), Some(1), Some("2026-03-20T12:00:00Z")),
            (Some("confirmed"), Some("confirmed"), Some(2), Some("2026-03-20T12:01:00Z")),
        ]
    );
    assert_eq!(changes[0]["who"], "secret-1");
}

#[tokio::test]
async fn bookings_are_for_their_tenant_and_for_staff() {
    let desk = Desk::open().await;
    let booked = desk.book(NINE, "one").await;
    let other = [("authorization", "Bearer secret-2")];
    let public = [("authorization", "Bearer public-1")];
    for path in [format!("/v1/bookings/{}", booked.id()), format!("/v1/bookings/{}/history", booked.id())] {
        assert_eq!(desk.raw("GET", &path, &other, "").await.problem(), (404, "not_found"));
        assert_eq!(desk.raw("GET", &path, &public, "").await.problem(), (403, "forbidden"));
    }
    assert_eq!(desk.raw("GET", "/v1/bookings", &other, "").await.body, json!({ "items": [] }));
    assert_eq!(desk.raw("GET", "/v1/bookings", &public, "").await.problem(), (403, "forbidden"));
}
