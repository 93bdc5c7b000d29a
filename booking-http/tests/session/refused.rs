//! Databases that the program does not serve, and what it says of them.

use super::program::{Program, command};
use super::{Database, LISTEN, sql};

#[test]
fn other_schemas_are_refused_and_left_as_they_are() {
    let serve = [&["serve"][..], LISTEN].concat();
    let foreign = Database::new();
    sql(&foreign.url, "CREATE SCHEMA booking");
    assert!(foreign.refusal(&serve).contains("a schema `booking` that is not ours"));

    let database = Database::new();
    assert!(database.told(&["migrate"]).contains("001_initial_schema"));
    sql(&database.url, "INSERT INTO booking.migrations (name, hash) VALUES ('999_later', '')");
    assert!(database.refusal(&serve).contains("use a newer version"));
    sql(
        &database.url,
        "DELETE FROM booking.migrations WHERE name IN ('999_later', 'functions/12_operations')",
    );
    assert!(database.refusal(&serve).contains("its schema lacks functions/12_operations: `booking migrate`"));
    let doctor = database.run(&[&["doctor", "--json"][..], LISTEN].concat());
    assert_eq!(doctor.status.code(), Some(3));
    let told = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(told.contains("functions/12_operations") && told.contains("passes row security"), "{told}");
    let dry = database.run(&["migrate", "--dry-run"]);
    assert_eq!(dry.status.code(), Some(3));
    assert_eq!(String::from_utf8_lossy(&dry.stdout), "functions/12_operations\n1 steps to do\n");
    assert!(database.told(&["migrate"]).contains("1 steps done"));
    assert!(database.told(&["migrate"]).contains("0 steps done"));
    Program::serve(database.command(&["serve"])).kill();
}

/// As docs/postgres.md has it.
#[test]
fn a_server_owns_nothing_and_is_told_what_it_lacks() {
    const OWNER: &str = "booking_session_owner";
    const SERVER: &str = "booking_session_server";
    let database = Database::new();
    let name = database.url.rsplit('/').next().unwrap_or_default();
    for role in [OWNER, SERVER] {
        let make =
            format!("CREATE ROLE {role}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL");
        sql(&database.url, &format!("DO $$ BEGIN {make}; END $$"));
    }
    let roles = format!("ALTER ROLE {SERVER} RESET ALL; ALTER DATABASE {name} OWNER TO {OWNER}");
    sql(&database.url, &roles);
    let acting = |role: &str, more: &str, arguments: &[&str]| {
        let mut command = command();
        command.args(arguments);
        command.env("DATABASE_URL", format!("{}?options=-c%20role%3D{role}{more}", database.url));
        command
    };
    let told = |role: &str, more: &str, arguments: &[&str]| {
        let output = acting(role, more, arguments).output().expect("the program runs");
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&text).into_owned())
    };
    let serve = [&["serve"][..], LISTEN].concat();
    let (code, why) = told(SERVER, "", &serve);
    assert!(code == Some(1) && why.contains("booking migrate --grant ROLE"), "{why}");
    let (code, said) = told(OWNER, "", &["migrate", "--grant", SERVER]);
    assert_eq!(code, Some(3), "{said}");
    let limits = said.lines().find(|line| line.contains("ALTER ROLE")).expect("what to do");
    sql(&database.url, limits);
    assert_eq!(
        told(OWNER, "", &["migrate", "--grant", SERVER]),
        (Some(0), format!("0 steps done\nthe role {SERVER} may use the schema\n"))
    );
    // What the role's sessions begin with, where they are its own.
    let limited = "%20-c%20statement_timeout%3D2s%20-c%20lock_timeout%3D500ms";
    let doctor = [&["doctor"][..], LISTEN].concat();
    let (_, found) = told(SERVER, limited, &doctor);
    let wrong: Vec<&str> = found.lines().filter(|line| line.starts_with("WRONG")).collect();
    assert!(wrong.iter().all(|line| line.contains(" is off: ")), "{found}");
    Program::serve(acting(SERVER, limited, &["serve", "--demo"])).kill();
    sql(
        &database.url,
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'booking.picks_by_resource'::regclass",
    );
    let (code, found) = told(SERVER, limited, &["db", "maintain", "--dry-run", "--json"]);
    let found: serde_json::Value = serde_json::from_str(&found).expect("JSON");
    let invalid = found["items"].as_array().expect("items").iter().find(|one| one["condition"] == "invalid");
    assert_eq!(
        (code, &invalid.expect("an index")["index"]),
        (Some(3), &serde_json::json!("picks_by_resource"))
    );
    let (code, why) = told(SERVER, limited, &["db", "maintain"]);
    assert!(code == Some(1) && why.ends_with(": connect as the role that owns the schema\n"), "{why}");
    let (code, done) = told(OWNER, "", &["db", "maintain"]);
    assert!(code == Some(0) && done.contains("picks_by_resource on picks: invalid: rebuilt\n"), "{done}");
}

#[test]
fn an_address_of_another_kind_of_database_is_refused() {
    for (url, arguments, code) in [
        ("mysql://root:secret@127.0.0.1/shop", &["serve"][..], 1),
        ("localhost/shop", &["migrate"], 1),
        ("mysql://root:secret@127.0.0.1/shop", &["db", "maintain"], 1),
        ("sqlite:shop", &["doctor", "--listen", "127.0.0.1:0"], 3),
    ] {
        let output = command().args(arguments).env("DATABASE_URL", url).output().expect("the program runs");
        let told = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert_eq!(output.status.code(), Some(code), "{url}: {told}");
        assert!(told.contains("postgres://role:password@host/name") && !told.contains("secret"), "{told}");
    }
}

#[test]
fn a_server_that_is_not_there_is_said() {
    let run = |name: &str| {
        let mut command = command();
        command.arg(name).args(LISTEN).env("DATABASE_URL", "postgres://nobody:secret@127.0.0.1:1/nothing");
        command.output().expect("the program runs")
    };
    let served = run("serve");
    assert_eq!(served.status.code(), Some(1));
    let told = String::from_utf8_lossy(&served.stderr);
    assert!(told.contains("PostgreSQL at 127.0.0.1:1") && !told.contains("secret"), "{told}");
    assert_eq!(run("doctor").status.code(), Some(3));
}
