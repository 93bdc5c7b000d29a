//! `/bookings/batch`: several bookings in one request, each on its own.

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use booking_core::{BookRequest, Invalid};
use serde::{Deserialize, Serialize};

use super::bookings::BookBody;
use super::slots::wish;
use crate::access::Caller;
use crate::api::Api;
use crate::extract::{Body, IdempotencyKey, Source};
use crate::problem::Problem;
use crate::wire::booking::Booking;

/// The most bookings of one request.
const MAX_ITEMS: usize = 50;

pub(super) fn routes() -> Router<Api> {
    Router::new().route("/bookings/batch", post(create))
}

/// Several bookings.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct BatchBody {
    /// What to book, 1 to 50, in this order.
    items: Vec<BookBody>,
}

/// What became of one of them.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// It was booked.
    Booking(Box<Booking>),
    /// It was refused.
    #[cfg_attr(feature = "server", schema(value_type = crate::problem::Document))]
    Problem(Problem),
}

/// What became of each of them.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct BatchAnswer {
    /// One outcome for each, in the order of the request.
    items: Vec<Outcome>,
}

/// Books several starts, in order, each on its own: one that is refused does not hinder the others. A retry with the same
/// key books nothing twice. For all or nothing, book a series or a service that needs everything at once.
#[cfg_attr(feature = "server", utoipa::path(
    post, path = "/v1/bookings/batch", tag = "bookings", operation_id = "bookings_batch",
    params(("Idempotency-Key" = String, Header, description = "A key that this request alone carries")),
    request_body(content = BatchBody, example = json!({
        "items": [{"service": "svc_00000000000000000000000000000001", "start": "2026-11-30T09:00:00+01:00"}],
    })),
    responses(
        (status = 200, body = BatchAnswer, description = "What became of each", example = json!({"items": []})),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn create(
    State(api): State<Api>,
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    Body(body): Body<BatchBody>,
) -> Result<Json<BatchAnswer>, Problem> {
    let caller = caller.staff()?;
    if !(1..=MAX_ITEMS).contains(&body.items.len()) {
        let given = format!("{} items", body.items.len());
        let invalid = Invalid::new("items", given, format!("1 to {MAX_ITEMS} items"));
        return Err(Problem::invalid(&invalid, Source::Body));
    }
    let mut items = Vec::with_capacity(body.items.len());
    for (index, item) in body.items.iter().enumerate() {
        let wish = wish(&caller, item.service.0, item.wants())?;
        if let Err(problem) = api.check_customer(&wish).await {
            items.push(Outcome::Problem(problem.within(&format!("/items/{index}"))));
            continue;
        }
        let key = Some(format!("{key}/{index}"));
        let request = BookRequest { wish, start: item.start.0, key, actor: caller.actor() };
        items.push(match api.scheduler().book(&request).await {
            Ok(booked) => {
                let now = if booked.replayed { booked.booking.changed.timestamp() } else { api.now() };
                Outcome::Booking(Box::new(api.show(&booked.booking, now)?))
            }
            Err(refusal) => Outcome::Problem(caller.problem(refusal, Source::Body)),
        });
    }
    Ok(Json(BatchAnswer { items }))
}
