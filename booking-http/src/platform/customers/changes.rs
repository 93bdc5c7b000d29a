//! `/customers/{id}/...`: merging, consents, and what customers may ask for: a copy, and to be forgotten.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use booking_core::{Clock, CustomerId};
use booking_platform::{Consent, Name};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::wire::{CustomerWire, text};
use super::{one, wrong};
use crate::access::Caller;
use crate::extract::{Body, Id, IfMatch};
use crate::platform::audit::EntryWire;
use crate::platform::wire::shared::named;
use crate::platform::{Platform, refused};
use crate::problem::Problem;
use crate::wire::id::CustomerRef;
use crate::wire::time::Moment;

/// Into whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MergeBody {
    /// The customer who stays.
    into: CustomerRef,
}

/// Makes two records one, and answers the one who stays. Bookings keep the id they were made with.
#[utoipa::path(
    post, path = "/v1/customers/{id}/merge", tag = "customers", operation_id = "customers_merge",
    params(
        ("id" = String, Path, description = "The customer who goes"),
        ("If-Match" = String, Header, description = "The ETag you have seen, or `*`"),
    ),
    request_body(content = MergeBody, example = json!({"into": "cus_0197c0de4b7a7c51a3f0000000000001"})),
    responses(
        (status = 200, body = CustomerWire, description = "Who stays", example = json!({
            "id": "cus_0197c0de4b7a7c51a3f0000000000001", "version": 3, "state": "known",
            "profile": {"name": "Mia Kern"},
            "created_at": "2026-11-29T20:00:00Z", "updated_at": "2026-11-29T20:05:00Z",
        })),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn merge(
    State(platform): State<Platform>,
    caller: Caller,
    Id(id): Id<CustomerId>,
    IfMatch(version): IfMatch,
    Body(body): Body<MergeBody>,
) -> Result<Response, Problem> {
    let caller = caller.staff()?;
    let stamp = platform.stamp(&caller);
    let done = platform.desk().merge(caller.tenant, id, body.into.0, version, &stamp).await;
    Ok(one(&done.map_err(refused)?, StatusCode::OK))
}

/// What a customer agreed to, or no longer agrees to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConsentBody {
    /// To what: `reminders`.
    purpose: String,
    /// Whether they agree.
    granted: bool,
    /// Where they said so: a form, a call.
    #[serde(default)]
    source: Option<String>,
}

/// Notes that a customer agrees to something, or no longer does.
#[utoipa::path(
    post, path = "/v1/customers/{id}/consents", tag = "customers", operation_id = "customers_consent",
    params(
        ("id" = String, Path, description = "The customer"),
        ("If-Match" = String, Header, description = "The ETag you have seen, or `*`"),
    ),
    request_body(content = ConsentBody, example = json!({"purpose": "reminders", "granted": true})),
    responses(
        (status = 200, body = CustomerWire, description = "Noted", example = json!({
            "id": "cus_0197c0de4b7a7c51a3f0000000000001", "version": 2, "state": "known",
            "profile": {"name": "Mia Kern"},
            "consents": [{"purpose": "reminders", "granted": true, "at": "2026-11-29T20:05:00Z"}],
            "created_at": "2026-11-29T20:00:00Z", "updated_at": "2026-11-29T20:05:00Z",
        })),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn consent(
    State(platform): State<Platform>,
    caller: Caller,
    Id(id): Id<CustomerId>,
    IfMatch(version): IfMatch,
    Body(body): Body<ConsentBody>,
) -> Result<Response, Problem> {
    let caller = caller.staff()?;
    let stamp = platform.stamp(&caller);
    let consent = Consent {
        purpose: Name::new(&body.purpose).map_err(|invalid| wrong(&named("purpose", &invalid)))?,
        granted: body.granted,
        at: stamp.at,
        source: text("source", body.source.as_ref(), Name::new).map_err(|invalid| wrong(&invalid))?,
    };
    let done = platform.desk().consent(caller.tenant, id, consent, version, &stamp).await;
    Ok(one(&done.map_err(refused)?, StatusCode::OK))
}

/// Everything that is kept about a customer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExportWire {
    /// When it was put together.
    at: Moment,
    /// The customer.
    customer: CustomerWire,
    /// Their bookings, by start.
    bookings: Vec<crate::wire::booking::Booking>,
    /// What was done to their record, newest first.
    audit: Vec<EntryWire>,
}

/// Puts together everything that is kept about a customer.
#[utoipa::path(
    get, path = "/v1/customers/{id}/export", tag = "customers", operation_id = "customers_export",
    params(("id" = String, Path, description = "The customer")),
    responses(
        (status = 200, body = ExportWire, description = "All of it", example = json!({
            "at": "2026-11-29T20:00:00Z", "customer": {}, "bookings": [], "audit": [],
        })),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn export(
    State(platform): State<Platform>,
    caller: Caller,
    Id(id): Id<CustomerId>,
) -> Result<Json<ExportWire>, Problem> {
    let caller = caller.staff()?;
    let found = platform.desk().export(caller.tenant, id).await.map_err(refused)?;
    let now = platform.api.now();
    let bookings = found.bookings.iter().map(|booking| platform.api.show(booking, now));
    Ok(Json(ExportWire {
        at: Moment(platform.api.scheduler().clock().now()),
        customer: CustomerWire::from(&found.customer),
        bookings: bookings.collect::<Result<_, _>>()?,
        audit: found.audit.iter().map(Into::into).collect(),
    }))
}

/// Forgets what is known of a customer. Their bookings stay, without a name.
#[utoipa::path(
    post, path = "/v1/customers/{id}/erase", tag = "customers", operation_id = "customers_erase",
    params(
        ("id" = String, Path, description = "The customer"),
        ("If-Match" = String, Header, description = "The ETag you have seen, or `*`"),
    ),
    responses(
        (status = 200, body = CustomerWire, description = "Erased", example = json!({
            "id": "cus_0197c0de4b7a7c51a3f0000000000001", "version": 2, "state": "erased",
            "created_at": "2026-11-29T20:00:00Z", "updated_at": "2026-11-29T20:05:00Z",
        })),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn erase(
    State(platform): State<Platform>,
    caller: Caller,
    Id(id): Id<CustomerId>,
    IfMatch(version): IfMatch,
) -> Result<Response, Problem> {
    let caller = caller.staff()?;
    let stamp = platform.stamp(&caller);
    let done = platform.desk().erase(caller.tenant, id, version, &stamp).await;
    Ok(one(&done.map_err(refused)?, StatusCode::OK))
}
