//! `/tz/drift`: bookings whose wall-clock time has moved because a government changed its rules.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;

use crate::access::Caller;
use crate::api::Api;
use crate::extract::Source;
use crate::problem::Problem;
use crate::wire::booking::Booking;

/// The most that are listed; those that start first.
const MOST: usize = 1_000;

pub(super) fn routes() -> Router<Api> {
    Router::new().route("/tz/drift", get(list))
}

/// A booking that its zone's clock no longer shows at the time that was agreed.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct Drifted {
    /// The booking, shown by the present rules.
    booking: Booking,
    /// What the clock showed when it was agreed: `2026-11-30T09:00:00`.
    agreed: String,
    /// What it will show.
    shown: String,
    /// The rules it was agreed under.
    agreed_tzdata: String,
}

/// What has drifted, by start.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct DriftList {
    /// The present rules.
    tzdata: String,
    /// The bookings; at most 1,000.
    items: Vec<Drifted>,
    /// Whether there are more.
    more: bool,
}

/// Lists the bookings ahead whose wall-clock time has moved with the time zone rules. None is moved: people decide
/// whether the instant or the reading of the clock was meant.
#[cfg_attr(feature = "server", utoipa::path(
    get, path = "/v1/tz/drift", tag = "meta", operation_id = "tz_drift",
    responses(
        (status = 200, body = DriftList, description = "What has drifted", example = json!({
            "tzdata": "2026f", "items": [], "more": false,
        })),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn list(State(api): State<Api>, caller: Caller) -> Result<Json<DriftList>, Problem> {
    let caller = caller.staff()?;
    let found = api.scheduler().tz_drift(caller.tenant).await;
    let found = found.map_err(|refusal| caller.problem(refusal, Source::Path))?;
    let now = api.now();
    let clock = |wall: chrono::NaiveDateTime| wall.format("%Y-%m-%dT%H:%M:%S").to_string();
    let drifted = |drift: &booking_core::Drift| {
        Ok(Drifted {
            booking: api.show(&drift.booking, now)?,
            agreed: clock(drift.booking.local.wall),
            shown: clock(drift.shown),
            agreed_tzdata: drift.booking.local.tzdata.clone(),
        })
    };
    let items = found.iter().take(MOST).map(drifted).collect::<Result<_, Problem>>()?;
    let tzdata = api.scheduler().zones().version().to_owned();
    Ok(Json(DriftList { tzdata, items, more: found.len() > MOST }))
}
