//! `/time-off`: when somebody is away; and the capacity of a resource, which bookings depend on.

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use booking_core::{
    Block, BlockId, BookingStore, DAY, END_SECOND, Interval, Invalid, MAX_WINDOW, OccupancyQuery, ResourceId,
    Zone, ZoneId,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Platform;
use crate::access::Caller;
use crate::extract::{Body, Id, Page, Query, Source};
use crate::problem::{Code, Problem};
use crate::routes::answer::{locate, paged};
use crate::wire::id::{BookingRef, ResourceRef, WireId};
use crate::wire::time::{Moment, MomentOrDate, span};

pub(super) fn routes() -> Router<Platform> {
    Router::new()
        .route("/time-off", get(list).post(create))
        .route("/time-off/{id}", get(read).delete(remove))
        .route("/resources/{id}/set-capacity", post(set_capacity))
}

/// When somebody is away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TimeOffBody {
    /// Who.
    resource: ResourceRef,
    /// From when.
    start: Moment,
    /// Until when.
    end: Moment,
    /// What to say of it; only staff reads it.
    #[serde(default)]
    text: String,
}

/// Time off.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimeOffWire {
    /// Its id.
    id: String,
    /// Who.
    resource: ResourceRef,
    /// From when.
    start: Moment,
    /// Until when.
    end: Moment,
    /// What to say of it.
    text: String,
    /// Bookings it collides with, when it was just made: for people to settle. None of them was touched.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>)]
    collides: Option<Vec<BookingRef>>,
}

fn shown(block: &Block, collides: Option<Vec<BookingRef>>) -> TimeOffWire {
    TimeOffWire {
        id: WireId(block.id).to_string(),
        resource: WireId(block.resource),
        start: Moment(block.interval.start()),
        end: Moment(block.interval.end()),
        text: block.text.clone(),
        collides,
    }
}

/// Adds time off. It is never refused for what is booked: the answer names the bookings it collides with.
#[utoipa::path(
    post, path = "/v1/time-off", tag = "catalogue", operation_id = "time_off_create",
    request_body(content = TimeOffBody, example = json!({
        "resource": "res_00000000000000000000000000000001", "start": "2026-12-07T00:00:00+01:00",
        "end": "2026-12-12T00:00:00+01:00", "text": "holiday",
    })),
    responses(
        (status = 201, body = TimeOffWire, description = "Added", example = json!({
            "id": "blk_0197c0de4b7a7c51a3f0000000000001", "resource": "res_00000000000000000000000000000001",
            "start": "2026-12-06T23:00:00Z", "end": "2026-12-11T23:00:00Z", "text": "holiday", "collides": [],
        })),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn create(
    State(platform): State<Platform>,
    caller: Caller,
    Body(body): Body<TimeOffBody>,
) -> Result<Response, Problem> {
    let caller = caller.staff()?;
    let interval = Interval::new(body.start.0, body.end.0);
    let interval = interval.map_err(|invalid| Problem::invalid(&invalid, Source::Body))?;
    let scheduler = platform.api.scheduler();
    let made = scheduler.block(caller.tenant, body.resource.0, interval, &body.text, &caller.actor()).await;
    let (block, collides) = made.map_err(|refusal| caller.problem(refusal, Source::Body))?;
    let collides = collides.into_iter().map(WireId).collect();
    let mut response = (StatusCode::CREATED, Json(shown(&block, Some(collides)))).into_response();
    locate(&mut response, "time-off", block.id);
    Ok(response)
}

/// Whose time off.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct TimeOffQuery {
    /// Who.
    #[param(value_type = String)]
    resource: ResourceRef,
    /// What ends after this instant, or after the first instant of this date in `zone`. Default: now.
    #[serde(default)]
    from: Option<MomentOrDate>,
    /// What starts before this instant, or before the first instant of this date in `zone`. Default: 400 days after `from`, which is the most.
    #[serde(default)]
    to: Option<MomentOrDate>,
    /// The zone of dates, by its IANA name. Default: UTC.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    zone: Option<ZoneId>,
    /// At most this many, 1 to 200. Default: 50.
    #[serde(default)]
    limit: Option<usize>,
    /// Continue after this one: the `next` of the page before.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    cursor: Option<WireId<BlockId>>,
}

/// One page of time off.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimeOffPage {
    /// The entries, by start.
    items: Vec<TimeOffWire>,
    /// The cursor of the next page, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl TimeOffQuery {
    /// At most [`MAX_WINDOW`] long.
    fn window(&self, now: i64, zone: &Zone) -> Result<Interval, Invalid> {
        let from = self.from.map_or(now, |from| from.second(zone));
        let usual = (from + MAX_WINDOW).min(END_SECOND - 1);
        let window = span(from, self.to.map_or(usual, |to| to.second(zone)))?;
        if window.seconds() > MAX_WINDOW {
            let expected = format!("at most {} days after `from`", MAX_WINDOW / DAY);
            return Err(Invalid::new("to", window.end().to_rfc3339(), expected));
        }
        Ok(window)
    }
}

/// Lists the time off of a resource, by start.
#[utoipa::path(
    get, path = "/v1/time-off", tag = "catalogue", operation_id = "time_off_list", params(TimeOffQuery),
    responses(
        (status = 200, body = TimeOffPage, description = "One page", example = json!({"items": []})),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn list(
    State(platform): State<Platform>,
    caller: Caller,
    uri: Uri,
    Query(query): Query<TimeOffQuery>,
) -> Result<Response, Problem> {
    let caller = caller.staff()?;
    let refused = |invalid: Invalid| Problem::invalid(&invalid, Source::Query);
    let limit = Page::limit(query.limit).map_err(refused)?;
    let now = platform.api.now();
    let zone = platform.api.zone(query.zone.as_ref(), &ZoneId::UTC)?;
    let asked = OccupancyQuery {
        tenant: caller.tenant,
        resources: vec![query.resource.0],
        window: query.window(now, &zone).map_err(refused)?,
        now,
        ignoring: None,
    };
    let found = platform.api.scheduler().store().occupancy(&asked).await;
    let mut blocks = found.map_err(|error| Problem::store(&error))?.blocks;
    blocks.sort_by_key(|block| (block.interval.start_second(), block.id));
    let seen = query.cursor.and_then(|last| blocks.iter().position(|block| block.id == last.0));
    let mut rest = blocks.iter().skip(seen.map_or(0, |at| at + 1));
    let items: Vec<TimeOffWire> = rest.by_ref().take(limit).map(|block| shown(block, None)).collect();
    let next = items.last().filter(|_| rest.next().is_some()).map(|last| last.id.clone());
    Ok(paged(&uri, next.clone(), TimeOffPage { items, next }))
}

/// Shows time off.
#[utoipa::path(
    get, path = "/v1/time-off/{id}", tag = "catalogue", operation_id = "time_off_read",
    params(("id" = String, Path, description = "The time off")),
    responses(
        (status = 200, body = TimeOffWire, description = "It", example = json!({
            "id": "blk_0197c0de4b7a7c51a3f0000000000001", "resource": "res_00000000000000000000000000000001",
            "start": "2026-12-06T23:00:00Z", "end": "2026-12-11T23:00:00Z", "text": "holiday",
        })),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn read(
    State(platform): State<Platform>,
    caller: Caller,
    Id(id): Id<BlockId>,
) -> Result<Json<TimeOffWire>, Problem> {
    let caller = caller.staff()?;
    let found = platform.api.scheduler().store().block(caller.tenant, id).await;
    let found = found.map_err(|error| Problem::store(&error))?;
    let found = found.ok_or_else(|| Problem::new(Code::NotFound).detail("no such time off"))?;
    Ok(Json(shown(&found, None)))
}

/// Removes time off; those in line are offered what it frees.
#[utoipa::path(
    delete, path = "/v1/time-off/{id}", tag = "catalogue", operation_id = "time_off_remove",
    params(("id" = String, Path, description = "The time off")),
    responses(
        (status = 204, description = "Removed"),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn remove(
    State(platform): State<Platform>,
    caller: Caller,
    Id(id): Id<BlockId>,
) -> Result<Response, Problem> {
    let caller = caller.staff()?;
    let removed = platform.api.scheduler().unblock(caller.tenant, id, &caller.actor()).await;
    removed.map_err(|refusal| caller.problem(refusal, Source::Path))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// How many units.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CapacityBody {
    /// How many units may be in use at once, 1 or more.
    capacity: u32,
}

/// Sets the capacity of a resource. Refused below what will be in use at once.
#[utoipa::path(
    post, path = "/v1/resources/{id}/set-capacity", tag = "catalogue", operation_id = "resources_set_capacity",
    params(("id" = String, Path, description = "The resource")),
    request_body(content = CapacityBody, example = json!({"capacity": 2})),
    responses(
        (status = 204, description = "Set"),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn set_capacity(
    State(platform): State<Platform>,
    caller: Caller,
    Id(id): Id<ResourceId>,
    Body(body): Body<CapacityBody>,
) -> Result<Response, Problem> {
    let caller = caller.staff()?;
    let set = platform.api.scheduler().set_capacity(caller.tenant, id, body.capacity, &caller.actor()).await;
    set.map_err(|refusal| caller.problem(refusal, Source::Body))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
