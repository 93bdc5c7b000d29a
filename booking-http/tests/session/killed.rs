//! Killed while it fills the demo, again and again: what the next start finds is sound, and is completed in the end.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::lasting::{folder, run, told, with};
use super::program::{BOOKING, Program, silent};

/// The most starts that are killed.
const MOST: usize = 60;

/// Starts the program, which is killed when one of its threads asks for its so many-th sync. Says whether it lived to
/// serve.
fn start_and_kill(data: &Path, sync: usize) -> bool {
    let inject = format!("inject=fsync,fdatasync:signal=KILL:when={sync}");
    // The shell becomes the program: strace is the child, and whoever kills that alone leaves the program running.
    let script = "echo $$; exec \"$0\" \"$@\"";
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", &inject]);
    strace.args(["sh", "-c", script, BOOKING]);
    let mut command = silent(strace);
    command.args(["serve", "--demo", "--json", "--listen", "127.0.0.1:0", "--data"]).arg(data);
    let started = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut child = started.expect("strace runs; where it is missing: apt-get install strace");
    let mut lines = BufReader::new(child.stdout.take().expect("its output is piped")).lines();
    let process = lines.next().expect("the shell says which process it is").expect("a number");
    let served = lines.next().is_some();
    if served {
        let killed = Command::new("kill").args(["-9", &process]).status().expect("kill runs");
        assert!(killed.success());
    }
    child.wait().expect("it ends");
    served
}

#[test]
fn a_filling_that_is_killed_again_and_again_is_completed() {
    let folder = folder();
    let data = folder.path().join("demo.sqlite");
    let (mut kills, mut sound) = (0, 0);
    while kills < MOST && !start_and_kill(&data, 2 + kills % 7) {
        kills += 1;
        let checked = run(&["verify"], &data);
        let why = String::from_utf8_lossy(&checked.stderr);
        // The first ones are killed before there is anything, or while the file is made.
        let begun = !why.contains("it is empty") && !why.contains("its last write was cut off");
        assert!(checked.status.success() || !begun, "after {kills} kills: {why}");
        sound += usize::from(checked.status.success());
    }
    assert!(sound > 5, "{sound} of {kills} kills left something");
    let program = Program::serve(with(&["serve", "--demo"], &data));
    let bookings = program.said["bookings"].as_u64().expect("a number");
    assert!(bookings > 200, "{bookings} after {kills} kills");
    program.kill();
    let said: Value = serde_json::from_str(&told(&["verify", "--json"], &data)).expect("JSON");
    assert_eq!((&said["findings"], &said["bookings"]), (&json!([]), &json!(bookings)));
}
