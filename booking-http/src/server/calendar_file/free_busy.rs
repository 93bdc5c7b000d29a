//! Published free and busy time (RFC 5545, section 3.6.4): periods without a summary, which block as events do.

use std::sync::Arc;

use booking_core::{END_SECOND, FIRST_SECOND, Interval};
use calcard::common::PartialDateTime;
use calcard::icalendar::{
    ICalendarComponent, ICalendarEntry, ICalendarFreeBusyType, ICalendarParameterName,
    ICalendarParameterValue, ICalendarPeriod, ICalendarProperty, ICalendarValue,
};

use super::{Busy, CalendarFile, Reader, Start, known_by, summary};

impl Reader<'_> {
    /// Every period that is not free. What is tentative or out of office cannot be booked either, and types that are not
    /// known count as busy (section 3.2.9).
    pub(super) fn free_busy(
        &self,
        component: &ICalendarComponent,
        file: &mut CalendarFile,
    ) -> Result<(), String> {
        let (text, uid) = (summary(component, "busy"), known_by(component));
        let entries = component.properties(&ICalendarProperty::Freebusy).filter(|entry| !is_free(entry));
        for entry in entries {
            for value in &entry.values {
                let ICalendarValue::Period(period) = value else {
                    return Err("its FREEBUSY is not a period".to_owned());
                };
                if let Some(interval) = self.period(entry, period)?
                    && interval.overlaps(self.window)
                {
                    file.busy.push(Busy { interval, text: text.clone(), uid: Arc::clone(&uid) });
                }
            }
        }
        Ok(())
    }

    /// From when to when; none for a period without length.
    fn period(&self, entry: &ICalendarEntry, period: &ICalendarPeriod) -> Result<Option<Interval>, String> {
        let (start, end) = match period {
            ICalendarPeriod::Range { start, end } => (self.second(entry, start)?, self.second(entry, end)?),
            ICalendarPeriod::Duration { start, duration } => {
                let start = self.second(entry, start)?;
                (start, start + duration.as_seconds())
            }
        };
        if end < start {
            return Err("its FREEBUSY ends before it starts".to_owned());
        }
        let (start, end) = (start.max(FIRST_SECOND), end.min(END_SECOND));
        if end <= start {
            return Ok(None);
        }
        Interval::from_seconds(start, end).map(Some).map_err(|error| error.to_string())
    }

    fn second(&self, entry: &ICalendarEntry, value: &PartialDateTime) -> Result<i64, String> {
        let Start::Wall(wall, zone) = self.start(entry, value)? else {
            return Err("its FREEBUSY has no time".to_owned());
        };
        let table = self.zones.zone(&zone).map_err(|error| error.to_string())?;
        Ok(table.occurrence(wall.and_utc().timestamp()))
    }
}

fn is_free(entry: &ICalendarEntry) -> bool {
    matches!(
        entry.parameter(&ICalendarParameterName::Fbtype),
        Some(ICalendarParameterValue::Fbtype(ICalendarFreeBusyType::Free))
    )
}
