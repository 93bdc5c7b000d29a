//! The catalogue: `/v1/services`, `/v1/resources`, and what they share.

use serde_json::{Value, json};

use crate::support::{Desk, Reply, VISIT, service};

async fn put(desk: &Desk, path: &str, version: &str, body: &Value) -> Reply {
    let headers = [("content-type", "application/json"), ("if-match", version)];
    desk.call("PUT", path, &headers, &body.to_string()).await
}

/// Without what the server adds.
fn plain(mut body: Value) -> Value {
    for field in ["id", "version", "created_at", "updated_at"] {
        body.as_object_mut().expect("an object").remove(field);
    }
    body
}

/// An example of each kind, complete: it must come back as it went out.
pub(super) fn examples() -> Vec<(&'static str, Value)> {
    let hours = json!({ "base": {
        "zone": "Europe/Berlin",
        "weekly": [{ "days": ["monday", "friday"], "from": "09:00", "to": "17:00" }],
        "overrides": [{ "date": "2026-12-24", "intervals": [{ "from": "09:00", "to": "12:00" }] }],
        "holidays": [{ "name": "Ours", "dates": [{ "date": "2026-12-31", "name": "Party" }] }],
        "openings": [{ "start": "2026-12-05T10:00:00", "rule": "FREQ=MONTHLY;BYDAY=1SA", "duration": "PT2H", "name": "" }],
        "blocks": [{ "start": "2026-12-07T12:00:00", "rule": "FREQ=WEEKLY", "except": ["20261214T120000"], "duration": "PT1H", "name": "meeting" }],
        "travel": [{ "from": "2027-01-04", "to": "2027-01-08", "zone": "Asia/Tokyo" }],
    }, "layers": [{ "laying": "within", "from": "2026-12-01", "schedule": {
        "zone": "Europe/Berlin", "weekly": [{ "days": ["monday"], "from": "07:00", "to": "22:00" }],
    } }] });
    let policy = json!({
        "notice": "PT1H", "horizon": { "kind": { "rolling_days": 90 } },
        "limits": [{ "per": "customer", "period": "week", "week_start": "monday", "max_count": 2, "max_seconds": "PT3H" }],
        "approval": "P1D",
        "cancellation": { "closes": "PT2H", "fees": [{ "within": "P1D", "fee": { "share": 5000 } }] },
        "reschedule": {}, "deposit": { "fixed": { "minor": 1000, "currency": "EUR" } },
        "no_show": { "fee": { "share": 10000 }, "refuse_after": 3 },
    });
    let prices = json!([{
        "name": "Evening", "price": { "minor": 8500, "currency": "EUR" }, "per_person": true,
        "when": { "duration": "PT1H", "days": ["monday"], "hours": { "from": "17:00", "to": "20:00" }, "min_party": 2, "group": "member" },
    }]);
    vec![
        (
            "locations",
            json!({ "name": "House", "zone": "Europe/Berlin", "address": "Lindenstr. 7", "email": "a@example.com", "phone": "+49 30 123" }),
        ),
        ("resource-groups", json!({ "name": "Team", "members": ["res_00000000000000000000000000000001"] })),
        (
            "holiday-calendars",
            json!({ "name": "Germany", "dates": [{ "date": "2026-12-25", "name": "Christmas Day" }] }),
        ),
        ("schedules", json!({ "name": "House", "hours": hours })),
        ("policies", json!({ "name": "Strict", "policy": policy })),
        ("price-tiers", json!({ "name": "2026", "prices": prices })),
        (
            "resources",
            json!({
                "name": "Dr. Weber", "kind": "staff", "capacity": 1, "hours": hours, "tags": ["doctor"], "weight": 2,
                "contact": { "email": "weber@example.com" },
            }),
        ),
        (
            "services",
            json!({
                "name": "Visit", "description": "Half an hour.", "zone": "Europe/Berlin", "durations": ["PT30M", "PT1H"],
                "step": "PT15M", "grid": { "mode": "clock", "offset": "PT5M" }, "buffers": { "before": "PT5M", "after": "PT10M" },
                "seats": 1, "max_party": 4,
                "requirements": [
                    { "name": "doctor", "pool": { "tag": "doctor" }, "takes": "party" },
                    { "name": "nurse", "pool": { "resources": ["res_00000000000000000000000000000001"] },
                      "takes": { "units": 2 }, "parts": [{ "from": "PT0S", "to": "PT10M" }] },
                ],
                "strategy": "least_loaded", "prices": prices, "policy": policy,
                "holds": { "default": "PT10M", "max": "PT30M", "offer": "PT1H" },
            }),
        ),
    ]
}

#[tokio::test]
async fn every_kind_comes_back_as_it_went_out() {
    let desk = Desk::open().await;
    for (kind, example) in examples() {
        let path = format!("/v1/{kind}");
        let made = desk.post(&path, &[], &example).await;
        assert_eq!(made.status, 201, "{kind}: {}", made.text);
        assert_eq!(plain(made.body.clone()), example, "{kind}");
        assert_eq!(made.header("location"), Some(format!("{kind}/{}", made.id()).as_str()));
        let one = format!("{path}/{}", made.id());
        let read = desk.get(&one).await;
        assert_eq!(
            (read.status, &read.body, read.header("etag")),
            (200, &made.body, Some("\"1\"")),
            "{kind}"
        );
        let replaced = put(&desk, &one, "\"1\"", &example).await;
        assert_eq!(
            (replaced.status, &replaced.body["version"]),
            (200, &json!(2)),
            "{kind}: {}",
            replaced.text
        );
        let stale = put(&desk, &one, "\"1\"", &example).await;
        assert_eq!(stale.problem(), (412, "version_conflict"), "{kind}");
        let missing =
            desk.call("PUT", &one, &[("content-type", "application/json")], &example.to_string()).await;
        assert_eq!(missing.problem(), (428, "precondition_required"), "{kind}");
        let listed = desk.get(&format!("{path}?limit=200")).await;
        assert!(listed.body["items"].as_array().expect("items").contains(&replaced.body), "{kind}");
        let other = [("authorization", "Bearer secret-2")];
        assert_eq!(desk.raw("GET", &one, &other, "").await.problem(), (404, "not_found"), "{kind}");
        assert_eq!(desk.raw("GET", &path, &other, "").await.body, json!({ "items": [] }), "{kind}");
        let public = [("authorization", "Bearer public-1"), ("content-type", "application/json")];
        let refused = desk.raw("POST", &path, &public, example.to_string()).await;
        assert_eq!(refused.problem(), (403, "forbidden"), "{kind}");
        assert_eq!(desk.call("DELETE", &one, &[("if-match", "*")], "").await.status, 204, "{kind}");
        assert_eq!(desk.get(&one).await.problem(), (404, "not_found"), "{kind}");
    }
}

#[tokio::test]
async fn what_is_made_is_bookable_at_once() {
    let desk = Desk::open().await;
    let nurse = json!({ "name": "Nia", "tags": ["nurse"], "hours": { "base": {
        "zone": "Europe/Berlin", "weekly": [{ "days": ["monday"], "from": "08:00", "to": "09:00" }],
    } } });
    let nurse = desk.post("/v1/resources", &[], &nurse).await;
    let visit = json!({
        "name": "Bandage", "zone": "Europe/Berlin", "durations": ["PT30M"], "step": "PT30M",
        "requirements": [{ "name": "nurse", "pool": { "tag": "nurse" } }],
    });
    let visit = desk.post("/v1/services", &[], &visit).await;
    let slots = async || {
        let path = format!("/v1/services/{}/slots?from=2026-03-23&to=2026-03-24", visit.id());
        desk.get(&path).await.body["slots"].as_array().map_or(0, Vec::len)
    };
    assert_eq!(slots().await, 2);
    // A holiday calendar closes the day for everyone who has it.
    let closed = json!({ "name": "Ours", "dates": [{ "date": "2026-03-23", "name": "Works outing" }] });
    let closed = desk.post("/v1/holiday-calendars", &[], &closed).await;
    let mut changed = plain(nurse.body.clone());
    changed["holiday_calendars"] = json!([closed.id()]);
    let path = format!("/v1/resources/{}", nurse.id());
    assert_eq!(put(&desk, &path, "*", &changed).await.status, 200);
    assert_eq!(slots().await, 0);
    // What is needed stays.
    let path = format!("/v1/holiday-calendars/{}", closed.id());
    let needed = desk.call("DELETE", &path, &[("if-match", "*")], "").await;
    assert_eq!(needed.problem(), (409, "in_use"));
}

#[tokio::test]
async fn a_wrong_item_is_pointed_at() {
    let desk = Desk::open().await;
    let needs = json!([{ "name": "a", "pool": { "tag": "a" } }]);
    let visit =
        json!({ "name": "V", "zone": "UTC", "durations": ["PT30M"], "step": "PT30M", "requirements": needs });
    let with = |field: &str, value: Value| {
        let mut body = visit.clone();
        body[field] = value;
        body
    };
    for (body, at) in [
        (with("name", json!("")), "pointer /name"),
        (with("name", json!("a\r\nb")), "pointer /name"),
        (with("zone", json!("Mars")), "pointer /zone"),
        (with("durations", json!([])), "pointer /durations"),
        (with("step", json!("PT0S")), "pointer /step"),
        (with("seats", json!(0)), "pointer /seats"),
        (with("requirements", json!([])), "pointer /requirements"),
        (
            with("requirements", json!([{ "name": "a", "pool": { "resources": [] } }])),
            "pointer /requirements/0/pool",
        ),
        (
            with("requirements", json!([{ "name": "a", "pool": { "tag": "a" }, "count": 0 }])),
            "pointer /requirements/0/count",
        ),
        (with("buffers", json!({ "before": "P8D" })), "pointer /buffers/before"),
        (
            with("policy", json!({ "limits": [{ "per": "customer", "period": "day" }] })),
            "pointer /policy/limits/0/max_count",
        ),
        (
            with("policy", json!({ "horizon": { "kind": { "rolling_days": 99999 } } })),
            "pointer /policy/horizon/days",
        ),
        (
            with("prices", json!([{ "name": "x", "price": { "minor": -1, "currency": "EUR" } }])),
            "pointer /prices/0/price/minor",
        ),
        (with("colour", json!(1)), "pointer /colour"),
    ] {
        let reply = desk.post("/v1/services", &[], &body).await;
        assert_eq!(
            (reply.problem(), reply.at()),
            ((422, "invalid_request"), at.to_owned()),
            "{body}: {}",
            reply.text
        );
    }
    let missing = with("location", json!("loc_00000000000000000000000000000099"));
    assert_eq!(desk.post("/v1/services", &[], &missing).await.problem(), (422, "invalid_request"));
    for query in ["limit=0", "cursor=x", "cursor=res_00000000000000000000000000000001"] {
        let reply = desk.get(&format!("/v1/services?{query}")).await;
        assert_eq!(reply.problem(), (422, "invalid_request"), "{query}");
    }
}

#[tokio::test]
async fn the_public_sees_what_is_offered_and_not_how_staff_is_reached() {
    let desk = Desk::open().await;
    let body = json!({ "name": "Nia", "contact": { "email": "nia@example.com", "about": "Nurse" } });
    let made = desk.post("/v1/resources", &[], &body).await;
    desk.post("/v1/resource-groups", &[], &json!({ "name": "All", "members": [made.id()] })).await;
    let public = [("authorization", "Bearer public-1")];
    let seen = desk.raw("GET", &format!("/v1/resources/{}", made.id()), &public, "").await;
    assert_eq!(seen.body["contact"], json!({ "about": "Nurse" }));
    let listed = desk.raw("GET", "/v1/resources?limit=200", &public, "").await;
    assert!(listed.status == 200 && !listed.text.contains("@example.com"), "{}", listed.text);
    assert_eq!(desk.raw("GET", "/v1/services", &public, "").await.status, 200);
    let groups = desk.raw("GET", "/v1/resource-groups", &public, "").await;
    assert_eq!(groups.problem(), (403, "forbidden"));
}

#[tokio::test]
async fn services_are_found_by_words_by_their_beginnings_and_mistyped() {
    let desk = Desk::open().await;
    let first = desk.get("/v1/services?limit=1").await.body["items"][0].clone();
    for name in ["Root canal treatment", "Root check", "Whitening of teeth"] {
        let mut body = first.clone();
        for key in ["id", "version", "created_at", "updated_at"] {
            body.as_object_mut().expect("an object").remove(key);
        }
        body["name"] = json!(name);
        let made = desk.post("/v1/services", &[], &body).await;
        assert_eq!(made.status, 201, "{}", made.text);
    }
    let found = async |q: &str| -> Vec<String> {
        let reply = desk.get(&format!("/v1/services?q={q}")).await;
        let items = reply.body["items"].as_array().expect("a list").clone();
        items.iter().map(|item| item["name"].as_str().expect("a name").to_owned()).collect()
    };
    assert_eq!(found("root").await, ["Root canal treatment", "Root check"]);
    assert_eq!(found("ROOT%20che").await, ["Root check"]);
    assert_eq!(found("whitning").await, ["Whitening of teeth"]);
    assert_eq!(found("nothing").await, [""; 0]);
    let one = desk.get("/v1/services?q=root&limit=1").await;
    assert_eq!((one.body["items"].as_array().map(Vec::len), one.body.get("next")), (Some(1), None));
    let public = desk.raw("GET", "/v1/services?q=check", &[("authorization", "Bearer public-1")], "").await;
    assert_eq!(public.body["items"][0]["name"], "Root check");
    let next = first["id"].as_str().expect("an id");
    for query in ["q=".to_owned(), "q=...".to_owned(), format!("q=root&cursor={next}")] {
        let reply = desk.get(&format!("/v1/services?{query}")).await;
        assert_eq!(reply.problem(), (422, "invalid_request"), "{query}");
    }
}

#[tokio::test]
async fn lists_lead_on() {
    let desk = Desk::open().await;
    let first = desk.get("/v1/services?limit=3").await;
    let next = first.body["next"].as_str().expect("there are four").to_owned();
    let second = desk.get(&format!("/v1/services?limit=3&cursor={next}")).await;
    assert_eq!(first.body["items"][0]["id"], service(VISIT));
    assert_eq!((second.body["items"].as_array().map(Vec::len), second.body.get("next")), (Some(1), None));
}
