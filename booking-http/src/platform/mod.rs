//! What surrounds scheduling: the catalogue as people edit it, customers, API keys and the audit log.

mod analytics;
mod audit;
mod customers;
mod items;
mod keys;
mod list;
mod public;
mod time_off;
mod wire;

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::routing::get;
use booking_core::{Clock, RandomIds};
use booking_platform::{AnyPlatform, CatalogueEditor, PlatformError, Stamp};

pub use keys::PlatformKeys;

use crate::access::Caller;
use crate::api::Api;
use crate::extract::Source;
use crate::problem::{Code, FieldError, Problem};
use crate::routes::openapi;
use crate::server::Metrics;

/// The state of the whole server: the API and what surrounds it. Cheap to clone.
#[derive(Clone)]
pub struct Platform {
    api: Api,
    store: AnyPlatform,
    ids: Arc<RandomIds>,
    metrics: Metrics,
}

impl FromRef<Platform> for Api {
    fn from_ref(platform: &Platform) -> Self {
        platform.api.clone()
    }
}

impl Platform {
    /// The API together with the store of what surrounds it: the same store that the API's scheduler works over.
    pub fn new(api: Api, store: AnyPlatform) -> Self {
        let metrics = Metrics::default();
        let api = api.with_customers(customers::Known(store.clone())).with_observer(metrics.clone());
        Self { api, store, ids: Arc::default(), metrics }
    }

    fn editor(&self) -> CatalogueEditor<AnyPlatform> {
        CatalogueEditor::new(self.store.clone())
    }

    /// Who writes, and when.
    fn stamp(&self, caller: &Caller) -> Stamp {
        Stamp::new(caller.actor(), self.api.scheduler().clock().now())
    }
}

/// Every route of the server: scheduling, the business around it, the description and the page that shows it.
pub fn router(platform: Platform) -> Router {
    router_with(platform, Router::new())
}

/// The same with routes of the host's own, which get what every answer gets: a trace id, a time limit, headers.
pub fn router_with(platform: Platform, own: Router) -> Router {
    let v1 = Router::new()
        .merge(items::routes())
        .merge(customers::routes())
        .merge(keys::routes())
        .merge(audit::routes())
        .merge(analytics::routes())
        .merge(time_off::routes());
    let api = platform.api.clone();
    let watched = Router::new().route("/metrics", get(metrics));
    let more = Router::new().nest("/v1", v1).merge(watched).with_state(platform).merge(openapi::routes());
    crate::routes::assemble(api, more.merge(own))
}

/// What the server has counted since it started, in the text format of Prometheus: requests and their time by route.
#[utoipa::path(
    get, path = "/metrics", tag = "meta", operation_id = "metrics",
    responses(
        (status = 200, body = String, content_type = "text/plain",
            example = "# TYPE booking_http_requests_total counter\n"),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
)]
async fn metrics(State(platform): State<Platform>) -> String {
    platform.metrics.text()
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(
    metrics,
    keys::list,
    keys::create,
    keys::revoke,
    audit::list,
    analytics::bookings,
    time_off::list,
    time_off::create,
    time_off::read,
    time_off::remove,
    time_off::set_capacity,
))]
struct Described;

/// The description of these routes.
pub(crate) fn described() -> utoipa::openapi::OpenApi {
    use utoipa::OpenApi;
    let customers = customers::Described::openapi();
    items::Described::openapi().merge_from(customers).merge_from(Described::openapi())
}

/// Which problem each refusal of the platform is.
fn refused(error: PlatformError) -> Problem {
    match error {
        PlatformError::NotFound { what } => Problem::new(Code::NotFound).detail(format!("no such {what}")),
        PlatformError::Exists { what } => {
            Problem::new(Code::AlreadyExists).detail(format!("the {what} exists already"))
        }
        PlatformError::VersionConflict { current } => Problem::version(current),
        PlatformError::Missing(id) => {
            let what = format!("there is no {}", id.kind());
            Problem::new(Code::InvalidRequest).detail(&what).field(FieldError::pointer("", what))
        }
        PlatformError::InUse { by } => Problem::new(Code::InUse).detail(format!("a {} needs it", by.kind())),
        PlatformError::Gone => {
            Problem::new(Code::NotFound).detail("the customer was merged into another, or erased")
        }
        PlatformError::Invalid(invalid) => Problem::invalid(&invalid, Source::Body),
        PlatformError::Store(error) => Problem::store(&error),
        // Whatever is added there is a fault here until somebody has decided how it looks.
        _ => Problem::new(Code::Internal),
    }
}
