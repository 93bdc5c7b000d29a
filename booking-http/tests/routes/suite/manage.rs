//! `/v1/manage/{token}` and calendar files.

use calcard::icalendar::{ICalendar, ICalendarProperty};
use serde_json::json;

use crate::support::{Desk, Reply};

const NINE: &str = "2026-03-23T09:00:00+01:00";

async fn link(desk: &Desk, id: &str) -> String {
    let reply = desk.post(&format!("/v1/bookings/{id}/guest-link"), &[], &json!({})).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    format!("/v1/{}", reply.body["path"].as_str().expect("a path"))
}

async fn guest(desk: &Desk, method: &str, path: &str, body: &str) -> Reply {
    desk.raw(method, path, &[("content-type", "application/json")], body.to_owned()).await
}

#[tokio::test]
async fn a_guest_sees_moves_and_cancels_one_booking() {
    let desk = Desk::open().await;
    let booked = desk.book(NINE, "one").await;
    let path = link(&desk, &booked.id()).await;
    let seen = guest(&desk, "GET", &path, "").await;
    assert_eq!((seen.status, &seen.body), (200, &booked.body));
    let body = json!({ "start": "2026-03-23T10:00:00+01:00" }).to_string();
    let moved = guest(&desk, "POST", &format!("{path}/reschedule"), &body).await;
    assert_eq!(moved.body["start"], "2026-03-23T10:00:00+01:00", "{}", moved.text);
    let cancelled = guest(&desk, "POST", &format!("{path}/cancel"), "").await;
    assert_eq!(cancelled.body["state"], "cancelled");
    let history = desk.get(&format!("/v1/bookings/{}/history", booked.id())).await;
    assert_eq!(history.body["items"][1]["who"], "customer");
}

#[tokio::test]
async fn a_guest_is_not_told_about_others() {
    let desk = Desk::open().await;
    let mine = desk.book(NINE, "one").await;
    desk.book("2026-03-23T10:00:00+01:00", "two").await;
    let path = link(&desk, &mine.id()).await;
    let body = json!({ "start": "2026-03-23T10:00:00+01:00" }).to_string();
    let refused = guest(&desk, "POST", &format!("{path}/reschedule"), &body).await;
    assert_eq!(refused.problem(), (409, "not_bookable"));
    assert!(!refused.text.contains("bkg_"), "{}", refused.text);
    let waived = json!({ "start": NINE, "waive": ["grid"] }).to_string();
    let refused = guest(&desk, "POST", &format!("{path}/reschedule"), &waived).await;
    assert_eq!((refused.problem(), refused.at()), ((422, "invalid_request"), "pointer /waive".to_owned()));
}

#[tokio::test]
async fn a_link_is_signed_and_dies() {
    let desk = Desk::open().await;
    let booked = desk.book(NINE, "one").await;
    let path = link(&desk, &booked.id()).await;
    let mut forged = path.clone();
    forged.replace_range(forged.len() - 1.., if path.ends_with('0') { "1" } else { "0" });
    for strange in [forged.as_str(), "/v1/manage/x", "/v1/manage/%00"] {
        assert_eq!(guest(&desk, "GET", strange, "").await.problem(), (404, "not_found"), "{strange}");
    }
    desk.clock.set("2026-04-22T07:30:00Z".parse().expect("an instant"));
    assert_eq!(guest(&desk, "GET", &path, "").await.status, 200);
    desk.clock.advance(60 * 60);
    assert_eq!(guest(&desk, "GET", &path, "").await.problem(), (410, "link_expired"));
}

/// The values of a property of the event, as another program reads them.
fn read(text: &str, property: &ICalendarProperty) -> String {
    let calendar = ICalendar::parse(text).expect("a calendar");
    let event = calendar.components.iter().find(|one| one.property(&ICalendarProperty::Uid).is_some());
    let value = &event.expect("an event").property(property).expect("the property").values[0];
    value.as_text().map_or_else(|| format!("{value:?}"), str::to_owned)
}

#[tokio::test]
async fn a_calendar_file_follows_its_booking() {
    let desk = Desk::open().await;
    let booked = desk.book(NINE, "one").await;
    let path = format!("/v1/bookings/{}/calendar.ics", booked.id());
    let first = desk.get(&path).await;
    assert_eq!(first.header("content-type"), Some("text/calendar; charset=utf-8"));
    assert_eq!(read(&first.text, &ICalendarProperty::Uid), booked.id());
    assert_eq!(read(&first.text, &ICalendarProperty::Summary), "A service");
    for line in [
        "METHOD:PUBLISH",
        "SEQUENCE:0",
        "STATUS:CONFIRMED",
        "DTSTART:20260323T080000Z",
        "DTEND:20260323T083000Z",
    ] {
        assert!(first.text.contains(&format!("{line}\r\n")), "{line} in {}", first.text);
    }
    desk.post(&format!("/v1/bookings/{}/cancel", booked.id()), &[("if-match", "*")], &json!({})).await;
    let second = desk.get(&path).await;
    for line in ["METHOD:CANCEL", "SEQUENCE:1", "STATUS:CANCELLED"] {
        assert!(second.text.contains(&format!("{line}\r\n")), "{line} in {}", second.text);
    }
    let guest_path = link(&desk, &booked.id()).await;
    let seen = guest(&desk, "GET", &format!("{guest_path}/calendar.ics"), "").await;
    assert_eq!(seen.text, second.text);
}
