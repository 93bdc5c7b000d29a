//! The catalogue: services, resources and what they share. All kinds are listed, made, read, replaced and deleted in the
//! same way, so that there is one table of them.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use booking_core::{IdSource, Invalid, StoreError, TenantId};
use booking_platform::{
    Group, HolidayCalendar, Kind, Location, NamedPolicy, NamedSchedule, PriceList, ResourceProfile,
    SearchText, ServiceProfile, Versioned,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::list::{ListAnswer, ListQuery};
use super::public::ForThePublic;
use super::wire::resource::ResourceWire;
use super::wire::service::ServiceWire;
use super::wire::shared::{
    GroupWire, HolidayCalendarWire, LocationWire, PriceListWire, SharedPolicyWire, SharedScheduleWire, named,
};
use super::{Platform, refused};
use crate::access::Caller;
use crate::extract::{Body, Id, IfMatch, Query, Source};
use crate::problem::{Code, Problem};
use crate::routes::answer::{etag, locate};
use crate::wire::id::{Prefixed, WireId};
use crate::wire::time::Moment;

/// Which of a catalogue.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CatalogueQuery {
    /// At most this many, 1 to 200. Default: 50.
    limit: Option<usize>,
    /// Continue after the one with this id: the `next` of the page before.
    cursor: Option<String>,
    /// Beginnings of words of the name: those that fit, the best first; where none does, those with mistyped words. Not
    /// together with `cursor`: what is found is one page.
    q: Option<String>,
}

impl CatalogueQuery {
    async fn page<K: Shown>(self, platform: &Platform, tenant: TenantId) -> Result<Found<K>, Problem> {
        let list = ListQuery { limit: self.limit, cursor: self.cursor };
        let page = list.page()?;
        let store = |error: StoreError| Problem::store(&error);
        let Some(q) = self.q else { return platform.editor().list::<K>(tenant, page).await.map_err(store) };
        let invalid = |invalid: Invalid| Problem::invalid(&invalid, Source::Query);
        if page.after.is_some() {
            return Err(invalid(Invalid::new("cursor", "a cursor", "no `cursor` beside `q`")));
        }
        let text = SearchText::new(&q).map_err(|error| invalid(named("q", &error)))?;
        let found = platform.editor().search::<K>(tenant, &text, page.limit).await.map_err(store)?;
        Ok(booking_core::Page { more: false, ..found })
    }
}

type Found<K> = booking_core::Page<Versioned<K>>;

/// A kind that the API shows: its form on the wire, in both directions.
trait Shown: Kind<Id: Prefixed> {
    const COLLECTION: &'static str;
    type Wire: Serialize + Send + ForThePublic;
    fn show(&self) -> Self::Wire;
    fn read(wire: Self::Wire, id: Self::Id) -> Result<Self, Invalid>;
}

/// A kept item on the wire.
#[derive(Debug, Serialize)]
struct Kept<W> {
    id: String,
    version: u64,
    created_at: Moment,
    updated_at: Moment,
    #[serde(flatten)]
    item: W,
}

fn seen<K: Shown>(row: &Versioned<K>, caller: &Caller) -> Result<Kept<K::Wire>, Problem> {
    let whole = kept(row);
    if caller.is_staff() {
        return Ok(whole);
    }
    let hidden = || Problem::new(Code::Forbidden).detail("this needs a secret key");
    Ok(Kept { item: whole.item.for_the_public().ok_or_else(hidden)?, ..whole })
}

fn kept<K: Shown>(row: &Versioned<K>) -> Kept<K::Wire> {
    Kept {
        id: WireId(row.value.id()).to_string(),
        version: row.version,
        created_at: Moment(row.created),
        updated_at: Moment(row.changed),
        item: row.value.show(),
    }
}

fn one<K: Shown>(row: &Versioned<K>, status: StatusCode) -> Response {
    let mut response = (status, Json(kept(row))).into_response();
    response.headers_mut().insert(ETAG, etag(row.version));
    response
}

fn wrong(invalid: &Invalid) -> Problem {
    Problem::invalid(invalid, Source::Body)
}

async fn list<K: Shown>(
    platform: Platform,
    caller: Caller,
    query: CatalogueQuery,
) -> Result<Response, Problem> {
    let page = query.page::<K>(&platform, caller.tenant).await?;
    let next = page.items.last().filter(|_| page.more).map(|row| WireId(row.value.id()).to_string());
    let items = page.items.iter().map(|row| seen(row, &caller)).collect::<Result<Vec<_>, _>>()?;
    Ok(Json(ListAnswer { items, next }).into_response())
}

async fn create<K: Shown>(platform: Platform, caller: Caller, wire: K::Wire) -> Result<Response, Problem> {
    let caller = caller.staff()?;
    let stamp = platform.stamp(&caller);
    let id = K::Id::from_uuid(platform.ids.next_id(stamp.at));
    let item = K::read(wire, id).map_err(|invalid| wrong(&invalid))?;
    let row = platform.editor().create(caller.tenant, item, &stamp).await.map_err(refused)?;
    let mut response = one(&row, StatusCode::CREATED);
    locate(&mut response, K::COLLECTION.trim_start_matches('/'), id);
    Ok(response)
}

async fn read<K: Shown>(platform: Platform, caller: Caller, id: K::Id) -> Result<Response, Problem> {
    let found = platform.editor().get::<K>(caller.tenant, id).await;
    let found = found.map_err(|error| Problem::store(&error))?;
    let unknown = || Problem::new(Code::NotFound).detail(format!("no such {}", K::Id::WORD));
    let row = found.ok_or_else(unknown)?;
    let mut response = Json(seen(&row, &caller)?).into_response();
    response.headers_mut().insert(ETAG, etag(row.version));
    Ok(response)
}

async fn replace<K: Shown>(
    platform: Platform,
    caller: Caller,
    id: K::Id,
    version: Option<u64>,
    wire: K::Wire,
) -> Result<Response, Problem> {
    let caller = caller.staff()?;
    let item = K::read(wire, id).map_err(|invalid| wrong(&invalid))?;
    let stamp = platform.stamp(&caller);
    let row = platform.editor().replace(caller.tenant, item, version, &stamp).await.map_err(refused)?;
    Ok(one(&row, StatusCode::OK))
}

async fn delete<K: Shown>(
    platform: Platform,
    caller: Caller,
    id: K::Id,
    version: Option<u64>,
) -> Result<Response, Problem> {
    let caller = caller.staff()?;
    let stamp = platform.stamp(&caller);
    platform.editor().delete::<K>(caller.tenant, id, version, &stamp).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// One module for each kind, with the five handlers, the schemas and the description.
macro_rules! kinds {
    ($($module:ident: $kind:ident, $wire:ident, $tag:tt, $collection:tt, $path:tt, $item_path:tt, $example:tt;)*) => {
        pub(super) fn routes() -> Router<Platform> {
            let all = Router::new();
            $(let all = all
                .route($collection, get($module::list).post($module::create))
                .route(
                    concat!($collection, "/{id}"),
                    get($module::read).put($module::replace).delete($module::delete),
                );)*
            all
        }

        $(
            impl Shown for $kind {
                const COLLECTION: &'static str = $collection;
                type Wire = $wire;
                fn show(&self) -> $wire {
                    $wire::show(self)
                }
                fn read(wire: $wire, id: Self::Id) -> Result<Self, Invalid> {
                    wire.read(id)
                }
            }

            pub(crate) mod $module {
                use super::*;

                /// One of them, as it is kept.
                #[derive(Serialize, ToSchema)]
                #[schema(as = $module::Kept)]
                pub(crate) struct KeptItem {
                    /// Its id.
                    id: String,
                    /// Rises by one with every change; the `ETag` is this number in quotes.
                    version: u64,
                    /// When it was made.
                    created_at: Moment,
                    /// When it last changed.
                    updated_at: Moment,
                    /// The rest.
                    #[serde(flatten)]
                    item: $wire,
                }

                /// One page of them.
                #[derive(Serialize, ToSchema)]
                #[schema(as = $module::Page)]
                pub(crate) struct Page {
                    /// The entries, by id.
                    items: Vec<KeptItem>,
                    /// The cursor of the next page, where there is one.
                    next: Option<String>,
                }

                /// Lists them by id, page by page, or finds some by name.
                #[utoipa::path(
                    get, path = $path, tag = $tag, operation_id = concat!(stringify!($module), "_list"),
                    params(CatalogueQuery),
                    responses(
                        (status = 200, body = Page, description = "One page", example = json!({"items": []})),
                        (status = "default", body = crate::problem::Document,
                            content_type = "application/problem+json"),
                    ),
                )]
                pub(crate) async fn list(
                    State(platform): State<Platform>,
                    caller: Caller,
                    Query(query): Query<CatalogueQuery>,
                ) -> Result<Response, Problem> {
                    super::list::<$kind>(platform, caller, query).await
                }

                /// Makes one.
                #[utoipa::path(
                    post, path = $path, tag = $tag, operation_id = concat!(stringify!($module), "_create"),
                    request_body(content = $wire, example = json!($example)),
                    responses(
                        (status = 201, body = KeptItem, description = "Made", example = json!($example)),
                        (status = "default", body = crate::problem::Document,
                            content_type = "application/problem+json"),
                    ),
                )]
                pub(crate) async fn create(
                    State(platform): State<Platform>,
                    caller: Caller,
                    Body(wire): Body<$wire>,
                ) -> Result<Response, Problem> {
                    super::create::<$kind>(platform, caller, wire).await
                }

                /// Shows one; its `ETag` is its version.
                #[utoipa::path(
                    get, path = $item_path, tag = $tag, operation_id = concat!(stringify!($module), "_read"),
                    params(("id" = String, Path, description = "Which one")),
                    responses(
                        (status = 200, body = KeptItem, description = "It", example = json!($example)),
                        (status = "default", body = crate::problem::Document,
                            content_type = "application/problem+json"),
                    ),
                )]
                pub(crate) async fn read(
                    State(platform): State<Platform>,
                    caller: Caller,
                    Id(id): Id<<$kind as Kind>::Id>,
                ) -> Result<Response, Problem> {
                    super::read::<$kind>(platform, caller, id).await
                }

                /// Replaces one whole.
                #[utoipa::path(
                    put, path = $item_path, tag = $tag, operation_id = concat!(stringify!($module), "_replace"),
                    params(
                        ("id" = String, Path, description = "Which one"),
                        ("If-Match" = String, Header, description = "The ETag you have seen, or `*`"),
                    ),
                    request_body(content = $wire, example = json!($example)),
                    responses(
                        (status = 200, body = KeptItem, description = "Replaced", example = json!($example)),
                        (status = "default", body = crate::problem::Document,
                            content_type = "application/problem+json"),
                    ),
                )]
                pub(crate) async fn replace(
                    State(platform): State<Platform>,
                    caller: Caller,
                    Id(id): Id<<$kind as Kind>::Id>,
                    IfMatch(version): IfMatch,
                    Body(wire): Body<$wire>,
                ) -> Result<Response, Problem> {
                    super::replace::<$kind>(platform, caller, id, version, wire).await
                }

                /// Deletes one that nothing needs.
                #[utoipa::path(
                    delete, path = $item_path, tag = $tag, operation_id = concat!(stringify!($module), "_delete"),
                    params(
                        ("id" = String, Path, description = "Which one"),
                        ("If-Match" = String, Header, description = "The ETag you have seen, or `*`"),
                    ),
                    responses(
                        (status = 204, description = "Deleted"),
                        (status = "default", body = crate::problem::Document,
                            content_type = "application/problem+json"),
                    ),
                )]
                pub(crate) async fn delete(
                    State(platform): State<Platform>,
                    caller: Caller,
                    Id(id): Id<<$kind as Kind>::Id>,
                    IfMatch(version): IfMatch,
                ) -> Result<Response, Problem> {
                    super::delete::<$kind>(platform, caller, id, version).await
                }
            }
        )*

        /// The description of these routes.
        #[derive(utoipa::OpenApi)]
        #[openapi(paths($(
            $module::list, $module::create, $module::read, $module::replace, $module::delete,
        )*))]
        pub(crate) struct Described;
    };
}

kinds! {
    services: ServiceProfile, ServiceWire, "catalogue", "/services", "/v1/services", "/v1/services/{id}", {
        "name": "Consultation", "zone": "Europe/Berlin", "durations": ["PT30M"], "step": "PT30M",
        "requirements": [{"name": "practitioner", "pool": {"tag": "practitioner"}}],
    };
    resources: ResourceProfile, ResourceWire, "catalogue", "/resources", "/v1/resources", "/v1/resources/{id}", {
        "name": "Dr. Ann Weber", "tags": ["practitioner"],
        "hours": {"base": {"zone": "Europe/Berlin", "weekly": [
            {"days": ["monday", "friday"], "from": "09:00", "to": "17:00"},
        ]}},
    };
    resource_groups: Group, GroupWire, "catalogue", "/resource-groups", "/v1/resource-groups",
    "/v1/resource-groups/{id}", {"name": "Stylists", "members": ["res_00000000000000000000000000000015"]};
    schedules: NamedSchedule, SharedScheduleWire, "catalogue", "/schedules", "/v1/schedules", "/v1/schedules/{id}", {
        "name": "The house", "hours": {"base": {"zone": "Europe/Berlin", "weekly": [
            {"days": ["monday"], "from": "07:00", "to": "22:00"},
        ]}},
    };
    holiday_calendars: HolidayCalendar, HolidayCalendarWire, "catalogue", "/holiday-calendars",
    "/v1/holiday-calendars", "/v1/holiday-calendars/{id}", {
        "name": "Germany", "dates": [{"date": "2026-12-25", "name": "Christmas Day"}],
    };
    policies: NamedPolicy, SharedPolicyWire, "catalogue", "/policies", "/v1/policies", "/v1/policies/{id}", {
        "name": "Strict", "policy": {"notice": "PT1H", "cancellation": {"closes": "P1D"}},
    };
    price_tiers: PriceList, PriceListWire, "catalogue", "/price-tiers", "/v1/price-tiers", "/v1/price-tiers/{id}", {
        "name": "2026", "prices": [{"name": "Standard", "price": {"minor": 6000, "currency": "EUR"}}],
    };
    locations: Location, LocationWire, "catalogue", "/locations", "/v1/locations", "/v1/locations/{id}", {
        "name": "Lindenhof", "zone": "Europe/Berlin",
    };
}
