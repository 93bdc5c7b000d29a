//! `/sessions`: classes that staff puts on the calendar before anyone has booked.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, post};
use axum::{Json, Router};
use booking_core::SessionId;
use serde::Serialize;

use super::answer::locate;
use super::slots::wish;
use crate::access::Caller;
use crate::api::Api;
use crate::extract::{Body, Id, Source};
use crate::problem::Problem;
use crate::wire::id::{ResourceRef, ServiceRef, SessionRef, WireId};
use crate::wire::time::{Local, Moment};
use crate::wire::wish::wish_body;

pub(super) fn routes() -> Router<Api> {
    Router::new().route("/sessions", post(open)).route("/sessions/{id}", delete(close))
}

wish_body! {
    /// Which class, and when. Party, customer and rules play no part: hours, grid and notice are staff's own business.
    SessionBody {
        /// When.
        start: Moment,
    }
}

/// A session of a service with seats.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct Session {
    /// Its id.
    id: SessionRef,
    /// The service.
    service: ServiceRef,
    /// When it starts.
    start: Local,
    /// When it ends.
    end: Local,
    /// How many seats it has.
    seats: u32,
    /// Whether it stays when nobody has a seat.
    scheduled: bool,
    /// Which resources it claims.
    #[cfg_attr(feature = "server", schema(value_type = Vec<String>))]
    resources: Vec<ResourceRef>,
}

/// Puts a session on the calendar. It then stays, also without bookings. Refused where its resources are not free.
#[cfg_attr(feature = "server", utoipa::path(
    post, path = "/v1/sessions", tag = "bookings", operation_id = "sessions_open",
    request_body(content = SessionBody, example = json!({
        "service": "svc_00000000000000000000000000000005", "start": "2026-12-05T12:00:00+01:00",
    })),
    responses(
        (status = 201, body = Session, description = "On the calendar", example = json!({
            "id": "ses_0197c0de4b7a7c51a3f0000000000001", "service": "svc_00000000000000000000000000000005",
            "start": "2026-12-05T12:00:00+01:00", "end": "2026-12-05T13:00:00+01:00", "seats": 12,
            "scheduled": true, "resources": ["res_00000000000000000000000000000029"],
        })),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn open(
    State(api): State<Api>,
    caller: Caller,
    Body(body): Body<SessionBody>,
) -> Result<Response, Problem> {
    let caller = caller.staff()?;
    let service = api.service(caller.tenant, body.service.0).await?;
    let zone = api.zone(None, &service.zone)?;
    let wish = wish(&caller, service.id, body.wants())?;
    let made = api.scheduler().open_session(&wish, body.start.0, &caller.actor()).await;
    let made = made.map_err(|refusal| caller.problem(refusal, Source::Body))?;
    let mut resources: Vec<ResourceRef> = made.key.picks.iter().map(|pick| WireId(pick.resource)).collect();
    resources.dedup();
    let session = Session {
        id: WireId(made.id),
        service: WireId(made.key.service),
        start: Local::at(made.key.visit.start(), &zone),
        end: Local::at(made.key.visit.end(), &zone),
        seats: made.seats,
        scheduled: made.scheduled,
        resources,
    };
    let mut response = (StatusCode::CREATED, Json(session)).into_response();
    locate(&mut response, "sessions", made.id);
    Ok(response)
}

/// Takes a session off the calendar: it then lives only by the seats taken in it.
#[cfg_attr(feature = "server", utoipa::path(
    delete, path = "/v1/sessions/{id}", tag = "bookings", operation_id = "sessions_close",
    params(("id" = String, Path, description = "The session")),
    responses(
        (status = 204, description = "Taken off"),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn close(
    State(api): State<Api>,
    caller: Caller,
    Id(id): Id<SessionId>,
) -> Result<Response, Problem> {
    let caller = caller.staff()?;
    let closed = api.scheduler().close_session(caller.tenant, id, &caller.actor()).await;
    closed.map_err(|refusal| caller.problem(refusal, Source::Path))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
