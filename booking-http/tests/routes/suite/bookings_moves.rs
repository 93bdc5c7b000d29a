//! `/v1/bookings/{id}/...`: moves along the life cycle.

use serde_json::{Value, json};

use crate::support::{ANN, CLASS, Desk, HOSTS, REVIEWED, Reply, VISIT, service};

const NINE: &str = "2026-03-23T09:00:00+01:00";

async fn go(desk: &Desk, id: &str, what: &str, version: &str, body: &Value) -> Reply {
    desk.post(&format!("/v1/bookings/{id}/{what}"), &[("if-match", version)], body).await
}

#[tokio::test]
async fn a_booking_is_moved_in_one_step() {
    let desk = Desk::open().await;
    let booked = desk.book(NINE, "one").await;
    // By half a length: its own old time is not in its way.
    let half = json!({ "start": "2026-03-23T09:15:00+01:00", "waive": ["grid"] });
    let moved = go(&desk, &booked.id(), "reschedule", "\"1\"", &half).await;
    assert_eq!(moved.status, 200, "{}", moved.text);
    assert_eq!(
        (&moved.body["start"], &moved.body["version"]),
        (&json!("2026-03-23T09:15:00+01:00"), &json!(2))
    );
    // Where somebody else is it is refused, and stays.
    desk.book("2026-03-23T10:00:00+01:00", "two").await;
    let there = json!({ "start": "2026-03-23T10:00:00+01:00" });
    let refused = go(&desk, &booked.id(), "reschedule", "\"2\"", &there).await;
    assert_eq!(refused.problem(), (409, "not_bookable"));
    let read = desk.get(&format!("/v1/bookings/{}", booked.id())).await;
    assert_eq!(read.body, moved.body);
    let nothing = go(&desk, &booked.id(), "reschedule", "\"2\"", &json!({})).await;
    assert_eq!(nothing.problem(), (422, "invalid_request"));
}

#[tokio::test]
async fn a_booking_is_patched() {
    let desk = Desk::open().await;
    let body = json!({ "service": service(CLASS), "start": NINE });
    let booked = desk.post("/v1/bookings", &[("idempotency-key", "one")], &body).await;
    let path = format!("/v1/bookings/{}", booked.id());
    let headers = [("content-type", "application/merge-patch+json"), ("if-match", "\"1\"")];
    let patched = desk.call("PATCH", &path, &headers, r#"{"party": 3}"#).await;
    assert_eq!((patched.status, &patched.body["party"]), (200, &json!(3)), "{}", patched.text);
    let too_many = desk.call("PATCH", &path, &[headers[0], ("if-match", "*")], r#"{"party": 6}"#).await;
    assert_eq!(too_many.problem(), (409, "not_bookable"));
    let state = desk.call("PATCH", &path, &headers, r#"{"state": "completed"}"#).await;
    assert_eq!((state.problem(), state.at()), ((422, "invalid_request"), "pointer /state".to_owned()));
}

#[tokio::test]
async fn a_session_stays_on_the_calendar_until_it_is_taken_off() {
    let desk = Desk::open().await;
    let body = json!({ "service": service(CLASS), "start": "2026-03-23T19:00:00+01:00" });
    let open = desk.post("/v1/sessions", &[], &body).await;
    assert_eq!((open.status, &open.body["seats"]), (201, &json!(5)), "{}", open.text);
    let public = [("authorization", "Bearer public-1"), ("content-type", "application/json")];
    assert_eq!(
        desk.raw("POST", "/v1/sessions", &public, body.to_string()).await.problem(),
        (403, "forbidden")
    );
    let path = format!("/v1/sessions/{}", open.id());
    assert_eq!(desk.call("DELETE", &path, &[], "").await.status, 204);
    assert_eq!(desk.call("DELETE", &path, &[], "").await.problem(), (404, "not_found"));
    let alone = json!({ "service": service(VISIT), "start": NINE });
    assert_eq!(desk.post("/v1/sessions", &[], &alone).await.problem(), (422, "invalid_request"));
}

#[tokio::test]
async fn a_stale_version_is_refused_and_a_missing_one_is_asked_for() {
    let desk = Desk::open().await;
    let booked = desk.book(NINE, "one").await;
    let stale = go(&desk, &booked.id(), "cancel", "\"7\"", &json!({})).await;
    assert_eq!(stale.problem(), (412, "version_conflict"));
    assert_eq!(stale.body["current_version"], 1);
    for unknown in ["\"x\"", "1", "W/\"1\"", ""] {
        let reply = go(&desk, &booked.id(), "cancel", unknown, &json!({})).await;
        assert_eq!(reply.problem(), (412, "version_conflict"), "{unknown}");
    }
    let missing = desk.post(&format!("/v1/bookings/{}/cancel", booked.id()), &[], &json!({})).await;
    assert_eq!(
        (missing.problem(), missing.at()),
        ((428, "precondition_required"), "header If-Match".to_owned())
    );
    assert_eq!(go(&desk, &booked.id(), "cancel", "*", &json!({})).await.status, 200);
}

#[tokio::test]
async fn a_retry_of_a_move_is_a_replay() {
    let desk = Desk::open().await;
    let booked = desk.book(NINE, "one").await;
    let path = format!("/v1/bookings/{}/cancel", booked.id());
    let headers = [("if-match", "\"1\""), ("idempotency-key", "c")];
    let first = desk.post(&path, &headers, &json!({})).await;
    let again = desk.post(&path, &headers, &json!({})).await;
    assert_eq!((again.status, &again.text), (200, &first.text));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
}

#[tokio::test]
async fn a_visit_is_lived_through() {
    let desk = Desk::open().await;
    let booked = desk.book(NINE, "one").await;
    let early = go(&desk, &booked.id(), "complete", "\"1\"", &json!({})).await;
    assert_eq!(early.problem(), (409, "too_early"));
    assert_eq!(early.body["instant"], "2026-03-23T08:00:00Z");
    let here = go(&desk, &booked.id(), "check-in", "\"1\"", &json!({})).await;
    assert_eq!(here.body["state"], "checked_in");
    let away = go(&desk, &booked.id(), "cancel", "\"2\"", &json!({})).await;
    assert_eq!(away.problem(), (409, "illegal_move"));
    desk.clock.set("2026-03-23T08:20:00Z".parse().expect("an instant"));
    let done = go(&desk, &booked.id(), "complete", "\"2\"", &json!({})).await;
    assert_eq!(done.body["state"], "completed");
}

#[tokio::test]
async fn a_missed_visit_is_marked() {
    let desk = Desk::open().await;
    let booked = desk.book(NINE, "one").await;
    desk.clock.set("2026-03-23T08:20:00Z".parse().expect("an instant"));
    let missed = go(&desk, &booked.id(), "no-show", "\"1\"", &json!({ "waive": ["limits"] })).await;
    assert_eq!((missed.status, &missed.body["state"]), (200, &json!("no_show")), "{}", missed.text);
}

#[tokio::test]
async fn a_pending_booking_is_decided() {
    let desk = Desk::open().await;
    let ask = async |start: &str, key: &str| {
        let body = json!({ "service": service(REVIEWED), "start": start });
        desk.post("/v1/bookings", &[("idempotency-key", key)], &body).await
    };
    let one = ask(NINE, "one").await;
    assert_eq!(
        (&one.body["state"], &one.body["decide_by"]),
        (&json!("pending"), &json!("2026-03-20T13:00:00Z"))
    );
    let approved = go(&desk, &one.id(), "confirm", "\"1\"", &json!({})).await;
    assert_eq!(approved.body["state"], "confirmed", "{}", approved.text);
    let two = ask("2026-03-23T09:30:00+01:00", "two").await;
    let declined = go(&desk, &two.id(), "decline", "\"1\"", &json!({})).await;
    assert_eq!(declined.body["state"], "declined");
    let three = ask("2026-03-23T09:30:00+01:00", "three").await;
    desk.clock.advance(3_600);
    let late = go(&desk, &three.id(), "confirm", "\"1\"", &json!({})).await;
    assert_eq!(late.problem(), (409, "expired"));
}

#[tokio::test]
async fn a_booking_is_given_to_somebody_else() {
    let desk = Desk::open().await;
    let body = json!({ "service": service(HOSTS), "start": NINE });
    let booked = desk.post("/v1/bookings", &[("idempotency-key", "one")], &body).await;
    let other = "res_00000000000000000000000000000014";
    let given = go(&desk, &booked.id(), "reassign", "\"1\"", &json!({ "resources": [other] })).await;
    assert_eq!(given.body["resources"][0]["resource"], other, "{}", given.text);
    assert_ne!(booked.body["resources"], given.body["resources"]);
    assert_eq!(ANN.to_u64(), Some(1));
}

#[tokio::test]
async fn moves_are_for_staff_and_for_the_tenant() {
    let desk = Desk::open().await;
    let booked = desk.book(NINE, "one").await;
    let path = format!("/v1/bookings/{}", booked.id());
    for what in ["confirm", "decline", "reschedule", "reassign", "cancel", "check-in", "complete", "no-show"]
    {
        let body = match what {
            "reschedule" => json!({ "start": NINE }),
            "reassign" => json!({ "resources": [] }),
            _ => json!({}),
        };
        for (key, expected) in
            [("Bearer public-1", (403, "forbidden")), ("Bearer secret-2", (404, "not_found"))]
        {
            let headers = [("authorization", key), ("content-type", "application/json"), ("if-match", "*")];
            let reply = desk.raw("POST", &format!("{path}/{what}"), &headers, body.to_string()).await;
            assert_eq!(reply.problem(), expected, "{what} {key}");
        }
    }
    assert_eq!(desk.get(&path).await.body["version"], 1);
}
