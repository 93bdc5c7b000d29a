//! What every write carries, and what every kept thing has: who and when, which version.

use booking_core::Actor;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Who writes, and when. It ends up in the audit log, in the transaction of the write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Who, and from where.
    pub actor: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

impl Stamp {
    /// Written by this actor at that instant.
    pub fn new(actor: Actor, at: DateTime<Utc>) -> Self {
        Self { actor, at }
    }
}

/// What a write takes for granted about what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Nothing with this id.
    Absent,
    /// It exists, in whatever version.
    Present,
    /// It exists in this version.
    Version(u64),
}

/// A thing and its version: a strong entity tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versioned<T> {
    /// Rises by one with every change, from 1.
    pub version: u64,
    /// When it was first written.
    pub created: DateTime<Utc>,
    /// When it was last written.
    pub changed: DateTime<Utc>,
    /// What was written.
    pub value: T,
}

impl<T> Versioned<T> {
    /// The same version of something made from it.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Versioned<U> {
        let Self { version, created, changed, value } = self;
        Versioned { version, created, changed, value: make(value) }
    }
}
