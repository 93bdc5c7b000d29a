//! Worked histories: commands with the answers that were worked out by hand, through the scheduler.
//!
//! The rules of the other families speak to the store; these speak as a host does. One rule a file of cases: a failure
//! names the case, the command and what differs.

mod answers;
mod json;
mod requests;
mod runner;
mod world;

use serde::Deserialize;
use serde_json::{Value, json};

use super::suite::Suite;
use runner::Runner;

/// Capacity as peak use: buffers, blocks, `set_capacity`, lengths that simple lanes would refuse.
pub fn worked_histories_of_capacity_end_as_worked_out(suite: &Suite) {
    check(suite, include_str!("../../../tests/cases/engine/capacity.json"), 26);
}

/// Sessions and their seats.
pub fn worked_histories_of_seats_end_as_worked_out(suite: &Suite) {
    check(suite, include_str!("../../../tests/cases/engine/seats.json"), 14);
}

/// Limits per customer, resource and service, by day, week, month and year.
pub fn worked_histories_of_limits_end_as_worked_out(suite: &Suite) {
    check(suite, include_str!("../../../tests/cases/engine/limits.json"), 17);
}

/// Holds, keys, versions, approval, series and the waitlist.
pub fn worked_histories_of_the_life_cycle_end_as_worked_out(suite: &Suite) {
    check(suite, include_str!("../../../tests/cases/engine/lifecycle.json"), 24);
}

#[derive(Debug, Deserialize)]
struct History {
    id: String,
    world: Things,
    commands: Vec<Value>,
}

#[derive(Debug, Deserialize)]
struct Things {
    resources: Vec<Value>,
    services: Vec<Value>,
}

fn histories(cases: &str) -> Vec<History> {
    serde_json::from_str(cases).expect("the cases are well formed")
}

fn check(suite: &Suite, cases: &str, count: usize) {
    let all = histories(cases);
    assert_eq!(all.len(), count, "every case of the file");
    let complaints: Vec<String> = all.iter().flat_map(|history| run(suite, history)).collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// Runs one history on a store of its own; the complaints, if any.
fn run(suite: &Suite, history: &History) -> Vec<String> {
    let mut runner = Runner::new(suite, history);
    let mut complaints = Vec::new();
    for (index, command) in history.commands.iter().enumerate() {
        let got = runner.run(command);
        for complaint in compare(&got, &command["expect"]) {
            complaints.push(format!("{} #{index} {}: {complaint}", history.id, command["op"]));
        }
    }
    complaints
}

fn compare(got: &Value, expect: &Value) -> Vec<String> {
    let mut complaints = Vec::new();
    for (field, wanted) in expect.as_object().expect("a case is well formed") {
        let found = match field.as_str() {
            "replayed" => json!(got[field].as_bool().unwrap_or(false)),
            "states" => {
                let wanted = wanted.as_object().expect("a case is well formed");
                let states = got[field].as_object().cloned().unwrap_or_default();
                Value::Object(states.into_iter().filter(|(name, _)| wanted.contains_key(name)).collect())
            }
            _ => got[field].clone(),
        };
        if found != *wanted {
            complaints.push(format!("{field} is {found}, expected {wanted} (answer {got})"));
        }
    }
    if expect["ok"] == json!(true) && expect.get("replayed").is_none() && got["replayed"] == json!(true) {
        complaints.push("replayed, which was not expected".to_owned());
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::{block_on, random};

    #[test]
    fn a_wrong_expectation_is_noticed() {
        let suite = Suite::new(random::reference, |task| block_on(task));
        let cases = include_str!("../../../tests/cases/engine/lifecycle.json");
        let mut history = histories(cases).swap_remove(0);
        history.commands[1]["expect"]["version"] = json!(7);
        let complaints = run(&suite, &history);
        assert_eq!(complaints.len(), 1, "{complaints:?}");
        assert!(complaints[0].contains("version is 2, expected 7"), "{complaints:?}");
    }
}
