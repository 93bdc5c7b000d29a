//! What `booking.commit` answers.

use booking_core::{
    BookingId, CommitError, Committed, Conflict, IllegalMove, Invalid, Move, Occupant, Reason, ResourceId,
    State, StoreError, TenantId, Verdict,
};
use serde::Deserialize;

use super::booking::{BookingRow, booking};
use super::parts::{EntryRow, SessionRow, instant};

/// What was done, or why not.
#[derive(Deserialize)]
pub(crate) struct Answer {
    refused: Option<Refused>,
    #[serde(default)]
    bookings: Vec<BookingRow>,
    #[serde(default)]
    offers: Vec<BookingRow>,
    #[serde(default)]
    collides: Vec<BookingId>,
    session: Option<SessionRow>,
    entry: Option<EntryRow>,
    #[serde(default)]
    verdicts: Vec<Verdict>,
    #[serde(default)]
    replayed: bool,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Refused {
    NoFit { placement: usize, conflicts: Vec<ConflictRow> },
    Limit { placement: usize, rule: usize, used: i64, max: i64 },
    KeyReused,
    Version { current: u64 },
    IllegalMove { from: State, attempted: Move },
    Expired { at: i64 },
    TooEarly { from: i64 },
    ExtendTooFar { latest: i64 },
    ExtendsNothing { until: i64, present: i64 },
    NotFound { what: String },
    Exists { what: String },
    CapacityInUse { peak: u32 },
    Invalid { field: String, value: String, expected: String },
}

#[derive(Deserialize)]
struct ConflictRow {
    resource: ResourceId,
    by: Option<Occupant>,
    free: u32,
}

impl From<ConflictRow> for Conflict {
    fn from(row: ConflictRow) -> Self {
        Self { resource: row.resource, by: row.by, free: row.free }
    }
}

/// What is in the way of a booking of a batch.
#[derive(Deserialize)]
pub(crate) struct Refusal {
    place: usize,
    conflict: ConflictRow,
}

impl Refusal {
    /// The place of the booking among those that came in together, and what it is told.
    pub(crate) fn placed(self) -> (usize, CommitError) {
        (self.place, CommitError::NoFit { placement: 0, conflicts: vec![self.conflict.into()] })
    }
}

/// What the command did, or the error it ended with.
pub(crate) fn decode_answer(tenant: TenantId, answer: Answer) -> Result<Committed, CommitError> {
    if let Some(refused) = answer.refused {
        return Err(error(refused)?);
    }
    let bookings = |rows: Vec<BookingRow>| -> Result<Vec<_>, StoreError> {
        rows.into_iter().map(|row| booking(tenant, row)).collect()
    };
    Ok(Committed {
        bookings: bookings(answer.bookings)?,
        offers: bookings(answer.offers)?,
        collides: answer.collides,
        session: answer.session.map(SessionRow::session).transpose()?,
        entry: answer.entry.map(|row| row.entry(tenant)).transpose()?,
        verdicts: answer.verdicts,
        replayed: answer.replayed,
    })
}

fn error(refused: Refused) -> Result<CommitError, StoreError> {
    Ok(match refused {
        Refused::NoFit { placement, conflicts } => {
            CommitError::NoFit { placement, conflicts: conflicts.into_iter().map(Conflict::from).collect() }
        }
        Refused::Limit { placement, rule, used, max } => {
            CommitError::Limit { placement, reason: Reason::LimitReached { rule, used, max } }
        }
        Refused::KeyReused => CommitError::KeyReused,
        Refused::Version { current } => CommitError::VersionConflict { current },
        Refused::IllegalMove { from, attempted } => CommitError::IllegalMove(IllegalMove { from, attempted }),
        Refused::Expired { at } => CommitError::Expired { at: instant("answer", at)? },
        Refused::TooEarly { from } => CommitError::TooEarly { from: instant("answer", from)? },
        Refused::ExtendTooFar { latest } => CommitError::ExtendTooFar { latest: instant("answer", latest)? },
        Refused::ExtendsNothing { until, present } => {
            let expected = format!("an instant after {}", instant("answer", present)?);
            CommitError::Invalid(Invalid::new("until", instant("answer", until)?, expected))
        }
        Refused::NotFound { what } => CommitError::NotFound { what: known(&what) },
        Refused::Exists { what } => CommitError::Exists { what: known(&what) },
        Refused::CapacityInUse { peak } => CommitError::CapacityInUse { peak },
        Refused::Invalid { field, value, expected } => {
            CommitError::Invalid(Invalid::new(field, value, expected))
        }
    })
}

/// The words of the port's errors live as long as the program.
fn known(what: &str) -> &'static str {
    match what {
        "booking" => "booking",
        "block" => "block",
        "session" => "session",
        _ => "entry",
    }
}
