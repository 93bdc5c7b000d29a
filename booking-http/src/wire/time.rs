//! Instants and lengths of time on the wire.

use std::fmt;

use booking_core::{END_SECOND, FIRST_SECOND, Interval, Invalid, Seconds, Zone, check_second};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::digits;

/// An instant in UTC: `2026-03-30T07:00:00Z`. Read from RFC 3339 with any offset, also with a zone behind it (RFC 9557):
/// `2026-03-30T09:00:00+02:00[Europe/Berlin]`. The offset counts, the zone is decoration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment(pub(crate) DateTime<Utc>);

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Secs, true))
    }
}

/// Reads an instant; says what would be right otherwise.
pub(crate) fn parse_instant(text: &str) -> Result<DateTime<Utc>, String> {
    let expected = || {
        let shown: String = text.chars().filter(|c| !c.is_control()).take(40).collect();
        format!("`{shown}` is not an instant, expected RFC 3339 like 2026-03-30T09:00:00+02:00")
    };
    let stamp = match text.split_once('[') {
        Some((stamp, suffix)) if is_suffix(suffix) => stamp,
        Some(_) => return Err(expected()),
        None => text,
    };
    // RFC 3339 lets a second be 60; no instant of ours is.
    let parsed = DateTime::parse_from_rfc3339(stamp).map_err(|_| expected())?;
    let instant = parsed.with_timezone(&Utc);
    if instant.timestamp_subsec_nanos() != 0 {
        return Err(format!("`{stamp}` has a fraction of a second, expected whole seconds"));
    }
    Ok(instant)
}

/// What may stand behind an instant: `Europe/Berlin]`, `Europe/Berlin][u-ca=iso8601]`. One that must be understood (`!`)
/// is not: this reader understands none.
fn is_suffix(suffix: &str) -> bool {
    let Some(inner) = suffix.strip_suffix(']') else { return false };
    suffix.len() <= 100
        && inner.split("][").all(|part| {
            let plain =
                |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-' | b'+' | b'=' | b':');
            !part.is_empty() && part.bytes().all(plain)
        })
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        parse_instant(&text).map(Self).map_err(serde::de::Error::custom)
    }
}

/// An instant, or a date that means its first instant in the zone of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MomentOrDate {
    Moment(DateTime<Utc>),
    Date(NaiveDate),
}

/// The window between two seconds since the Unix epoch, named `from` and `to` in errors.
pub(crate) fn span(from: i64, to: i64) -> Result<Interval, Invalid> {
    let window = Interval::from_seconds(check_second("from", from)?, check_second("to", to)?);
    window.map_err(|error| Invalid::new("to", error.value(), "an instant after `from`"))
}

/// The window that a list is about, where one is asked for: without an end it goes on as far as time does.
pub(crate) fn part(
    from: Option<MomentOrDate>,
    to: Option<MomentOrDate>,
    zone: &Zone,
) -> Result<Option<Interval>, Invalid> {
    if from.is_none() && to.is_none() {
        return Ok(None);
    }
    let from = from.map_or(FIRST_SECOND, |from| from.second(zone));
    span(from, to.map_or(END_SECOND, |to| to.second(zone))).map(Some)
}

impl MomentOrDate {
    pub(crate) fn second(self, zone: &Zone) -> i64 {
        match self {
            Self::Moment(instant) => instant.timestamp(),
            Self::Date(date) => zone.day_start(booking_core::time::civil::day_of(date)),
        }
    }
}

impl<'de> Deserialize<'de> for MomentOrDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        if text.len() == 10
            && let Ok(date) = text.parse()
        {
            return Ok(Self::Date(date));
        }
        let instant =
            parse_instant(&text).map_err(|expected| format!("{expected}, or a date like 2026-03-30"));
        instant.map(Self::Moment).map_err(serde::de::Error::custom)
    }
}

/// A date: `2026-03-30`.
#[cfg(feature = "server")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Date(pub(crate) NaiveDate);

#[cfg(feature = "server")]
impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[cfg(feature = "server")]
impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let date = if text.len() == 10 { text.parse().ok() } else { None };
        date.map(Self).ok_or_else(|| serde::de::Error::custom("expected a date like 2026-03-30"))
    }
}

/// An instant as the clock of a zone shows it: `2026-03-30T09:00:00+02:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Local {
    second: i64,
    offset: i32,
}

impl Local {
    pub(crate) fn new(second: i64, zone: &Zone) -> Self {
        Self { second, offset: zone.offset_at(second) }
    }

    pub(crate) fn at(instant: DateTime<Utc>, zone: &Zone) -> Self {
        Self::new(instant.timestamp(), zone)
    }
}

impl Serialize for Local {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stamp = digits::stamp(self.second, self.offset);
        serializer.serialize_str(std::str::from_utf8(&stamp).unwrap_or_default())
    }
}

/// A length of time: ISO 8601 without months and years, `PT45M`, `P1DT2H`; a day is 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Length(pub(crate) Seconds);

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, rest) = (self.0 / 86_400, self.0 % 86_400);
        f.write_str("P")?;
        if days > 0 {
            write!(f, "{days}D")?;
        }
        if rest > 0 || days == 0 {
            f.write_str("T")?;
        }
        let parts = [(rest / 3_600, 'H'), (rest / 60 % 60, 'M'), (rest % 60, 'S')];
        for (value, unit) in parts.into_iter().filter(|(value, _)| *value > 0) {
            write!(f, "{value}{unit}")?;
        }
        if self.0 == 0 { f.write_str("0S") } else { Ok(()) }
    }
}

/// Reads a length: digits with units in order, each at most once, no fractions; at most nine digits each.
pub(crate) fn parse_length(text: &str) -> Option<Seconds> {
    let body = text.strip_prefix('P')?;
    if let Some(weeks) = body.strip_suffix('W') {
        return number(weeks).map(|weeks| weeks * 7 * 86_400);
    }
    let (days, time) = match body.split_once('T') {
        Some((_, "")) => return None,
        Some((days, time)) => (days, time),
        None => (body, ""),
    };
    if days.is_empty() && time.is_empty() {
        return None;
    }
    let mut total = if days.is_empty() { 0 } else { number(days.strip_suffix('D')?)? * 86_400 };
    let mut rest = time;
    for (unit, seconds) in [('H', 3_600), ('M', 60), ('S', 1)] {
        if let Some((value, after)) = rest.split_once(unit) {
            total += number(value)? * seconds;
            rest = after;
        }
    }
    rest.is_empty().then_some(total)
}

fn number(digits: &str) -> Option<i64> {
    let fits = (1..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| digits.parse().ok())?
}

impl Serialize for Length {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        parse_length(&text).map(Self).ok_or_else(|| {
            serde::de::Error::custom("expected a length of time like PT45M or P1DT2H, of whole seconds")
        })
    }
}

#[cfg(feature = "server")]
mod schema {
    use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
    use utoipa::openapi::{RefOr, Schema};
    use utoipa::{PartialSchema, ToSchema};

    fn text(format: Option<KnownFormat>, example: &str) -> RefOr<Schema> {
        let schema = ObjectBuilder::new().schema_type(Type::String).examples([example]);
        schema.format(format.map(SchemaFormat::KnownFormat)).into()
    }

    macro_rules! texts {
        ($($name:ident = $format:expr, $example:literal;)*) => {$(
            impl PartialSchema for super::$name {
                fn schema() -> RefOr<Schema> {
                    text($format, $example)
                }
            }
            impl ToSchema for super::$name {}
        )*};
    }

    texts! {
        Moment = Some(KnownFormat::DateTime), "2026-03-30T07:00:00Z";
        MomentOrDate = None, "2026-03-30";
        Date = Some(KnownFormat::Date), "2026-03-30";
        Local = Some(KnownFormat::DateTime), "2026-03-30T09:00:00+02:00";
        Length = Some(KnownFormat::Duration), "PT45M";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_with_any_offset_and_zone() {
        let nine = "2026-03-30T07:00:00Z".parse::<DateTime<Utc>>().ok();
        for text in [
            "2026-03-30T07:00:00Z",
            "2026-03-30t07:00:00z",
            "2026-03-30T09:00:00+02:00",
            "2026-03-30T09:00:00+02:00[Europe/Berlin]",
            "2026-03-30T09:00:00+02:00[Europe/Berlin][u-ca=iso8601]",
        ] {
            assert_eq!(parse_instant(text).ok(), nine, "{text}");
        }
    }

    #[test]
    fn what_is_not_an_instant_is_refused() {
        for text in [
            "",
            "2026-03-30",
            "2026-03-30T07:00:00",
            "2026-03-30T07:00:00.5Z",
            "2026-02-30T07:00:00Z",
            "2026-03-30T07:00:00Z[!Europe/Berlin]",
            "2026-03-30T07:00:00Z[",
            "1774854000",
        ] {
            assert!(parse_instant(text).is_err(), "{text}");
        }
    }

    #[test]
    fn lengths_come_back_as_they_went_out() {
        for seconds in [0, 1, 59, 60, 2_700, 3_600, 5_400, 86_399, 86_400, 93_600, 5_184_000] {
            assert_eq!(parse_length(&Length(seconds).to_string()), Some(seconds));
        }
        assert_eq!(Length(5_400).to_string(), "PT1H30M");
        assert_eq!(parse_length("P2W"), Some(14 * 86_400));
        assert_eq!(parse_length("PT90M"), Some(5_400));
    }

    #[test]
    fn what_is_not_a_length_is_refused() {
        for text in [
            "",
            "P",
            "PT",
            "P1DT",
            "45M",
            "PT45",
            "PT1.5H",
            "P1M",
            "P1Y",
            "PT30M1H",
            "-PT5M",
            "PT1234567890S",
        ] {
            assert_eq!(parse_length(text), None, "{text}");
        }
    }
}
