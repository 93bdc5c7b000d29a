//! Killed at random under load and opened again: everything that was acknowledged is there, nothing is half applied,
//! nothing overlaps.
//!
//! 20 rounds, or `BOOKING_CRASH_ROUNDS`; each round's seed follows from `BOOKING_CRASH_SEED`, which a failure prints. The
//! moment of the kill within a flush is the machine's choice: a replay repeats the load, not the moment.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod kit;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use booking_core::conformance::block_on;
use booking_core::{BookingId, BookingStore as _, Operation, TenantId};
use booking_store_sqlite::{Options, SqliteStore};
use rusqlite::Connection;

const CLIENTS: u64 = 16;

/// What the program said it had acknowledged: the highest version of each booking, and whether it was placed.
type Acknowledged = BTreeMap<BookingId, (u64, bool)>;

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    let (rounds, seed) = (number("BOOKING_CRASH_ROUNDS", 20), number("BOOKING_CRASH_SEED", 1));
    let folder = tempfile::tempdir().unwrap();
    let file = kit::path(&folder);
    let mut acknowledged = Acknowledged::new();
    for round in 0..rounds {
        let seed = seed * 1_000 + round;
        println!("round {round}: BOOKING_CRASH_ROUNDS={rounds} BOOKING_CRASH_SEED={}", seed / 1_000);
        // From a handful to some hundreds: kills while the first commands are under way, and under full load.
        let acks = 1 + (seed * 7_919) % 400;
        run_and_kill(&file, seed, acks, &mut acknowledged);
        check(&file, &acknowledged);
    }
    println!("{rounds} kills, {} bookings acknowledged", acknowledged.len());
}

/// Kills the program after that many acknowledgements; those that were still on their way count as well.
fn run_and_kill(file: &Path, seed: u64, acks: u64, acknowledged: &mut Acknowledged) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_crash-writer"))
        .arg(file)
        .args([seed.to_string(), CLIENTS.to_string(), "0".to_owned()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut count = 0;
    for line in lines.map_while(Result::ok) {
        note(&line, acknowledged);
        count += 1;
        if count == acks {
            child.kill().unwrap();
        }
    }
    let status = child.wait().unwrap();
    assert!(count >= acks, "it ended by itself after {count} of {acks}: {status}");
    assert!(!status.success(), "killed, not finished");
}

fn note(line: &str, acknowledged: &mut Acknowledged) {
    let words: Vec<&str> = line.split(' ').collect();
    // The kill may have cut the last line.
    let ["ack", word, id, version] = words.as_slice() else { return };
    let (Ok(id), Ok(version)) = (id.parse::<BookingId>(), version.parse::<u64>()) else { return };
    let known = acknowledged.entry(id).or_default();
    known.0 = known.0.max(version);
    known.1 |= *word == "place";
}

fn check(file: &Path, acknowledged: &Acknowledged) {
    let store = SqliteStore::open(file, &Options::default()).unwrap();
    for (id, (version, placed)) in acknowledged {
        let history = block_on(store.history(TenantId::SINGLE, *id)).unwrap();
        let there = history.iter().any(|event| event.version == *version);
        assert!(there, "version {version} of booking {id} was acknowledged");
        let key = id.to_string();
        let recorded = block_on(store.recorded(TenantId::SINGLE, Operation::Book, &key)).unwrap();
        assert!(!placed || recorded.is_some(), "the answer for key {key} was acknowledged");
    }
    let report = store.verify(kit::at(0)).unwrap();
    assert_eq!(report.findings, [], "{report:?}");
    assert!(report.bookings >= acknowledged.len());
    halves(file);
}

/// The parts of a command that `verify` does not tie together: answers and assignments.
fn halves(file: &Path) {
    let connection = Connection::open(file).unwrap();
    let count = |sql: &str| connection.query_row(sql, (), |row| row.get::<_, i64>(0)).unwrap();
    // Along the keys of the tables: otherwise each of these takes as many steps as there are pairs.
    let unanswered = "SELECT count(*) FROM bookings b LEFT JOIN answers a \
        ON a.tenant = b.tenant AND a.operation = 'book' AND a.key = b.id WHERE a.key IS NULL";
    assert_eq!(count(unanswered), 0, "each booking was placed under a key");
    let unbooked = "SELECT count(*) FROM answers a LEFT JOIN bookings b \
        ON b.tenant = a.tenant AND b.id = a.key WHERE b.id IS NULL";
    assert_eq!(count(unbooked), 0, "each key belongs to a booking");
    let unclaimed = "SELECT count(*) FROM bookings b WHERE NOT EXISTS (SELECT 1 FROM claims c \
        WHERE c.kind = 'booking' AND c.tenant = b.tenant AND c.owner = b.id)";
    assert_eq!(count(unclaimed), 0, "each booking has its claim");
    let unassigned = "SELECT count(*) FROM events e WHERE e.kind = 'placed' AND NOT EXISTS \
        (SELECT 1 FROM assignments a WHERE a.tenant = e.tenant)";
    assert_eq!(count(unassigned), 0);
}
