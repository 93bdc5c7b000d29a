//! The description of the API (`OpenAPI` 3.1), generated from the code that serves it.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use crate::problem::{Code, Problem};

/// The description: built once, since it never changes while the program runs.
static DOCUMENT: LazyLock<Value> = LazyLock::new(build);
static TEXT: LazyLock<String> = LazyLock::new(|| DOCUMENT.to_string());

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Booking",
        description = "Which times are free, why a time is not, and \"book it\". Callers authenticate with an API key; \
                       the key says which tenant they work for. Refusals are problem documents (RFC 9457)."
    ),
    tags(
        (name = "slots", description = "Which times are free"),
        (name = "availability", description = "Why a time is free or not, and what would be"),
        (name = "holds", description = "Reserving a start for a while"),
        (name = "bookings", description = "Bookings and everything that happens to them"),
        (name = "series", description = "Bookings made together by one recurrence"),
        (name = "waitlist", description = "Waiting for something to become free"),
        (name = "guests", description = "What a customer does with a signed link, without a key"),
        (name = "catalogue", description = "Services, resources, and what they share"),
        (name = "customers", description = "Who books"),
        (name = "keys", description = "API keys"),
        (name = "audit", description = "Who did what"),
        (name = "analytics", description = "What was booked, in numbers"),
        (name = "meta", description = "The server itself"),
    ),
    paths(
        super::slots::list,
        super::availability::explain,
        super::search::search,
        super::what_if::what_if,
        super::stream::stream,
        super::holds::create,
        super::holds::read,
        super::holds::release,
        super::holds::confirm,
        super::holds::extend,
        super::bookings::create,
        super::bookings::validate,
        super::batch::create,
        super::bookings::list,
        super::bookings::read,
        super::bookings::history,
        super::moves::confirm,
        super::moves::decline,
        super::moves::reschedule,
        super::moves::reassign,
        super::moves::cancel,
        super::moves::check_in,
        super::moves::complete,
        super::moves::no_show,
        super::moves::patch,
        super::sessions::open,
        super::sessions::close,
        super::calendars::ics,
        super::manage::link,
        super::manage::read,
        super::manage::cancel,
        super::manage::reschedule,
        super::manage::ics,
        super::series::preview,
        super::series::create,
        super::series::read,
        super::series::cancel,
        super::waitlist::join,
        super::waitlist::list,
        super::waitlist::offers,
        super::waitlist::read,
        super::waitlist::leave,
        super::drift::list,
        super::meta::meta,
        super::meta::live,
        super::meta::ready,
    )
)]
struct Described;

/// The description of the API as JSON.
pub fn document() -> &'static Value {
    &DOCUMENT
}

/// The description and the page that shows it: without a key, since they tell nothing about anybody.
pub(crate) fn routes() -> Router {
    Router::new()
        .route("/openapi.json", get(description))
        .route("/problems/{code}", get(problem))
        .route("/docs", get(|| async { Redirect::permanent("docs/") }))
        .route("/docs/", get(|| async { page("index.html") }))
        .route("/docs/{*file}", get(|Path(file): Path<String>| async move { page(&file) }))
}

async fn description() -> Response {
    let mut response = TEXT.as_str().into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// What a kind of problem means: where its `type` leads.
async fn problem(Path(code): Path<String>) -> Response {
    match Code::ALL.iter().find(|known| known.as_str() == code) {
        Some(known) => {
            let text = format!("{} ({})\n\n{}.\n", known.as_str(), known.status().as_u16(), known.title());
            text.into_response()
        }
        None => Problem::new(Code::NotFound).detail("no such kind of problem").into_response(),
    }
}

/// A file of the page that shows the description. All of it is in the program: it works without the internet.
fn page(file: &str) -> Response {
    let config = utoipa_swagger_ui::Config::new(["../openapi.json"]).validator_url("none");
    match utoipa_swagger_ui::serve(file, std::sync::Arc::new(config)) {
        Ok(Some(found)) => {
            let mut response = found.bytes.into_owned().into_response();
            let headers = response.headers_mut();
            if let Ok(kind) = HeaderValue::from_str(&found.content_type) {
                headers.insert(CONTENT_TYPE, kind);
            }
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
            response
        }
        Ok(None) => Problem::new(Code::NotFound).detail("no such page").into_response(),
        Err(_) => Problem::new(Code::Internal).into_response(),
    }
}

fn described() -> utoipa::openapi::OpenApi {
    Described::openapi().merge_from(crate::platform::described())
}

fn build() -> Value {
    let mut document = serde_json::to_value(described()).unwrap_or(Value::Null);
    document["components"]["securitySchemes"] = json!({
        "key": { "type": "http", "scheme": "bearer", "description": "An API key" },
    });
    document["security"] = json!([{ "key": [] }]);
    flatten(&mut document["components"]["schemas"]);
    let schemas = document["components"]["schemas"].clone();
    if let Some(paths) = document["paths"].as_object_mut() {
        for (path, methods) in paths {
            let open = !path.starts_with("/v1");
            for operation in methods.as_object_mut().into_iter().flat_map(Map::values_mut) {
                if open {
                    operation["security"] = json!([]);
                }
                finish(operation, &schemas);
            }
        }
    }
    document
}

/// Makes one schema of those that are written into each other. Each part says which fields it has and that there are no
/// others; of the whole that would be wrong.
fn flatten(schemas: &mut Value) {
    let parts = schemas.clone();
    for schema in schemas.as_object_mut().into_iter().flat_map(Map::values_mut) {
        let Some(all) = schema["allOf"].as_array().filter(|all| all.len() > 1).cloned() else { continue };
        let (mut properties, mut required) = (Map::new(), Vec::new());
        for part in &all {
            let name = part["$ref"].as_str().and_then(|path| path.rsplit('/').next());
            let part = name.map_or(part, |name| &parts[name]);
            properties.extend(part["properties"].as_object().cloned().unwrap_or_default());
            required.extend(part["required"].as_array().cloned().unwrap_or_default());
        }
        schema.as_object_mut().map(|schema| schema.remove("allOf"));
        schema["type"] = json!("object");
        schema["properties"] = properties.into();
        schema["required"] = required.into();
    }
}

/// Gives an operation the examples of the schemas it answers with, and says what a refusal looks like.
fn finish(operation: &mut Value, schemas: &Value) {
    let answers = operation["responses"].as_object_mut().into_iter().flat_map(Map::iter_mut);
    for (status, answer) in answers {
        if status == "default" {
            answer["description"] = json!("Refused: a problem document");
        }
        // Not by index: that would put a null where there is no content.
        let contents = answer.get_mut("content").and_then(Value::as_object_mut);
        let contents = contents.into_iter().flat_map(Map::values_mut);
        for content in contents.filter(|content| content.get("example").is_none()) {
            let name = content["schema"]["$ref"].as_str().and_then(|path| path.rsplit('/').next());
            let schema = name.map(|name| &schemas[name]);
            let example = schema.and_then(|schema| schema.get("example").or(schema["examples"].get(0)));
            if let Some(example) = example.filter(|example| !example.is_null()) {
                content["example"] = example.clone();
            }
        }
    }
}
