//! Several processes that serve one database: what one has written is news to the other at once.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::time::Duration;

use booking_store_postgres::sqlx::query_scalar;
use serde_json::{Value, json};

use super::program::Program;
use super::server::Server;
use super::{Database, LINK_KEY, connected};

const SERVICE: &str = "svc_00000000000000000000000000000001";
/// A stream looks again by itself a second after its last news. What comes in half of that was told.
const BEFORE_IT_LOOKS: Duration = Duration::from_millis(500);
/// Only a test that fails waits for so long.
const NEVER: Duration = Duration::from_mins(1);

/// A stream of what is free, as it comes.
struct Stream(BufReader<TcpStream>);

impl Stream {
    fn of(program: &Program) -> Self {
        Self(BufReader::new(program.listen(&format!("/v1/availability/stream?service={SERVICE}"))))
    }

    /// The data of the next event, if it comes in this time. Half an event is never seen: it comes in one piece.
    fn next(&mut self, within: Duration) -> Option<Value> {
        self.0.get_ref().set_read_timeout(Some(within)).expect("a time limit");
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).ok()?;
            if let Some(data) = line.strip_prefix("data: ") {
                return Some(serde_json::from_str(data).expect("JSON"));
            }
        }
    }
}

/// The starts that are free.
fn starts(program: &Program) -> Vec<Value> {
    let (status, found) = program.ask("GET", &format!("/v1/services/{SERVICE}/slots"), &program.secret, "");
    assert_eq!(status, 200, "{found}");
    found["slots"].as_array().expect("slots").iter().map(|slot| slot["start"].clone()).collect()
}

/// Books a start as often as it can be had, so that nobody offers it any more.
fn fill(program: &Program, start: &Value, key: &str) {
    let wish = json!({"service": SERVICE, "start": start}).to_string();
    let book = |turn: usize| {
        program.tell("POST", "/v1/bookings", &program.secret, &format!("{key}-{turn}"), &wish).status
    };
    let booked = (0..1_000).map(book).take_while(|status| *status == 201).count();
    assert!(booked > 0, "what is offered can be booked");
}

#[test]
fn what_one_process_books_is_told_by_the_stream_of_the_other() {
    const WANTED: usize = 3;
    const MOST: usize = 20;
    let database = Database::new();
    let serve = || {
        let mut command = database.command(&["serve", "--demo"]);
        command.env("BOOKING_LINK_KEY", LINK_KEY);
        Program::serve(command)
    };
    let (one, other) = (serve(), serve());
    let mut stream = Stream::of(&other);
    assert!(stream.next(NEVER).expect("a snapshot")["slots"].is_array());
    let mut at_once = 0;
    for round in 0..MOST {
        // A machine that is busy may be late now and then.
        if at_once == WANTED {
            return;
        }
        // The cache of the other knows it now as free.
        let start = starts(&other)[0].clone();
        fill(&one, &start, &format!("round-{round}"));
        let first = stream.next(BEFORE_IT_LOOKS);
        at_once += usize::from(first.is_some());
        let mut news = first.unwrap_or_else(|| stream.next(NEVER).expect("it looks again"));
        while !news["removed"].as_array().expect("a delta").contains(&start) {
            news = stream.next(NEVER).expect("it is told in the end");
        }
        assert!(!starts(&other).contains(&start), "whoever asks after that is not offered it");
    }
    panic!("only {at_once} of {MOST} were told before the stream looked by itself");
}

#[test]
fn a_server_asks_its_replica_and_whoever_has_booked_sees_it() {
    let server = Server::new();
    let mut command = super::command();
    command.args(["serve", "--demo"]).env("DATABASE_URL", server.url());
    // The demo, before there is a replica that has to follow it.
    let first = Program::serve(command);
    let (key, free) = (first.secret.clone(), starts(&first));
    assert!(free.len() > 1 && !key.is_empty());
    first.kill();
    let standby = server.standby();
    let mut command = super::command();
    command.args(["serve", "--demo"]).env("DATABASE_URL", server.url());
    command.env("DATABASE_REPLICA_URL", standby.url());
    let program = Program::serve(command);
    let asked = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%booking.occupancy_since%' \
        AND pid <> pg_backend_pid()";
    let times_asked = connected(&standby.url(), async |replica| {
        // A replica that has not caught up yet passes the question on, and keeps it as the last it was asked.
        starts(&program);
        query_scalar::<_, i64>(asked).fetch_one(replica).await.expect("a number")
    });
    assert!(times_asked > 0, "the replica was asked");
    for round in 0..5 {
        let start = starts(&program)[0].clone();
        fill(&program, &start, &format!("round-{round}"));
        assert!(!starts(&program).contains(&start));
    }
    standby.stop();
    assert!(!starts(&program).is_empty(), "a replica that is away is not missed");
}
