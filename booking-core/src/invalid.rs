//! The one error for values that cannot be: which field, what it was, what would be right.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A value was refused on the way in.
///
/// Every constructor and every `Deserialize` of this crate answers with this error, so that a form can point at the
/// field and say what to change.
///
/// ```
/// use booking_core::Interval;
/// use chrono::DateTime;
///
/// let noon = DateTime::from_timestamp(43_200, 0).unwrap();
/// let refused = Interval::new(noon, noon).unwrap_err();
/// assert_eq!(refused.field(), "end");
/// assert_eq!(
///     refused.to_string(),
///     "end: 1970-01-01T12:00:00Z is not valid, expected an instant after 1970-01-01T12:00:00Z",
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, thiserror::Error)]
#[error("{field}: {value} is not valid, expected {expected}")]
pub struct Invalid {
    field: Cow<'static, str>,
    value: String,
    expected: Cow<'static, str>,
}

/// How much of a refused value is repeated in the error, in bytes; the rest is cut.
const SHOWN: usize = 120;

impl Invalid {
    /// Names the field, shows the value (cut to 120 bytes) and says what would be right.
    pub fn new(
        field: impl Into<Cow<'static, str>>,
        value: impl fmt::Display,
        expected: impl Into<Cow<'static, str>>,
    ) -> Self {
        let mut value = value.to_string();
        if value.len() > SHOWN {
            let cut = (0..=SHOWN).rev().find(|&at| value.is_char_boundary(at)).unwrap_or(0);
            value.truncate(cut);
            value.push_str("...");
        }
        Self { field: field.into(), value, expected: expected.into() }
    }

    /// Puts a parent before the field: `weekly[3]` and `to` become `weekly[3].to`.
    #[must_use]
    pub fn within(mut self, parent: impl fmt::Display) -> Self {
        self.field = Cow::Owned(format!("{parent}.{}", self.field));
        self
    }

    /// The path of the field, in the words of the public API: `requirements[0].count`.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The refused value, as text, cut to a length that is safe to log.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// What would have been right.
    pub fn expected(&self) -> &str {
        &self.expected
    }
}
