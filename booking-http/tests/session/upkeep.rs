//! The commands that look after a database.

use booking_store_postgres::sqlx::query_scalar;
use serde_json::{Value, json};

use super::program::{Program, command};
use super::{Database, LINK_KEY, connected, sql};

/// With a demo in it, that nobody serves any more.
fn served() -> Database {
    let database = Database::new();
    let mut command = database.command(&["serve", "--demo"]);
    command.env("BOOKING_LINK_KEY", LINK_KEY);
    Program::serve(command).kill();
    database
}

/// What the demo is called.
const NAME: &str = "Lindenhof";

fn verified(database: &Database) -> Value {
    serde_json::from_str(&database.told(&["verify", "--json"])).expect("JSON")
}

#[test]
fn health_is_told_and_what_no_server_does_is_found() {
    let database = served();
    let told: Value = serde_json::from_str(&database.told(&["db", "health", "--json"])).expect("JSON");
    assert_eq!((&told["ok"], &told["findings"]), (&json!(true), &json!([])));
    assert_eq!((&told["health"]["tenants"], &told["health"]["jobs"]["failing"]), (&json!(1), &json!(0)));
    assert!(told["health"]["overlaps"]["claims"].as_u64() > Some(50), "{told}");
    sql(&database.url, "UPDATE booking.jobs SET due = due - 7200");
    let found = database.run(&["db", "health"]);
    assert_eq!(found.status.code(), Some(3));
    let text = String::from_utf8_lossy(&found.stdout);
    assert!(text.contains("\nWRONG  jobs are due and nobody does them, for "), "{text}");
    for line in
        ["database            PostgreSQL at ", "businesses          1\n", "replicas            none\n"]
    {
        assert!(text.contains(line), "{text}");
    }
}

/// The tests' server does not load the extension.
#[test]
fn what_is_slow_is_not_known_without_an_extension() {
    let database = served();
    assert!(database.refusal(&["db", "slow"]).contains("CREATE EXTENSION pg_stat_statements"));
}

#[test]
fn a_file_is_no_database_to_look_after() {
    for words in [
        &["maintain"][..],
        &["health"],
        &["slow"],
        &["forget-history", "--before", "2000-01-01T00:00:00Z", "--business", "Demo"],
    ] {
        let output =
            command().arg("db").args(words).env_remove("DATABASE_URL").output().expect("the program runs");
        assert_eq!(output.status.code(), Some(1), "{words:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("DATABASE_URL names one"), "{words:?}");
    }
}

/// Lets the first visit of the feed be ten years ago.
const LONG_AGO: &str = "
    CREATE TEMP TABLE first AS
        SELECT tenant_id, booking_id FROM booking.feed JOIN booking.booking_events USING (tenant_id, event_id)
        ORDER BY sequence LIMIT 1;
    DELETE FROM booking.claims c USING first f WHERE c.tenant_id = f.tenant_id AND c.booking_id = f.booking_id;
    UPDATE booking.bookings b SET starts = b.starts - 315360000, ends = b.ends - 315360000
    FROM first f WHERE b.tenant_id = f.tenant_id AND b.booking_id = f.booking_id;
    UPDATE booking.booking_events e SET starts = e.starts - 315360000, ends = e.ends - 315360000
    FROM first f WHERE e.tenant_id = f.tenant_id AND e.booking_id = f.booking_id";

#[test]
fn what_is_left_of_a_history_that_was_forgotten_is_in_order() {
    let database = served();
    let before = verified(&database);
    sql(&database.url, LONG_AGO);
    let forget_of = |business: &str, until: &str| {
        database.run(&["db", "forget-history", "--business", business, "--before", until, "--json"])
    };
    let forget = |until: &str| forget_of(NAME, until);
    assert_eq!(forget("2999-01-01T00:00:00Z").status.code(), Some(1), "it lies ahead");
    assert_eq!(
        forget_of(&NAME[..4], "2020-01-01T00:00:00Z").status.code(),
        Some(1),
        "half a name is not enough"
    );
    assert_eq!(verified(&database)["events"], before["events"]);
    let now: String = connected(&database.url, async |connection| {
        let now = query_scalar("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')");
        now.fetch_one(connection).await.expect("the time")
    });
    let forgotten: Value = serde_json::from_slice(&forget(&now).stdout).expect("JSON");
    let after = verified(&database);
    assert_eq!((&after["findings"], &after["bookings"]), (&json!([]), &before["bookings"]));
    let gone = before["events"].as_u64().expect("a number") - after["events"].as_u64().expect("a number");
    assert!(gone >= 1 && forgotten["events"] == json!(gone), "{forgotten} {before} {after}");
    assert!(forgotten["audit_entries"].as_u64() > Some(0), "{forgotten}");
    // Without knowing of it, what is missing would be found.
    sql(&database.url, "UPDATE booking.tenants SET forgotten_until = NULL");
    assert_eq!(database.run(&["verify", "--json"]).status.code(), Some(3));
}
