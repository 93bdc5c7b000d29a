//! Rules a host adds in code.

use crate::CustomerId;
use crate::interval::Interval;
use crate::reason::Reason;
use crate::service::Service;

/// What a [`Rule`] is asked about.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The service.
    pub service: &'a Service,
    /// The visit's start and end.
    pub visit: Interval,
    /// How many people.
    pub party: u32,
    /// Who asks, if known.
    pub customer: Option<CustomerId>,
    /// The present, in seconds since the Unix epoch.
    pub now: i64,
}

/// A rule of the host's own, judged for every start that is listed, explained or booked.
///
/// It must be pure: the same question, the same answer; otherwise a slot that was offered may be refused.
///
/// ```
/// use booking_core::{Asked, Reason, Rule};
///
/// /// Large parties only before 18:00 UTC.
/// struct EarlyParties;
///
/// impl Rule for EarlyParties {
///     fn judge(&self, asked: &Asked<'_>) -> Option<Reason> {
///         let late = asked.visit.start_second() % 86_400 >= 18 * 3_600;
///         (late && asked.party > 6).then(|| Reason::Custom {
///             code: "large_party".to_owned(),
///             detail: "parties above 6 start before 18:00".to_owned(),
///         })
///     }
/// }
/// ```
pub trait Rule: Send + Sync {
    /// The reason to refuse, or none.
    fn judge(&self, asked: &Asked<'_>) -> Option<Reason>;
}
