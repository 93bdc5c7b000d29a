//! `GET /v1/services/{id}/slots`.

use serde_json::json;

use crate::support::{CLASS, Desk, VISIT, service};

fn path(number: u64, query: &str) -> String {
    format!("/v1/services/{}/slots?{query}", service(number))
}

#[tokio::test]
async fn slots_have_start_and_end_on_the_clock_of_the_zone() {
    let desk = Desk::open().await;
    // 09:00 stays 09:00 when the clocks go forward on Sunday.
    for (day, offset) in [("27", "+01:00"), ("30", "+02:00")] {
        let query = format!("from=2026-03-{day}T09:00:00%2B02:00&to=2026-03-{day}T10:00:00%2B02:00");
        let reply = desk.get(&path(VISIT, &query)).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("content-type"), Some("application/json"));
        let hour = if day == "27" { vec![] } else { vec![("09:00", "09:30"), ("09:30", "10:00")] };
        let at = |time: &str| format!("2026-03-{day}T{time}:00{offset}");
        let slots: Vec<_> =
            hour.into_iter().map(|(from, to)| json!({ "start": at(from), "end": at(to) })).collect();
        let expected = json!({ "service": service(VISIT), "zone": "Europe/Berlin", "slots": slots });
        assert_eq!(reply.body, expected);
    }
}

#[tokio::test]
async fn dates_are_those_of_the_zone_and_the_zone_only_shows() {
    let desk = Desk::open().await;
    let here = desk.get(&path(VISIT, "from=2026-03-30&to=2026-03-31")).await;
    let there = desk.get(&path(VISIT, "from=2026-03-30&to=2026-03-31&zone=Asia/Tokyo")).await;
    assert_eq!(here.body["slots"][0]["start"], "2026-03-30T09:00:00+02:00");
    assert_eq!(there.body["slots"][0]["start"], "2026-03-30T16:00:00+09:00");
    assert_eq!(here.body["slots"].as_array().map(Vec::len), Some(6));
    assert_eq!(there.body["slots"].as_array().map(Vec::len), Some(6));
}

#[tokio::test]
async fn other_views_answer_the_same_question() {
    let desk = Desk::open().await;
    let first = desk.get(&path(VISIT, "from=2026-03-21&to=2026-03-31&view=first")).await;
    assert_eq!(
        first.body["first"],
        json!({ "start": "2026-03-23T09:00:00+01:00", "end": "2026-03-23T09:30:00+01:00" })
    );
    let days = desk.get(&path(VISIT, "from=2026-03-22&to=2026-03-24&view=days")).await;
    assert_eq!(
        days.body["days"],
        json!([
            { "date": "2026-03-22", "slots": 0 },
            {
                "date": "2026-03-23", "slots": 6,
                "first": "2026-03-23T09:00:00+01:00", "last": "2026-03-23T11:30:00+01:00",
            },
        ])
    );
    let windows = desk.get(&path(VISIT, "from=2026-03-23&to=2026-03-24&view=windows")).await;
    assert_eq!(
        windows.body["windows"],
        json!([{
            "first_start": "2026-03-23T09:00:00+01:00", "last_start": "2026-03-23T11:30:00+01:00",
            "end": "2026-03-23T12:00:00+01:00",
        }])
    );
    let nothing = desk.get(&path(VISIT, "from=2026-03-21&to=2026-03-22&view=first")).await;
    assert_eq!(nothing.body.get("first"), Some(&serde_json::Value::Null));
}

#[tokio::test]
async fn candidates_are_listed_where_they_are_asked_for_and_seats_where_they_are_shared() {
    let desk = Desk::open().await;
    let slot = "from=2026-03-23T09:00:00%2B01:00&to=2026-03-23T09:30:00%2B01:00";
    let visit = desk.get(&path(VISIT, &format!("{slot}&candidates=true"))).await;
    assert_eq!(
        visit.body["slots"][0]["candidates"],
        json!([{ "requirement": "staff", "resources": ["res_00000000000000000000000000000001"] }])
    );
    assert_eq!(visit.body["slots"][0].get("left"), None);
    let class = desk.get(&path(CLASS, slot)).await;
    assert_eq!(class.body["slots"][0]["left"], 5);
}

#[tokio::test]
async fn a_window_that_cannot_be_is_refused() {
    let desk = Desk::open().await;
    for (query, at) in [
        ("from=2026-03-23&to=2026-03-23", "parameter to"),
        ("from=2026-03-23&to=2026-03-22", "parameter to"),
        ("from=2200-01-01", "parameter from"),
        ("from=2026-03-23&to=2029-01-01", "parameter window"),
        ("from=yesterday", "parameter from"),
        ("from=2026-03-23T09:00:00.5Z", "parameter from"),
        ("from=2026-03-23&from=2026-03-24", "parameter from"),
        ("view=all", "parameter view"),
        ("zone=Europe/Atlantis", "parameter zone"),
        ("duration=PT7M", "parameter duration"),
        ("duration=30", "parameter duration"),
        ("party=0", "parameter party"),
        ("party=-1", "parameter party"),
        ("resources=res_1", "parameter resources"),
        ("waive=capacity", "parameter waive"),
        ("colour=red", "parameter colour"),
        ("candidates=perhaps", "parameter candidates"),
    ] {
        let reply = desk.get(&path(VISIT, query)).await;
        assert_eq!(reply.problem(), (422, "invalid_request"), "{query}");
        assert_eq!(reply.at(), at, "{query}");
    }
}

#[tokio::test]
async fn a_service_of_another_tenant_is_none() {
    let desk = Desk::open().await;
    let path = path(VISIT, "from=2026-03-23");
    let other = desk.raw("GET", &path, &[("authorization", "Bearer secret-2")], "").await;
    assert_eq!(other.problem(), (404, "not_found"));
    for id in ["svc_1", "bkg_00000000000000000000000000000001", "%00", "svc_0000000000000000000000000000000A"]
    {
        let reply = desk.get(&format!("/v1/services/{id}/slots")).await;
        assert_eq!(reply.problem(), (404, "not_found"), "{id}");
    }
}

#[tokio::test]
async fn a_publishable_key_looks_but_waives_nothing() {
    let desk = Desk::open().await;
    let public = [("authorization", "Bearer public-1")];
    assert_eq!(desk.raw("GET", &path(VISIT, "from=2026-03-23"), &public, "").await.status, 200);
    for query in
        ["waive=hours", "as_of=2026-01-01T00:00:00Z", "ignoring=bkg_00000000000000000000000000000001"]
    {
        let reply = desk.raw("GET", &path(VISIT, query), &public, "").await;
        assert_eq!(reply.problem(), (403, "forbidden"), "{query}");
    }
}
