//! What RFC 5545 section 3.3.10 says about parts that stand beside each other.

use super::MAX_TIMES;
use super::lexer::refuse;
use super::parts::{End, Frequency, Parts};
use crate::Invalid;

/// Refuses parts that the standard forbids together, and rules too dense to be meant.
pub(super) fn check(parts: &Parts) -> Result<(), Invalid> {
    let (frequency, days) = (parts.frequency, &parts.days);
    if parts.count.is_some() && parts.until != End::Never {
        return refuse("rrule.COUNT", "COUNT with UNTIL", "one of the two");
    }
    if !days.weeks.is_empty() && frequency != Frequency::Yearly {
        return refuse("rrule.BYWEEKNO", "BYWEEKNO", "FREQ=YEARLY beside it");
    }
    let no_year_days = matches!(frequency, Frequency::Daily | Frequency::Weekly | Frequency::Monthly);
    if !days.year_days.is_empty() && no_year_days {
        return refuse("rrule.BYYEARDAY", "BYYEARDAY", "FREQ=YEARLY or FREQ=HOURLY beside it");
    }
    if !days.month_days.is_empty() && frequency == Frequency::Weekly {
        return refuse("rrule.BYMONTHDAY", "BYMONTHDAY", "another FREQ than WEEKLY beside it");
    }
    if days.weekdays.has_nth && frequency < Frequency::Monthly {
        return refuse(
            "rrule.BYDAY",
            "a numbered weekday",
            "FREQ=MONTHLY or YEARLY beside it, or plain weekdays",
        );
    }
    if days.weekdays.has_nth && !days.weeks.is_empty() {
        return refuse("rrule.BYDAY", "a numbered weekday", "plain weekdays beside BYWEEKNO");
    }
    check_positions(parts)?;
    check_times(parts)
}

/// BYSETPOS picks from what the other parts make of a period; alone it has nothing to pick from.
fn check_positions(parts: &Parts) -> Result<(), Invalid> {
    let days = &parts.days;
    let picks_from_something = days.months != 0
        || !days.month_days.is_empty()
        || !days.year_days.is_empty()
        || !days.weeks.is_empty()
        || !days.weekdays.is_empty()
        || parts.hours | parts.minutes | parts.seconds != 0;
    if parts.positions.is_empty() || picks_from_something {
        return Ok(());
    }
    refuse("rrule.BYSETPOS", "BYSETPOS", "another BY part beside it")
}

fn check_times(parts: &Parts) -> Result<(), Invalid> {
    let hours = match (parts.hours.count_ones(), parts.frequency) {
        (0, Frequency::Hourly) => 24,
        (listed, _) => listed.max(1),
    };
    let times = hours * parts.minutes.count_ones().max(1) * parts.seconds.count_ones().max(1);
    if times <= MAX_TIMES {
        return Ok(());
    }
    let shown = format!("{times} times a day");
    refuse("rrule.BYMINUTE", &shown, format!("at most {MAX_TIMES} times a day"))
}
