//! `/bookings/{id}/...`: everything that happens to a booking after it was made. Each move needs `If-Match`.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use booking_core::{
    Booked, BookingId, ChangeRequest, MoveRequest, Refusal, ResourceId, State as BookingState,
};
use serde::Deserialize;

use crate::access::Caller;
use crate::api::Api;
use crate::extract::{Body, Id, IdempotencyKey, IfMatch, OptionalBody, Source};
use crate::problem::{Code, FieldError, Problem};
use crate::wire::id::ResourceRef;
use crate::wire::time::{Length, Moment};
use crate::wire::wish::{Waived, waiver};

pub(super) fn routes() -> Router<Api> {
    Router::new()
        .route("/bookings/{id}/confirm", post(confirm))
        .route("/bookings/{id}/decline", post(decline))
        .route("/bookings/{id}/reschedule", post(reschedule))
        .route("/bookings/{id}/reassign", post(reassign))
        .route("/bookings/{id}/cancel", post(cancel))
        .route("/bookings/{id}/check-in", post(check_in))
        .route("/bookings/{id}/complete", post(complete))
        .route("/bookings/{id}/no-show", post(no_show))
}

/// A move without more to say.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct PlainBody {}

/// A move that staff may make against the rules.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub(crate) struct WaivableBody {
    /// Rules set aside: `limits` waives windows for changes and their fees.
    waive: Vec<Waived>,
}

/// Where to move a booking. What is left out stays as it is.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RescheduleBody {
    /// The new start.
    start: Option<Moment>,
    /// The new duration: one of the service's.
    duration: Option<Length>,
    /// The new number of people.
    party: Option<u32>,
    /// Only these resources, where a requirement may choose among them.
    #[cfg_attr(feature = "server", schema(value_type = Vec<String>))]
    resources: Vec<ResourceRef>,
    /// Rules set aside.
    waive: Vec<Waived>,
}

/// Who shall serve a booking instead.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct ReassignBody {
    /// The resources to prefer, where a requirement may choose among them.
    #[cfg_attr(feature = "server", schema(value_type = Vec<String>))]
    resources: Vec<ResourceRef>,
    /// Rules set aside.
    #[serde(default)]
    waive: Vec<Waived>,
}

/// A request about a booking, with everything but the move itself.
pub(crate) struct Changing {
    api: Api,
    caller: Caller,
    request: ChangeRequest,
}

impl axum::extract::FromRequestParts<Api> for Changing {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut axum::http::request::Parts, api: &Api) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, api).await?.staff()?;
        let Id(id) = Id::<BookingId>::from_request_parts(parts, api).await?;
        let IfMatch(version) = IfMatch::from_request_parts(parts, api).await?;
        let key =
            <IdempotencyKey as axum::extract::OptionalFromRequestParts<Api>>::from_request_parts(parts, api)
                .await?;
        let request = ChangeRequest {
            if_version: version,
            key: key.map(|key| key.0),
            actor: caller.actor(),
            ..ChangeRequest::new(caller.tenant, id)
        };
        Ok(Self { api: api.clone(), caller, request })
    }
}

impl Changing {
    fn waiving(mut self, waived: &[Waived]) -> Self {
        self.request.waive = waiver(waived);
        self
    }

    fn answer(&self, booked: Result<Booked, Refusal>) -> Result<Response, Problem> {
        self.api.booked(&booked.map_err(|refusal| self.caller.problem(refusal, Source::Body))?)
    }
}

/// Confirms a hold, or approves a booking that is pending.
#[cfg_attr(feature = "server", utoipa::path(
    post, path = "/v1/bookings/{id}/confirm", tag = "bookings", operation_id = "booking_confirm",
    params(
        ("id" = String, Path, description = "The booking"),
        ("If-Match" = String, Header, description = "The ETag you have seen, or `*`"),
    ),
    responses(
        (status = 200, body = crate::wire::booking::Booking, description = "Confirmed"),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn confirm(
    State(api): State<Api>,
    changing: Changing,
    _: OptionalBody<PlainBody>,
) -> Result<Response, Problem> {
    let request = &changing.request;
    let found = api.scheduler().booking(request.tenant, request.booking).await;
    let found = found.map_err(|refusal| changing.caller.problem(refusal, Source::Path))?;
    let confirmed = if found.state == BookingState::Held {
        api.scheduler().confirm(request).await
    } else {
        api.scheduler().approve(request).await
    };
    changing.answer(confirmed)
}

/// Turns a pending booking down.
#[cfg_attr(feature = "server", utoipa::path(
    post, path = "/v1/bookings/{id}/decline", tag = "bookings", operation_id = "booking_decline",
    params(
        ("id" = String, Path, description = "The booking"),
        ("If-Match" = String, Header, description = "The ETag you have seen, or `*`"),
    ),
    responses(
        (status = 200, body = crate::wire::booking::Booking, description = "Declined"),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn decline(
    State(api): State<Api>,
    changing: Changing,
    _: OptionalBody<PlainBody>,
) -> Result<Response, Problem> {
    changing.answer(api.scheduler().decline(&changing.request).await)
}

/// Moves a booking to another start, duration or party, in one step: it keeps its time when the new one is refused.
#[cfg_attr(feature = "server", utoipa::path(
    post, path = "/v1/bookings/{id}/reschedule", tag = "bookings", operation_id = "booking_reschedule",
    params(
        ("id" = String, Path, description = "The booking"),
        ("If-Match" = String, Header, description = "The ETag you have seen, or `*`"),
    ),
    request_body(content = RescheduleBody, example = json!({"start": "2026-12-01T10:00:00+01:00"})),
    responses(
        (status = 200, body = crate::wire::booking::Booking, description = "Moved"),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn reschedule(
    State(api): State<Api>,
    changing: Changing,
    Body(body): Body<RescheduleBody>,
) -> Result<Response, Problem> {
    relocate(&api, changing, &body).await
}

/// Changes start, duration, party or resources (JSON Merge Patch): the same as rescheduling.
#[cfg_attr(feature = "server", utoipa::path(
    patch, path = "/v1/bookings/{id}", tag = "bookings", operation_id = "bookings_patch",
    params(
        ("id" = String, Path, description = "The booking"),
        ("If-Match" = String, Header, description = "The ETag you have seen, or `*`"),
    ),
    request_body(
        content = RescheduleBody, content_type = "application/merge-patch+json", example = json!({"party": 2})
    ),
    responses(
        (status = 200, body = crate::wire::booking::Booking, description = "Changed"),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn patch(
    State(api): State<Api>,
    changing: Changing,
    Body(body): Body<RescheduleBody>,
) -> Result<Response, Problem> {
    relocate(&api, changing, &body).await
}

async fn relocate(api: &Api, changing: Changing, body: &RescheduleBody) -> Result<Response, Problem> {
    let nothing =
        body.start.is_none() && body.duration.is_none() && body.party.is_none() && body.resources.is_empty();
    if nothing {
        let what = "expected a start, a duration, a party or resources";
        return Err(Problem::new(Code::InvalidRequest).detail(what).field(FieldError::pointer("", what)));
    }
    let changing = changing.waiving(&body.waive);
    let request = MoveRequest {
        change: changing.request.clone(),
        start: body.start.map(|moment| moment.0),
        duration: body.duration.map(|length| length.0),
        party: body.party,
        resources: body.resources.iter().map(|id| id.0).collect(),
    };
    changing.answer(api.scheduler().reschedule(&request).await)
}

/// Gives a booking other resources at the same time.
#[cfg_attr(feature = "server", utoipa::path(
    post, path = "/v1/bookings/{id}/reassign", tag = "bookings", operation_id = "booking_reassign",
    params(
        ("id" = String, Path, description = "The booking"),
        ("If-Match" = String, Header, description = "The ETag you have seen, or `*`"),
    ),
    request_body(content = ReassignBody, example = json!({"resources": ["res_00000000000000000000000000000002"]})),
    responses(
        (status = 200, body = crate::wire::booking::Booking, description = "Reassigned"),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn reassign(
    State(api): State<Api>,
    changing: Changing,
    Body(body): Body<ReassignBody>,
) -> Result<Response, Problem> {
    let changing = changing.waiving(&body.waive);
    let resources: Vec<ResourceId> = body.resources.iter().map(|id| id.0).collect();
    changing.answer(api.scheduler().reassign(&changing.request, &resources).await)
}

/// Calls a booking off, with the fee of the service's cancellation window.
#[cfg_attr(feature = "server", utoipa::path(
    post, path = "/v1/bookings/{id}/cancel", tag = "bookings", operation_id = "booking_cancel",
    params(
        ("id" = String, Path, description = "The booking"),
        ("If-Match" = String, Header, description = "The ETag you have seen, or `*`"),
    ),
    request_body(content = Option<WaivableBody>, example = json!({})),
    responses(
        (status = 200, body = crate::wire::booking::Booking, description = "Cancelled"),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn cancel(
    State(api): State<Api>,
    changing: Changing,
    OptionalBody(body): OptionalBody<WaivableBody>,
) -> Result<Response, Problem> {
    let changing = changing.waiving(&body.waive);
    changing.answer(api.scheduler().cancel(&changing.request).await)
}

/// Marks the customer as there.
#[cfg_attr(feature = "server", utoipa::path(
    post, path = "/v1/bookings/{id}/check-in", tag = "bookings", operation_id = "booking_check_in",
    params(
        ("id" = String, Path, description = "The booking"),
        ("If-Match" = String, Header, description = "The ETag you have seen, or `*`"),
    ),
    responses(
        (status = 200, body = crate::wire::booking::Booking, description = "Checked in"),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn check_in(
    State(api): State<Api>,
    changing: Changing,
    _: OptionalBody<PlainBody>,
) -> Result<Response, Problem> {
    changing.answer(api.scheduler().check_in(&changing.request).await)
}

/// Closes a visit as done, from its start on.
#[cfg_attr(feature = "server", utoipa::path(
    post, path = "/v1/bookings/{id}/complete", tag = "bookings", operation_id = "booking_complete",
    params(
        ("id" = String, Path, description = "The booking"),
        ("If-Match" = String, Header, description = "The ETag you have seen, or `*`"),
    ),
    responses(
        (status = 200, body = crate::wire::booking::Booking, description = "Completed"),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn complete(
    State(api): State<Api>,
    changing: Changing,
    _: OptionalBody<PlainBody>,
) -> Result<Response, Problem> {
    changing.answer(api.scheduler().complete(&changing.request).await)
}

/// Marks a visit as missed, from its start on, with the fee of the service's no-show rule.
#[cfg_attr(feature = "server", utoipa::path(
    post, path = "/v1/bookings/{id}/no-show", tag = "bookings", operation_id = "booking_no_show",
    params(
        ("id" = String, Path, description = "The booking"),
        ("If-Match" = String, Header, description = "The ETag you have seen, or `*`"),
    ),
    request_body(content = Option<WaivableBody>, example = json!({})),
    responses(
        (status = 200, body = crate::wire::booking::Booking, description = "Missed"),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn no_show(
    State(api): State<Api>,
    changing: Changing,
    OptionalBody(body): OptionalBody<WaivableBody>,
) -> Result<Response, Problem> {
    let changing = changing.waiving(&body.waive);
    changing.answer(api.scheduler().no_show(&changing.request).await)
}
