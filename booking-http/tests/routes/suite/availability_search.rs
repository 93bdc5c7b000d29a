//! `POST /v1/availability/search` and `POST /v1/availability/what-if`.

use serde_json::{Value, json};

use crate::support::{CLASS, Desk, VISIT, service};

async fn search(desk: &Desk, body: Value) -> crate::support::Reply {
    desk.post("/v1/availability/search", &[], &body).await
}

#[tokio::test]
async fn the_first_starts_of_several_services_come_in_order() {
    let desk = Desk::open().await;
    desk.book("2026-03-23T09:00:00+01:00", "one").await;
    let body = json!({
        "services": [service(VISIT), service(CLASS)], "from": "2026-03-23", "to": "2026-03-24", "limit": 3,
    });
    let reply = search(&desk, body).await;
    let at = |number, from: &str, to: &str| {
        json!({
            "service": service(number), "start": format!("2026-03-23T{from}:00+01:00"),
            "end": format!("2026-03-23T{to}:00+01:00"),
        })
    };
    assert_eq!(
        reply.body,
        json!({ "items": [at(CLASS, "09:00", "09:30"), at(VISIT, "09:30", "10:00"), at(CLASS, "09:30", "10:00")] })
    );
}

#[tokio::test]
async fn a_search_has_bounds() {
    let desk = Desk::open().await;
    let many: Vec<String> = (1..=21).map(service).collect();
    for (body, at) in [
        (json!({ "services": [] }), "pointer /services"),
        (json!({ "services": many }), "pointer /services"),
        (json!({ "services": [service(VISIT)], "limit": 0 }), "pointer /limit"),
        (json!({ "services": [service(VISIT)], "limit": 201 }), "pointer /limit"),
        (json!({ "services": [service(VISIT)], "from": "2026-03-24", "to": "2026-03-23" }), "pointer /to"),
        (json!({ "services": ["x"] }), "pointer /services/0"),
    ] {
        let reply = search(&desk, body.clone()).await;
        assert_eq!((reply.problem(), reply.at()), ((422, "invalid_request"), at.to_owned()), "{body}");
    }
    let unknown = search(&desk, json!({ "services": [service(99)] })).await;
    assert_eq!(unknown.problem(), (404, "not_found"));
}

#[tokio::test]
async fn a_hypothesis_changes_the_answer_and_nothing_else() {
    let desk = Desk::open().await;
    let ann = "res_00000000000000000000000000000001";
    let ask = async |hypothesis: Value| {
        let body = json!({
            "service": service(VISIT), "from": "2026-03-23", "to": "2026-03-24", "hypothesis": hypothesis,
        });
        desk.post("/v1/availability/what-if", &[], &body).await
    };
    let same = ask(json!({})).await;
    assert_eq!(same.status, 200, "{}", same.text);
    assert_eq!((&same.body["before"], &same.body["after"]), (&json!(6), &json!(6)));
    let away = ask(json!({
        "blocks": [{ "resource": ann, "start": "2026-03-23T10:00:00+01:00", "end": "2026-03-23T11:00:00+01:00" }],
    }))
    .await;
    assert_eq!(away.body["lost"], json!(["2026-03-23T10:00:00+01:00", "2026-03-23T10:30:00+01:00"]));
    let longer = ask(json!({
        "hours": [{ "resource": ann, "weekly": [{ "days": ["monday"], "from": "09:00", "to": "13:00" }] }],
    }))
    .await;
    assert_eq!(longer.body["gained"], json!(["2026-03-23T12:00:00+01:00", "2026-03-23T12:30:00+01:00"]));
    let finer = ask(json!({ "step": "PT15M" })).await;
    assert_eq!(finer.body["after"], 11);
    let without = ask(json!({ "without_resources": [ann] })).await;
    assert_eq!(without.body["after"], 0);
    assert_eq!(ask(json!({})).await.body, same.body);
    for (hypothesis, at) in [
        (json!({ "step": "PT0S" }), "pointer /hypothesis/step"),
        (
            json!({ "hours": [{ "resource": ann, "weekly": [{ "days": ["monday"], "from": "9", "to": "13:00" }] }] }),
            "pointer /hypothesis/hours/0/weekly/from/time",
        ),
        (
            json!({ "hours": [{ "resource": "res_00000000000000000000000000000099", "weekly": [] }] }),
            "pointer /hypothesis/hours/0/resource",
        ),
        (
            json!({ "blocks": [{ "resource": ann, "start": "2026-03-23T10:00:00Z", "end": "2026-03-23T10:00:00Z" }] }),
            "pointer /hypothesis/blocks/0/end",
        ),
        (json!({ "colour": 1 }), "pointer /hypothesis/colour"),
    ] {
        let reply = ask(hypothesis.clone()).await;
        assert_eq!((reply.problem(), reply.at()), ((422, "invalid_request"), at.to_owned()), "{hypothesis}");
    }
}
