//! `/holds`: reserving a start for a while.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use booking_core::{BookRequest, BookingId, ChangeRequest, State as BookingState};
use serde::Deserialize;

use super::slots::wish;
use crate::access::Caller;
use crate::api::Api;
use crate::extract::{Body, Id, IdempotencyKey, Source};
use crate::problem::{Code, Problem};
use crate::wire::time::{Length, Moment};
use crate::wire::wish::wish_body;

pub(super) fn routes() -> Router<Api> {
    Router::new()
        .route("/holds", post(create))
        .route("/holds/{id}", get(read).delete(release))
        .route("/holds/{id}/confirm", post(confirm))
        .route("/holds/{id}/extend", post(extend))
}

wish_body! {
    /// What to hold.
    HoldBody {
        /// When.
        start: Moment,
        /// How long the hold lives unless it is confirmed. Default and most: as the service says.
        #[serde(default)]
        ttl: Option<Length>,
    }
}

/// Until when a hold shall live.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct ExtendBody {
    /// The new expiry: later than the present one, at most the service's longest hold after it was made.
    until: Moment,
}

/// Holds a start: nobody else can book it until the hold expires, is confirmed or released.
#[cfg_attr(feature = "server", utoipa::path(
    post, path = "/v1/holds", tag = "holds", operation_id = "hold_create",
    params(("Idempotency-Key" = String, Header, description = "A key that this request alone carries")),
    request_body(content = HoldBody, example = json!({
        "service": "svc_00000000000000000000000000000001", "start": "2026-11-30T09:00:00+01:00", "ttl": "PT5M",
    })),
    responses(
        (status = 201, body = crate::wire::booking::Booking, description = "Held"),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn create(
    State(api): State<Api>,
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    Body(body): Body<HoldBody>,
) -> Result<Response, Problem> {
    let wish = wish(&caller, body.service.0, body.wants())?;
    api.check_customer(&wish).await?;
    let request = BookRequest { wish, start: body.start.0, key: Some(key), actor: caller.actor() };
    let held = api.scheduler().hold(&request, body.ttl.map(|length| length.0)).await;
    let held = held.map_err(|refusal| caller.problem(refusal, Source::Body))?;
    api.created(&held, "holds")
}

/// Shows a hold.
#[cfg_attr(feature = "server", utoipa::path(
    get, path = "/v1/holds/{id}", tag = "holds", operation_id = "hold_read",
    params(("id" = String, Path, description = "The hold")),
    responses(
        (status = 200, body = crate::wire::booking::Booking, description = "The hold"),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn read(
    State(api): State<Api>,
    caller: Caller,
    Id(id): Id<BookingId>,
) -> Result<Response, Problem> {
    let hold = hold(&api, &caller, id).await?;
    api.one(&hold, api.now())
}

/// Releases a hold.
#[cfg_attr(feature = "server", utoipa::path(
    delete, path = "/v1/holds/{id}", tag = "holds", operation_id = "hold_release",
    params(("id" = String, Path, description = "The hold")),
    responses(
        (status = 204, description = "Released"),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn release(
    State(api): State<Api>,
    caller: Caller,
    Id(id): Id<BookingId>,
) -> Result<Response, Problem> {
    let held = hold(&api, &caller, id).await?;
    if held.state != BookingState::Held {
        return Err(Problem::new(Code::IllegalMove).detail("this is no hold any more; cancel the booking"));
    }
    // The version makes sure that a hold confirmed meanwhile is not cancelled.
    let request = ChangeRequest { if_version: Some(held.version), ..change(&caller, id) };
    api.scheduler().cancel(&request).await.map_err(|refusal| caller.problem(refusal, Source::Path))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Makes a hold a booking: confirmed, or pending where the service needs approval.
#[cfg_attr(feature = "server", utoipa::path(
    post, path = "/v1/holds/{id}/confirm", tag = "holds", operation_id = "hold_confirm",
    params(
        ("id" = String, Path, description = "The hold"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a retry safe"),
    ),
    responses(
        (status = 200, body = crate::wire::booking::Booking, description = "Booked"),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn confirm(
    State(api): State<Api>,
    caller: Caller,
    Id(id): Id<BookingId>,
    key: Option<IdempotencyKey>,
) -> Result<Response, Problem> {
    let mut request = change(&caller, id);
    request.key = key.map(|key| key.0);
    let booked = api.scheduler().confirm(&request).await;
    api.booked(&booked.map_err(|refusal| caller.problem(refusal, Source::Path))?)
}

/// Lets a hold live longer.
#[cfg_attr(feature = "server", utoipa::path(
    post, path = "/v1/holds/{id}/extend", tag = "holds", operation_id = "hold_extend",
    params(("id" = String, Path, description = "The hold")),
    request_body(content = ExtendBody, example = json!({"until": "2026-11-29T20:15:00Z"})),
    responses(
        (status = 200, body = crate::wire::booking::Booking, description = "Extended"),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn extend(
    State(api): State<Api>,
    caller: Caller,
    Id(id): Id<BookingId>,
    Body(body): Body<ExtendBody>,
) -> Result<Response, Problem> {
    let request = change(&caller, id);
    let held = api.scheduler().extend(&request, body.until.0).await;
    api.booked(&held.map_err(|refusal| caller.problem(refusal, Source::Body))?)
}

/// A hold that the caller may see: who has only a publishable key sees no booking once it is one.
async fn hold(api: &Api, caller: &Caller, id: BookingId) -> Result<booking_core::Booking, Problem> {
    let found = api.scheduler().booking(caller.tenant, id).await;
    let found = found.map_err(|refusal| caller.problem(refusal, Source::Path))?;
    if found.state != BookingState::Held && !caller.is_staff() {
        return Err(Problem::new(Code::NotFound).detail("no such hold"));
    }
    Ok(found)
}

/// Confirming and extending are legal for holds alone, so that the engine itself keeps others away.
fn change(caller: &Caller, id: BookingId) -> ChangeRequest {
    ChangeRequest { actor: caller.actor(), ..ChangeRequest::new(caller.tenant, id) }
}
