//! The recurrence set: built and validated once, expanded often.

use std::fmt;
use std::sync::Arc;

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use super::date::{RecurrenceDate, check_local};
use super::dates::Dates;
use super::expand::Expansion;
use super::lexer;
use super::rule::Rule;
use crate::{Interval, Invalid, Zone};

/// A recurrence set of RFC 5545 on the wall clock; see the [module](super) for what is in it.
///
/// Clones share the rule and the dates.
///
/// ```
/// use booking_core::{Recurrence, ZoneId, Zones};
/// use chrono::NaiveDate;
///
/// let start = NaiveDate::from_ymd_opt(2026, 1, 30).and_then(|day| day.and_hms_opt(9, 0, 0)).unwrap();
/// let refused = Recurrence::new(start, "FREQ=DAILY;COUNT=0").unwrap_err();
/// assert_eq!(refused.field(), "rrule.COUNT");
///
/// let last_workday = Recurrence::new(start, "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1")?;
/// let utc = Zones::bundled().zone(&ZoneId::new("UTC")?)?;
/// assert_eq!(last_workday.first(&utc, 2)?, [1_769_763_600, 1_772_182_800]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct Recurrence {
    dtstart: NaiveDateTime,
    rule: Option<Arc<(Box<str>, Rule)>>,
    rdates: Arc<Dates>,
    exdates: Arc<Dates>,
}

/// Why a valid set was not expanded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecurrenceError {
    /// The window holds more than one call may look at; nothing was truncated, nothing was returned.
    #[error("the recurrence needs more than {limit} steps here, ask for a shorter window")]
    BudgetExceeded {
        /// [`MAX_STEPS`](super::MAX_STEPS).
        limit: u32,
    },
}

impl Recurrence {
    /// A set with a rule: the value of one RRULE, without `RRULE:` in front.
    ///
    /// Refused: what the [module](super)'s table lists, each with the field `dtstart`, `rrule` or `rrule.PART`.
    pub fn new(dtstart: NaiveDateTime, rule: &str) -> Result<Self, Invalid> {
        let mut set = Self::once(dtstart)?;
        let compiled = Rule::new(&lexer::parse(rule)?, set.start())?;
        set.rule = Some(Arc::new((rule.into(), compiled)));
        Ok(set)
    }

    /// A set without a rule: DTSTART, and what [`Recurrence::with_rdates`] adds.
    pub fn once(dtstart: NaiveDateTime) -> Result<Self, Invalid> {
        check_local("dtstart", dtstart)?;
        Ok(Self { dtstart, rule: None, rdates: Arc::default(), exdates: Arc::default() })
    }

    /// Adds dates, as text or as [`RecurrenceDate`]; in any order, repeats do no harm.
    ///
    /// Refused: a date that does not parse or exist (the field is `rdates[index]`), and more than
    /// [`MAX_DATES`](super::MAX_DATES).
    pub fn with_rdates<I>(mut self, dates: I) -> Result<Self, Invalid>
    where
        I: IntoIterator,
        I::Item: TryInto<RecurrenceDate>,
        <I::Item as TryInto<RecurrenceDate>>::Error: Into<Invalid>,
    {
        Arc::make_mut(&mut self.rdates).extend("rdates", dates)?;
        Ok(self)
    }

    /// Removes dates, whether the rule or an RDATE made them; the rest is as for [`Recurrence::with_rdates`].
    pub fn with_exdates<I>(mut self, dates: I) -> Result<Self, Invalid>
    where
        I: IntoIterator,
        I::Item: TryInto<RecurrenceDate>,
        <I::Item as TryInto<RecurrenceDate>>::Error: Into<Invalid>,
    {
        Arc::make_mut(&mut self.exdates).extend("exdates", dates)?;
        Ok(self)
    }

    /// Where the set starts, on the wall clock.
    pub const fn dtstart(&self) -> NaiveDateTime {
        self.dtstart
    }

    /// The rule as it was given.
    pub fn rrule(&self) -> Option<&str> {
        self.rule.as_deref().map(|(text, _)| &**text)
    }

    /// The added dates, sorted: local ones first.
    pub fn rdates(&self) -> impl Iterator<Item = RecurrenceDate> + '_ {
        self.rdates.iter()
    }

    /// The removed dates, sorted: local ones first.
    pub fn exdates(&self) -> impl Iterator<Item = RecurrenceDate> + '_ {
        self.exdates.iter()
    }

    /// Appends the instants of the set within a window, in seconds since the epoch: ascending, each once.
    ///
    /// On an error `out` is as it was.
    pub fn expand(&self, zone: &Zone, window: Interval, out: &mut Vec<i64>) -> Result<(), RecurrenceError> {
        self.expand_counted(zone, window, out).map(|_| ())
    }

    /// The same, and the steps it took: periods and days looked at plus instants found.
    pub fn expand_counted(
        &self,
        zone: &Zone,
        window: Interval,
        out: &mut Vec<i64>,
    ) -> Result<u32, RecurrenceError> {
        Expansion::new(self, zone).window(window, out)
    }

    /// The first `limit` instants of the set from 1970 to the end of 2100; fewer when it has no more.
    pub fn first(&self, zone: &Zone, limit: usize) -> Result<Vec<i64>, RecurrenceError> {
        self.first_counted(zone, limit).map(|(instants, _)| instants)
    }

    /// The same, and the steps it took.
    pub fn first_counted(&self, zone: &Zone, limit: usize) -> Result<(Vec<i64>, u32), RecurrenceError> {
        let mut out = Vec::new();
        let steps = Expansion::new(self, zone).first(limit, &mut out)?;
        Ok((out, steps))
    }

    /// DTSTART in local seconds.
    pub(super) fn start(&self) -> i64 {
        self.dtstart.and_utc().timestamp()
    }

    pub(super) fn rule(&self) -> Option<&Rule> {
        self.rule.as_deref().map(|(_, rule)| rule)
    }

    pub(super) fn extra(&self) -> &Dates {
        &self.rdates
    }

    pub(super) fn removed(&self) -> &Dates {
        &self.exdates
    }
}

#[expect(clippy::missing_fields_in_debug, reason = "the rule is shown as its text")]
impl fmt::Debug for Recurrence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recurrence")
            .field("dtstart", &self.dtstart)
            .field("rrule", &self.rrule())
            .field("rdates", &self.rdates().map(String::from).collect::<Vec<_>>())
            .field("exdates", &self.exdates().map(String::from).collect::<Vec<_>>())
            .finish()
    }
}

/// The form in serde: a rule, dates and times as RFC 5545 writes them, DTSTART as ISO 8601.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    dtstart: NaiveDateTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rrule: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rdates: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    exdates: Vec<String>,
}

impl TryFrom<Fields> for Recurrence {
    type Error = Invalid;
    fn try_from(fields: Fields) -> Result<Self, Invalid> {
        let set = match &fields.rrule {
            Some(rule) => Self::new(fields.dtstart, rule)?,
            None => Self::once(fields.dtstart)?,
        };
        set.with_rdates(fields.rdates)?.with_exdates(fields.exdates)
    }
}

impl From<Recurrence> for Fields {
    fn from(set: Recurrence) -> Self {
        Self {
            dtstart: set.dtstart,
            rrule: set.rrule().map(str::to_owned),
            rdates: set.rdates().map(String::from).collect(),
            exdates: set.exdates().map(String::from).collect(),
        }
    }
}
