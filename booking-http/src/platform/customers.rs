//! `/customers`: who books.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use booking_core::{AnyStore, Clock, CustomerId, Invalid};
use booking_platform::{
    AnyPlatform, Consent, Customer, CustomerDesk, CustomerState, Email, Language, Name, Phone, Profile,
    ProfileSpec, SearchText, Text,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::items::{ListAnswer, ListQuery};
use super::wire::shared::named;
use super::{Platform, refused};
use crate::access::Caller;
use crate::extract::{Body, Id, IfMatch, Query, Source};
use crate::problem::{Code, Problem};
use crate::routes::answer::{etag, locate};
use crate::wire::id::{CustomerRef, WireId};
use crate::wire::time::Moment;

pub(super) fn routes() -> Router<Platform> {
    Router::new()
        .route("/customers", get(list).post(create))
        .route("/customers/search", get(search))
        .route("/customers/{id}", get(read).put(replace))
        .route("/customers/{id}/merge", post(merge))
        .route("/customers/{id}/consents", post(consent))
        .route("/customers/{id}/export", get(export))
        .route("/customers/{id}/erase", post(erase))
}

impl Platform {
    fn desk(&self) -> CustomerDesk<AnyPlatform, AnyStore> {
        CustomerDesk::new(self.store.clone(), self.api.scheduler().store().clone())
    }
}

/// What is known of a customer: at least a name, an address or a number.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileWire {
    /// What they are called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Where to write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// Where to call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    /// In which language: `de`, `pt-BR`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    /// The group that price tiers name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    /// The business's own number for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    /// What staff should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    notes: Option<String>,
}

/// Reads a text, under the name of its field.
fn text<T>(
    field: &'static str,
    text: Option<&String>,
    read: impl Fn(&str) -> Result<T, Invalid>,
) -> Result<Option<T>, Invalid> {
    text.map(|text| read(text)).transpose().map_err(|invalid| named(field, &invalid))
}

impl ProfileWire {
    fn read(&self) -> Result<Profile, Invalid> {
        Profile::new(ProfileSpec {
            name: text("name", self.name.as_ref(), Name::new)?,
            email: text("email", self.email.as_ref(), Email::new)?,
            phone: text("phone", self.phone.as_ref(), Phone::new)?,
            language: text("language", self.language.as_ref(), Language::new)?,
            group: text("group", self.group.as_ref(), Name::new)?,
            reference: text("reference", self.reference.as_ref(), Name::new)?,
            notes: text("notes", self.notes.as_ref(), Text::new)?,
        })
    }

    fn show(profile: &Profile) -> Self {
        let shown = |text: Option<&str>| text.map(str::to_owned);
        Self {
            name: shown(profile.name.as_ref().map(Name::as_str)),
            email: shown(profile.email.as_ref().map(Email::as_str)),
            phone: shown(profile.phone.as_ref().map(Phone::as_str)),
            language: shown(profile.language.as_ref().map(Language::as_str)),
            group: shown(profile.group.as_ref().map(Name::as_str)),
            reference: shown(profile.reference.as_ref().map(Name::as_str)),
            notes: shown(profile.notes.as_ref().map(Text::as_str)),
        }
    }
}

/// What is left of a customer.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Left {
    /// Everything.
    Known,
    /// Merged into another.
    Merged,
    /// Erased, as they asked.
    Erased,
}

/// What a customer agreed or did not agree to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ConsentWire {
    /// To what.
    purpose: String,
    /// Whether they agreed.
    granted: bool,
    /// When.
    at: Moment,
    /// Where they said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
}

/// A customer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct CustomerWire {
    /// Their id.
    id: CustomerRef,
    /// Rises by one with every change; the `ETag` is this number in quotes.
    version: u64,
    /// What is left of them.
    state: Left,
    /// Into whom they were merged.
    #[serde(skip_serializing_if = "Option::is_none")]
    merged_into: Option<CustomerRef>,
    /// What is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<ProfileWire>,
    /// All consents, oldest first; the last of a purpose counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    consents: Vec<ConsentWire>,
    /// When they were first known.
    created_at: Moment,
    /// When something last changed.
    updated_at: Moment,
}

impl From<&Customer> for CustomerWire {
    fn from(customer: &Customer) -> Self {
        let (state, merged_into) = match &customer.state {
            CustomerState::Known { .. } => (Left::Known, None),
            CustomerState::Merged { into } => (Left::Merged, Some(WireId(*into))),
            CustomerState::Erased { .. } => (Left::Erased, None),
        };
        let consent = |consent: &Consent| ConsentWire {
            purpose: consent.purpose.to_string(),
            granted: consent.granted,
            at: Moment(consent.at),
            source: consent.source.as_ref().map(ToString::to_string),
        };
        Self {
            id: WireId(customer.id),
            version: customer.version,
            state,
            merged_into,
            profile: customer.profile().map(ProfileWire::show),
            consents: customer.consents().iter().map(consent).collect(),
            created_at: Moment(customer.created),
            updated_at: Moment(customer.changed),
        }
    }
}

/// One page of customers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CustomersPage {
    /// The customers.
    items: Vec<CustomerWire>,
    /// The cursor of the next page, where there is one.
    next: Option<String>,
}

fn one(customer: &Customer, status: StatusCode) -> Response {
    let mut response = (status, Json(CustomerWire::from(customer))).into_response();
    response.headers_mut().insert(ETAG, etag(customer.version));
    response
}

fn wrong(invalid: &Invalid) -> Problem {
    Problem::invalid(invalid, Source::Body)
}

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
) -> Result<Response, Problem> {
    let caller = caller.staff()?;
    let page = platform.desk().list(caller.tenant, query.page()?).await;
    let page = page.map_err(|error| Problem::store(&error))?;
    let next = page.items.last().filter(|_| page.more).map(|customer| WireId(customer.id).to_string());
    let items: Vec<CustomerWire> = page.items.iter().map(CustomerWire::from).collect();
    Ok(Json(ListAnswer { items, next }).into_response())
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

/// Finds customers by the beginnings of their words, the best first.
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
) -> Result<Response, Problem> {
    let caller = caller.staff()?;
    let invalid = |invalid: Invalid| Problem::invalid(&invalid, Source::Query);
    let text = SearchText::new(&query.q).map_err(|error| invalid(named("q", &error)))?;
    let limit = query.limit.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(invalid(Invalid::new("limit", limit, "1 to 200")));
    }
    let page = platform.desk().search(caller.tenant, &text, limit).await;
    let page = page.map_err(|error| Problem::store(&error))?;
    let items: Vec<CustomerWire> = page.items.iter().map(CustomerWire::from).collect();
    Ok(Json(ListAnswer { items, next: None }).into_response())
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
    audit: Vec<super::audit::EntryWire>,
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
