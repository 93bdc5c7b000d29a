//! A disk that is full while the server serves, and when it starts.

use std::thread;

use serde_json::{Value, json};

use super::disk::Disk;
use super::program::{Answer, Program};

const CONSULTATION: &str = "svc_00000000000000000000000000000001";
/// More than the demo takes, in MiB.
const SIZE: u32 = 32;
/// Room for a few bookings, in bytes.
const SPARE: u64 = 256 << 10;

fn serve(disk: &Disk) -> Program {
    Program::serve(disk.command(&["serve", "--demo"]))
}

/// Starts that can be booked now.
fn free(program: &Program) -> Vec<String> {
    let path = format!("/v1/services/{CONSULTATION}/slots");
    let (status, found) = program.ask("GET", &path, &program.secret, "");
    assert_eq!(status, 200, "{found}");
    let slots = found["slots"].as_array().expect("slots").iter();
    slots.map(|slot| slot["start"].as_str().expect("a start").to_owned()).collect()
}

/// Books a start, under a key that is the same each time.
fn book(program: &Program, start: &str) -> (Answer, Value) {
    let wish = json!({"service": CONSULTATION, "start": start}).to_string();
    let answer = program.tell("POST", "/v1/bookings", &program.secret, start, &wish);
    let body = serde_json::from_slice(&answer.body).expect("JSON");
    (answer, body)
}

/// Books one start after another, until one is refused for want of room.
fn book_until_full(program: &Program) -> (Vec<Value>, String) {
    let mut booked = Vec::new();
    let refused = free(program).into_iter().find(|start| {
        let (answer, body) = book(program, start);
        match answer.status {
            201 => booked.push(body),
            // Those before have taken its rooms.
            409 => {}
            status => {
                assert_eq!((status, &body["code"]), (503, &json!("unavailable")), "{body}");
                assert_eq!((&body["retryable"], answer.header("retry-after")), (&json!(true), Some("5")));
            }
        }
        answer.status == 503
    });
    (booked, refused.expect("the disk fills up"))
}

fn all_there(program: &Program, booked: &[Value]) {
    for booking in booked {
        let path = format!("/v1/bookings/{}", booking["id"].as_str().expect("an id"));
        assert_eq!(program.ask("GET", &path, &program.secret, ""), (200, booking.clone()));
    }
}

/// The stored bookings, in which nothing is wrong.
fn verified(disk: &Disk) -> u64 {
    let output = disk.command(&["verify", "--json"]).output().expect("the program runs");
    let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(said["findings"], json!([]));
    said["bookings"].as_u64().expect("a number")
}

#[test]
fn what_does_not_fit_is_refused_and_fits_when_there_is_room() {
    let disk = Disk::new(SIZE);
    let program = serve(&disk);
    let before = program.said["bookings"].as_u64().expect("a number");
    disk.fill(SPARE);
    let (mut booked, refused) = book_until_full(&program);
    assert!(!booked.is_empty(), "there was room for some");
    // It serves what it has, and goes on refusing: also those who ask while others are refused.
    thread::scope(|scope| {
        let refusals = scope.spawn(|| (0..20).map(|_| book(&program, &refused).0.status).collect::<Vec<_>>());
        while !refusals.is_finished() {
            all_there(&program, &booked);
        }
        assert_eq!(refusals.join().expect("it ends"), [503; 20]);
    });
    all_there(&program, &booked);
    assert!(free(&program).contains(&refused));
    disk.make_room();
    let (answer, body) = book(&program, &refused);
    assert_eq!((answer.status, answer.header("idempotency-replayed")), (201, None), "{body}");
    let (replay, same) = book(&program, &refused);
    assert_eq!((replay.header("idempotency-replayed"), &same), (Some("true"), &body));
    booked.push(body);
    program.kill();
    let again = serve(&disk);
    assert_eq!(again.said["bookings"], json!(before + booked.len() as u64), "what was answered, and no more");
    all_there(&again, &booked);
    again.kill();
    assert_eq!(verified(&disk), before + booked.len() as u64);
}

#[test]
fn what_was_answered_is_there_when_the_server_is_killed_on_a_full_disk() {
    let disk = Disk::new(SIZE);
    let program = serve(&disk);
    let before = program.said["bookings"].as_u64().expect("a number");
    disk.fill(SPARE);
    let (booked, refused) = book_until_full(&program);
    program.kill();
    let again = serve(&disk);
    assert_eq!(again.said["bookings"], json!(before + booked.len() as u64));
    all_there(&again, &booked);
    assert!(free(&again).contains(&refused));
    again.kill();
    disk.make_room();
    assert_eq!(verified(&disk), before + booked.len() as u64);
}

#[test]
fn a_file_for_which_there_is_no_room_is_not_begun() {
    let disk = Disk::new(1);
    disk.fill(8 << 10);
    let output = disk.command(&["serve", "--demo", "--listen", "127.0.0.1:0"]).output();
    let output = output.expect("the program runs");
    let why = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{why}");
    assert!(why.contains("there is no room for") && why.contains("demo.sqlite"), "{why}");
    // The next start begins afresh.
    disk.make_room();
    let output = disk.command(&["init", "Shop", "--zone", "UTC"]).output().expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(verified(&disk), 0);
}
