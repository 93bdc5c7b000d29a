//! A booking as a calendar file (RFC 5545): a writer for the little that is needed.
//!
//! Text that people typed is escaped, and lines are folded between characters, so that nothing typed can become a
//! property of its own. Times are written in UTC, which every calendar reads the same way.

use booking_core::State;
use chrono::{DateTime, Utc};

use crate::wire::id::WireId;

/// The longest line, in bytes, without its end (RFC 5545, section 3.1).
const LINE: usize = 75;

/// A booking as a calendar with one event. `SEQUENCE` rises with every change; a cancelled booking cancels the event.
pub(crate) fn calendar(booking: &booking_core::Booking, summary: &str, now: i64) -> String {
    let state = booking.state_at(now);
    let gone = matches!(state, State::Cancelled | State::Declined | State::Expired);
    let status = match state {
        State::Held | State::Pending => "TENTATIVE",
        State::Confirmed | State::CheckedIn | State::Completed | State::NoShow => "CONFIRMED",
        State::Cancelled | State::Declined | State::Expired => "CANCELLED",
    };
    let mut out = Lines::default();
    out.line("BEGIN", "VCALENDAR");
    out.line("VERSION", "2.0");
    out.line("PRODID", "-//booking//booking//EN");
    out.line("METHOD", if gone { "CANCEL" } else { "PUBLISH" });
    out.line("BEGIN", "VEVENT");
    out.line("UID", &WireId(booking.id).to_string());
    out.line("SEQUENCE", &(booking.version - 1).to_string());
    out.line("DTSTAMP", &instant(booking.changed));
    out.line("CREATED", &instant(booking.created));
    out.line("LAST-MODIFIED", &instant(booking.changed));
    out.line("DTSTART", &instant(booking.visit.start()));
    out.line("DTEND", &instant(booking.visit.end()));
    out.line("SUMMARY", &escaped(summary));
    out.line("STATUS", status);
    out.line("TRANSP", if gone { "TRANSPARENT" } else { "OPAQUE" });
    out.line("END", "VEVENT");
    out.line("END", "VCALENDAR");
    out.0
}

fn instant(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

/// Text as RFC 5545 writes it (section 3.3.11). Other control characters have no place in it and are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' | ';' | ',' => out.extend(['\\', letter]),
            '\r' if letters.peek() == Some(&'\n') => {}
            '\r' | '\n' => out.push_str("\\n"),
            '\t' => out.push('\t'),
            other if other.is_control() => {}
            other => out.push(other),
        }
    }
    out
}

#[derive(Default)]
struct Lines(String);

impl Lines {
    /// Writes a line, folded where it is too long; never inside a character.
    fn line(&mut self, name: &str, value: &str) {
        let mut length = 0;
        for letter in name.chars().chain([':']).chain(value.chars()) {
            if length + letter.len_utf8() > LINE {
                self.0.push_str("\r\n ");
                length = 1;
            }
            self.0.push(letter);
            length += letter.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_stays_text() {
        assert_eq!(escaped("a\\b;c,d"), "a\\\\b\\;c\\,d");
        assert_eq!(escaped("a\r\nb\nc\rd"), "a\\nb\\nc\\nd");
        assert_eq!(escaped("x\u{0}\u{7}\u{1b}y"), "xy");
    }

    #[test]
    fn lines_are_folded_between_characters() {
        let mut lines = Lines::default();
        lines.line("SUMMARY", &"ü€😀".repeat(40));
        for line in lines.0.split("\r\n") {
            assert!(line.len() <= LINE, "{line}");
        }
        let unfolded = lines.0.replace("\r\n ", "");
        assert_eq!(unfolded, format!("SUMMARY:{}\r\n", "ü€😀".repeat(40)));
    }
}
