//! The commands that answer and end.

use std::process::Output;

use serde_json::Value;

use super::program::command;

const AT: [&str; 2] = ["--at", "2026-11-30T07:00:00Z"];

fn run(arguments: &[&str]) -> Output {
    command().args(arguments).output().expect("the program runs")
}

fn text(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&text(arguments)).expect("JSON")
}

#[test]
fn slots_are_shown_by_date() {
    let question = ["slots", "--demo", AT[0], AT[1], "yoga", "--from", "2026-12-04", "--to", "2026-12-06"];
    assert_eq!(
        text(&question),
        "Yoga class in Europe/Berlin: 4 slots\n\
         Fri 4 Dec 2026    18:00 (4) 19:00 (6)\n\
         Sat 5 Dec 2026    10:00 (2) 11:00 (5)\n"
    );
    let answer = json(&[&question[..], &["--json"]].concat());
    assert_eq!(
        answer["slots"][0],
        serde_json::json!({
            "start": "2026-12-04T17:00:00Z", "end": "2026-12-04T18:00:00Z", "left": 4,
        })
    );
}

#[test]
fn a_refusal_is_explained_by_name() {
    let question = ["explain", "--demo", AT[0], AT[1], "consult", "2026-12-25T10:00:00+01:00"];
    let told = text(&question);
    assert!(told.starts_with("Consultation on Fri 25 Dec 2026 at 10:00 cannot be booked\n"), "{told}");
    assert!(told.contains("  practitioner Dr. Ann Weber: closed: Christmas Day\n"), "{told}");
    assert!(!json(&[&question[..], &["--json"]].concat())["reasons"].as_array().expect("reasons").is_empty());
}

#[test]
fn the_demo_and_the_description_are_shown() {
    let demo = json(&["demo", AT[0], AT[1], "--json"]);
    assert_eq!(demo["service"].as_array().map(Vec::len), Some(5));
    assert_eq!(demo["resource"].as_array().map(Vec::len), Some(11));
    assert!(text(&["demo", AT[0], AT[1]]).contains("Yoga class"));
    assert_eq!(json(&["openapi"])["openapi"], "3.1.0");
}

#[test]
fn a_calendar_file_is_read_and_a_bad_one_refused() {
    let folder = std::env::temp_dir().join(format!("booking-commands-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("daily.ics");
    let event = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Stand-up\r\nDTSTART:20200101T090000Z\r\n\
                 DURATION:PT15M\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    std::fs::write(&file, event).expect("a file");
    let path = file.to_string_lossy().into_owned();
    let read = json(&["import-ics", &path, "--days", "10", "--json"]);
    assert_eq!(read["busy"].as_array().map(Vec::len), Some(10));
    // Whoever is kept busy every morning at nine has no slot then.
    let nine = ["explain", "--demo", AT[0], AT[1], "--calendar", &path, "consult", "2026-12-02T09:00:00Z"];
    assert!(text(&nine).contains("away: Stand-up"), "{}", text(&nine));
    std::fs::write(&file, "hello").expect("a file");
    let refused = run(&["import-ics", &path]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("not a calendar file"));
    std::fs::remove_dir_all(&folder).expect("the folder goes");
}

#[test]
fn the_demo_is_asked_where_the_server_serves_it() {
    for question in [&["slots", "yoga"][..], &["explain", "yoga", "2026-12-04T17:00:00Z"]] {
        let mut command = command();
        command
            .args(question)
            .arg("--demo")
            .env("DATABASE_URL", "postgres://nobody:secret@127.0.0.1:1/nothing");
        let output = command.output().expect("the program runs");
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains("PostgreSQL at 127.0.0.1:1") && !told.contains("secret"), "{told}");
        // An empty variable is none.
        let mut command = self::command();
        command.args(question).arg("--demo").env("DATABASE_URL", "");
        assert!(command.output().expect("the program runs").status.success());
    }
}

#[test]
fn exit_codes_tell_a_failure_from_a_wrong_command_line() {
    assert_eq!(run(&["slots", "--demo", "nothing"]).status.code(), Some(1));
    assert_eq!(run(&["slots"]).status.code(), Some(2));
    assert_eq!(run(&["serve", "--demo", "--at", "2026-11-30T07:00:00Z"]).status.code(), Some(2));
    assert_eq!(run(&["serve", "--data", "a", "--database-url", "postgres://b/c"]).status.code(), Some(2));
    assert_eq!(run(&["slots", "yoga", "--data", "/nowhere.sqlite"]).status.code(), Some(1));
    assert_eq!(run(&["fly"]).status.code(), Some(2));
    assert_eq!(run(&["import-ics", "/nowhere.ics"]).status.code(), Some(1));
}

#[test]
fn the_doctor_says_how_to_fix_what_is_wrong() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    let output = run(&["doctor", "--listen", &address, "--json"]);
    assert_eq!(output.status.code(), Some(3));
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(told["ok"], false);
    let checks = told["checks"].as_array().expect("checks");
    assert!(checks.iter().all(|check| check["ok"] == (check["what"] != "address")), "{told}");
    drop(taken);
    assert!(run(&["doctor", "--listen", &address]).status.success());
}
