//! `/bookings/{id}/calendar.ics`: a booking for the customer's own calendar.

use axum::Router;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, ETAG};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use booking_core::{BookingId, Catalog};

use super::answer::etag;
use crate::access::Caller;
use crate::api::Api;
use crate::extract::{Id, Source};
use crate::ics;
use crate::problem::Problem;

pub(super) fn routes() -> Router<Api> {
    Router::new().route("/bookings/{id}/calendar.ics", get(ics))
}

/// A booking as a calendar file (RFC 5545). Its `SEQUENCE` rises with every change.
#[cfg_attr(feature = "server", utoipa::path(
    get, path = "/v1/bookings/{id}/calendar.ics", tag = "bookings", operation_id = "booking_calendar",
    params(("id" = String, Path, description = "The booking")),
    responses(
        (status = 200, body = String, content_type = "text/calendar", description = "The calendar file",
            example = "BEGIN:VCALENDAR\r\n..."),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn ics(
    State(api): State<Api>,
    caller: Caller,
    Id(id): Id<BookingId>,
) -> Result<Response, Problem> {
    let caller = caller.staff()?;
    let found = api.scheduler().booking(caller.tenant, id).await;
    calendar(&api, &found.map_err(|refusal| caller.problem(refusal, Source::Path))?).await
}

/// The calendar file of a booking.
pub(super) async fn calendar(api: &Api, booking: &booking_core::Booking) -> Result<Response, Problem> {
    let service = api.scheduler().store().service(booking.tenant, booking.service).await;
    let service = service.map_err(|error| Problem::store(&error))?;
    let summary = service.as_ref().map_or("Booking", |service| &service.name);
    let mut response = ics::calendar(booking, summary, api.now()).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/calendar; charset=utf-8"));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"booking.ics\""));
    headers.insert(ETAG, etag(booking.version));
    Ok(response)
}
