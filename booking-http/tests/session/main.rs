//! Runs the sessions of README.md and docs/http.md against the program itself and compares every answer.

mod commands;
#[cfg(target_os = "linux")]
mod disk;
#[cfg(target_os = "linux")]
mod full_disk;
#[cfg(target_os = "linux")]
mod killed;
mod lasting;
mod look_after;
mod program;
#[cfg(target_os = "linux")]
mod read_only;
mod shell;

use program::Program;

/// The documents that hold a session each, and how many requests at least.
const DOCUMENTS: &[(&str, usize)] =
    &[(include_str!("../../../docs/http.md"), 8), (include_str!("../../../README.md"), 5)];

/// The demo as the document has it: in memory, the clock standing still.
const STANDING: &[&str] = &["serve", "--demo", "--in-memory", "--at", "2026-11-30T07:00:00Z"];

/// A request of the document and the answer it promises.
struct Step {
    command: String,
    promised: serde_json::Value,
}

fn steps(document: &str) -> Vec<Step> {
    let blocks = document.split("```console\n$ ").skip(1);
    let blocks = blocks.filter_map(|block| block.split("\n```").next());
    blocks
        .filter(|block| block.starts_with("curl "))
        .map(|block| {
            let (command, promised) = block.split_once('\n').expect("an answer below the command");
            let promised = serde_json::from_str(promised).expect("the answer is JSON");
            Step { command: command.to_owned(), promised }
        })
        .collect()
}

#[test]
fn the_sessions_of_the_documents_are_what_happens() {
    for (document, least) in DOCUMENTS {
        let steps = steps(document);
        assert!(steps.len() >= *least, "the document has {} requests", steps.len());
        let program = Program::start(STANDING);
        for step in steps {
            let (command, filter) = step.command.split_once(" | jq").unwrap_or((&step.command, ""));
            let answer = program.send(&shell::request(command, &program.secret));
            let answer: serde_json::Value = serde_json::from_slice(&answer.body).expect("the answer is JSON");
            assert_eq!(shell::filtered(filter, &answer), step.promised, "{}\n{answer}", step.command);
        }
    }
}

#[test]
fn what_the_program_prints_can_be_pasted() {
    let program = Program::start(STANDING);
    let curls: Vec<&String> =
        program.printed.iter().filter(|line| line.trim().starts_with("curl ")).collect();
    assert_eq!(curls.len(), 4);
    let mut hold = String::new();
    for (line, status) in curls.into_iter().zip([200, 200, 201, 200]) {
        let line = line.split("   #").next().unwrap_or(line).replace("$HOLD", &hold);
        let answer = program.send(&shell::request(line.trim(), &program.secret));
        assert_eq!(answer.status, status, "{line}\n{}", String::from_utf8_lossy(&answer.body));
        let body: serde_json::Value = serde_json::from_slice(&answer.body).expect("the answer is JSON");
        if let Some(id) = body["id"].as_str() {
            hold = id.to_owned();
        }
    }
}

#[cfg(unix)]
#[test]
fn it_stops_when_it_is_told_to() {
    let program = Program::start(STANDING);
    // Also while somebody listens: the stream ends.
    let listener = program.listen("/v1/availability/stream?service=svc_00000000000000000000000000000001");
    assert!(program.stop().success());
    drop(listener);
}

#[test]
fn a_key_that_asks_too_often_is_told_to_wait() {
    let mut command = program::command();
    command.args(STANDING).args(["--rate-limit", "1"]);
    let program = Program::serve(command);
    let mut answers = (0..1_000).map(|_| program.ask("GET", "/v1/services", &program.secret, ""));
    let (_, problem) = answers.find(|(status, _)| *status == 429).expect("ten at once, then one a second");
    assert_eq!(problem["code"], "rate_limited", "{problem}");
}
