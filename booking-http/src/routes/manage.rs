//! `/manage/{token}`: what a customer does with the signed link of a booking, without a key.

use axum::extract::{FromRequestParts, RawPathParams, State};
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use booking_core::{Actor, BookingId, ChangeRequest, MoveRequest};
use serde::{Deserialize, Serialize};

use super::calendars::calendar;
use crate::access::{Caller, KeyKind};
use crate::api::Api;
use crate::extract::{Body, Id, Source};
use crate::guest::{Guest, Refused};
use crate::problem::{Code, Problem};
use crate::wire::time::Moment;

/// How long after a visit its link still works, in seconds: to look it up, and for the calendar.
const AFTER: i64 = 30 * booking_core::DAY;

pub(super) fn routes() -> Router<Api> {
    Router::new()
        .route("/bookings/{id}/guest-link", post(link))
        .route("/manage/{token}", get(read))
        .route("/manage/{token}/cancel", post(cancel))
        .route("/manage/{token}/reschedule", post(reschedule))
        .route("/manage/{token}/calendar.ics", get(ics))
}

/// A link for a customer.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct GuestLink {
    /// The token. Whoever has it may see, move and cancel the booking.
    token: String,
    /// The path, relative to `/v1`.
    path: String,
    /// From when on it is dead.
    expires_at: Moment,
}

/// Makes a signed link, with which a customer may see, move and cancel this booking without a key.
#[cfg_attr(feature = "server", utoipa::path(
    post, path = "/v1/bookings/{id}/guest-link", tag = "guests", operation_id = "guest_link",
    params(("id" = String, Path, description = "The booking")),
    responses(
        (status = 200, body = GuestLink, description = "The link", example = json!({
            "token": "0".repeat(144), "path": "manage/000...", "expires_at": "2026-12-31T09:30:00Z",
        })),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn link(
    State(api): State<Api>,
    caller: Caller,
    Id(id): Id<BookingId>,
) -> Result<Json<GuestLink>, Problem> {
    let caller = caller.staff()?;
    let found = api.scheduler().booking(caller.tenant, id).await;
    let found = found.map_err(|refusal| caller.problem(refusal, Source::Path))?;
    let signer = api.signer().ok_or_else(unsigned)?;
    let expires = found.visit.end_second() + AFTER;
    let token = signer.sign(Guest { tenant: caller.tenant, booking: id, expires });
    let expires_at = chrono::DateTime::from_timestamp(expires, 0).unwrap_or_default();
    Ok(Json(GuestLink { path: format!("manage/{token}"), token, expires_at: Moment(expires_at) }))
}

fn unsigned() -> Problem {
    Problem::new(Code::NotFound).detail("this server signs no links")
}

/// A customer with a signed link.
pub(crate) struct GuestCaller {
    guest: Guest,
    caller: Caller,
}

impl FromRequestParts<Api> for GuestCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let unknown = || Problem::new(Code::NotFound).detail("this link is not known");
        let signer = api.signer().ok_or_else(unsigned)?;
        let params = RawPathParams::from_request_parts(parts, api).await.map_err(|_| unknown())?;
        let token = params.iter().find(|(name, _)| *name == "token").map_or("", |(_, token)| token);
        let guest = signer.check(token, api.now()).map_err(|refused| match refused {
            Refused::Unknown => unknown(),
            Refused::Expired => Problem::new(Code::LinkExpired),
        })?;
        let caller = Caller { tenant: guest.tenant, kind: KeyKind::Publishable, name: "customer".to_owned() };
        Ok(Self { guest, caller })
    }
}

impl GuestCaller {
    fn request(&self) -> ChangeRequest {
        let actor = Actor::new("customer", "link");
        ChangeRequest { actor, ..ChangeRequest::new(self.guest.tenant, self.guest.booking) }
    }

    async fn booking(&self, api: &Api) -> Result<booking_core::Booking, Problem> {
        let found = api.scheduler().booking(self.guest.tenant, self.guest.booking).await;
        found.map_err(|refusal| self.caller.problem(refusal, Source::Path))
    }
}

/// Shows the booking of a link.
#[cfg_attr(feature = "server", utoipa::path(
    get, path = "/v1/manage/{token}", tag = "guests", operation_id = "guest_read",
    params(("token" = String, Path, description = "The token of the link")), security(()),
    responses(
        (status = 200, body = crate::wire::booking::Booking, description = "The booking"),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn read(State(api): State<Api>, guest: GuestCaller) -> Result<Response, Problem> {
    api.one(&guest.booking(&api).await?, api.now())
}

/// Calls the booking of a link off, within the service's cancellation window and at its fee.
#[cfg_attr(feature = "server", utoipa::path(
    post, path = "/v1/manage/{token}/cancel", tag = "guests", operation_id = "guest_cancel",
    params(("token" = String, Path, description = "The token of the link")), security(()),
    responses(
        (status = 200, body = crate::wire::booking::Booking, description = "Cancelled"),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn cancel(State(api): State<Api>, guest: GuestCaller) -> Result<Response, Problem> {
    let done = api.scheduler().cancel(&guest.request()).await;
    api.booked(&done.map_err(|refusal| guest.caller.problem(refusal, Source::Path))?)
}

/// When the customer wants to come instead.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct GuestRescheduleBody {
    /// The new start.
    start: Moment,
}

/// Moves the booking of a link, within the service's window for moving and at its fee.
#[cfg_attr(feature = "server", utoipa::path(
    post, path = "/v1/manage/{token}/reschedule", tag = "guests", operation_id = "guest_reschedule",
    params(("token" = String, Path, description = "The token of the link")), security(()),
    request_body(content = GuestRescheduleBody, example = json!({"start": "2026-12-01T10:00:00+01:00"})),
    responses(
        (status = 200, body = crate::wire::booking::Booking, description = "Moved"),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn reschedule(
    State(api): State<Api>,
    guest: GuestCaller,
    Body(body): Body<GuestRescheduleBody>,
) -> Result<Response, Problem> {
    let request = MoveRequest {
        change: guest.request(),
        start: Some(body.start.0),
        duration: None,
        party: None,
        resources: Vec::new(),
    };
    let done = api.scheduler().reschedule(&request).await;
    api.booked(&done.map_err(|refusal| guest.caller.problem(refusal, Source::Body))?)
}

/// The booking of a link as a calendar file.
#[cfg_attr(feature = "server", utoipa::path(
    get, path = "/v1/manage/{token}/calendar.ics", tag = "guests", operation_id = "guest_calendar",
    params(("token" = String, Path, description = "The token of the link")), security(()),
    responses(
        (status = 200, body = String, content_type = "text/calendar", description = "The calendar file",
            example = "BEGIN:VCALENDAR\r\n..."),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn ics(State(api): State<Api>, guest: GuestCaller) -> Result<Response, Problem> {
    calendar(&api, &guest.booking(&api).await?).await
}
