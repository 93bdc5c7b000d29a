//! The order of things: between the write of a command to the log and its acknowledgement lies a successful sync.
//!
//! A killed process keeps the system's page cache, so that no kill can show a missing sync. Here the system calls are
//! watched instead, by strace: no code of ours runs between the store and the kernel, and the library stays free of unsafe
//! code, which a shim under SQLite would need. The same check on a store that does not sync must fail, or it proves nothing.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]
#![cfg(target_os = "linux")]

mod kit;

use std::path::Path;
use std::process::Command;

/// What matters of a trace, in the order in which it happened.
#[derive(Debug, PartialEq, Eq)]
enum Call {
    /// Bytes for the write-ahead log, as far as they are text.
    Log(String),
    /// A sync of the write-ahead log that succeeded.
    Sync,
    /// The booking whose placing was acknowledged.
    Acknowledge(String),
}

#[test]
fn every_acknowledgement_follows_a_sync_of_its_command() {
    for clients in [1, 16] {
        let calls = trace(clients, "flushed");
        let acknowledged = calls.iter().filter(|call| matches!(call, Call::Acknowledge(_))).count();
        assert!(acknowledged >= 40, "{acknowledged} bookings with {clients} clients");
        let syncs = calls.iter().filter(|call| **call == Call::Sync).count();
        println!("{clients} clients: {acknowledged} bookings, {syncs} syncs");
        if clients > 1 {
            assert!(syncs < acknowledged, "commands that come together share a sync");
        }
        assert_eq!(too_early(&calls), [""; 0], "{clients} clients");
    }
}

#[test]
fn a_store_that_does_not_sync_fails_the_check() {
    let calls = trace(1, "handed");
    assert!(too_early(&calls).len() >= 40, "every acknowledgement is too early");
}

#[test]
fn the_check_sees_a_sync_in_the_wrong_place() {
    let log = || Call::Log("a, b".to_owned());
    let acknowledge = || Call::Acknowledge("b".to_owned());
    assert_eq!(too_early(&[log(), Call::Sync, acknowledge()]), [""; 0]);
    assert_eq!(too_early(&[Call::Sync, log(), acknowledge()]), ["b"]);
    assert_eq!(too_early(&[log(), acknowledge(), Call::Sync]), ["b"]);
    assert_eq!(too_early(&[Call::Sync, acknowledge()]), ["b"]);
}

/// The bookings that were acknowledged before what was written of them had been synced.
fn too_early(calls: &[Call]) -> Vec<&str> {
    let mut early = Vec::new();
    for (at, call) in calls.iter().enumerate() {
        let Call::Acknowledge(booking) = call else { continue };
        let written =
            calls.iter().position(|call| matches!(call, Call::Log(text) if text.contains(booking.as_str())));
        let synced = written.is_some_and(|from| from < at && calls[from..at].contains(&Call::Sync));
        if !synced {
            early.push(booking.as_str());
        }
    }
    early
}

fn trace(clients: u32, durability: &str) -> Vec<Call> {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("trace");
    let commands = 96 / clients + 4;
    // Strings in full: a frame of the log is a page and its header.
    let status = Command::new("strace")
        .args([
            "-f",
            "-y",
            "-qq",
            "-s",
            "5000",
            "-e",
            "signal=none",
            "-e",
            "trace=write,pwrite64,fsync,fdatasync",
            "-o",
        ])
        .arg(&log)
        .arg(env!("CARGO_BIN_EXE_crash-writer"))
        .arg(kit::path(&folder))
        .args(["7", &clients.to_string(), &commands.to_string(), durability])
        .output();
    let output = status.expect("strace runs; where it is missing: apt-get install strace");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    read(&log)
}

/// A call of one thread may be cut in two by another's: its arguments come first, its result later.
fn read(log: &Path) -> Vec<Call> {
    let text = std::fs::read_to_string(log).unwrap();
    let mut begun = std::collections::BTreeMap::new();
    let mut calls = Vec::new();
    for line in text.lines() {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let rest = rest.trim_start();
        if let Some(first) = rest.strip_suffix(" <unfinished ...>") {
            // Bytes count from the moment they may be written, an acknowledgement from the moment it may be seen.
            calls.extend(bytes(first));
            begun.insert(thread, first);
        } else if rest.starts_with("<...") {
            calls.extend(begun.remove(thread).and_then(|first| sync(first, rest)));
        } else {
            calls.extend(bytes(rest));
            calls.extend(sync(rest, rest));
        }
    }
    calls
}

fn bytes(call: &str) -> Option<Call> {
    if call.starts_with("pwrite64(") && call.contains("-wal>") {
        return Some(Call::Log(call.to_owned()));
    }
    let said = call.strip_prefix("write(1<")?.split_once("\"ack place ")?.1;
    Some(Call::Acknowledge(said.split(' ').next()?.to_owned()))
}

/// A sync counts from the moment it has returned, and only if it did so without an error.
fn sync(call: &str, end: &str) -> Option<Call> {
    let of_log = (call.starts_with("fdatasync(") || call.starts_with("fsync(")) && call.contains("-wal>");
    (of_log && end.trim_end().ends_with("= 0")).then_some(Call::Sync)
}
