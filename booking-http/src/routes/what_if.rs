//! `/availability/what-if`: the same question over a changed world, without changing it.

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use booking_core::{
    Block, BlockId, Catalog, Hours, Hypothesis, Interval, Invalid, Resource, ResourceSpec, Schedule,
    ScheduleSpec, Service, WeeklyHours, ZoneId,
};
use chrono::Weekday;
use serde::{Deserialize, Serialize};

use super::slots::{window, wish};
use crate::access::Caller;
use crate::api::Api;
use crate::extract::{Body, Source};
use crate::problem::{Code, FieldError, Problem};
use crate::wire::id::{BookingRef, ResourceRef, ServiceRef, WireId};
use crate::wire::time::{Length, Local, Moment, MomentOrDate};
use crate::wire::wish::wish_body;

/// The most changes of each kind in one hypothesis.
const MAX_CHANGES: usize = 100;

pub(super) fn routes() -> Router<Api> {
    Router::new().route("/availability/what-if", post(what_if))
}

wish_body! {
    /// A question, and what might be otherwise.
    WhatIfBody {
        /// Starts at or after this instant, or after the first instant of this date. Default: now.
        #[serde(default)]
        from: Option<MomentOrDate>,
        /// Starts before this instant, or before the first instant of this date. Default: seven days after `from`.
        #[serde(default)]
        to: Option<MomentOrDate>,
        /// The zone of dates and of the answer. Default: the service's.
        #[serde(default)]
        #[cfg_attr(feature = "server", schema(value_type = Option<String>))]
        zone: Option<ZoneId>,
        /// What might be otherwise.
        hypothesis: HypothesisBody,
    }
}

/// What might be otherwise.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub(crate) struct HypothesisBody {
    /// Resources that might be missing.
    #[cfg_attr(feature = "server", schema(value_type = Vec<String>))]
    without_resources: Vec<ResourceRef>,
    /// Bookings that might not exist.
    #[cfg_attr(feature = "server", schema(value_type = Vec<String>))]
    without_bookings: Vec<BookingRef>,
    /// Time off there might be as well.
    blocks: Vec<BlockBody>,
    /// Weekly hours that resources might work in place of their own.
    hours: Vec<HoursBody>,
    /// The distance of starts there might be.
    step: Option<Length>,
    /// The time kept free before each visit there might be.
    buffer_before: Option<Length>,
    /// The time kept free after each visit there might be.
    buffer_after: Option<Length>,
    /// Another present.
    now: Option<Moment>,
}

/// Time off.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct BlockBody {
    /// Whose.
    resource: ResourceRef,
    /// From when.
    start: Moment,
    /// Until when.
    end: Moment,
}

/// Weekly hours of a resource.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct HoursBody {
    /// Whose.
    resource: ResourceRef,
    /// The hours; none closes the week.
    weekly: Vec<WeeklyBody>,
}

/// The same hours on some days of every week.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct WeeklyBody {
    /// The days: `monday`, `tuesday` ...
    #[cfg_attr(feature = "server", schema(value_type = Vec<String>, example = json!(["monday", "tuesday"])))]
    days: Vec<Weekday>,
    /// From when: `09:00`.
    from: String,
    /// Until when: `17:00`; `24:00` is the end of the day.
    to: String,
}

/// What would be gained and lost.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct Difference {
    /// The service.
    service: ServiceRef,
    /// How many slots there are.
    before: usize,
    /// How many there would be.
    after: usize,
    /// Starts that would be added.
    gained: Vec<Local>,
    /// Starts that would be gone.
    lost: Vec<Local>,
}

/// Says what would be offered if some things were otherwise. Writes nothing.
#[cfg_attr(feature = "server", utoipa::path(
    post, path = "/v1/availability/what-if", tag = "availability", operation_id = "availability_what_if",
    request_body(content = WhatIfBody, example = json!({
        "service": "svc_00000000000000000000000000000001", "from": "2026-12-01", "to": "2026-12-02",
        "hypothesis": {"without_resources": ["res_00000000000000000000000000000001"]},
    })),
    responses(
        (status = 200, body = Difference, example = json!({
            "service": "svc_00000000000000000000000000000001", "before": 14, "after": 13, "gained": [],
            "lost": ["2026-12-01T14:30:00+01:00"],
        })),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn what_if(
    State(api): State<Api>,
    caller: Caller,
    Body(body): Body<WhatIfBody>,
) -> Result<Json<Difference>, Problem> {
    let caller = caller.staff()?;
    let service = api.service(caller.tenant, body.service.0).await?;
    let zone = api.zone(body.zone.as_ref(), &service.zone)?;
    let refused = |invalid: Invalid| Problem::invalid(&invalid, Source::Body);
    let window = window(&api, body.from, body.to, &zone).map_err(refused)?;
    let wish = wish(&caller, service.id, body.wants())?;
    let hypothesis = hypothesis(&api, &caller, &service, &body.hypothesis).await?;
    let found = api.scheduler().what_if(&wish, window, &hypothesis).await;
    let found = found.map_err(|refusal| caller.problem(refusal, Source::Body))?;
    let show =
        |starts: &[chrono::DateTime<chrono::Utc>]| starts.iter().map(|at| Local::at(*at, &zone)).collect();
    Ok(Json(Difference {
        service: WireId(service.id),
        before: found.before.len(),
        after: found.after.len(),
        gained: show(&found.gained),
        lost: show(&found.lost),
    }))
}

async fn hypothesis(
    api: &Api,
    caller: &Caller,
    service: &Service,
    body: &HypothesisBody,
) -> Result<Hypothesis, Problem> {
    let refused = |invalid: Invalid| Problem::invalid(&invalid.within("hypothesis"), Source::Body);
    let sizes =
        [body.without_resources.len(), body.without_bookings.len(), body.blocks.len(), body.hours.len()];
    if sizes.iter().any(|size| *size > MAX_CHANGES) {
        let what = format!("expected at most {MAX_CHANGES} changes of each kind");
        let error = FieldError::pointer("/hypothesis", &what);
        return Err(Problem::new(Code::InvalidRequest).detail(what).field(error));
    }
    let mut resources = Vec::new();
    for (index, hours) in body.hours.iter().enumerate() {
        let at = |invalid: Invalid| refused(invalid.within(format_args!("hours[{index}]")));
        let found = api.scheduler().store().resources(caller.tenant, &[hours.resource.0]).await;
        let found = found.map_err(|error| Problem::store(&error))?;
        let Some(real) = found.first() else {
            return Err(at(Invalid::new("resource", hours.resource, "a resource of yours")));
        };
        resources.push(working(real, &hours.weekly).map_err(at)?);
    }
    let block = |(index, block): (usize, &BlockBody)| {
        let interval = Interval::new(block.start.0, block.end.0);
        let interval =
            interval.map_err(|invalid| refused(invalid.within(format_args!("blocks[{index}]"))))?;
        let id = BlockId::from_u64(index as u64);
        Ok(Block { id, resource: block.resource.0, interval, text: "what if".to_owned() })
    };
    Ok(Hypothesis {
        service: changed(service, body).map_err(refused)?,
        resources,
        without_resources: body.without_resources.iter().map(|id| id.0).collect(),
        without_bookings: body.without_bookings.iter().map(|id| id.0).collect(),
        claims: Vec::new(),
        blocks: body.blocks.iter().enumerate().map(block).collect::<Result<_, Problem>>()?,
        now: body.now.map(|moment| moment.0),
    })
}

/// The resource with other weekly hours.
fn working(real: &Resource, weekly: &[WeeklyBody]) -> Result<Resource, Invalid> {
    let mut hours = WeeklyHours::closed();
    for line in weekly {
        hours = hours.with(&line.days, &line.from, &line.to).map_err(|invalid| invalid.within("weekly"))?;
    }
    let base = ScheduleSpec { weekly: hours, ..real.hours.base().clone().into_spec() };
    let hours = Hours::layered(Schedule::new(base)?, real.hours.layers().to_vec())?;
    Resource::new(ResourceSpec { hours, ..real.clone().into_spec() })
}

/// The service with another grid or other buffers, if any are asked for.
fn changed(service: &Service, body: &HypothesisBody) -> Result<Option<Service>, Invalid> {
    if body.step.is_none() && body.buffer_before.is_none() && body.buffer_after.is_none() {
        return Ok(None);
    }
    let mut spec = service.clone().into_spec();
    spec.step = body.step.map_or(spec.step, |length| length.0);
    spec.buffers.before = body.buffer_before.map_or(spec.buffers.before, |length| length.0);
    spec.buffers.after = body.buffer_after.map_or(spec.buffers.after, |length| length.0);
    Service::new(spec).map(Some)
}
