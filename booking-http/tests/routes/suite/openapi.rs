//! `/openapi.json`, `/docs` and `/problems/{code}`.

use booking_http::Code;
use serde_json::Value;

use crate::support::Desk;

/// The operations of the description: method, path, operation.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let each = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().expect("methods");
        methods
            .iter()
            .map(move |(method, operation)| (method.to_uppercase(), path.clone(), operation.clone()))
    });
    each.collect()
}

#[tokio::test]
async fn every_operation_has_an_example_and_names_its_refusals() {
    let desk = Desk::open().await;
    let document = desk.raw("GET", "/openapi.json", &[], "").await;
    assert_eq!((document.status, document.header("content-type")), (200, Some("application/json")));
    assert_eq!(document.body["openapi"], "3.1.0");
    for (method, path, operation) in operations(&document.body) {
        let responses = operation["responses"].as_object().expect("responses");
        let success = responses.iter().find(|(status, _)| status.starts_with('2')).expect("a success").1;
        let contents = success["content"].as_object().into_iter().flatten();
        for (_, content) in contents {
            assert!(!content["example"].is_null(), "{method} {path} has no example");
        }
        if let Some(body) = operation["requestBody"]["content"].as_object() {
            assert!(
                body.values().all(|content| !content["example"].is_null()),
                "{method} {path}: no example"
            );
        }
        assert!(path == "/livez" || responses.keys().any(|status| status == "default" || status == "503"));
        assert!(operation["summary"].is_string() || operation["description"].is_string());
        assert!(operation["tags"][0].is_string() && operation["operationId"].is_string());
    }
}

#[tokio::test]
async fn the_description_and_the_router_agree() {
    let desk = Desk::open().await;
    let document = desk.raw("GET", "/openapi.json", &[], "").await.body;
    let mut ids = std::collections::BTreeSet::new();
    let all = operations(&document);
    for (method, path, operation) in &all {
        assert!(ids.insert(operation["operationId"].to_string()), "{} twice", operation["operationId"]);
        let reply = desk.call(method, &path.replace("{id}", "x").replace("{token}", "x"), &[], "").await;
        let unrouted = reply.status == 405 || reply.text.contains("no such path");
        assert!(!unrouted, "{method} {path} is described and not served: {}", reply.text);
        // No other method is served there without being described.
        for other in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let described = all.iter().any(|(method, other_path, _)| method == other && other_path == path);
            let concrete = path.replace("{id}", "x").replace("{token}", "x");
            let reply = desk.call(other, &concrete, &[], "").await;
            assert!(described || reply.status == 405, "{other} {path} is served and not described");
        }
    }
    assert!(all.len() >= 20);
}

/// Where a null stands, outside of values.
fn nulls(value: &Value, at: &str) -> Vec<String> {
    match value {
        Value::Null => vec![at.to_owned()],
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .filter(|(name, _)| !["default", "example", "examples"].contains(&name.as_str()));
            fields.flat_map(|(name, field)| nulls(field, &format!("{at}/{name}"))).collect()
        }
        Value::Array(items) => items.iter().flat_map(|item| nulls(item, &format!("{at}/-"))).collect(),
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn nothing_is_null_and_no_schema_forbids_what_it_is_written_into() {
    let desk = Desk::open().await;
    let document = desk.raw("GET", "/openapi.json", &[], "").await.body;
    assert_eq!(nulls(&document, ""), Vec::<String>::new());
    for (name, schema) in document["components"]["schemas"].as_object().expect("schemas") {
        assert!(schema.get("allOf").is_none(), "{name}: parts that are closed cannot be joined");
    }
}

#[tokio::test]
async fn a_day_of_the_week_is_not_taken_for_a_day_with_slots() {
    let desk = Desk::open().await;
    let document = desk.raw("GET", "/openapi.json", &[], "").await.body;
    let named = |schema: &str| document["components"]["schemas"][schema].clone();
    assert_eq!(named("Weekly")["properties"]["days"]["items"]["$ref"], "#/components/schemas/Weekday");
    assert_eq!(named("Weekday")["enum"][0], "monday");
    assert!(named("Day")["properties"]["slots"].is_object());
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    let desk = Desk::open().await;
    let document = desk.raw("GET", "/openapi.json", &[], "").await;
    let mut rest = document.text.as_str();
    let mut count = 0;
    while let Some(at) = rest.find("\"$ref\":\"#") {
        rest = &rest[at + 9..];
        let pointer = &rest[..rest.find('"').expect("the reference ends")];
        assert!(document.body.pointer(pointer).is_some(), "{pointer} leads nowhere");
        count += 1;
    }
    assert!(count > 20);
}

#[tokio::test]
async fn the_page_works_without_the_internet() {
    let desk = Desk::open().await;
    let page = desk.raw("GET", "/docs/", &[], "").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")));
    assert!(!page.text.contains("https://") || !page.text.contains("<script src=\"http"), "{}", page.text);
    for part in page.text.split("src=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        let file = part.trim_start_matches("./");
        let reply = desk.raw("GET", &format!("/docs/{file}"), &[], "").await;
        assert_eq!(reply.status, 200, "{file}");
        assert!(reply.text.len() > 100, "{file}");
    }
    assert_eq!(desk.raw("GET", "/docs/nothing.js", &[], "").await.problem(), (404, "not_found"));
}

#[tokio::test]
async fn the_type_of_every_problem_leads_to_what_it_means() {
    let desk = Desk::open().await;
    for code in Code::ALL {
        let reply = desk.raw("GET", &format!("/problems/{}", code.as_str()), &[], "").await;
        assert_eq!(reply.status, 200);
        assert!(reply.text.contains(code.title()));
    }
    assert_eq!(desk.raw("GET", "/problems/lost", &[], "").await.problem(), (404, "not_found"));
}
