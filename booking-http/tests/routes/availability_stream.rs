//! `GET /v1/availability/stream`.

use axum::body::BodyDataStream;
use futures_util::StreamExt;
use serde_json::Value;

use crate::support::{Desk, VISIT, service};

/// Somebody who listens, and what it holds.
struct Listener {
    stream: BodyDataStream,
    held: Vec<String>,
    last: String,
}

/// One event: its name, or the comment.
enum Heard {
    Event(String),
    Comment,
    End,
}

impl Listener {
    async fn open(desk: &Desk, last: Option<&str>) -> Self {
        let path =
            format!("/v1/availability/stream?service={}&from=2026-03-23&to=2026-03-24", service(VISIT));
        let mut headers = vec![("authorization", "Bearer public-1")];
        headers.extend(last.map(|last| ("last-event-id", last)));
        let response = desk.response("GET", &path, &headers).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { stream: response.into_body().into_data_stream(), held: Vec::new(), last: String::new() }
    }

    async fn hear(&mut self) -> Heard {
        let Some(chunk) = self.stream.next().await else { return Heard::End };
        let text = String::from_utf8(chunk.expect("a chunk").to_vec()).expect("text");
        assert!(text.ends_with("\n\n"), "an event is sent whole: {text}");
        let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let Some(event) = field("event:") else {
            assert!(text.starts_with(':'), "{text}");
            return Heard::Comment;
        };
        let data: Value = serde_json::from_str(field("data:").expect("data")).expect("JSON");
        let starts = |list: &Value| -> Vec<String> {
            let list = list.as_array().expect("a list").iter();
            list.map(|one| one["start"].as_str().or(one.as_str()).expect("a start").to_owned()).collect()
        };
        if event == "snapshot" {
            self.held = starts(&data["slots"]);
        } else {
            let removed = starts(&data["removed"]);
            self.held.retain(|start| !removed.contains(start));
            self.held.extend(starts(&data["added"]));
            self.held.sort();
        }
        field("id:").expect("an id").clone_into(&mut self.last);
        Heard::Event(event.to_owned())
    }

    #[track_caller]
    fn event(heard: &Heard, expected: &str) {
        assert!(matches!(heard, Heard::Event(name) if name == expected), "not {expected}");
    }
}

/// What a fresh question answers.
async fn fresh(desk: &Desk) -> Vec<String> {
    let reply =
        desk.get(&format!("/v1/services/{}/slots?from=2026-03-23&to=2026-03-24", service(VISIT))).await;
    let slots = reply.body["slots"].as_array().expect("slots").iter();
    slots.map(|slot| slot["start"].as_str().expect("a start").to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn whoever_listens_holds_what_a_fresh_question_answers() {
    let desk = Desk::open();
    let mut listener = Listener::open(&desk, None).await;
    Listener::event(&listener.hear().await, "snapshot");
    assert_eq!(listener.held, fresh(&desk).await);
    let mut ids = Vec::new();
    for (index, time) in ["09:00", "10:30", "09:30"].iter().enumerate() {
        let booked = desk.book(&format!("2026-03-23T{time}:00+01:00"), &index.to_string()).await;
        ids.push(booked.id());
        Listener::event(&listener.hear().await, "delta");
        assert_eq!(listener.held, fresh(&desk).await);
    }
    for id in ids {
        let path = format!("/v1/bookings/{id}/cancel");
        desk.post(&path, &[("if-match", "*")], &serde_json::json!({})).await;
        Listener::event(&listener.hear().await, "delta");
        assert_eq!(listener.held, fresh(&desk).await);
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_back_gets_what_it_missed() {
    let desk = Desk::open();
    let mut listener = Listener::open(&desk, None).await;
    Listener::event(&listener.hear().await, "snapshot");
    let (held, last) = (listener.held.clone(), listener.last.clone());
    desk.book("2026-03-23T09:00:00+01:00", "one").await;
    Listener::event(&listener.hear().await, "delta");
    drop(listener);
    desk.book("2026-03-23T10:00:00+01:00", "two").await;
    let mut back = Listener::open(&desk, Some(&last)).await;
    back.held = held;
    Listener::event(&back.hear().await, "delta");
    Listener::event(&back.hear().await, "delta");
    assert_eq!(back.held, fresh(&desk).await);
    // Ids of another life, of the future and of nowhere get everything.
    for strange in ["0-0", "x", "", &format!("{last}9")] {
        let mut back = Listener::open(&desk, Some(strange)).await;
        Listener::event(&back.hear().await, "snapshot");
        assert_eq!(back.held, fresh(&desk).await);
    }
}

#[tokio::test(start_paused = true)]
async fn time_passes_on_a_stream() {
    let desk = Desk::open();
    let mut listener = Listener::open(&desk, None).await;
    Listener::event(&listener.hear().await, "snapshot");
    let begun = tokio::time::Instant::now();
    assert!(matches!(listener.hear().await, Heard::Comment));
    assert_eq!(begun.elapsed().as_secs(), 15);
    desk.clock.set("2026-03-23T08:10:00Z".parse().expect("an instant"));
    Listener::event(&listener.hear().await, "delta");
    assert_eq!(listener.held, fresh(&desk).await);
    assert_eq!(listener.held.len(), 5);
    desk.stop();
    assert!(matches!(listener.hear().await, Heard::End));
}

#[tokio::test]
async fn what_is_wrong_is_said_before_the_stream_begins() {
    let desk = Desk::open();
    let ask = async |query: &str| desk.get(&format!("/v1/availability/stream?{query}")).await;
    assert_eq!(ask("").await.problem(), (422, "invalid_request"));
    assert_eq!(ask(&format!("service={}", service(99))).await.problem(), (404, "not_found"));
    for (query, at) in [
        ("party=0", "parameter party"),
        ("duration=PT7M", "parameter duration"),
        ("to=2020-01-01", "parameter to"),
    ] {
        let reply = ask(&format!("service={}&{query}", service(VISIT))).await;
        assert_eq!((reply.problem(), reply.at()), ((422, "invalid_request"), at.to_owned()), "{query}");
    }
}
