//! Calendar files (RFC 5545): what in them keeps people busy, and which dates are closed.
//!
//! Cancelled and transparent events block nothing. A moved occurrence blocks where it is, not where it was. All-day
//! events are dates of the business, whatever the zone of the file. Published busy time blocks as events do. What cannot be
//! understood is an error, because a busy time that is silently left out is a double booking.

mod all_day;
mod free_busy;

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use booking_core::{
    END_SECOND, FIRST_SECOND, Holiday, Interval, Invalid, Recurrence, RecurrenceDate, RecurrenceError,
    ZoneId, Zones,
};
use calcard::common::PartialDateTime;
use calcard::common::timezone::Tz;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarEntry, ICalendarParameterName,
    ICalendarProperty, ICalendarStatus, ICalendarTransparency, ICalendarValue,
};
use calcard::{Entry, Parser};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

/// The largest calendar file, in bytes.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;
/// The most events of one file; publications of free and busy time count.
pub const MAX_EVENTS: usize = 50_000;
/// The most busy times and closed dates one file may expand to.
pub const MAX_BUSY: usize = 100_000;

/// A busy time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Busy {
    /// When.
    pub interval: Interval,
    /// The event's summary.
    pub text: String,
    /// What the event is known by, also when it was moved since: its UID, or its summary where it has none.
    pub uid: Arc<str>,
}

/// A date of an all-day event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// Which date of the business.
    pub date: NaiveDate,
    /// The event's summary.
    pub text: String,
    /// What the event is known by, as of a busy time.
    pub uid: Arc<str>,
}

/// What a calendar file says about a stretch of time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CalendarFile {
    /// Busy times, by start.
    pub busy: Vec<Busy>,
    /// Dates of all-day events, by date; the first name of a date counts.
    pub dates: Vec<Holiday>,
    /// The same dates, with the event of each.
    pub days: Vec<Day>,
    /// What all events are known by, those that block nothing too.
    pub events: BTreeSet<Arc<str>>,
}

/// Why a calendar file was not read.
#[derive(Debug)]
pub enum CalendarError {
    /// The file is too large, or holds too much.
    TooLarge {
        /// What there is too much of: "bytes", "events", "busy times".
        what: &'static str,
        /// The bound.
        most: usize,
    },
    /// It is no calendar file.
    NotACalendar,
    /// An event cannot be understood.
    Event {
        /// Its UID, or its summary where it has none.
        event: String,
        /// What is wrong.
        why: String,
    },
}

impl fmt::Display for CalendarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { what, most } => write!(f, "more than {most} {what}"),
            Self::NotACalendar => f.write_str("not a calendar file: it does not begin with BEGIN:VCALENDAR"),
            Self::Event { event, why } => write!(f, "event {event}: {why}"),
        }
    }
}

impl std::error::Error for CalendarError {}

/// Reads a calendar file: what happens within `window`, with floating times and all-day events in `zone`.
pub fn read(
    text: &str,
    zone: &ZoneId,
    zones: &Zones,
    window: Interval,
) -> Result<CalendarFile, CalendarError> {
    if text.len() > MAX_BYTES {
        return Err(CalendarError::TooLarge { what: "bytes", most: MAX_BYTES });
    }
    let Entry::ICalendar(calendar) = Parser::new(text).entry() else {
        return Err(CalendarError::NotACalendar);
    };
    let events: Vec<&ICalendarComponent> = calendar
        .components
        .iter()
        .filter(|component| {
            matches!(
                component.component_type,
                ICalendarComponentType::VEvent | ICalendarComponentType::VFreebusy
            )
        })
        .collect();
    if events.len() > MAX_EVENTS {
        return Err(CalendarError::TooLarge { what: "events", most: MAX_EVENTS });
    }
    let reader = Reader { calendar: &calendar, zone, zones, window, moved: moved(&events) };
    let mut file = CalendarFile::default();
    for event in events {
        file.events.insert(known_by(event));
        reader.event(event, &mut file).map_err(|why| CalendarError::Event { event: label(event), why })?;
        if file.busy.len() + file.days.len() > MAX_BUSY {
            return Err(CalendarError::TooLarge { what: "busy times", most: MAX_BUSY });
        }
    }
    file.busy.sort_by_key(|busy| busy.interval);
    file.days.sort_by_key(|day| day.date);
    file.dates = file.days.iter().map(|day| Holiday { date: day.date, name: day.text.clone() }).collect();
    file.dates.dedup_by_key(|holiday| holiday.date);
    Ok(file)
}

/// The occurrences that have an event of their own, by the UID of their series.
fn moved<'a>(events: &[&'a ICalendarComponent]) -> HashMap<&'a str, Vec<&'a ICalendarEntry>> {
    let mut moved: HashMap<&str, Vec<&ICalendarEntry>> = HashMap::new();
    for event in events {
        if let (Some(uid), Some(id)) = (event.uid(), event.property(&ICalendarProperty::RecurrenceId)) {
            moved.entry(uid).or_default().push(id);
        }
    }
    moved
}

/// What an event is known by in every version of the file.
fn known_by(event: &ICalendarComponent) -> Arc<str> {
    event.uid().map_or_else(|| label(event).into(), Arc::from)
}

fn label(event: &ICalendarComponent) -> String {
    let text = event.uid().or_else(|| text(event, &ICalendarProperty::Summary)).unwrap_or("without UID");
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}

fn text<'a>(event: &'a ICalendarComponent, name: &ICalendarProperty) -> Option<&'a str> {
    event.property(name)?.values.first()?.as_text()
}

struct Reader<'a> {
    calendar: &'a ICalendar,
    zone: &'a ZoneId,
    zones: &'a Zones,
    window: Interval,
    moved: HashMap<&'a str, Vec<&'a ICalendarEntry>>,
}

/// When an event starts.
enum Start {
    Date(NaiveDate),
    Wall(NaiveDateTime, ZoneId),
}

impl Reader<'_> {
    fn event(&self, event: &ICalendarComponent, file: &mut CalendarFile) -> Result<(), String> {
        if event.component_type == ICalendarComponentType::VFreebusy {
            return self.free_busy(event, file);
        }
        let free = matches!(event.transparency(), Some(ICalendarTransparency::Transparent))
            || matches!(event.status(), Some(ICalendarStatus::Cancelled));
        if free {
            return Ok(());
        }
        let moved = event.property(&ICalendarProperty::RecurrenceId);
        if moved.is_some_and(|id| id.has_parameter(&ICalendarParameterName::Range)) {
            return Err("it moves this and all later occurrences, which is not supported".to_owned());
        }
        let entry = event.property(&ICalendarProperty::Dtstart).ok_or("it has no DTSTART")?;
        let value = entry.values.first().and_then(ICalendarValue::as_partial_date_time);
        let start = self.start(entry, value.ok_or("its DTSTART is not a date")?)?;
        match start {
            Start::Date(date) => self.all_day(event, date, file),
            Start::Wall(wall, zone) => self.timed(event, wall, &zone, file),
        }
    }

    fn start(&self, entry: &ICalendarEntry, value: &PartialDateTime) -> Result<Start, String> {
        let date = date(value).ok_or("a date that does not exist")?;
        if !value.has_time() {
            return Ok(Start::Date(date));
        }
        let wall = date.and_time(time(value).ok_or("a time that does not exist")?);
        if value.has_zone() {
            return Ok(Start::Wall(wall, ZoneId::UTC));
        }
        Ok(Start::Wall(wall, self.zone_of(entry)?))
    }

    /// The zone an entry names: as the tz database spells it, or as other calendars do.
    fn zone_of(&self, entry: &ICalendarEntry) -> Result<ZoneId, String> {
        let Some(name) = entry.tz_id() else { return Ok(self.zone.clone()) };
        // Some programs put a path of their own before the name: `/example.org/Europe/Berlin`.
        let tails = name.match_indices('/').map(|(at, _)| &name[at + 1..]);
        if let Some(zone) = std::iter::once(name).chain(tails).find_map(|name| ZoneId::new(name).ok()) {
            return Ok(zone);
        }
        match self.calendar.build_tz_resolver().resolve(name) {
            Some(Tz::Tz(zone)) => Ok(ZoneId::from(zone)),
            Some(Tz::Floating) => Ok(self.zone.clone()),
            Some(Tz::Fixed(_)) | None => Err(format!("the time zone `{}` is not known", name.escape_debug())),
        }
    }

    fn timed(
        &self,
        event: &ICalendarComponent,
        wall: NaiveDateTime,
        zone: &ZoneId,
        file: &mut CalendarFile,
    ) -> Result<(), String> {
        let table = self.zones.zone(zone).map_err(|error| error.to_string())?;
        let begin = table.occurrence(wall.and_utc().timestamp());
        let length = self.length(event, begin)?;
        if length <= 0 {
            // An event without length marks an instant; nobody is busy for it.
            return Ok(());
        }
        let recurrence = self.recurrence(event, wall, zone)?;
        let reach = widened(self.window, length).map_err(|error| error.to_string())?;
        let mut starts = Vec::new();
        recurrence.expand(&table, reach, &mut starts).map_err(too_costly)?;
        let (text, uid) = (summary(event, "busy"), known_by(event));
        for start in starts {
            let end = (start + length).min(END_SECOND);
            let interval =
                Interval::from_seconds(start.max(FIRST_SECOND), end).map_err(|error| error.to_string())?;
            if interval.overlaps(self.window) {
                file.busy.push(Busy { interval, text: text.clone(), uid: Arc::clone(&uid) });
            }
        }
        Ok(())
    }

    /// How long a timed event lasts, in elapsed seconds.
    fn length(&self, event: &ICalendarComponent, begin: i64) -> Result<i64, String> {
        if let Some(entry) = event.property(&ICalendarProperty::Dtend) {
            let value = entry.values.first().and_then(ICalendarValue::as_partial_date_time);
            let end = self.start(entry, value.ok_or("its DTEND is not a date")?)?;
            let Start::Wall(wall, zone) = end else { return Err("its DTEND has no time".to_owned()) };
            let table = self.zones.zone(&zone).map_err(|error| error.to_string())?;
            return Ok(table.occurrence(wall.and_utc().timestamp()) - begin);
        }
        match event.property(&ICalendarProperty::Duration).and_then(|entry| entry.values.first()) {
            Some(ICalendarValue::Duration(length)) => Ok(length.as_seconds()),
            Some(_) => Err("its DURATION is not a duration".to_owned()),
            None => Ok(0),
        }
    }

    /// When an event happens: its rule, its extra dates, without its removed and moved ones.
    fn recurrence(
        &self,
        event: &ICalendarComponent,
        wall: NaiveDateTime,
        zone: &ZoneId,
    ) -> Result<Recurrence, String> {
        let refused = |error: Invalid| error.to_string();
        let is_moved = event.property(&ICalendarProperty::RecurrenceId).is_some();
        let rules: Vec<_> =
            event.properties(&ICalendarProperty::Rrule).flat_map(|entry| &entry.values).collect();
        let mut set = match rules.as_slice() {
            [] => Recurrence::once(wall).map_err(refused)?,
            [ICalendarValue::RecurrenceRule(rule)] if !is_moved => {
                Recurrence::new(wall, &rule.to_string()).map_err(refused)?
            }
            _ => return Err("its RRULE is not one rule".to_owned()),
        };
        if is_moved {
            return Ok(set);
        }
        if !rules.is_empty() {
            // Calendars show DTSTART whether or not the rule makes it; blocking it too is the safe reading.
            set = set.with_rdates([RecurrenceDate::Local(wall)]).map_err(refused)?;
        }
        for entry in event.properties(&ICalendarProperty::Rdate) {
            set = set.with_rdates(self.dates(entry, zone)?).map_err(refused)?;
        }
        for entry in event.properties(&ICalendarProperty::Exdate) {
            set = set.with_exdates(self.dates(entry, zone)?).map_err(refused)?;
        }
        for entry in event.uid().and_then(|uid| self.moved.get(uid)).into_iter().flatten() {
            set = set.with_exdates(self.dates(entry, zone)?).map_err(refused)?;
        }
        Ok(set)
    }

    /// The dates of an entry, on the clock of the event's zone or as instants.
    fn dates(&self, entry: &ICalendarEntry, zone: &ZoneId) -> Result<Vec<RecurrenceDate>, String> {
        let mut dates = Vec::new();
        for value in &entry.values {
            let value = match value {
                ICalendarValue::PartialDateTime(value) => value.as_ref(),
                ICalendarValue::Period(_) => return Err("its RDATE has a length of its own".to_owned()),
                _ => return Err("a date of its series is none".to_owned()),
            };
            dates.push(match self.start(entry, value)? {
                Start::Date(date) => RecurrenceDate::Local(date.and_time(NaiveTime::MIN)),
                Start::Wall(wall, other) if other == *zone => RecurrenceDate::Local(wall),
                Start::Wall(wall, other) => {
                    let table = self.zones.zone(&other).map_err(|error| error.to_string())?;
                    let at = table.occurrence(wall.and_utc().timestamp());
                    let instant = chrono::DateTime::from_timestamp(at, 0).ok_or("a date beyond all years")?;
                    RecurrenceDate::Utc(instant)
                }
            });
        }
        Ok(dates)
    }
}

fn summary(event: &ICalendarComponent, otherwise: &str) -> String {
    let text = text(event, &ICalendarProperty::Summary).unwrap_or(otherwise);
    let plain: String = text.chars().filter(|c| !c.is_control()).take(200).collect();
    if plain.trim().is_empty() { otherwise.to_owned() } else { plain }
}

fn too_costly(error: RecurrenceError) -> String {
    error.to_string()
}

/// The window, begun earlier, so that what starts before it and reaches into it is found.
fn widened(window: Interval, by: i64) -> Result<Interval, Invalid> {
    Interval::from_seconds((window.start_second() - by).max(FIRST_SECOND), window.end_second())
}

fn date(value: &PartialDateTime) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::from(value.year?), u32::from(value.month?), u32::from(value.day?))
}

fn time(value: &PartialDateTime) -> Option<NaiveTime> {
    // Second 60 is read as 59 (RFC 5545, section 3.3.12).
    let second = u32::from(value.second.unwrap_or(0)).min(59);
    NaiveTime::from_hms_opt(u32::from(value.hour?), u32::from(value.minute.unwrap_or(0)), second)
}
