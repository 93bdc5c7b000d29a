//! `GET /v1/availability/stream`.

use std::time::Duration;

use axum::body::BodyDataStream;
use futures_util::StreamExt;
use serde_json::Value;

use crate::support::{CLASS, Desk, VISIT, in_no_time, service};

/// Somebody who listens, and the slots it holds.
struct Listener {
    stream: BodyDataStream,
    held: Vec<Value>,
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
        Self::open_for(desk, VISIT, last).await
    }

    async fn open_for(desk: &Desk, number: u64, last: Option<&str>) -> Self {
        let path =
            format!("/v1/availability/stream?service={}&from=2026-03-23&to=2026-03-24", service(number));
        let mut headers = vec![("authorization", "Bearer public-1")];
        headers.extend(last.map(|last| ("last-event-id", last)));
        let response = desk.response("GET", &path, &headers).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { stream: response.into_body().into_data_stream(), held: Vec::new(), last: String::new() }
    }

    async fn hear(&mut self) -> Heard {
        let Some(chunk) = in_no_time(self.stream.next()).await else { return Heard::End };
        let text = String::from_utf8(chunk.expect("a chunk").to_vec()).expect("text");
        assert!(text.ends_with("\n\n"), "an event is sent whole: {text}");
        let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let Some(event) = field("event:") else {
            assert!(text.starts_with(':'), "{text}");
            return Heard::Comment;
        };
        let data: Value = serde_json::from_str(field("data:").expect("data")).expect("JSON");
        let list = |name: &str| data[name].as_array().expect("a list").clone();
        if event == "snapshot" {
            self.held = list("slots");
        } else {
            let (added, removed) = (list("added"), list("removed"));
            let replaced = |slot: &Value| added.iter().any(|new| new["start"] == slot["start"]);
            self.held.retain(|slot| !removed.contains(&slot["start"]) && !replaced(slot));
            self.held.extend(added);
            self.held.sort_by_key(|slot| slot["start"].to_string());
        }
        field("id:").expect("an id").clone_into(&mut self.last);
        Heard::Event(event.to_owned())
    }

    /// Hears what comes when time passes: a second for every question that the store answers meanwhile.
    async fn hear_later(&mut self, desk: &Desk) -> Heard {
        let second = async || {
            desk.get("/v1/bookings").await;
            tokio::time::advance(Duration::from_secs(1)).await;
        };
        in_no_time(async {
            loop {
                tokio::select! {
                    biased;
                    heard = self.hear() => return heard,
                    () = second() => {}
                }
            }
        })
        .await
    }

    #[track_caller]
    fn event(heard: &Heard, expected: &str) {
        assert!(matches!(heard, Heard::Event(name) if name == expected), "not {expected}");
    }
}

/// What a fresh question answers.
async fn fresh(desk: &Desk) -> Vec<Value> {
    fresh_for(desk, VISIT).await
}

async fn fresh_for(desk: &Desk, number: u64) -> Vec<Value> {
    let path = format!("/v1/services/{}/slots?from=2026-03-23&to=2026-03-24", service(number));
    desk.get(&path).await.body["slots"].as_array().expect("slots").clone()
}

#[tokio::test(start_paused = true)]
async fn whoever_listens_holds_what_a_fresh_question_answers() {
    let desk = Desk::open().await;
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

/// No time passes: nobody looks again unless told to.
#[tokio::test(start_paused = true)]
async fn what_was_booked_elsewhere_is_told_as_soon_as_it_is_heard_of() {
    let desk = Desk::open().await;
    let mut listener = Listener::open(&desk, None).await;
    Listener::event(&listener.hear().await, "snapshot");
    desk.elsewhere().book("2026-03-23T09:00:00+01:00", "one").await;
    desk.api().changed();
    Listener::event(&listener.hear().await, "delta");
    assert_eq!(listener.held, fresh(&desk).await);
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_back_gets_what_it_missed() {
    let desk = Desk::open().await;
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
    let desk = Desk::open().await;
    let mut listener = Listener::open(&desk, None).await;
    Listener::event(&listener.hear().await, "snapshot");
    let begun = tokio::time::Instant::now();
    assert!(matches!(listener.hear_later(&desk).await, Heard::Comment));
    assert!((15..60).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
    desk.clock.set("2026-03-23T08:10:00Z".parse().expect("an instant"));
    Listener::event(&listener.hear_later(&desk).await, "delta");
    assert_eq!(listener.held, fresh(&desk).await);
    assert_eq!(listener.held.len(), 5);
    desk.api().stop();
    assert!(matches!(listener.hear().await, Heard::End));
}

#[tokio::test]
async fn what_is_wrong_is_said_before_the_stream_begins() {
    let desk = Desk::open().await;
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

/// Numbers that come out the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

#[tokio::test(start_paused = true)]
async fn seats_that_are_left_are_told_whatever_happens() {
    for seed in 1..=3 {
        let desk = Desk::open().await;
        let mut dice = Dice(seed);
        let mut listener = Listener::open_for(&desk, CLASS, None).await;
        Listener::event(&listener.hear().await, "snapshot");
        let mut booked = Vec::new();
        for step in 0..30 {
            if booked.len() > 3 && dice.below(2) == 0 {
                let id: String = booked.remove(dice.below(booked.len() as u64) as usize);
                let path = format!("/v1/bookings/{id}/cancel");
                let cancelled = desk.post(&path, &[("if-match", "*")], &serde_json::json!({})).await;
                assert_eq!(cancelled.status, 200, "seed {seed}: {}", cancelled.text);
            } else {
                let start = format!("2026-03-23T{:02}:{:02}:00+01:00", 9 + dice.below(3), 30 * dice.below(2));
                let party = 1 + dice.below(3);
                let body = serde_json::json!({ "service": service(CLASS), "start": start, "party": party });
                let reply = desk.post("/v1/bookings", &[("idempotency-key", &step.to_string())], &body).await;
                if reply.status != 201 {
                    assert_eq!(reply.problem(), (409, "not_bookable"), "seed {seed}");
                    continue;
                }
                booked.push(reply.id());
            }
            Listener::event(&listener.hear().await, "delta");
            assert_eq!(listener.held, fresh_for(&desk, CLASS).await, "seed {seed}, step {step}");
        }
        assert!(listener.held.iter().all(|slot| slot["left"].is_u64()));
    }
}
