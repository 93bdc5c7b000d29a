//! All-day events: dates of the business.

use std::sync::Arc;

use booking_core::ZoneId;
use booking_core::time::civil::{date_of, day_of, wall_of};
use calcard::icalendar::{ICalendarComponent, ICalendarProperty, ICalendarValue};
use chrono::{NaiveDate, NaiveTime};

use super::{CalendarFile, Day, Reader, date, known_by, summary, too_costly, widened};

impl Reader<'_> {
    /// An all-day event: closed dates, each occurrence from its first to before its last.
    pub(super) fn all_day(
        &self,
        event: &ICalendarComponent,
        date: NaiveDate,
        file: &mut CalendarFile,
    ) -> Result<(), String> {
        let length = all_day_length(event, date)?;
        let recurrence = self.recurrence(event, date.and_time(NaiveTime::MIN), &ZoneId::UTC)?;
        // Dates are counted in UTC, where every day has 24 hours: the dates count, not the instants.
        let utc = self.zones.zone(&ZoneId::UTC).map_err(|error| error.to_string())?;
        let (name, uid) = (summary(event, "closed"), known_by(event));
        let reach =
            widened(self.window, (length + 1) * booking_core::DAY).map_err(|error| error.to_string())?;
        let mut starts = Vec::new();
        recurrence.expand(&utc, reach, &mut starts).map_err(too_costly)?;
        let here = self.zones.zone(self.zone).map_err(|error| error.to_string())?;
        let first_day = day_of(wall_of(here.to_local(self.window.start_second())).date());
        let last_day = day_of(wall_of(here.to_local(self.window.end_second() - 1)).date());
        for start in starts {
            let day = start.div_euclid(booking_core::DAY);
            for day in (day..day + length).filter(|day| (first_day..=last_day).contains(day)) {
                file.days.push(Day { date: date_of(day), text: name.clone(), uid: Arc::clone(&uid) });
            }
        }
        Ok(())
    }
}

/// How many dates an all-day event covers, at least 1.
fn all_day_length(event: &ICalendarComponent, date_of_start: NaiveDate) -> Result<i64, String> {
    if let Some(entry) = event.property(&ICalendarProperty::Dtend) {
        let value = entry.values.first().and_then(ICalendarValue::as_partial_date_time);
        let end = value.and_then(date).ok_or("its DTEND is not a date")?;
        return Ok((end - date_of_start).num_days().clamp(1, 3_660));
    }
    match event.property(&ICalendarProperty::Duration).and_then(|entry| entry.values.first()) {
        Some(ICalendarValue::Duration(length)) => {
            Ok((length.as_seconds() / booking_core::DAY).clamp(1, 3_660))
        }
        _ => Ok(1),
    }
}
