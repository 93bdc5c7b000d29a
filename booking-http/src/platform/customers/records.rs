//! `/customers` and `/customers/{id}`: finding, adding, showing and replacing.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use booking_core::{CustomerId, Invalid};
use booking_platform::SearchText;
use serde::Deserialize;

use super::wire::{CustomerWire, CustomersPage, ProfileWire};
use super::{one, wrong};
use crate::access::Caller;
use crate::extract::{Body, Id, IfMatch, Page, Query, Source};
use crate::platform::list::ListQuery;
use crate::platform::wire::shared::named;
use crate::platform::{Platform, refused};
use crate::problem::{Code, Problem};
use crate::routes::answer::locate;
use crate::wire::id::WireId;

/// Lists customers by id, page by page.
#[utoipa::path(
    get, path = "/v1/customers", tag = "customers", operation_id = "customers_list", params(ListQuery),
    responses(
        (status = 200, body = CustomersPage, description = "One page", example = json!({"items": []})),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn list(
    State(platform): State<Platform>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<CustomersPage>, Problem> {
    let caller = caller.staff()?;
    let page = platform.desk().list(caller.tenant, query.page()?).await;
    let page = page.map_err(|error| Problem::store(&error))?;
    let next = page.items.last().filter(|_| page.more).map(|customer| WireId(customer.id).to_string());
    let items: Vec<CustomerWire> = page.items.iter().map(CustomerWire::from).collect();
    Ok(Json(CustomersPage { items, next }))
}

/// Adds a customer.
#[utoipa::path(
    post, path = "/v1/customers", tag = "customers", operation_id = "customers_create",
    request_body(content = ProfileWire, example = json!({"name": "Mia Kern", "phone": "+49 30 1234567"})),
    responses(
        (status = 201, body = CustomerWire, description = "Added", example = json!({
            "id": "cus_0197c0de4b7a7c51a3f0000000000001", "version": 1, "state": "known",
            "profile": {"name": "Mia Kern", "phone": "+49 30 1234567"},
            "created_at": "2026-11-29T20:00:00Z", "updated_at": "2026-11-29T20:00:00Z",
        })),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn create(
    State(platform): State<Platform>,
    caller: Caller,
    Body(body): Body<ProfileWire>,
) -> Result<Response, Problem> {
    let caller = caller.staff()?;
    let profile = body.read().map_err(|invalid| wrong(&invalid))?;
    let stamp = platform.stamp(&caller);
    let made = platform.desk().create(caller.tenant, profile, &*platform.ids, &stamp).await;
    let made = made.map_err(refused)?;
    let mut response = one(&made, StatusCode::CREATED);
    locate(&mut response, "customers", made.id);
    Ok(response)
}

/// Who is looked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchQuery {
    /// Beginnings of words of the name, the address, the number or the reference.
    q: String,
    /// At most this many, 1 to 200. Default: 50.
    #[serde(default)]
    limit: Option<usize>,
}

/// Finds customers by the beginnings of their words, the best first; where nobody is found so, by mistyped words.
#[utoipa::path(
    get, path = "/v1/customers/search", tag = "customers", operation_id = "customers_search", params(SearchQuery),
    responses(
        (status = 200, body = CustomersPage, description = "Who was found", example = json!({"items": []})),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn search(
    State(platform): State<Platform>,
    caller: Caller,
    Query(query): Query<SearchQuery>,
) -> Result<Json<CustomersPage>, Problem> {
    let caller = caller.staff()?;
    let invalid = |invalid: Invalid| Problem::invalid(&invalid, Source::Query);
    let text = SearchText::new(&query.q).map_err(|error| invalid(named("q", &error)))?;
    let limit = Page::limit(query.limit).map_err(invalid)?;
    let page = platform.desk().search(caller.tenant, &text, limit).await;
    let page = page.map_err(|error| Problem::store(&error))?;
    let items: Vec<CustomerWire> = page.items.iter().map(CustomerWire::from).collect();
    Ok(Json(CustomersPage { items, next: None }))
}

/// Shows a customer; for one who was merged, who stayed.
#[utoipa::path(
    get, path = "/v1/customers/{id}", tag = "customers", operation_id = "customers_read",
    params(("id" = String, Path, description = "The customer")),
    responses(
        (status = 200, body = CustomerWire, description = "The customer", example = json!({
            "id": "cus_0197c0de4b7a7c51a3f0000000000001", "version": 1, "state": "known",
            "profile": {"name": "Mia Kern"},
            "created_at": "2026-11-29T20:00:00Z", "updated_at": "2026-11-29T20:00:00Z",
        })),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn read(
    State(platform): State<Platform>,
    caller: Caller,
    Id(id): Id<CustomerId>,
) -> Result<Response, Problem> {
    let caller = caller.staff()?;
    let found = platform.desk().get(caller.tenant, id).await.map_err(|error| Problem::store(&error))?;
    let found = found.ok_or_else(|| Problem::new(Code::NotFound).detail("no such customer"))?;
    Ok(one(&found, StatusCode::OK))
}

/// Replaces what is known of a customer; consents stay.
#[utoipa::path(
    put, path = "/v1/customers/{id}", tag = "customers", operation_id = "customers_replace",
    params(
        ("id" = String, Path, description = "The customer"),
        ("If-Match" = String, Header, description = "The ETag you have seen, or `*`"),
    ),
    request_body(content = ProfileWire, example = json!({"name": "Mia Kern", "email": "mia@example.com"})),
    responses(
        (status = 200, body = CustomerWire, description = "Replaced", example = json!({
            "id": "cus_0197c0de4b7a7c51a3f0000000000001", "version": 2, "state": "known",
            "profile": {"name": "Mia Kern", "email": "mia@example.com"},
            "created_at": "2026-11-29T20:00:00Z", "updated_at": "2026-11-29T20:05:00Z",
        })),
        (status = "default", body = crate::problem::Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn replace(
    State(platform): State<Platform>,
    caller: Caller,
    Id(id): Id<CustomerId>,
    IfMatch(version): IfMatch,
    Body(body): Body<ProfileWire>,
) -> Result<Response, Problem> {
    let caller = caller.staff()?;
    let profile = body.read().map_err(|invalid| wrong(&invalid))?;
    let stamp = platform.stamp(&caller);
    let done = platform.desk().replace(caller.tenant, id, profile, version, &stamp).await;
    Ok(one(&done.map_err(refused)?, StatusCode::OK))
}
