//! The program on a `PostgreSQL` server, of which `DATABASE_URL` is all it is told. `cargo xtask test` starts one and runs
//! this.

mod line;
#[expect(dead_code, reason = "the other sessions use the rest")]
mod program;
mod refused;
#[path = "../../../booking-store-postgres/tests/postgres/server.rs"]
#[expect(dead_code, reason = "the tests of the store need more of it")]
#[expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot be set up has failed")]
mod server;
#[expect(dead_code, reason = "the other sessions use the rest")]
mod shell;
mod together;
mod upkeep;

use std::net::ToSocketAddrs;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::mpsc;

use booking_store_postgres::sqlx::postgres::{PgConnectOptions, PgConnection};
use booking_store_postgres::sqlx::{AssertSqlSafe, Connection, Executor};
use serde_json::{Value, json};

use line::Line;
use program::{Program, command};

const MISSING: &str =
    "DATABASE_URL is not set, and these tests need a PostgreSQL server: `cargo xtask test` starts one";
const LINK_KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
/// Any free port.
const LISTEN: &[&str] = &["--listen", "127.0.0.1:0"];

/// An empty database of a test's own.
struct Database {
    url: String,
}

impl Database {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = std::env::var("DATABASE_URL").expect(MISSING);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("booking_session_{}_{number}", std::process::id());
        sql(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        sql(&server, &format!("CREATE DATABASE {name} TEMPLATE template0"));
        let end = server.rfind('/').expect("an address with a database");
        Self { url: format!("{}/{name}", &server[..end]) }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command();
        command.args(arguments).env("DATABASE_URL", &self.url);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program runs")
    }

    fn told(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// What the program says when it refuses to start on this database.
    fn refusal(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let server = std::env::var("DATABASE_URL").unwrap_or_default();
        let name = self.url.rsplit('/').next().unwrap_or_default();
        sql(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
    }
}

fn sql(url: &str, text: &str) {
    connected(url, async |connection| {
        connection.execute(AssertSqlSafe(text.to_owned())).await.expect("the statement runs");
    });
}

/// Does something on a connection of its own.
fn connected<T>(url: &str, work: impl AsyncFnOnce(&mut PgConnection) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut connection = PgConnection::connect(url).await.expect("a server");
        let done = work(&mut connection).await;
        connection.close().await.expect("the connection ends");
        done
    })
}

#[test]
fn two_processes_serve_one_database() {
    let database = Database::new();
    let serve = || {
        let mut command = database.command(&["serve", "--demo"]);
        command.env("BOOKING_LINK_KEY", LINK_KEY);
        Program::serve(command)
    };
    let one = serve();
    let other = serve();
    assert_eq!(one.secret, other.secret, "the keys follow from the secret that both were given");
    assert_eq!(one.said["bookings"], other.said["bookings"], "the second start seeds nothing");
    let path = "/v1/services/svc_00000000000000000000000000000001/slots?view=first";
    let (_, found) = one.ask("GET", path, &one.secret, "");
    let wish = json!({"service": "svc_00000000000000000000000000000001", "start": found["first"]["start"]});
    let (status, booked) = one.ask("POST", "/v1/bookings", &one.secret, &wish.to_string());
    assert_eq!(status, 201, "{booked}");
    let path = format!("/v1/bookings/{}", booked["id"].as_str().expect("an id"));
    let (status, link) = one.ask("POST", &format!("{path}/guest-link"), &one.secret, "");
    assert_eq!(status, 200, "{link}");
    one.kill();
    assert_eq!(other.ask("GET", &path, &other.secret, ""), (200, booked));
    let guest = format!("/v1/{}", link["path"].as_str().expect("a path"));
    assert_eq!(other.ask("GET", &guest, "", "").0, 200);
    let checked: Value = serde_json::from_str(&database.told(&["verify", "--json"])).expect("JSON");
    assert_eq!(checked["findings"], json!([]));
    assert_eq!(checked["bookings"], json!(other.said["bookings"].as_u64().expect("a number") + 1));
    let drifted: Value = serde_json::from_str(&database.told(&["tz-drift", "--json"])).expect("JSON");
    assert_eq!(drifted["items"], json!([]));
    assert!(database.refusal(&["backup", "/nowhere/copy"]).contains("pg_dump"));
    let maintained = database.run(&["db", "maintain"]);
    assert_eq!(
        maintained.status.code(),
        Some(0),
        "indexes that no query has used yet are told, and no fault"
    );
    assert!(String::from_utf8_lossy(&maintained.stdout).contains("not used by any query"));
}

/// The starts that a fresh demo offers, with the ids of their services.
fn free(program: &Program) -> Vec<(String, Value)> {
    let services = (1..=4).map(|number| format!("svc_{number:032}"));
    let starts = |service: String| {
        let (status, found) =
            program.ask("GET", &format!("/v1/services/{service}/slots"), &program.secret, "");
        assert_eq!(status, 200, "{found}");
        let slots = found["slots"].as_array().expect("slots").clone();
        slots.into_iter().map(move |slot| (service.clone(), slot["start"].clone()))
    };
    services.flat_map(starts).collect()
}

/// Books one after the other until nobody answers any more; tells of each booking that it was given.
fn book_until_it_ends(
    program: &Program,
    free: &[(String, Value)],
    next: &AtomicUsize,
    given: &mpsc::Sender<Value>,
) {
    let take = || {
        let number = next.fetch_add(1, Ordering::Relaxed);
        free.get(number).map(|(service, start)| (number, service, start))
    };
    while let Some((number, service, start)) = take() {
        let header = |name: &str, value: String| (name.to_owned(), value);
        let answer = program.try_send(&shell::Request {
            method: "POST".to_owned(),
            path: "/v1/bookings".to_owned(),
            headers: vec![
                header("Content-Type", "application/json".to_owned()),
                header("Idempotency-Key", format!("load-{number}")),
                header("Authorization", format!("Bearer {}", program.secret)),
            ],
            body: json!({"service": service, "start": start}).to_string(),
        });
        match answer {
            Some(answer) if answer.status == 201 => {
                let booked = serde_json::from_slice(&answer.body).expect("the answer is JSON");
                given.send(booked).expect("the test listens");
            }
            // Another service has the same practitioner.
            Some(answer) => assert_eq!(answer.status, 409, "{}", String::from_utf8_lossy(&answer.body)),
            None => return,
        }
    }
}

/// An answer is a promise, whatever becomes of the process that gave it.
#[cfg(unix)]
#[test]
fn what_was_answered_under_load_is_there_after_a_kill() {
    const CLIENTS: usize = 6;
    const BEFORE: usize = 20;
    let database = Database::new();
    let serve = || {
        let mut command = database.command(&["serve", "--demo"]);
        command.env("BOOKING_LINK_KEY", LINK_KEY);
        Program::serve(command)
    };
    let program = serve();
    let (free, next) = (free(&program), AtomicUsize::new(0));
    let (given, heard) = mpsc::channel();
    let booked: Vec<Value> = std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            let given = given.clone();
            let (program, free, next) = (&program, &free, &next);
            scope.spawn(move || book_until_it_ends(program, free, next, &given));
        }
        drop(given);
        let mut booked: Vec<Value> = heard.iter().take(BEFORE).collect();
        // With the others still asking.
        let killed = Command::new("kill").args(["-9", &program.process()]).status().expect("kill runs");
        assert!(killed.success());
        booked.extend(heard);
        booked
    });
    assert!(booked.len() >= BEFORE && next.into_inner() < free.len(), "it was killed while it was asked");
    let again = serve();
    for booking in &booked {
        let path = format!("/v1/bookings/{}", booking["id"].as_str().expect("an id"));
        assert_eq!(again.ask("GET", &path, &again.secret, ""), (200, booking.clone()));
    }
    let checked: Value = serde_json::from_str(&database.told(&["verify", "--json"])).expect("JSON");
    assert_eq!(checked["findings"], json!([]));
}

#[test]
fn the_demo_in_a_database_is_looked_at_and_left_alone() {
    let database = Database::new();
    let slots = ["slots", "--demo", "yoga"];
    assert!(database.refusal(&slots).contains("there is nothing yet"));
    assert!(database.told(&["migrate"]).contains("001_initial_schema"));
    assert!(database.refusal(&slots).contains("the demo is not there"));
    let program = Program::serve(database.command(&["serve", "--demo"]));
    let path = "/v1/services/svc_00000000000000000000000000000005/slots?view=first";
    let (_, found) = program.ask("GET", path, &program.secret, "");
    let start = found["first"]["start"].as_str().expect("a start").to_owned();
    let told: Value =
        serde_json::from_str(&database.told(&["slots", "--demo", "yoga", "--json"])).expect("JSON");
    let first = told["slots"][0]["start"].as_str().expect("a start");
    let instant = |text: &str| chrono::DateTime::parse_from_rfc3339(text).expect("an instant");
    assert_eq!(instant(first), instant(&start), "the same demo that the server serves");
    assert!(database.told(&["explain", "--demo", "yoga", &start]).contains("can be booked"));
    let laid = database.refusal(&["slots", "--demo", "--calendar", "/nowhere.ics", "yoga"]);
    assert!(laid.contains("would change what others see"), "{laid}");
}

#[test]
fn a_business_begins_in_an_empty_database() {
    let database = Database::new();
    assert!(database.refusal(&["key", "list"]).contains("there is nothing yet"));
    let init = ["init", "Praxis Weber", "--zone", "Europe/Berlin", "--json"];
    let made: Value = serde_json::from_str(&database.told(&init)).expect("JSON");
    let key = made["secret_key"].as_str().expect("a key").to_owned();
    let refused = database.refusal(&[&["serve", "--demo"][..], LISTEN].concat());
    assert!(refused.contains("it holds the business Praxis Weber"), "{refused}");
    let program = Program::serve(database.command(&["serve"]));
    assert_eq!(program.ask("GET", "/v1/services", &key, "").0, 200);
}

/// A line to the server of a database, and the address of the database through it.
fn line_to(database: &Database) -> (Line, String) {
    let options: PgConnectOptions = database.url.parse().expect("an address");
    let server = (options.get_host(), options.get_port()).to_socket_addrs().expect("a server").next();
    let line = Line::to(server.expect("a server"));
    let (scheme, rest) = database.url.split_once("://").expect("an address");
    let (server, name) = rest.split_once('/').expect("an address with a database");
    let who = server.rsplit_once('@').map_or("", |(who, _)| who);
    let url = format!("{scheme}://{who}@127.0.0.1:{}/{name}", line.port());
    (line, url)
}

#[test]
fn a_database_that_goes_away_is_said_and_comes_back() {
    let database = Database::new();
    let (line, url) = line_to(&database);
    let mut command = database.command(&["serve", "--demo"]);
    command.env("DATABASE_URL", url);
    let program = Program::serve(command);
    let slots = "/v1/services/svc_00000000000000000000000000000001/slots?view=first";
    let (status, found) = program.ask("GET", slots, &program.secret, "");
    assert_eq!(status, 200, "{found}");
    assert_eq!(program.ask("GET", "/readyz", "", "").0, 200);
    let start = found["first"]["start"].clone();
    let wish = json!({"service": "svc_00000000000000000000000000000001", "start": start}).to_string();
    let book = || program.tell("POST", "/v1/bookings", &program.secret, "one", &wish);
    line.cut();
    for answer in [
        program.tell("GET", slots, &program.secret, "", ""),
        book(),
        program.tell("GET", "/readyz", "", "", ""),
        book(),
    ] {
        let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
        assert_eq!((answer.status, &body["code"]), (503, &json!("unavailable")), "{body}");
        assert_eq!((&body["retryable"], answer.header("retry-after")), (&json!(true), Some("5")));
    }
    assert_eq!(program.send(&shell::request("curl http://test/livez", "")).status, 200);
    line.mend();
    // Connections that were cut are found out one by one.
    let ready = (0..1_000).find(|_| program.ask("GET", "/readyz", "", "").0 == 200);
    assert!(ready.is_some(), "it comes back by itself");
    let booked = (0..1_000).map(|_| book()).find(|answer| answer.status != 503).expect("it comes back");
    let body = String::from_utf8_lossy(&booked.body);
    assert_eq!((booked.status, booked.header("idempotency-replayed")), (201, None), "{body}");
    let checked: Value = serde_json::from_str(&database.told(&["verify", "--json"])).expect("JSON");
    assert_eq!(checked["bookings"], json!(program.said["bookings"].as_u64().expect("a number") + 1));
    assert_eq!(checked["findings"], json!([]));
}
