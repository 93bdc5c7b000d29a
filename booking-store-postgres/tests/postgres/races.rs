//! 64 clients at once. Whatever they do, nothing overlaps, nothing feasible is refused, and no deadlock is seen.

use std::sync::Arc;

use booking_core::{
    Action, BookingStore, Change, CommitError, Committed, Initial, LimitCheck, LimitSubject, Over,
    ResourceId, ServiceId,
};
use booking_store_postgres::PostgresStore;
use booking_store_postgres::sqlx::{PgConnection, query_as, query_scalar};
use tokio::task::JoinSet;

use crate::desk::*;
use crate::support::{Database, Judge};

const CLIENTS: u64 = 64;

/// Runs a client for each number at once and collects what they answer.
async fn race<F, T>(store: &PostgresStore, client: impl Fn(PostgresStore, u64) -> F) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let mut clients = JoinSet::new();
    for number in 1..=CLIENTS {
        clients.spawn(client(store.clone(), number));
    }
    clients.join_all().await
}

/// Written in SQL, apart from everything the store does: overlaps on one lane, units above the capacity, live bookings
/// without their claims, claims without a live booking.
pub(crate) async fn assert_sound(owner: &mut PgConnection) {
    let found: Vec<(String, String)> = query_as("SELECT problem, subject::text FROM booking.self_check($1)")
        .bind(TENANT.uuid())
        .fetch_all(&mut *owner)
        .await
        .unwrap();
    assert_eq!(found, []);
    let overlaps: i64 = query_scalar(
        "SELECT count(*) FROM booking.claims a JOIN booking.claims b
         ON (a.tenant_id, a.resource_id, a.lane) = (b.tenant_id, b.resource_id, b.lane)
         AND a.ctid <> b.ctid AND a.during && b.during",
    )
    .fetch_one(&mut *owner)
    .await
    .unwrap();
    assert_eq!(overlaps, 0);
    let over: i64 = query_scalar(
        "SELECT count(*) FROM booking.claims c JOIN booking.capacities k USING (tenant_id, resource_id)
         WHERE (SELECT count(*) FROM booking.claims o WHERE (o.tenant_id, o.resource_id) = (c.tenant_id, c.resource_id)
                AND o.during @> lower(c.during)) > k.units",
    ).fetch_one(&mut *owner).await.unwrap();
    assert_eq!(over, 0);
    let uneven: Vec<(String, i64, i64)> = query_as(
        "SELECT b.booking_id::text, (SELECT count(*) FROM booking.claims c WHERE c.booking_id = b.booking_id),
                CASE WHEN booking.is_live(b.state) AND b.session_id IS NULL
                     THEN (SELECT sum(units) FROM booking.wanted(b.claims)) ELSE 0 END::bigint
         FROM booking.bookings b
         WHERE b.deadline IS NULL OR b.state NOT IN ('held', 'pending')",
    ).fetch_all(&mut *owner).await.unwrap();
    let uneven: Vec<_> = uneven.into_iter().filter(|(_, found, owed)| found != owed).collect();
    assert_eq!(uneven, [], "bookings, their claims, and those they should have");
}

async fn units(store: &PostgresStore, on: u64, capacity: u32) {
    let action = Action::SetCapacity { resource: ResourceId::from_u64(on), capacity };
    store.commit(&command(action)).await.unwrap();
}

fn count(fitted: &[bool]) -> usize {
    fitted.iter().filter(|fitted| **fitted).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_many_gets_the_slot() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(64).await;
    for round in 0..4 {
        let start = round * 100;
        let won = race(&store, move |store, number| async move {
            let asked = place(u64::try_from(round).unwrap() * 100 + number, &[1], start, start + 60);
            fitted(store.commit(&asked).await)
        })
        .await;
        assert_eq!(count(&won), 1);
    }
    assert_sound(&mut database.owner().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_of_many_get_slots_that_do_not_meet() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(64).await;
    let won = race(&store, |store, number| async move {
        let start = i64::try_from(number).unwrap() * 60;
        fitted(store.commit(&place(number, &[1], start, start + 60)).await)
    })
    .await;
    assert_eq!(count(&won), 64);
    assert_sound(&mut database.owner().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn capacity_is_filled_exactly() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(64).await;
    units(&store, 1, 10).await;
    let won =
        race(&store, |store, number| async move { fitted(store.commit(&place(number, &[1], 0, 60)).await) })
            .await;
    assert_eq!(count(&won), 10);
    assert_sound(&mut database.owner().await).await;
}

/// Visits of mixed lengths whose peak is exactly the capacity: lanes alone would refuse some of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_feasible_request_is_refused_for_its_lane() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(64).await;
    units(&store, 1, 4).await;
    // In each of the four layers visits follow each other without a gap, at their own bounds.
    let visits: Vec<(i64, i64)> = (0..4_i64)
        .flat_map(|layer| {
            let bounds: Vec<i64> = (0..=16).map(|step| step * 60 + (step * (layer + 3) * 7) % 50).collect();
            bounds.windows(2).map(|pair| (pair[0], pair[1])).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(visits.len(), 64);
    let visits = Arc::new(visits);
    let won = race(&store, |store, number| {
        let visits = visits.clone();
        async move {
            let (start, end) = visits[usize::try_from(number).unwrap() * 37 % 64];
            fitted(store.commit(&place(number, &[1], start, end)).await)
        }
    })
    .await;
    assert_eq!(count(&won), 64);
    assert_sound(&mut database.owner().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn opposite_orders_of_resources_do_not_block_each_other() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(64).await;
    for round in 0..4_u64 {
        let won = race(&store, move |store, number| async move {
            let on = if number % 2 == 0 { [1, 2, 3] } else { [3, 2, 1] };
            let start = i64::try_from(round).unwrap() * 100;
            fitted(store.commit(&place(round * 100 + number, &on, start, start + 60)).await)
        })
        .await;
        assert_eq!(count(&won), 1);
    }
    assert_sound(&mut database.owner().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_hold_is_taken_over_once() {
    let database = Database::new(Judge::Command).await;
    let store = database.store(64).await;
    let mut hold = placement(1_000, &[1, 2], 1_000, 1_060);
    hold.booking.initial = Initial::Held(at(10));
    store.commit(&command(Action::Place(vec![hold]))).await.unwrap();
    let won = race(&store, |store, number| async move {
        // Half want one of its resources, half the other, and its owner still tries to confirm it.
        let mut asked = match number {
            64 => change(1_000, Change::Confirm),
            number => place(number, &[1 + number % 2], 1_000, 1_060),
        };
        asked.now = at(10);
        match store.commit(&asked).await {
            Err(CommitError::Expired { .. }) if number == 64 => false,
            answer => fitted(answer),
        }
    })
    .await;
    assert_eq!(count(&won), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bookings_that_move_past_each_other_all_stay() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(64).await;
    units(&store, 2, 3).await;
    for number in 1..=CLIENTS {
        let start = i64::try_from(number).unwrap() * 60;
        store.commit(&place(number, &[1 + number % 2], start, start + 60)).await.unwrap();
    }
    // Each wants the place of its neighbour, which wants the place of this one.
    race(&store, |store, number| async move {
        for turn in 0..3_i64 {
            let target = i64::try_from(((number - 1) ^ 1) + 1).unwrap() * 60 + 30 * turn;
            let wanted = relocation(number, &[1 + (number + 1) % 2], target, target + 60);
            fitted(store.commit(&command(Action::Move(wanted))).await);
        }
    })
    .await;
    let mut owner = database.owner().await;
    let live: i64 = query_scalar("SELECT count(DISTINCT booking_id) FROM booking.claims")
        .fetch_one(&mut owner)
        .await
        .unwrap();
    assert_eq!(live, 64);
    assert_sound(&mut database.owner().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_holds_however_many_book_at_once() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(64).await;
    let won = race(&store, |store, number| async move {
        let start = i64::try_from(number).unwrap() * 60;
        let mut asked = placement(number, &[number], start, start + 60);
        asked.limits = vec![LimitCheck {
            rule: 0,
            subject: LimitSubject::Service(ServiceId::from_u64(1)),
            over: Over::Service,
            service: ServiceId::from_u64(1),
            intervals: vec![span(0, 86_400)],
            max_count: Some(5),
            max_seconds: None,
            adds: 60,
        }];
        match store.commit(&command(Action::Place(vec![asked]))).await {
            Err(CommitError::Limit { .. }) => false,
            answer => fitted(answer),
        }
    })
    .await;
    assert_eq!(count(&won), 5);
    assert_sound(&mut database.owner().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_books_once() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(64).await;
    let answers: Vec<Committed> = race(&store, |store, number| async move {
        let mut asked = place(number, &[number], 0, 60);
        asked.key = Some(crate::history::key("the same"));
        store.commit(&asked).await.unwrap()
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| !answer.replayed).count(), 1);
    assert!(answers.iter().all(|answer| answer.bookings == answers[0].bookings));
}

/// Everything at once on a few resources: whoever is refused is refused for a reason, and what stays is sound.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_that_does_everything_leaves_a_sound_calendar() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(64).await;
    units(&store, 1, 2).await;
    units(&store, 2, 5).await;
    race(&store, |store, number| async move {
        let mut random = crate::history::Random::new(number);
        for turn in 0..12_u64 {
            let id = number * 100 + turn;
            let start = random.below(10) * 30;
            let length = 30 + random.below(4) * 30;
            let on: &[u64] = [&[1][..], &[2], &[3], &[2, 1], &[3, 2], &[1, 2, 3]]
                [usize::try_from(random.below(6)).unwrap()];
            if fitted(store.commit(&place(id, on, start, start + length)).await) {
                match random.below(3) {
                    0 => drop(store.commit(&change(id, Change::Cancel { fee: None })).await.unwrap()),
                    1 => drop(fitted(
                        store
                            .commit(&command(Action::Move(relocation(id, on, start + 30, start + 60))))
                            .await,
                    )),
                    _ => {}
                }
            }
        }
    })
    .await;
    assert_sound(&mut database.owner().await).await;
}
