//! `/v1/meta`, the probes, and what every answer has.

use serde_json::json;

use crate::support::{Desk, NOW};

#[tokio::test]
async fn probes_need_no_key() {
    let desk = Desk::open();
    for path in ["/livez", "/readyz"] {
        let reply = desk.raw("GET", path, &[], "").await;
        assert_eq!((reply.status, reply.text.as_str()), (200, "ok"));
    }
}

#[tokio::test]
async fn meta_tells_the_present_and_the_versions() {
    let desk = Desk::open();
    let reply = desk.get("/v1/meta").await;
    let tzdata = booking_core::Zones::bundled();
    assert_eq!(
        reply.body,
        json!({ "version": env!("CARGO_PKG_VERSION"), "tzdata": tzdata.version(), "now": NOW })
    );
}

#[tokio::test]
async fn a_trace_goes_on_where_it_began() {
    let desk = Desk::open();
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let parent = format!("00-{trace}-00f067aa0ba902b7-01");
    let reply = desk.call("GET", "/v1/nothing", &[("traceparent", &parent)], "").await;
    assert_eq!(reply.problem(), (404, "not_found"));
    assert_eq!((reply.body["trace_id"].as_str(), reply.header("trace-id")), (Some(trace), Some(trace)));
    for bad in [
        "00-0-0-0",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-1-01",
    ] {
        let reply = desk.call("GET", "/v1/meta", &[("traceparent", bad)], "").await;
        let own = reply.header("trace-id").expect("a trace");
        assert!(own.len() == 32 && !bad.contains(own), "{bad}");
    }
}

#[tokio::test]
async fn without_a_key_nothing_is_told() {
    let desk = Desk::open();
    let none: [(&str, &str); 0] = [];
    let missing = desk.raw("GET", "/v1/meta", &none, "").await;
    assert_eq!(
        (missing.problem(), missing.at()),
        ((401, "unauthenticated"), "header Authorization".to_owned())
    );
    assert_eq!(missing.header("www-authenticate"), Some("Bearer"));
    for key in ["Bearer stranger-1", "Basic secret-1", "Bearer"] {
        let reply = desk.raw("GET", "/v1/meta", &[("authorization", key)], "").await;
        assert_eq!(reply.problem(), (401, "unauthenticated"), "{key}");
    }
    let broken = desk.raw("GET", "/v1/meta", &[("authorization", "Bearer broken-1")], "").await;
    assert_eq!(broken.problem(), (503, "unavailable"));
    assert_eq!(broken.header("retry-after"), Some("1"));
}
