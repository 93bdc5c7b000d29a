//! `/v1/meta`, the probes, and what every answer has.

use std::time::Duration;

use booking_http::RateLimit;
use serde_json::json;

use crate::support::{Desk, NOW};

#[tokio::test]
async fn probes_need_no_key() {
    let desk = Desk::open().await;
    let live = desk.raw("GET", "/livez", &[], "").await;
    assert_eq!((live.status, live.text.as_str()), (200, "ok"));
    let ready = desk.raw("GET", "/readyz", &[], "").await;
    assert_eq!(ready.body, json!({ "ready": true, "tzdata": booking_core::Zones::bundled().version() }));
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_is_gone_makes_the_server_unready() {
    let desk = Desk::open().await;
    desk.api().worker_ran(Duration::from_secs(10));
    tokio::time::advance(Duration::from_secs(30)).await;
    let ready = desk.raw("GET", "/readyz", &[], "").await;
    assert_eq!((ready.status, &ready.body["worker_idle"]), (200, &json!(30)), "{}", ready.text);
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(desk.raw("GET", "/readyz", &[], "").await.problem(), (503, "unavailable"));
    desk.api().worker_ran(Duration::from_secs(10));
    assert_eq!(desk.raw("GET", "/readyz", &[], "").await.status, 200);
}

#[tokio::test]
async fn requests_are_counted_by_route_and_not_by_what_clients_write() {
    let desk = Desk::open().await;
    for path in ["/v1/bookings/bkg_1", "/v1/bookings/bkg_2", "/v1/nothing/x\"y"] {
        desk.get(&path.replace('"', "%22")).await;
    }
    let metrics = desk.raw("GET", "/metrics", &[], "").await;
    assert!(metrics.header("content-type").is_some_and(|kind| kind.starts_with("text/plain")));
    let counted =
        "booking_http_requests_total{method=\"GET\",route=\"/v1/bookings/{id}\",status=\"4xx\"} 2\n";
    assert!(metrics.text.contains(counted), "{}", metrics.text);
    assert!(metrics.text.contains("{method=\"GET\",route=\"none\",status=\"4xx\"} 1\n"), "{}", metrics.text);
    let time =
        "booking_http_request_seconds_bucket{method=\"GET\",route=\"/v1/bookings/{id}\",le=\"+Inf\"} 2\n";
    assert!(metrics.text.contains(time), "{}", metrics.text);
    assert!(!metrics.text.contains("bkg_") && !metrics.text.contains("nothing"), "{}", metrics.text);
}

#[tokio::test(start_paused = true)]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let limit = RateLimit::new(1, 3).expect("a limit");
    let desk = Desk::open_with(|api| api.with_rate_limit(limit)).await;
    for left in ["2", "1", "0"] {
        let reply = desk.get("/v1/meta").await;
        let wait = 3 - left.parse::<u32>().expect("a number");
        let told = format!("\"key\";r={left};t={wait}");
        assert_eq!((reply.status, reply.header("ratelimit")), (200, Some(told.as_str())));
        assert_eq!(reply.header("ratelimit-policy"), Some("\"key\";q=3;w=3"));
    }
    let refused = desk.get("/v1/meta").await;
    assert_eq!((refused.problem(), refused.header("retry-after")), ((429, "rate_limited"), Some("1")));
    let other = [("authorization", "Bearer public-1")];
    assert_eq!(desk.raw("GET", "/v1/meta", &other, "").await.status, 200, "another key has its own");
    assert_eq!(desk.raw("GET", "/livez", &[], "").await.status, 200);
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(desk.get("/v1/meta").await.status, 200);
}

#[tokio::test]
async fn what_has_drifted_with_the_rules_is_listed_for_staff() {
    let desk = Desk::open().await;
    desk.book("2026-03-23T09:00:00+01:00", "one").await;
    let tzdata = booking_core::Zones::bundled().version().to_owned();
    let drift = desk.get("/v1/tz/drift").await;
    assert_eq!(drift.body, json!({ "tzdata": tzdata, "items": [], "more": false }));
    let public = [("authorization", "Bearer public-1")];
    assert_eq!(desk.raw("GET", "/v1/tz/drift", &public, "").await.problem(), (403, "forbidden"));
}

#[tokio::test]
async fn meta_tells_the_present_and_the_versions() {
    let desk = Desk::open().await;
    let reply = desk.get("/v1/meta").await;
    let tzdata = booking_core::Zones::bundled();
    assert_eq!(
        reply.body,
        json!({ "version": env!("CARGO_PKG_VERSION"), "tzdata": tzdata.version(), "now": NOW })
    );
}

#[tokio::test]
async fn a_trace_goes_on_where_it_began() {
    let desk = Desk::open().await;
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
    let desk = Desk::open().await;
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
    assert_eq!(broken.header("retry-after"), Some("5"));
}
