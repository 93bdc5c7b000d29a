//! Series.

use serde::Serialize;

use super::reason::Reason;
use super::time::Moment;

/// What was found about one occurrence of a series.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct Verdict {
    /// Its start.
    start: Moment,
    /// Whether it can be booked.
    bookable: bool,
    /// Why it cannot.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<Reason>,
    /// The nearest bookable start on the same local date, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    alternative: Option<Moment>,
}

impl Verdict {
    /// Without what only staff may know.
    pub(crate) fn redact(&mut self) {
        for reason in &mut self.reasons {
            reason.redact();
        }
    }
}

impl From<&booking_core::Verdict> for Verdict {
    fn from(verdict: &booking_core::Verdict) -> Self {
        Self {
            start: Moment(verdict.start),
            bookable: verdict.is_bookable(),
            reasons: verdict.reasons.iter().map(Reason::from).collect(),
            alternative: verdict.alternative.map(Moment),
        }
    }
}
