//! `/availability`: questions that a query string cannot hold.

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::routing::post;
use booking_core::ZoneId;
use serde::Serialize;

use super::slots::wish;
use crate::access::Caller;
use crate::api::Api;
use crate::extract::{Body, Source};
use crate::problem::Problem;
use crate::wire::id::{ResourceRef, ServiceRef, WireId};
use crate::wire::reason::Reason;
use crate::wire::time::{Local, Moment};
use crate::wire::wish::wish_body;

pub(super) fn routes() -> Router<Api> {
    Router::new().route("/availability/explain", post(explain))
}

wish_body! {
    /// Which start of which service is in question.
    ExplainBody {
        /// The start in question.
        start: Moment,
        /// The zone to show times in. Default: the service's.
        #[serde(default)]
        #[cfg_attr(feature = "server", schema(value_type = Option<String>))]
        zone: Option<ZoneId>,
        /// Answer as if the present were this instant. Needs a secret key.
        #[serde(default)]
        as_of: Option<Moment>,
    }
}

/// Why a start is bookable or not.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct Explanation {
    /// The service.
    service: ServiceRef,
    /// The start in question.
    start: Local,
    /// Whether it can be booked.
    bookable: bool,
    /// Every reason against it; none exactly when it is bookable.
    reasons: Vec<Reason>,
    /// Every resource of every requirement, and what speaks against it.
    candidates: Vec<CandidateReasons>,
}

/// What speaks against one resource.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct CandidateReasons {
    /// The requirement's name.
    requirement: String,
    /// The resource.
    resource: ResourceRef,
    /// Why it cannot serve; none when it is free on its own.
    reasons: Vec<Reason>,
}

/// Says why a start is bookable or not: every reason, every candidate.
#[cfg_attr(feature = "server", utoipa::path(
    post, path = "/v1/availability/explain", tag = "availability", operation_id = "availability_explain",
    request_body(content = ExplainBody, example = json!({
        "service": "svc_00000000000000000000000000000001", "start": "2026-11-29T09:00:00+01:00",
    })),
    responses(
        (status = 200, body = Explanation, example = json!({
            "service": "svc_00000000000000000000000000000001", "start": "2026-11-29T09:00:00+01:00",
            "bookable": false,
            "reasons": [{"kind": "outside_hours", "resource": "res_00000000000000000000000000000001"}],
            "candidates": [{
                "requirement": "practitioner", "resource": "res_00000000000000000000000000000001",
                "reasons": [{"kind": "outside_hours", "resource": "res_00000000000000000000000000000001"}],
            }],
        })),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
))]
pub(crate) async fn explain(
    State(api): State<Api>,
    caller: Caller,
    Body(body): Body<ExplainBody>,
) -> Result<Json<Explanation>, Problem> {
    let service = api.service(caller.tenant, body.service.0).await?;
    let zone = api.zone(body.zone.as_ref(), &service.zone)?;
    let mut wants = body.wants();
    wants.as_of = body.as_of.map(|moment| moment.0);
    let wish = wish(&caller, service.id, wants)?;
    let found = api.scheduler().explain(&wish, body.start.0).await;
    let found = found.map_err(|refusal| caller.problem(refusal, Source::Body))?;
    let show = |reasons: &[booking_core::Reason]| -> Vec<Reason> {
        let mut shown: Vec<Reason> = reasons.iter().map(Reason::from).collect();
        if !caller.is_staff() {
            shown.iter_mut().for_each(Reason::redact);
        }
        shown
    };
    let candidates = found.candidates.iter().map(|candidate| CandidateReasons {
        requirement: candidate.requirement.clone(),
        resource: WireId(candidate.resource),
        reasons: show(&candidate.reasons),
    });
    Ok(Json(Explanation {
        service: WireId(service.id),
        start: Local::at(found.start, &zone),
        bookable: found.is_bookable(),
        reasons: show(&found.reasons),
        candidates: candidates.collect(),
    }))
}
