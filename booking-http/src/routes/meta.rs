//! `/meta` and the probes: whether the server lives, is ready, and what it runs on.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use booking_core::{BookingId, BookingStore, Clock, TenantId};
use serde::Serialize;

use crate::access::Caller;
use crate::api::Api;
use crate::problem::{Code, Problem};
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

/// What a server that is ready stands on.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct Readiness {
    /// Always true: a server that is not ready answers with a problem.
    ready: bool,
    /// The version of the time zone rules.
    tzdata: String,
    /// How many seconds ago the worker did its last round; none where there is no worker.
    #[serde(skip_serializing_if = "Option::is_none")]
    worker_idle: Option<u64>,
}

/// Ready: the store answers, and the worker, where there is one, does its rounds.
#[cfg_attr(feature = "server", utoipa::path(
    get, path = "/readyz", tag = "meta", operation_id = "readyz",
    responses(
        (status = 200, body = Readiness, example = json!({"ready": true, "tzdata": "2026f", "worker_idle": 3})),
        (status = 503, body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn ready(State(api): State<Api>) -> Result<Json<Readiness>, Problem> {
    // A store may remember what is busy or offered; bookings are always asked for.
    let asked = api.scheduler().store().booking(TenantId::SINGLE, BookingId::from_u64(0)).await;
    // Whatever the store says, the server cannot be used: asking again may help.
    asked.map_err(|_| Problem::new(Code::Unavailable).detail("the store does not answer"))?;
    if api.worker().is_overdue() {
        return Err(Problem::new(Code::Unavailable).detail("the worker does not do its rounds"));
    }
    Ok(Json(Readiness {
        ready: true,
        tzdata: api.scheduler().zones().version().to_owned(),
        worker_idle: api.worker().idle().map(|idle| idle.as_secs()),
    }))
}
