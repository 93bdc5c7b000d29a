//! The commands that look after stored data.

use std::path::Path;

use serde_json::{Value, json};

use super::lasting::{folder, refusal, run, told, with};
use super::program::Program;

fn json_of(arguments: &[&str], data: &Path) -> Value {
    serde_json::from_str(&told(arguments, data)).expect("JSON")
}

#[test]
fn a_copy_is_taken_while_the_server_serves_and_serves_itself() {
    let folder = folder();
    let data = folder.path().join("demo.sqlite");
    let program = Program::serve(with(&["serve", "--demo"], &data));
    let copy = folder.path().join("copy.sqlite");
    let copy_name = copy.to_string_lossy().into_owned();
    assert!(json_of(&["backup", &copy_name, "--json"], &data)["bytes"].as_u64() > Some(100_000));
    assert!(refusal(&["backup", &copy_name], &data).contains("it is there already"));
    let bookings = program.said["bookings"].clone();
    assert_eq!(json_of(&["verify", "--json"], &data)["findings"], json!([]), "also while it serves");
    program.kill();
    let checked = json_of(&["verify", "--json"], &copy);
    assert_eq!((&checked["ok"], &checked["bookings"]), (&json!(true), &bookings));
    let again = Program::serve(with(&["serve", "--demo"], &copy));
    assert_eq!(again.said["bookings"], bookings);
}

#[test]
fn nothing_has_drifted_and_the_doctor_finds_nothing() {
    let folder = folder();
    let data = folder.path().join("demo.sqlite");
    let server = Program::serve(with(&["serve", "--demo"], &data));
    assert_eq!(json_of(&["tz-drift", "--json"], &data)["items"], json!([]));
    // The doctor tries the file, which is in use.
    let doctor = ["doctor", "--listen", "127.0.0.1:0", "--json"];
    let output = run(&doctor, &data);
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stdout).contains("it is in use"));
    server.kill();
    assert_eq!(json_of(&doctor, &data)["ok"], true);
    std::fs::write(&data, "hello").expect("a file");
    assert!(String::from_utf8_lossy(&run(&doctor, &data).stdout).contains("is not a booking file"));
}

#[test]
fn a_calendar_is_imported_again_and_again() {
    let folder = folder();
    let data = folder.path().join("demo.sqlite");
    Program::serve(with(&["serve", "--demo"], &data)).kill();
    let file = folder.path().join("ann.ics");
    let name = file.to_string_lossy().into_owned();
    let event = |uid: &str, hour: u32, more: &str| {
        format!(
            "BEGIN:VEVENT\r\nUID:{uid}\r\nSUMMARY:Stand-up\r\nDTSTART:20200101T{hour:02}0000Z\r\nDURATION:PT15M\r\n\
             RRULE:FREQ=DAILY\r\n{more}END:VEVENT\r\n"
        )
    };
    let calendar = |events: &str| format!("BEGIN:VCALENDAR\r\n{events}END:VCALENDAR\r\n");
    let import = || {
        let done = json_of(&["import-ics", &name, "--resource", "dr. ann", "--days", "10", "--json"], &data);
        (done["written"].as_u64(), done["kept"].as_u64(), done["removed"].as_u64())
    };
    std::fs::write(&file, calendar(&(event("a", 3, "") + &event("b", 4, "")))).expect("a file");
    let (written, _, _) = import();
    assert!(written.is_some_and(|written| (18..=22).contains(&written)), "two a day: {written:?}");
    assert_eq!(import(), (Some(0), written, Some(0)), "what is there is left as it is");
    // One is moved, the other cancelled; an event that the file no longer has keeps its blocks.
    std::fs::write(&file, calendar(&(event("a", 5, "") + &event("b", 4, "STATUS:CANCELLED\r\n"))))
        .expect("a file");
    let (moved, kept, removed) = import();
    assert_eq!((kept, removed), (Some(0), written));
    assert!(moved.is_some_and(|moved| (9..=11).contains(&moved)));
    assert!(
        refusal(&["import-ics", &name, "--resource", "dr."], &data).contains("several resources begin with")
    );
    assert!(refusal(&["import-ics", &name, "--resource", "zoe"], &data).contains("no resource begins with"));
}

#[test]
fn what_belongs_to_a_database_is_said_of_a_file() {
    let folder = folder();
    let data = folder.path().join("business.sqlite");
    assert!(refusal(&["migrate"], &data).contains("--database-url"));
    assert!(refusal(&["verify"], &data).contains("there is no file"));
    assert!(!data.exists());
}
