//! `/meta` and the probes: whether the server lives, is ready, and what it runs on.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use booking_core::{Catalog, Clock, ServiceId, TenantId};
use serde::Serialize;

use crate::access::Caller;
use crate::api::Api;
use crate::problem::Problem;
use crate::wire::time::Moment;

pub(super) fn routes() -> Router<Api> {
    Router::new().route("/meta", get(meta))
}

/// For whoever starts and watches the process: without a key, outside `/v1`.
pub(super) fn probes() -> Router<Api> {
    Router::new().route("/livez", get(live)).route("/readyz", get(ready))
}

/// What the server runs on.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct Meta {
    /// The version of the server.
    version: &'static str,
    /// The version of the time zone rules.
    tzdata: String,
    /// The server's present.
    now: Moment,
}

/// Tells versions and the server's present.
#[cfg_attr(feature = "server", utoipa::path(
    get, path = "/v1/meta", tag = "meta", operation_id = "meta",
    responses(
        (status = 200, body = Meta, example = json!({
            "version": "0.1.0", "tzdata": "2026f", "now": "2026-11-29T20:00:00Z",
        })),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn meta(State(api): State<Api>, _caller: Caller) -> Json<Meta> {
    let scheduler = api.scheduler();
    Json(Meta {
        version: env!("CARGO_PKG_VERSION"),
        tzdata: scheduler.zones().version().to_owned(),
        now: Moment(scheduler.clock().now()),
    })
}

/// Lives: the process answers. Asks nothing of the store.
#[cfg_attr(feature = "server", utoipa::path(
    get, path = "/livez", tag = "meta", operation_id = "livez",
    responses((status = 200, body = String, content_type = "text/plain", example = "ok")),
))]
pub(crate) async fn live() -> &'static str {
    "ok"
}

/// Ready: the store answers.
#[cfg_attr(feature = "server", utoipa::path(
    get, path = "/readyz", tag = "meta", operation_id = "readyz",
    responses(
        (status = 200, body = String, content_type = "text/plain", example = "ok"),
        (status = 503, body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn ready(State(api): State<Api>) -> Response {
    let asked = api.scheduler().store().service(TenantId::SINGLE, ServiceId::from_u64(0)).await;
    match asked {
        Ok(_) => (StatusCode::OK, "ok").into_response(),
        Err(error) => Problem::store(&error).into_response(),
    }
}
