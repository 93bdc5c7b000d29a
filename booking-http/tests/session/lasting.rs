//! What lasts: the program started again on the same file.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::program::{Program, command};

pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

pub(crate) fn with(arguments: &[&str], data: &Path) -> Command {
    let mut command = command();
    command.args(arguments).arg("--data").arg(data);
    command
}

pub(crate) fn run(arguments: &[&str], data: &Path) -> Output {
    with(arguments, data).output().expect("the program runs")
}

pub(crate) fn refusal(arguments: &[&str], data: &Path) -> String {
    let output = run(arguments, data);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub(crate) fn told(arguments: &[&str], data: &Path) -> String {
    let output = run(arguments, data);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// The first free start of the demo's consultation.
fn first_start(program: &Program) -> Value {
    let path = "/v1/services/svc_00000000000000000000000000000001/slots?view=first";
    let (status, found) = program.ask("GET", path, &program.secret, "");
    assert_eq!(status, 200, "{found}");
    found["first"]["start"].clone()
}

#[test]
fn what_was_booked_is_there_after_a_kill() {
    let folder = folder();
    let data = folder.path().join("demo.sqlite");
    let program = Program::serve(with(&["serve", "--demo"], &data));
    let start = first_start(&program);
    let wish = json!({"service": "svc_00000000000000000000000000000001", "start": start}).to_string();
    let (status, booked) = program.ask("POST", "/v1/bookings", &program.secret, &wish);
    assert_eq!(status, 201, "{booked}");
    let path = format!("/v1/bookings/{}", booked["id"].as_str().expect("an id"));
    let (status, link) = program.ask("POST", &format!("{path}/guest-link"), &program.secret, "");
    assert_eq!(status, 200, "{link}");
    let (key, said) = (program.secret.clone(), program.said.clone());
    program.kill();

    let again = Program::serve(with(&["serve", "--demo"], &data));
    assert_eq!(again.secret, key, "the second start prints the same key");
    assert_eq!(again.said["publishable_key"], said["publishable_key"]);
    assert_eq!(again.said["bookings"], json!(said["bookings"].as_u64().expect("a number") + 1));
    assert_eq!(again.ask("GET", &path, &key, ""), (200, booked.clone()));
    let guest = format!("/v1/{}", link["path"].as_str().expect("a path"));
    let (status, seen) = again.ask("GET", &guest, "", "");
    assert_eq!((status, &seen["start"]), (200, &booked["start"]), "{seen}");
}

#[cfg(unix)]
#[test]
fn a_file_is_whole_when_the_server_was_told_to_stop() {
    let folder = folder();
    let data = folder.path().join("demo.sqlite");
    let program = Program::serve(with(&["serve", "--demo"], &data));
    let listener = program.listen("/v1/availability/stream?service=svc_00000000000000000000000000000001");
    assert!(
        folder.path().join("demo.sqlite-wal").exists(),
        "what is new lies beside the file while it serves"
    );
    assert!(program.stop().success());
    drop(listener);
    assert!(!folder.path().join("demo.sqlite-wal").exists(), "the file is closed before the program ends");
}

#[test]
fn one_file_has_one_server() {
    let folder = folder();
    let data = folder.path().join("demo.sqlite");
    let _program = Program::serve(with(&["serve", "--demo"], &data));
    let listen = ["serve", "--listen", "127.0.0.1:0"];
    assert!(refusal(&listen, &data).contains("is in use by another process"));
    assert!(refusal(&["key", "new", "more"], &data).contains("is in use by another process"));
    // Looking is not refused.
    assert!(told(&["key", "list"], &data).contains("demo secret key"));
    assert!(told(&["slots", "consult"], &data).starts_with("Consultation in Europe/Berlin"));
}

#[test]
fn a_business_begins_on_the_terminal() {
    let folder = folder();
    let data = folder.path().join("business.sqlite");
    let empty = Program::serve(with(&["serve"], &data));
    assert_eq!(empty.said["businesses"], json!([]));
    empty.kill();
    let init = ["init", "Praxis Weber", "--zone", "Europe/Berlin", "--json"];
    let made: Value = serde_json::from_str(&told(&init, &data)).expect("JSON");
    let first = made["secret_key"].as_str().expect("a key").to_owned();
    assert!(refusal(&init, &data).contains("there is a business Praxis Weber already"));
    let second = told(&["key", "new", "Shop"], &data);
    let listed: Value = serde_json::from_str(&told(&["key", "list", "--json"], &data)).expect("JSON");
    // Both may be of the same second: then either may come first.
    let shop = listed["items"].as_array().expect("items").iter().find(|key| key["name"] == "Shop");
    let id = shop.expect("it is listed")["id"].as_str().expect("an id");
    told(&["key", "revoke", id], &data);
    assert!(told(&["key", "list"], &data).contains("revoked"));

    let program = Program::serve(with(&["serve"], &data));
    assert_eq!(program.said["businesses"], json!(["Praxis Weber"]));
    assert_eq!(program.ask("GET", "/v1/services", &first, "").0, 200);
    assert_eq!(program.ask("GET", "/v1/services", &second, "").0, 401);
}

#[test]
fn the_demo_leaves_other_data_alone() {
    let folder = folder();
    let data = folder.path().join("business.sqlite");
    told(&["init", "Praxis Weber", "--zone", "Europe/Berlin"], &data);
    let before = std::fs::read(&data).expect("the file");
    let demo = ["serve", "--demo", "--listen", "127.0.0.1:0"];
    let why = refusal(&demo, &data);
    assert!(
        why.contains("it holds the business Praxis Weber") && why.contains("nothing was changed"),
        "{why}"
    );
    assert_eq!(std::fs::read(&data).expect("the file"), before);
    assert!(!folder.path().join("business.sqlite-secret").exists());
    // Nor does a business begin beside the demo.
    let demo_data = folder.path().join("demo.sqlite");
    Program::serve(with(&["serve", "--demo"], &demo_data)).kill();
    assert!(refusal(&["init", "Shop", "--zone", "UTC"], &demo_data).contains("it holds the demo"));
}

#[test]
fn a_file_that_is_not_ours_is_refused() {
    let folder = folder();
    let data = folder.path().join("some.sqlite");
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    std::fs::write(&data, "hello").expect("a file");
    assert!(refusal(&serve, &data).contains("is not a booking file"));
    assert_eq!(std::fs::read(&data).expect("the file"), b"hello");
    std::fs::remove_file(&data).expect("it goes");
    told(&["init", "Praxis Weber", "--zone", "Europe/Berlin"], &data);
    let mut newer = std::fs::read(&data).expect("the file");
    // Where SQLite keeps the version that its user gives a file.
    newer[60..64].copy_from_slice(&99_u32.to_be_bytes());
    std::fs::write(&data, &newer).expect("a file");
    assert!(refusal(&serve, &data).contains("has format 99"));
    assert_eq!(std::fs::read(&data).expect("the file"), newer);
}
