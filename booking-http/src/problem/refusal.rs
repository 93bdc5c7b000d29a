//! Which problem each refusal of the engine is. One match for each error, without a catch-all: a new refusal does not
//! compile until somebody has decided how it looks from outside.

use booking_core::{AvailabilityError, Refusal};

use super::{Code, FieldError, Problem};
use crate::extract::Source;
use crate::wire::reason::Reason;
use crate::wire::series::Verdict;
use crate::wire::time::Moment;

impl Problem {
    /// The problem of a refusal; `source` says where the request's values came from.
    pub(crate) fn refusal(refusal: Refusal, source: Source) -> Self {
        match refusal {
            Refusal::NotBookable { reasons, alternatives } => {
                let mut problem = Self::new(Code::NotBookable);
                problem.0.reasons = reasons.iter().map(Reason::from).collect();
                problem.0.alternatives = alternatives.into_iter().map(Moment).collect();
                problem
            }
            Refusal::SeriesConflict { verdicts } => {
                let mut problem = Self::new(Code::SeriesConflict);
                problem.0.verdicts = verdicts.iter().map(Verdict::from).collect();
                problem
            }
            Refusal::KeyReused => Self::new(Code::IdempotencyKeyReused)
                .field(FieldError::header("Idempotency-Key", "expected a key that no other request carried")),
            Refusal::VersionConflict { current } => Self::version(current),
            Refusal::IllegalMove(illegal) => Self::new(Code::IllegalMove).detail(illegal.to_string()),
            Refusal::Expired { at } => Self::new(Code::Expired).at(at),
            Refusal::TooEarly { from } => Self::new(Code::TooEarly).at(from),
            Refusal::TooLate { until } => Self::new(Code::TooLate).at(until),
            Refusal::ExtendTooFar { latest } => Self::new(Code::InvalidRequest)
                .detail(format!("a hold can be extended until {} at most", Moment(latest)))
                .field(FieldError::pointer("/until", format!("expected at most {}", Moment(latest))))
                .at(latest),
            Refusal::CapacityInUse { peak } => {
                Self::new(Code::CapacityInUse).detail(format!("{peak} units will be in use at once"))
            }
            Refusal::NotFound { what } => Self::new(Code::NotFound).detail(format!("no such {what}")),
            Refusal::Invalid(invalid) => Self::invalid(&invalid, source),
            Refusal::Availability(error) => Self::availability(&error, source),
            Refusal::Contended => Self::new(Code::Contended),
            Refusal::Store(error) => Self::store(&error),
        }
    }

    /// Another version than the caller has seen.
    pub(crate) fn version(current: u64) -> Self {
        let mut problem = Self::new(Code::VersionConflict)
            .detail(format!("it has version {current}"))
            .field(FieldError::header("If-Match", format!("expected \"{current}\"")));
        problem.0.current_version = Some(current);
        problem
    }

    fn availability(error: &AvailabilityError, source: Source) -> Self {
        match error {
            AvailabilityError::Invalid(invalid) => Self::invalid(invalid, source),
            AvailabilityError::Recurrence(_) => {
                Self::new(Code::TooCostly).detail("a recurrence rule of a schedule is too costly")
            }
            AvailabilityError::Search(_) => {
                Self::new(Code::TooCostly).detail("the requirements overlap too much to be decided")
            }
            AvailabilityError::TooManyStarts { most } => Self::new(Code::TooCostly)
                .detail(format!("more than {most} starts; ask for a shorter window")),
        }
    }

    fn at(mut self, instant: chrono::DateTime<chrono::Utc>) -> Self {
        self.0.instant = Some(Moment(instant));
        self
    }
}
