//! Sessions: one occurrence of a service with seats.

use serde::{Deserialize, Serialize};

use super::{Claim, Pick};
use crate::interval::Interval;
use crate::row_checks;
use crate::{ServiceId, SessionId};

/// What makes a session the same session: service, resources, start and duration.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SessionKey {
    /// The service.
    pub service: ServiceId,
    /// When.
    pub visit: Interval,
    /// Which resource serves which requirement, sorted by requirement in service order, then resource.
    pub picks: Vec<Pick>,
}

/// One occurrence of a service with seats. It owns the claims; bookings take seats in it.
///
/// It lives while it is scheduled or has a live seat: with all of its bookings lapsed it blocks nothing, swept or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// What makes it this session.
    pub key: SessionKey,
    /// The seats it was opened with; a later change of the service does not change them.
    #[serde(deserialize_with = "row_checks::seats")]
    pub seats: u32,
    /// What it claims while it lives.
    pub claims: Vec<Claim>,
    /// Whether it exists without any booking, because staff put it on the calendar.
    pub scheduled: bool,
}
