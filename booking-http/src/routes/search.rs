//! `/availability/search`: the first free starts of several services at once.

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use booking_core::{Invalid, ZoneId};
use serde::{Deserialize, Serialize};

use super::slots::{window, wish};
use crate::access::Caller;
use crate::api::Api;
use crate::extract::{Body, Source};
use crate::problem::Problem;
use crate::wire::id::{ResourceRef, ServiceRef, WireId};
use crate::wire::time::{Local, MomentOrDate};
use crate::wire::wish::Wants;

/// The most services of one search.
const MAX_SERVICES: usize = 20;
/// The most starts of one answer, and how many there are unless the caller says.
const MAX_FOUND: usize = 200;
const FOUND: usize = 20;

pub(super) fn routes() -> Router<Api> {
    Router::new().route("/availability/search", post(search))
}

/// What is looked for.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchBody {
    /// Any of these services, 1 to 20.
    #[cfg_attr(feature = "server", schema(value_type = Vec<String>))]
    services: Vec<ServiceRef>,
    /// Starts at or after this instant, or after the first instant of this date. Default: now.
    #[serde(default)]
    from: Option<MomentOrDate>,
    /// Starts before this instant, or before the first instant of this date. Default: seven days after `from`.
    #[serde(default)]
    to: Option<MomentOrDate>,
    /// The zone of dates and of the answer. Default: each service's.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = Option<String>))]
    zone: Option<ZoneId>,
    /// How many people. Default: 1.
    #[serde(default)]
    party: Option<u32>,
    /// Only these resources, where a requirement may choose among them.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = Vec<String>))]
    resources: Vec<ResourceRef>,
    /// At most this many starts, 1 to 200. Default: 20.
    #[serde(default)]
    limit: Option<usize>,
}

/// A start that was found.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct Found {
    /// The service.
    service: ServiceRef,
    /// When it starts.
    start: Local,
    /// When it ends.
    end: Local,
}

/// What was found.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct FoundList {
    /// The starts, the earliest first.
    items: Vec<Found>,
}

/// Finds the first free starts of several services.
#[cfg_attr(feature = "server", utoipa::path(
    post, path = "/v1/availability/search", tag = "availability", operation_id = "availability_search",
    request_body(content = SearchBody, example = json!({
        "services": ["svc_00000000000000000000000000000001", "svc_00000000000000000000000000000003"],
        "from": "2026-12-01", "to": "2026-12-03", "limit": 5,
    })),
    responses(
        (status = 200, body = FoundList, example = json!({
            "items": [{
                "service": "svc_00000000000000000000000000000001",
                "start": "2026-12-01T09:00:00+01:00", "end": "2026-12-01T09:30:00+01:00",
            }],
        })),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn search(
    State(api): State<Api>,
    caller: Caller,
    Body(body): Body<SearchBody>,
) -> Result<Json<FoundList>, Problem> {
    let invalid = |invalid: Invalid| Problem::invalid(&invalid, Source::Body);
    let limit = body.limit.unwrap_or(FOUND);
    if !(1..=MAX_FOUND).contains(&limit) {
        return Err(invalid(Invalid::new("limit", limit, format!("1 to {MAX_FOUND}"))));
    }
    if !(1..=MAX_SERVICES).contains(&body.services.len()) {
        let count = format!("{} services", body.services.len());
        return Err(invalid(Invalid::new("services", count, format!("1 to {MAX_SERVICES} services"))));
    }
    let mut found = Vec::new();
    for WireId(id) in &body.services {
        let service = api.service(caller.tenant, *id).await?;
        let zone = api.zone(body.zone.as_ref(), &service.zone)?;
        let window = window(&api, body.from, body.to, &zone).map_err(invalid)?;
        let wants = Wants {
            party: body.party,
            resources: body.resources.iter().map(|id| id.0).collect(),
            ..Wants::default()
        };
        let wish = wish(&caller, *id, wants)?;
        let starts = api.scheduler().starts(&wish, window).await;
        let starts = starts.map_err(|refusal| caller.problem(refusal, Source::Body))?;
        let length = service.duration(None).map_err(invalid)?;
        found.extend(starts.into_iter().take(limit).map(|start| {
            let start = start.timestamp();
            (
                start,
                Found {
                    service: WireId(*id),
                    start: Local::new(start, &zone),
                    end: Local::new(start + length, &zone),
                },
            )
        }));
    }
    found.sort_by_key(|(start, _)| *start);
    Ok(Json(FoundList { items: found.into_iter().take(limit).map(|(_, found)| found).collect() }))
}
