//! The life cycle: every legal move, in one table.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Where a booking stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Reserved until its expiry; to be confirmed by then.
    Held,
    /// Booked, waiting for approval until its decision deadline.
    Pending,
    /// Booked.
    Confirmed,
    /// The customer is there.
    CheckedIn,
    /// Over, as planned. An end.
    Completed,
    /// Not approved. An end.
    Declined,
    /// Called off. An end.
    Cancelled,
    /// The customer did not come. An end.
    NoShow,
    /// The deadline of a hold or of an approval passed. An end.
    Expired,
}

/// What can be done with a booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Move {
    /// Make a hold a booking (pending, if the service needs approval).
    Confirm,
    /// Let a hold live longer.
    Extend,
    /// Approve a pending booking.
    Approve,
    /// Turn a pending booking down.
    Decline,
    /// Another time, duration or party.
    Reschedule,
    /// Other resources at the same time.
    Reassign,
    /// Call it off.
    Cancel,
    /// The customer is there. May be earlier than the start.
    CheckIn,
    /// Over. From the start on.
    Complete,
    /// The customer did not come. From the start on.
    MarkNoShow,
    /// The deadline passed.
    Expire,
}

/// The booking's state does not allow the move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("a booking that is {from} cannot {attempted}")]
pub struct IllegalMove {
    /// Where the booking stands.
    pub from: State,
    /// What was asked.
    pub attempted: Move,
}

impl State {
    /// Where something with this state and deadline stands at an instant: see [`Booking::state_at`](crate::Booking::state_at).
    pub(crate) fn at(self, deadline: Option<DateTime<Utc>>, now: i64) -> Self {
        let lapsed = deadline.is_some_and(|deadline| deadline.timestamp() <= now);
        match self {
            Self::Held | Self::Pending if lapsed => Self::Expired,
            state => state,
        }
    }

    /// Where a move leads, or that it is not legal. `approval` says whether confirming leads to [`State::Pending`].
    ///
    /// Deadlines are not judged here: a hold whose expiry has passed is [`State::Expired`] before any move.
    pub fn after(self, attempted: Move, approval: bool) -> Result<Self, IllegalMove> {
        use {Move as M, State as S};
        match (self, attempted) {
            (S::Held, M::Confirm) if approval => Ok(S::Pending),
            (S::Held, M::Confirm) | (S::Pending, M::Approve) => Ok(S::Confirmed),
            (S::Held, M::Extend) => Ok(S::Held),
            (S::Pending, M::Decline) => Ok(S::Declined),
            (S::Held | S::Pending | S::Confirmed, M::Reschedule | M::Reassign) => Ok(self),
            (S::Held | S::Pending | S::Confirmed, M::Cancel) => Ok(S::Cancelled),
            (S::Confirmed, M::CheckIn) => Ok(S::CheckedIn),
            (S::Confirmed | S::CheckedIn, M::Complete) => Ok(S::Completed),
            (S::Confirmed, M::MarkNoShow) => Ok(S::NoShow),
            (S::Held | S::Pending, M::Expire) => Ok(S::Expired),
            (from, attempted) => Err(IllegalMove { from, attempted }),
        }
    }

    /// Whether a booking in this state occupies its resources or seats.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Held | Self::Pending | Self::Confirmed | Self::CheckedIn)
    }

    /// Whether limits count a booking in this state.
    pub fn is_counted(self) -> bool {
        self.is_live() || matches!(self, Self::Completed | Self::NoShow)
    }

    /// Whether no move leads out of it.
    pub fn is_end(self) -> bool {
        !self.is_live()
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Held => "held",
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::CheckedIn => "checked in",
            Self::Completed => "completed",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
            Self::NoShow => "a no-show",
            Self::Expired => "expired",
        })
    }
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Confirm => "be confirmed",
            Self::Extend => "be extended",
            Self::Approve => "be approved",
            Self::Decline => "be declined",
            Self::Reschedule => "be rescheduled",
            Self::Reassign => "be reassigned",
            Self::Cancel => "be cancelled",
            Self::CheckIn => "be checked in",
            Self::Complete => "be completed",
            Self::MarkNoShow => "be marked as a no-show",
            Self::Expire => "expire",
        })
    }
}
