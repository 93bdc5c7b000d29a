//! Fifty clients at once: exactly as many bookings as there is room for.

use std::collections::BTreeSet;

use serde_json::json;

use crate::support::{CLASS, Desk, HOSTS, Reply, VISIT, service};

const NINE: &str = "2026-03-23T09:00:00+01:00";

/// Fifty clients ask for the same start of a service, each with a key of its own.
async fn race(desk: &Desk, number: u64) -> Vec<Reply> {
    let mut clients = tokio::task::JoinSet::new();
    for client in 0..50 {
        let desk = desk.clone();
        clients.spawn(async move {
            let body = json!({ "service": service(number), "start": NINE });
            desk.post("/v1/bookings", &[("idempotency-key", &client.to_string())], &body).await
        });
    }
    clients.join_all().await
}

fn winners(replies: &[Reply]) -> usize {
    for reply in replies.iter().filter(|reply| reply.status != 201) {
        assert_eq!(reply.problem(), (409, "not_bookable"));
    }
    replies.iter().filter(|reply| reply.status == 201).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_fifty_gets_the_slot() {
    let desk = Desk::open().await;
    assert_eq!(winners(&race(&desk, VISIT).await), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn five_of_fifty_get_into_the_class() {
    let desk = Desk::open().await;
    assert_eq!(winners(&race(&desk, CLASS).await), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_of_fifty_get_one_host_each() {
    let desk = Desk::open().await;
    let replies = race(&desk, HOSTS).await;
    assert_eq!(winners(&replies), 10);
    let hosts: BTreeSet<String> = replies
        .iter()
        .filter_map(|reply| Some(reply.body["resources"][0]["resource"].as_str()?.to_owned()))
        .collect();
    assert_eq!(hosts.len(), 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_retries_with_one_key_are_one_booking() {
    let desk = Desk::open().await;
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let desk = desk.clone();
        clients.spawn(async move { desk.book(NINE, "the same").await });
    }
    let replies = clients.join_all().await;
    let ids: BTreeSet<String> = replies.iter().map(Reply::id).collect();
    assert!(replies.iter().all(|reply| reply.status == 201));
    assert_eq!(ids.len(), 1);
}
