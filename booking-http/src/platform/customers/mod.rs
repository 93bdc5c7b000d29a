//! `/customers`: who books.

mod changes;
mod records;
mod wire;

use std::future::Future;
use std::pin::Pin;

use axum::http::StatusCode;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use booking_core::{AnyStore, CustomerId, Invalid, StoreError, TenantId};
use booking_platform::{AnyPlatform, Customer, CustomerDesk, CustomerState, CustomerStore};

use super::Platform;
use crate::api::KnowsCustomers;
use crate::extract::Source;
use crate::problem::Problem;
use crate::routes::answer::etag;
use wire::CustomerWire;

pub(super) fn routes() -> Router<Platform> {
    Router::new()
        .route("/customers", get(records::list).post(records::create))
        .route("/customers/search", get(records::search))
        .route("/customers/{id}", get(records::read).put(records::replace))
        .route("/customers/{id}/merge", post(changes::merge))
        .route("/customers/{id}/consents", post(changes::consent))
        .route("/customers/{id}/export", get(changes::export))
        .route("/customers/{id}/erase", post(changes::erase))
}

/// The customers that the platform keeps.
pub(super) struct Known(pub(super) AnyPlatform);

impl KnowsCustomers for Known {
    fn knows(
        &self,
        tenant: TenantId,
        customer: CustomerId,
    ) -> Pin<Box<dyn Future<Output = Result<bool, StoreError>> + Send + '_>> {
        Box::pin(async move {
            let found = self.0.customer(tenant, customer).await?;
            Ok(found.is_some_and(|customer| !matches!(customer.state, CustomerState::Erased { .. })))
        })
    }
}

impl Platform {
    fn desk(&self) -> CustomerDesk<AnyPlatform, AnyStore> {
        CustomerDesk::new(self.store.clone(), self.api.scheduler().store().clone())
    }
}

fn one(customer: &Customer, status: StatusCode) -> Response {
    let mut response = (status, Json(CustomerWire::from(customer))).into_response();
    response.headers_mut().insert(ETAG, etag(customer.version));
    response
}

fn wrong(invalid: &Invalid) -> Problem {
    Problem::invalid(invalid, Source::Body)
}

/// The description of these routes.
#[derive(utoipa::OpenApi)]
#[openapi(paths(
    records::list,
    records::create,
    records::search,
    records::read,
    records::replace,
    changes::merge,
    changes::consent,
    changes::export,
    changes::erase,
))]
pub(super) struct Described;
