//! `/bookings`: making, listing and reading bookings.

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use axum::routing::{get, post};
use booking_core::{BookRequest, BookingFilter, BookingId, BookingStore, EventKind, Invalid, Zone, ZoneId};
use serde::{Deserialize, Serialize};

use super::answer::paged;
use super::slots::wish;
use crate::access::Caller;
use crate::api::Api;
use crate::extract::{Body, Id, IdempotencyKey, Page, Query, Source};
use crate::problem::Problem;
use crate::wire::booking::{Booking, State as WireState, States};
use crate::wire::cursor::Cursor;
use crate::wire::id::{CustomerRef, ResourceRef, SeriesRef, ServiceRef, WireId};
use crate::wire::time::{Local, Moment, MomentOrDate, part};
use crate::wire::wish::wish_body;

pub(super) fn routes() -> Router<Api> {
    Router::new()
        .route("/bookings", post(create).get(list))
        .route("/bookings/validate", post(validate))
        .route("/bookings/{id}", get(read).patch(super::moves::patch))
        .route("/bookings/{id}/history", get(history))
}

wish_body! {
    /// What to book.
    BookBody {
        /// When.
        start: Moment,
    }
}

/// Books a start: confirmed, or pending where the service needs approval.
#[cfg_attr(feature = "server", utoipa::path(
    post, path = "/v1/bookings", tag = "bookings", operation_id = "bookings_create",
    params(("Idempotency-Key" = String, Header, description = "A key that this request alone carries")),
    request_body(content = BookBody, example = json!({
        "service": "svc_00000000000000000000000000000001", "start": "2026-11-30T09:00:00+01:00",
    })),
    responses(
        (status = 201, body = Booking, description = "Booked"),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn create(
    State(api): State<Api>,
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    Body(body): Body<BookBody>,
) -> Result<Response, Problem> {
    let wish = wish(&caller, body.service.0, body.wants())?;
    api.check_customer(&wish).await?;
    let request = BookRequest { wish, start: body.start.0, key: Some(key), actor: caller.actor() };
    let booked = api.scheduler().book(&request).await;
    let booked = booked.map_err(|refusal| caller.problem(refusal, Source::Body))?;
    api.created(&booked, "bookings")
}

/// What booking would do.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct Validated {
    /// Always true: what cannot be booked is a problem with its reasons.
    bookable: bool,
    /// Which resources would serve it, in order of the requirements.
    #[cfg_attr(feature = "server", schema(value_type = Vec<String>))]
    resources: Vec<ResourceRef>,
}

/// Judges a request to book exactly as booking would, and writes nothing.
#[cfg_attr(feature = "server", utoipa::path(
    post, path = "/v1/bookings/validate", tag = "bookings", operation_id = "bookings_validate",
    request_body(content = BookBody, example = json!({
        "service": "svc_00000000000000000000000000000001", "start": "2026-11-30T09:00:00+01:00",
    })),
    responses(
        (status = 200, body = Validated, example = json!({
            "bookable": true, "resources": ["res_00000000000000000000000000000001"],
        })),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn validate(
    State(api): State<Api>,
    caller: Caller,
    Body(body): Body<BookBody>,
) -> Result<Json<Validated>, Problem> {
    let wish = wish(&caller, body.service.0, body.wants())?;
    let request = BookRequest { wish, start: body.start.0, key: None, actor: caller.actor() };
    let command = api.scheduler().prepare(&request, booking_core::Intent::Book).await;
    let command = command.map_err(|refusal| caller.problem(refusal, Source::Body))?;
    let mut resources = Vec::new();
    if let booking_core::Action::Place(placements) = &command.action {
        let picks = placements.iter().filter_map(|one| one.plans.first()).flat_map(|plan| &plan.picks);
        for pick in picks {
            if !resources.contains(&WireId(pick.resource)) {
                resources.push(WireId(pick.resource));
            }
        }
    }
    Ok(Json(Validated { bookable: true, resources }))
}

/// Which bookings.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "server", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields, default)]
pub(crate) struct BookingsQuery {
    /// Visits that end after this instant, or after the first instant of this date in `zone`.
    from: Option<MomentOrDate>,
    /// Visits that start before this instant, or before the first instant of this date in `zone`.
    to: Option<MomentOrDate>,
    /// The zone of dates, by its IANA name. Default: UTC.
    #[cfg_attr(feature = "server", param(value_type = Option<String>))]
    zone: Option<ZoneId>,
    /// Of this customer.
    #[cfg_attr(feature = "server", param(value_type = Option<String>))]
    customer: Option<CustomerRef>,
    /// Of this service.
    #[cfg_attr(feature = "server", param(value_type = Option<String>))]
    service: Option<ServiceRef>,
    /// That use this resource.
    #[cfg_attr(feature = "server", param(value_type = Option<String>))]
    resource: Option<ResourceRef>,
    /// Of this series.
    #[cfg_attr(feature = "server", param(value_type = Option<String>))]
    series: Option<SeriesRef>,
    /// In one of these states; commas between.
    #[cfg_attr(feature = "server", param(value_type = Option<String>))]
    state: States,
    /// At most this many, 1 to 200. Default: 50.
    limit: Option<usize>,
    /// Where the page before ended: its `next`.
    #[cfg_attr(feature = "server", param(value_type = Option<String>))]
    cursor: Option<Cursor>,
}

/// One page of bookings, by start.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct BookingsPage {
    /// The bookings.
    items: Vec<Booking>,
    /// The cursor of the next page, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl BookingsQuery {
    fn filter(&self, now: i64, zone: &Zone) -> Result<BookingFilter, Invalid> {
        let limit = Page::limit(self.limit)?;
        Ok(BookingFilter {
            window: part(self.from, self.to, zone)?,
            customer: self.customer.map(|id| id.0),
            service: self.service.map(|id| id.0),
            resource: self.resource.map(|id| id.0),
            series: self.series.map(|id| id.0),
            states: self.state.0.iter().copied().map(booking_core::State::from).collect(),
            now,
            after: self.cursor.map(|cursor| cursor.0),
            limit,
        })
    }
}

/// Lists bookings by start, page by page.
#[cfg_attr(feature = "server", utoipa::path(
    get, path = "/v1/bookings", tag = "bookings", operation_id = "bookings_list", params(BookingsQuery),
    responses(
        (status = 200, body = BookingsPage, description = "One page", example = json!({"items": []})),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn list(
    State(api): State<Api>,
    caller: Caller,
    uri: Uri,
    Query(query): Query<BookingsQuery>,
) -> Result<Response, Problem> {
    let caller = caller.staff()?;
    let now = api.now();
    let zone = api.zone(query.zone.as_ref(), &ZoneId::UTC)?;
    let filter = query.filter(now, &zone).map_err(|invalid| Problem::invalid(&invalid, Source::Query))?;
    let page = api
        .scheduler()
        .store()
        .bookings(caller.tenant, &filter)
        .await
        .map_err(|error| Problem::store(&error))?;
    let next = page.cursor().map(|(start, id)| Cursor((start, id)).to_string());
    let items = page.items.iter().map(|booking| api.show(booking, now)).collect::<Result<_, _>>()?;
    Ok(paged(&uri, next.clone(), BookingsPage { items, next }))
}

/// Shows a booking.
#[cfg_attr(feature = "server", utoipa::path(
    get, path = "/v1/bookings/{id}", tag = "bookings", operation_id = "bookings_read",
    params(("id" = String, Path, description = "The booking")),
    responses(
        (status = 200, body = Booking, description = "The booking; its `ETag` is its version"),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn read(
    State(api): State<Api>,
    caller: Caller,
    Id(id): Id<BookingId>,
) -> Result<Response, Problem> {
    let caller = caller.staff()?;
    let found = api.scheduler().booking(caller.tenant, id).await;
    api.one(&found.map_err(|refusal| caller.problem(refusal, Source::Path))?, api.now())
}

/// One change of a booking.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct Change {
    /// Its number in the tenant's feed.
    sequence: u64,
    /// What happened.
    kind: &'static str,
    /// The state after it.
    state: WireState,
    /// The version after it.
    version: u64,
    /// The start after it.
    start: Local,
    /// The end after it.
    end: Local,
    /// When it happened.
    at: Moment,
    /// Who did it.
    who: String,
    /// From where.
    from: String,
}

/// Everything that happened to a booking.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct History {
    /// The changes, oldest first.
    items: Vec<Change>,
}

/// Shows everything that happened to a booking, oldest first.
#[cfg_attr(feature = "server", utoipa::path(
    get, path = "/v1/bookings/{id}/history", tag = "bookings", operation_id = "bookings_history",
    params(("id" = String, Path, description = "The booking")),
    responses(
        (status = 200, body = History, description = "Its changes", example = json!({
            "items": [{
                "sequence": 1, "kind": "placed", "state": "confirmed", "version": 1,
                "start": "2026-11-30T09:00:00+01:00", "end": "2026-11-30T09:30:00+01:00",
                "at": "2026-11-29T20:00:00Z", "who": "demo secret key", "from": "http",
            }],
        })),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn history(
    State(api): State<Api>,
    caller: Caller,
    Id(id): Id<BookingId>,
) -> Result<Json<History>, Problem> {
    let caller = caller.staff()?;
    let found = api.scheduler().booking(caller.tenant, id).await;
    let zone = api.zone_of(&found.map_err(|refusal| caller.problem(refusal, Source::Path))?)?;
    let events =
        api.scheduler().store().history(caller.tenant, id).await.map_err(|error| Problem::store(&error))?;
    let items = events.into_iter().map(|event| Change {
        sequence: event.sequence,
        kind: kind(event.kind),
        state: event.state.into(),
        version: event.version,
        start: Local::new(event.visit.start_second(), &zone),
        end: Local::new(event.visit.end_second(), &zone),
        at: Moment(event.at),
        who: event.actor.who,
        from: event.actor.from,
    });
    Ok(Json(History { items: items.collect() }))
}

fn kind(kind: EventKind) -> &'static str {
    use booking_core::Move;
    match kind {
        EventKind::Placed => "placed",
        EventKind::Moved(Move::Confirm) => "confirmed",
        EventKind::Moved(Move::Extend) => "extended",
        EventKind::Moved(Move::Approve) => "approved",
        EventKind::Moved(Move::Decline) => "declined",
        EventKind::Moved(Move::Reschedule) => "rescheduled",
        EventKind::Moved(Move::Reassign) => "reassigned",
        EventKind::Moved(Move::Cancel) => "cancelled",
        EventKind::Moved(Move::CheckIn) => "checked_in",
        EventKind::Moved(Move::Complete) => "completed",
        EventKind::Moved(Move::MarkNoShow) => "no_show",
        EventKind::Moved(Move::Expire) => "expired",
    }
}
