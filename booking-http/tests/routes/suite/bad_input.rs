//! Whatever is sent: a problem that points at what is wrong, never a fault, never a hang.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::Request;
use serde_json::{Value, json};

use crate::support::{Desk, Reply, VISIT, service};

const NINE: &str = "2026-03-23T09:00:00+01:00";

async fn send(desk: &Desk, body: impl Into<Body>) -> Reply {
    let headers = [
        ("authorization", "Bearer secret-1"),
        ("content-type", "application/json"),
        ("idempotency-key", "one"),
    ];
    desk.raw("POST", "/v1/bookings", &headers, body).await
}

#[tokio::test]
async fn what_is_not_json_is_malformed() {
    let desk = Desk::open().await;
    let deep = "[".repeat(100_000);
    let deep_object = r#"{"service":"#.repeat(100_000);
    for body in ["", "{", "{\"service\": }", "\u{feff}{}", &deep, &deep_object, "{} {}", "nul\0"] {
        let reply = send(&desk, body.to_owned()).await;
        let (status, code) = reply.problem();
        let expected = ["malformed_json", "body_too_large", "invalid_request"];
        assert!(expected.contains(&code), "{status} {code} for {}", &body[..body.len().min(20)]);
    }
    let reply = send(&desk, Bytes::from_static(b"{\"service\": \"\xff\xfe\"}")).await;
    assert!(matches!(reply.problem(), (400, "malformed_json") | (422, "invalid_request")));
}

#[tokio::test]
async fn a_wrong_value_is_pointed_at() {
    let desk = Desk::open().await;
    let good = json!({ "service": service(VISIT), "start": NINE });
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    for (body, at) in [
        (json!([]), "pointer "),
        (json!("text"), "pointer "),
        (json!(null), "pointer "),
        (json!({ "start": NINE }), "pointer "),
        (json!({ "service": service(VISIT) }), "pointer "),
        (with("service", json!(1)), "pointer /service"),
        (with("service", json!("svc_1")), "pointer /service"),
        (with("service", json!("bkg_00000000000000000000000000000001")), "pointer /service"),
        (with("start", json!("tomorrow")), "pointer /start"),
        (with("start", json!(1_774_252_800)), "pointer /start"),
        (with("start", json!("2026-03-23T09:00:00.123+01:00")), "pointer /start"),
        (with("start", json!("2100-01-01T00:00:00Z")), "pointer /start"),
        (with("start", json!("1969-12-31T23:59:59Z")), "pointer /start"),
        (with("duration", json!("PT0S")), "pointer /duration"),
        (with("duration", json!("forever")), "pointer /duration"),
        (with("duration", json!(1_800)), "pointer /duration"),
        (with("party", json!(0)), "pointer /party"),
        (with("party", json!(-1)), "pointer /party"),
        (with("party", json!(1.5)), "pointer /party"),
        (with("party", json!(4_294_967_296_u64)), "pointer /party"),
        (with("resources", json!("res_1")), "pointer /resources"),
        (with("resources", json!(["res_00000000000000000000000000000001", "x"])), "pointer /resources/1"),
        (with("waive", json!(["capacity"])), "pointer /waive/0"),
        (with("colour", json!("red")), "pointer /colour"),
        (with("a/b~c", json!(1)), "pointer /a~1b~0c"),
    ] {
        let reply = send(&desk, body.to_string()).await;
        assert_eq!(reply.problem(), (422, "invalid_request"), "{body}");
        assert_eq!(reply.at(), at, "{body}: {}", reply.text);
    }
    let twice = format!("{{\"service\":\"{0}\",\"service\":\"{0}\",\"start\":\"{NINE}\"}}", service(VISIT));
    assert_eq!(send(&desk, twice).await.problem(), (422, "invalid_request"));
    assert_eq!(desk.get("/v1/bookings").await.body, json!({ "items": [] }), "nothing was booked");
}

#[tokio::test]
async fn control_characters_stay_out_of_headers_and_come_back_escaped() {
    let desk = Desk::open().await;
    let body = json!({ "service": service(VISIT), "start": NINE, "group": "x\r\nSet-Cookie: a=b\u{0}" });
    let reply = send(&desk, body.to_string()).await;
    assert_eq!(reply.header("set-cookie"), None);
    assert!(reply.status == 201 || reply.status == 422, "{}", reply.text);
    let reply = send(&desk, json!({ "x\r\ny": 1 }).to_string()).await;
    assert_eq!(reply.problem(), (422, "invalid_request"));
}

#[tokio::test]
async fn a_large_body_is_cut_short() {
    let desk = Desk::open().await;
    let large = format!("{{\"service\":\"{}\"}}", "x".repeat(10 * 1024 * 1024));
    assert_eq!(send(&desk, large.clone()).await.problem(), (413, "body_too_large"));
    // Also when its length is not announced.
    let pieces = large.into_bytes();
    let stream = futures_util::stream::iter(
        pieces
            .chunks(4_096)
            .map(|piece| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece)))
            .collect::<Vec<_>>(),
    );
    assert_eq!(send(&desk, Body::from_stream(stream)).await.problem(), (413, "body_too_large"));
}

#[tokio::test(start_paused = true)]
async fn a_slow_body_is_given_up() {
    let desk = Desk::open().await;
    let begun = tokio::time::Instant::now();
    let never = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
    let request = Request::builder().method("POST").uri("/v1/bookings").header("idempotency-key", "one");
    let request =
        request.header("authorization", "Bearer secret-1").header("content-type", "application/json");
    let reply = desk.send(request.body(Body::from_stream(never)).expect("a request")).await;
    assert_eq!(reply.problem(), (408, "body_too_slow"));
    assert!(begun.elapsed() <= Duration::from_secs(10));
}

#[tokio::test]
async fn a_body_that_breaks_off_is_malformed() {
    let desk = Desk::open().await;
    let parts: Vec<Result<Bytes, std::io::Error>> =
        vec![Ok(Bytes::from_static(b"{\"service\"")), Err(std::io::ErrorKind::ConnectionReset.into())];
    let reply = send(&desk, Body::from_stream(futures_util::stream::iter(parts))).await;
    assert_eq!(reply.problem(), (400, "malformed_json"));
}

#[tokio::test]
async fn another_media_type_is_refused() {
    let desk = Desk::open().await;
    let body = json!({ "service": service(VISIT), "start": NINE }).to_string();
    for kind in ["text/plain", "application/xml", "multipart/form-data", ""] {
        let headers =
            [("authorization", "Bearer secret-1"), ("content-type", kind), ("idempotency-key", "one")];
        let reply = desk.raw("POST", "/v1/bookings", &headers, body.clone()).await;
        assert_eq!(reply.problem(), (415, "unsupported_media_type"), "{kind}");
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems() {
    let desk = Desk::open().await;
    for path in ["/", "/v1", "/v1/", "/v2/bookings", "/v1/bookings/", "/v1/holds/a/b/c", "/v1/%2e%2e/x"] {
        let reply = desk.get(path).await;
        assert_eq!(reply.problem().0, 404, "{path}");
    }
    for (method, path) in
        [("PUT", "/v1/bookings"), ("DELETE", "/v1/meta"), ("GET", "/v1/availability/explain")]
    {
        assert_eq!(
            desk.call(method, path, &[], "").await.problem(),
            (405, "method_not_allowed"),
            "{method} {path}"
        );
    }
    for id in [
        "bkg_",
        "bkg_00000000000000000000000000000099",
        "svc_00000000000000000000000000000001",
        "..",
        "%F0%9F%98%80",
    ] {
        let reply = desk.get(&format!("/v1/bookings/{id}")).await;
        assert_eq!(reply.problem(), (404, "not_found"), "{id}");
    }
}
