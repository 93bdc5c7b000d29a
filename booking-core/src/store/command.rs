//! Commands: what a store applies wholly or not at all.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::booking::{Actor, Block, Claim, LocalStart, Move, Pick, Priced, Session, Verdict, WaitlistEntry};
use crate::interval::Interval;
use crate::policy::Over;
use crate::row_checks;
use crate::seconds::Seconds;
use crate::{
    BlockId, BookingId, CustomerId, EntryId, Invalid, ResourceId, SeriesId, ServiceId, SessionId, TenantId,
};

/// What kind of request a key belongs to: the same string for another operation is another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is named by the use case of the same name")]
pub enum Operation {
    Hold,
    Book,
    Confirm,
    Extend,
    Approve,
    Decline,
    Reschedule,
    Reassign,
    Cancel,
    CheckIn,
    Complete,
    NoShow,
    Series,
    CancelSeries,
    JoinWaitlist,
    Other,
}

/// The caller's idempotency key and the content it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct IdempotencyKey {
    /// The kind of request.
    pub operation: Operation,
    /// The caller's string, 1 to [`MAX_KEY_BYTES`] bytes.
    #[serde(deserialize_with = "read_key")]
    pub key: String,
    /// The hash of what the caller asked: never of chosen resources, price or `now`.
    pub content: [u8; 32],
}

impl IdempotencyKey {
    /// Refused: an empty key, one above [`MAX_KEY_BYTES`], one with control characters.
    pub fn new(operation: Operation, key: &str, content: ContentHash) -> Result<Self, Invalid> {
        check_key(key)?;
        Ok(Self { operation, key: key.to_owned(), content: content.finish() })
    }
}

/// The longest idempotency key, in bytes.
pub const MAX_KEY_BYTES: usize = 255;

fn read_key<'de, D: serde::Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let key = String::deserialize(from)?;
    check_key(&key).map_err(serde::de::Error::custom)?;
    Ok(key)
}

fn check_key(key: &str) -> Result<(), Invalid> {
    if (1..=MAX_KEY_BYTES).contains(&key.len()) && !key.chars().any(char::is_control) {
        return Ok(());
    }
    let expected = format!("1 to {MAX_KEY_BYTES} bytes without control characters");
    Err(Invalid::new("key", key.escape_debug(), expected))
}

/// Hashes the content of a request (SHA-256 over length-prefixed names and values), stable across processes and
/// versions.
#[derive(Debug, Clone, Default)]
pub struct ContentHash(Sha256);

impl ContentHash {
    /// Adds one field of the request.
    pub fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        for text in [name, &value.to_string()] {
            self.0.update((text.len() as u64).to_be_bytes());
            self.0.update(text.as_bytes());
        }
        self
    }

    /// The hash.
    pub fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

/// One atomic change of a tenant's bookings.
///
/// A store does, in this order and in one transaction:
/// 1. looks up the key: the same content replays the recorded answer, other content is refused;
/// 2. checks versions, deadlines and the life cycle for the bookings it names;
/// 3. checks capacity ([`admit`](crate::admit)), seats and limits, ignoring the booking's own rows;
/// 4. writes bookings, claims, seats, events and the recorded answer;
/// 5. places the [`Offer`]s that fit, in order, passing over the others.
///
/// Hours, notice, horizon, pools and custom rules were judged on a snapshot by whoever made the command; a schedule
/// edit that races with it counts as later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// Whose bookings.
    pub tenant: TenantId,
    /// The present as the planner saw it. A store shared by processes judges deadlines by its own clock instead.
    #[serde(deserialize_with = "row_checks::now")]
    pub now: DateTime<Utc>,
    /// Who does it: written to events, outbox and audit rows.
    pub actor: Actor,
    /// The caller's key, if any.
    pub key: Option<IdempotencyKey>,
    /// What to do.
    pub action: Action,
    /// Offers to the waitlist for what this command frees.
    pub offers: Vec<Offer>,
    /// What was found about each occurrence of a series: given back with the answer, so that a replay is complete.
    #[serde(default)]
    pub verdicts: Vec<Verdict>,
}

/// What a command does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Makes bookings: all of them or none. Later ones see the earlier.
    Place(Vec<Placement>),
    /// Gives a booking another time, duration, party or other resources, keeping its state and its deadline (a
    /// pending booking's deadline is at most its new start). Ignores its own rows; keeps them when it fails.
    Move(Relocation),
    /// Moves one booking along its life cycle.
    Change {
        /// Which booking.
        booking: BookingId,
        /// Refused when the booking has another version.
        if_version: Option<u64>,
        /// What to do.
        change: Change,
    },
    /// Cancels those of these bookings that may be cancelled and have not started; the others are left alone.
    CancelMany(Vec<BookingId>),
    /// Marks bookings whose deadline has passed as expired: changes nothing that anyone could see but their state.
    Sweep(Vec<BookingId>),
    /// Adds or replaces a block; the answer names the bookings it collides with.
    AddBlock(Block),
    /// Removes a block.
    RemoveBlock(BlockId),
    /// Sets the capacity of a resource; refused below its future peak use (running claims, buffers and live holds
    /// included).
    SetCapacity {
        /// Which resource.
        resource: ResourceId,
        /// The new capacity, at least 1.
        #[serde(deserialize_with = "row_checks::capacity")]
        capacity: u32,
    },
    /// Puts a session on the calendar, without bookings. Refused where its claims do not fit. A live session with
    /// the same key becomes scheduled.
    OpenSession(Session),
    /// Takes a scheduled session off the calendar: it then lives only by its seats.
    CloseSession(SessionId),
    /// Joins the waitlist.
    Join(WaitlistEntry),
    /// Leaves the waitlist; a live offer is cancelled.
    Leave(EntryId),
}

/// A move along the life cycle that keeps time and resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the moves of `booking::Move`")]
pub enum Change {
    /// Judges only expiry and version. A confirmed offer serves its waitlist entry.
    Confirm,
    /// The new expiry: after `now`, at most `max_hold` after the hold was made, later than the present one.
    Extend {
        /// The new expiry.
        #[serde(deserialize_with = "row_checks::until")]
        until: DateTime<Utc>,
    },
    Approve,
    Decline,
    /// With the fee it costs.
    Cancel {
        /// The fee, recorded on the booking.
        fee: Option<crate::Money>,
    },
    CheckIn,
    Complete,
    /// With the fee it costs.
    MarkNoShow {
        /// The fee, recorded on the booking.
        fee: Option<crate::Money>,
    },
}

impl Change {
    /// The move it makes, whose legality [`State::after`](crate::State::after) judges.
    pub fn attempted(self) -> Move {
        match self {
            Self::Confirm => Move::Confirm,
            Self::Extend { .. } => Move::Extend,
            Self::Approve => Move::Approve,
            Self::Decline => Move::Decline,
            Self::Cancel { .. } => Move::Cancel,
            Self::CheckIn => Move::CheckIn,
            Self::Complete => Move::Complete,
            Self::MarkNoShow { .. } => Move::MarkNoShow,
        }
    }
}

impl Relocation {
    /// The move it makes.
    pub fn attempted(&self) -> Move {
        if self.reassign { Move::Reassign } else { Move::Reschedule }
    }
}

/// Where a new booking starts in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Initial {
    /// A hold that lives until then.
    Held(#[serde(deserialize_with = "row_checks::until")] DateTime<Utc>),
    /// Booked, to be decided by then.
    Pending(#[serde(deserialize_with = "row_checks::until")] DateTime<Utc>),
    /// Booked.
    Confirmed,
}

/// The facts of a new booking, apart from the resources.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields of `Booking`")]
pub struct NewBooking {
    pub id: BookingId,
    pub service: ServiceId,
    pub customer: Option<CustomerId>,
    pub visit: Interval,
    #[serde(deserialize_with = "row_checks::party")]
    pub party: u32,
    pub initial: Initial,
    pub local: LocalStart,
    pub series: Option<(SeriesId, u32)>,
    pub offer_to: Option<EntryId>,
    pub priced: Priced,
    pub approval: Option<Seconds>,
    pub max_hold: Seconds,
}

/// A booking to be made: its facts, complete assignments in order of preference, and limits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Placement {
    /// The booking.
    pub booking: NewBooking,
    /// The store applies the first that fits; at least one.
    pub plans: Vec<Plan>,
    /// Limits that hold whatever the plan.
    pub limits: Vec<LimitCheck>,
}

/// One complete assignment of resources.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Which resource serves which requirement.
    pub picks: Vec<Pick>,
    /// What it claims, or the session it takes seats in.
    pub claims: PlanClaims,
    /// Limits of the resources picked.
    pub limits: Vec<LimitCheck>,
}

/// How a plan occupies its resources.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanClaims {
    /// The booking claims for itself.
    Own(Vec<Claim>),
    /// The booking takes `party` seats in the live session with this key (whatever its id), or opens this one, with
    /// its claims. A live session with the key keeps its own seats.
    Seats(Session),
}

/// Another time, duration, party or other resources for a booking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Relocation {
    /// Which booking.
    pub booking: BookingId,
    /// Refused when the booking has another version.
    pub if_version: Option<u64>,
    /// Whether only the resources change: recorded as reassigned instead of rescheduled.
    pub reassign: bool,
    /// The new visit.
    pub visit: Interval,
    /// The new party.
    #[serde(deserialize_with = "row_checks::party")]
    pub party: u32,
    /// The new wall-clock start.
    pub local: LocalStart,
    /// The new price, and the fee of the move.
    pub priced: Priced,
    /// The store applies the first that fits.
    pub plans: Vec<Plan>,
    /// Limits that hold whatever the plan.
    pub limits: Vec<LimitCheck>,
}

/// A hold for someone in line, placed in the command that frees the capacity. It is passed over when it does not fit,
/// or when the entry is no longer waiting or already has a live offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// Whom it is for.
    pub entry: EntryId,
    /// The hold.
    pub placement: Placement,
}

/// Whose bookings a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitSubject {
    /// This customer's.
    Customer(CustomerId),
    /// This resource's; its seconds are those of the parts it serves.
    Resource(ResourceId),
    /// This service's.
    Service(ServiceId),
}

/// A limit to hold inside the commit: counted bookings whose start lies in one of the intervals, and this one, must
/// not exceed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitCheck {
    /// The index of the limit in the service's policy, for the answer.
    pub rule: usize,
    /// Whose bookings.
    pub subject: LimitSubject,
    /// Only this service's bookings, or all ([`Over`]).
    pub over: Over,
    /// The service being booked: the one counted under [`Over::Service`].
    pub service: ServiceId,
    /// The period, as UTC intervals.
    pub intervals: Vec<Interval>,
    /// At most this many bookings, this one included.
    pub max_count: Option<u32>,
    /// At most this many seconds, this one's included.
    pub max_seconds: Option<Seconds>,
    /// The seconds this booking adds.
    pub adds: Seconds,
}
