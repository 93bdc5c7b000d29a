//! Answers in the words of the cases.

use serde_json::{Value, json};

use super::json::stamp;
use crate::booking::{State, Verdict};
use crate::reason::Reason;
use crate::scheduler::Refusal;

pub(super) fn plain(done: Result<(), Refusal>) -> Value {
    match done {
        Ok(()) => json!({ "ok": true }),
        Err(refusal) => refused(&refusal),
    }
}

pub(super) fn refused(refusal: &Refusal) -> Value {
    let why: Vec<&str> = match refusal {
        Refusal::NotBookable { reasons, .. } => kinds(reasons),
        Refusal::SeriesConflict { .. } => vec!["SeriesConflict"],
        Refusal::KeyReused => vec!["KeyReused"],
        Refusal::VersionConflict { .. } => vec!["VersionConflict"],
        Refusal::IllegalMove(_) => vec!["IllegalMove"],
        Refusal::Expired { .. } => vec!["Expired"],
        Refusal::TooEarly { .. } => vec!["TooEarly"],
        Refusal::CapacityInUse { .. } => vec!["CapacityInUse"],
        Refusal::NotFound { .. } => vec!["NotFound"],
        Refusal::Invalid(_) | Refusal::ExtendTooFar { .. } => vec!["Invalid"],
        other => unreachable!("unexpected refusal {other:?}"),
    };
    let mut answer = json!({ "ok": false, "why": why });
    if let Refusal::SeriesConflict { verdicts: found } = refusal {
        answer["verdicts"] = verdicts(found);
    }
    answer
}

pub(super) fn verdicts(found: &[Verdict]) -> Value {
    let each = found.iter().map(|verdict| {
        let mut json = json!({ "start": stamp(verdict.start), "ok": verdict.is_bookable() });
        if !verdict.is_bookable() {
            json["why"] = json!(kinds(&verdict.reasons));
        }
        if let Some(alternative) = verdict.alternative {
            json["alternative"] = json!(stamp(alternative));
        }
        json
    });
    Value::Array(each.collect())
}

fn kinds(reasons: &[Reason]) -> Vec<&'static str> {
    let mut kinds: Vec<&str> = reasons
        .iter()
        .map(|reason| match reason {
            Reason::TooSoon { .. } => "TooSoon",
            Reason::OutsideHours { .. } => "OutsideHours",
            Reason::Closed { .. } => "Closed",
            Reason::Taken { .. } => "Taken",
            Reason::BufferOverlap { .. } => "BufferOverlap",
            Reason::CapacityFull { .. } => "CapacityFull",
            Reason::LimitReached { .. } => "LimitReached",
            Reason::NoCandidate { .. } => "NoCandidate",
            Reason::OffGrid { .. } => "OffGrid",
            Reason::Invalid(_) => "Invalid",
            other => unreachable!("unexpected reason {other:?}"),
        })
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

pub(super) fn state(state: State) -> &'static str {
    match state {
        State::Held => "held",
        State::Pending => "pending",
        State::Confirmed => "confirmed",
        State::CheckedIn => "checked_in",
        State::Completed => "completed",
        State::Declined => "declined",
        State::Cancelled => "cancelled",
        State::NoShow => "no_show",
        State::Expired => "expired",
    }
}
