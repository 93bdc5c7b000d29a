//! Every operation of the description that writes leaves an entry in the audit log, and a refused one leaves none.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::catalogue::examples;
use crate::support::{CLASS, Desk, HOSTS, REVIEWED, Reply, VISIT, service};

/// Operations that ask with a body, and write nothing.
const ASKING: [&str; 6] = [
    "POST /v1/availability/explain",
    "POST /v1/availability/search",
    "POST /v1/availability/what-if",
    "POST /v1/bookings/validate",
    "POST /v1/bookings/{id}/guest-link",
    "POST /v1/series/preview",
];

/// Calls operations and watches the log.
struct Watch {
    desk: Desk,
    written: BTreeSet<String>,
    calls: u32,
}

impl Watch {
    /// The number of the newest entry.
    async fn newest(&self) -> u64 {
        let log = self.desk.get("/v1/audit-log?limit=1").await;
        log.body["items"][0]["sequence"].as_u64().expect("there is an entry")
    }

    async fn call(&mut self, operation: &str, id: &str, body: &Value) -> Reply {
        let (method, path) = operation.split_once(' ').expect("method and path");
        self.calls += 1;
        let key = self.calls.to_string();
        let headers = [("content-type", "application/json"), ("idempotency-key", &key), ("if-match", "*")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.desk.call(method, &path.replace("{id}", id).replace("{token}", id), &headers, &body).await
    }

    /// Writes, and finds it in the log.
    async fn write(&mut self, operation: &str, id: &str, body: Value) -> Reply {
        let before = self.newest().await;
        let reply = self.call(operation, id, &body).await;
        assert!((200..300).contains(&reply.status), "{operation}: {}", reply.text);
        assert!(self.newest().await > before, "{operation} is not in the log");
        self.written.insert(operation.to_owned());
        reply
    }

    /// Is refused, and leaves nothing in the log.
    async fn refused(&mut self, operation: &str, id: &str, body: Value) {
        let before = self.newest().await;
        let reply = self.call(operation, id, &body).await;
        assert!((400..500).contains(&reply.status), "{operation}: {}", reply.text);
        assert_eq!(self.newest().await, before, "{operation} was refused and is in the log");
    }
}

fn at(number: u64, start: &str) -> Value {
    json!({ "service": service(number), "start": format!("2026-03-{start}:00+01:00") })
}

async fn place(watch: &mut Watch) {
    let held = watch.write("POST /v1/holds", "", at(VISIT, "23T09:00")).await;
    watch.refused("POST /v1/holds", "", at(VISIT, "23T09:00")).await;
    let until = json!({ "until": "2026-03-20T12:15:00Z" });
    watch.write("POST /v1/holds/{id}/extend", &held.id(), until).await;
    watch.write("POST /v1/holds/{id}/confirm", &held.id(), Value::Null).await;
    let held = watch.write("POST /v1/holds", "", at(VISIT, "23T09:30")).await;
    watch.write("DELETE /v1/holds/{id}", &held.id(), Value::Null).await;
    watch.write("POST /v1/bookings/batch", "", json!({ "items": [at(VISIT, "23T10:00")] })).await;
    let recurrence = json!({ "start": "2026-03-24T11:30:00", "rule": "FREQ=WEEKLY;COUNT=2" });
    let series = json!({ "service": service(VISIT), "recurrence": recurrence });
    let series = watch.write("POST /v1/series", "", series).await;
    watch.write("POST /v1/series/{id}/cancel", &series.id(), json!({ "scope": "all" })).await;
    let session = watch.write("POST /v1/sessions", "", at(CLASS, "23T19:00")).await;
    watch.write("DELETE /v1/sessions/{id}", &session.id(), Value::Null).await;
    let line = json!({ "service": service(VISIT), "from": "2026-03-23", "to": "2026-03-24" });
    let entry = watch.write("POST /v1/waitlist", "", line).await;
    watch.write("DELETE /v1/waitlist/{id}", &entry.id(), Value::Null).await;
}

async fn change(watch: &mut Watch) {
    let booked = watch.write("POST /v1/bookings", "", at(HOSTS, "24T09:00")).await.id();
    let moved = |time: &str| json!({ "start": format!("2026-03-24T{time}:00+01:00") });
    watch.write("PATCH /v1/bookings/{id}", &booked, moved("09:30")).await;
    watch.write("POST /v1/bookings/{id}/reschedule", &booked, moved("10:00")).await;
    watch.refused("POST /v1/bookings/{id}/reschedule", &booked, moved("10:07")).await;
    let other = json!({ "resources": ["res_00000000000000000000000000000014"] });
    watch.write("POST /v1/bookings/{id}/reassign", &booked, other).await;
    let link = watch.call("POST /v1/bookings/{id}/guest-link", &booked, &Value::Null).await;
    let token = link.body["token"].as_str().expect("a token").to_owned();
    watch.write("POST /v1/manage/{token}/reschedule", &token, moved("10:30")).await;
    watch.write("POST /v1/manage/{token}/cancel", &token, Value::Null).await;
    watch.refused("POST /v1/manage/{token}/cancel", &token, Value::Null).await;
    for (decision, start) in [("confirm", "25T09:00"), ("decline", "25T09:30"), ("cancel", "25T10:00")] {
        let asked = watch.write("POST /v1/bookings", "", at(REVIEWED, start)).await.id();
        watch.write(&format!("POST /v1/bookings/{{id}}/{decision}"), &asked, json!({})).await;
    }
    let [come, missed] = ["26T09:00", "26T09:30"].map(|start| at(VISIT, start));
    let come = watch.write("POST /v1/bookings", "", come).await.id();
    let missed = watch.write("POST /v1/bookings", "", missed).await.id();
    watch.refused("POST /v1/bookings/{id}/complete", &come, json!({})).await;
    watch.write("POST /v1/bookings/{id}/check-in", &come, json!({})).await;
    watch.desk.clock.set("2026-03-26T09:15:00Z".parse().expect("an instant"));
    watch.write("POST /v1/bookings/{id}/complete", &come, json!({})).await;
    watch.write("POST /v1/bookings/{id}/no-show", &missed, json!({})).await;
}

async fn edit(watch: &mut Watch) {
    for (kind, example) in examples() {
        let made = watch.write(&format!("POST /v1/{kind}"), "", example.clone()).await.id();
        watch.write(&format!("PUT /v1/{kind}/{{id}}"), &made, example).await;
        watch.write(&format!("DELETE /v1/{kind}/{{id}}"), &made, Value::Null).await;
        watch.refused(&format!("DELETE /v1/{kind}/{{id}}"), &made, Value::Null).await;
    }
    let ann = "res_00000000000000000000000000000001";
    let off = json!({ "resource": ann, "start": "2026-04-01T07:00:00Z", "end": "2026-04-01T08:00:00Z" });
    let off = watch.write("POST /v1/time-off", "", off).await.id();
    watch.write("DELETE /v1/time-off/{id}", &off, Value::Null).await;
    watch.write("POST /v1/resources/{id}/set-capacity", ann, json!({ "capacity": 2 })).await;
    let key = json!({ "kind": "secret", "name": "Till" });
    let key = watch.write("POST /v1/api-keys", "", key).await.id();
    watch.write("DELETE /v1/api-keys/{id}", &key, Value::Null).await;
    let mia = watch.write("POST /v1/customers", "", json!({ "name": "Mia" })).await.id();
    let twin = watch.write("POST /v1/customers", "", json!({ "name": "Mia K." })).await.id();
    watch.write("PUT /v1/customers/{id}", &mia, json!({ "name": "Mia Kern" })).await;
    let consent = json!({ "purpose": "reminders", "granted": true });
    watch.write("POST /v1/customers/{id}/consents", &mia, consent).await;
    watch.write("POST /v1/customers/{id}/merge", &twin, json!({ "into": mia })).await;
    watch.write("POST /v1/customers/{id}/erase", &mia, Value::Null).await;
    watch.refused("PUT /v1/customers/{id}", &mia, json!({ "name": "Mia" })).await;
}

#[tokio::test]
async fn every_operation_that_writes_is_in_the_log_and_a_refused_one_is_not() {
    let desk = Desk::open().await;
    let document = desk.get("/openapi.json").await.body;
    let mut watch = Watch { desk, written: BTreeSet::new(), calls: 0 };
    place(&mut watch).await;
    change(&mut watch).await;
    edit(&mut watch).await;
    let paths = document["paths"].as_object().expect("paths").iter();
    let all = paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().into_iter().flatten();
        methods.map(move |(method, _)| format!("{} {path}", method.to_uppercase()))
    });
    let writing: BTreeSet<String> =
        all.filter(|one| !one.starts_with("GET ") && !ASKING.contains(&one.as_str())).collect();
    assert_eq!(watch.written, writing);
}
