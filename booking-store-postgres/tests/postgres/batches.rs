//! Bookings that come in together.

use booking_core::{Action, BookingId, BookingStore, CommitError, Committed, Initial, ResourceId};
use booking_store_postgres::PostgresStore;
use booking_store_postgres::sqlx::query_scalar;
use tokio::task::JoinSet;

use crate::desk::*;
use crate::races::assert_sound;
use crate::support::{Database, Judge};

const CLIENTS: u64 = 64;

async fn together(
    store: &PostgresStore,
    command: impl Fn(u64) -> booking_core::Command,
) -> Vec<(u64, Result<Committed, CommitError>)> {
    let mut clients = JoinSet::new();
    for number in 1..=CLIENTS {
        let (store, command) = (store.clone(), command(number));
        clients.spawn(async move { (number, store.commit(&command).await) });
    }
    clients.join_all().await
}

/// A booking of each kind that a batch takes: confirmed and held, with one resource and with two.
fn ordinary(number: u64) -> booking_core::Command {
    let start = i64::try_from(number).unwrap() * 60;
    let on: &[u64] = if number.is_multiple_of(3) { &[1, 2] } else { &[1] };
    let mut asked = placement(number, on, start, start + 60);
    if number.is_multiple_of(2) {
        asked.booking.initial = Initial::Held(at(50_000));
    }
    let mut command = command(Action::Place(vec![asked]));
    command.key = Some(crate::history::key(&number.to_string()));
    command
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_answers_what_it_wrote_and_answers_it_again() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(16).await;
    // Resources get their lanes with their first booking, which is not ordinary for that.
    store.commit(&place(100, &[1, 2], 50_000, 50_060)).await.unwrap();
    let answers = together(&store, ordinary).await;
    for (number, answer) in answers {
        let answer = answer.unwrap();
        assert!(!answer.replayed);
        let stored = store.booking(TENANT, BookingId::from_u64(number)).await.unwrap();
        assert_eq!(answer.bookings, [stored.unwrap()]);
        let again = store.commit(&ordinary(number)).await.unwrap();
        assert!(again.replayed);
        assert_eq!(again.bookings, answer.bookings);
    }
    let mut owner = database.owner().await;
    let transactions: i64 = query_scalar("SELECT count(DISTINCT xmin::text) FROM booking.bookings")
        .fetch_one(&mut owner)
        .await
        .unwrap();
    assert!(transactions < 40, "{transactions} transactions made {CLIENTS} bookings");
    assert_sound(&mut owner).await;
}

/// What the database does not take is refused to whoever sent it, and to nobody else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_cannot_be_written_spoils_no_batch() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(16).await;
    store.commit(&place(100, &[1], 50_000, 50_060)).await.unwrap();
    let answers = together(&store, |number| {
        let start = i64::try_from(number).unwrap() * 60;
        let mut asked = placement(number, &[1], start, start + 60);
        if number == 7 {
            asked.plans[0].picks[0].requirement = "no\0text".to_owned();
        }
        command(Action::Place(vec![asked]))
    })
    .await;
    for (number, answer) in answers {
        assert_eq!(answer.is_ok(), number != 7, "{number}: {answer:?}");
    }
    assert_sound(&mut database.owner().await).await;
}

/// Some want what others in the same batch want, some a resource with several units.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_ordinary_goes_alone() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(16).await;
    store.commit(&place(100, &[1], 50_000, 50_060)).await.unwrap();
    let action = Action::SetCapacity { resource: ResourceId::from_u64(2), capacity: 3 };
    store.commit(&command(action)).await.unwrap();
    let answers = together(&store, |number| match number % 4 {
        // About two for each slot of one unit, twelve for each of three.
        0 => place(
            number,
            &[1],
            i64::try_from(number / 8).unwrap() * 60,
            i64::try_from(number / 8).unwrap() * 60 + 60,
        ),
        _ => place(
            number,
            &[2],
            i64::try_from(number / 16).unwrap() * 60,
            i64::try_from(number / 16).unwrap() * 60 + 60,
        ),
    })
    .await;
    let mut made = [0; 2];
    for (number, answer) in answers {
        made[usize::from(!number.is_multiple_of(4))] += u64::from(fitted(answer));
    }
    // Nine slots of one unit, four of three.
    assert_eq!(made, [9, 12]);
    assert_sound(&mut database.owner().await).await;
}

/// What comes in together for `what_a_batch_refuses`, by number.
fn wanting(number: u64) -> booking_core::Command {
    let start = i64::try_from(number).unwrap() * 60;
    match number % 8 {
        // Taken before, on one of two resources and by an end.
        0 => place(number, &[2, 1], 50_000, 50_030),
        1 => place(number, &[4, 1], 49_990, 50_010),
        // Wanted by many: of one unit, and of three.
        2 | 3 => place(number, &[1], 0, 60),
        4 => place(number, &[3], 0, 60),
        // Taken, but there is another way.
        5 => {
            let mut asked = placement(number, &[1], 50_000, 50_060);
            asked.plans.push(plan(&[5], start, start + 60));
            command(Action::Place(vec![asked]))
        }
        // An id that is there, and what others want.
        6 => place(100, &[1], 0, 60),
        // Sent twice under one key.
        _ => {
            let start = i64::try_from(number / 16).unwrap() * 60;
            let mut command = place(1_000 + number / 16, &[6], start, start + 60);
            command.key = Some(crate::history::key(&(number / 16).to_string()));
            command
        }
    }
}

/// Whoever finds taken what they want is told so by the batch, in the words of a command of its own; and nobody else is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_batch_refuses() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(16).await;
    let lanes = place(99, &[1, 2, 3, 4, 5, 6], 60_000, 60_060);
    for before in [lanes, place(100, &[1], 50_000, 50_060)] {
        store.commit(&before).await.unwrap();
    }
    let action = Action::SetCapacity { resource: ResourceId::from_u64(3), capacity: 3 };
    store.commit(&command(action)).await.unwrap();
    let (mut made, mut replayed) = (0, 0);
    let alone = store.clone().without_batches();
    for (number, answer) in together(&store, wanting).await {
        match answer {
            Ok(answer) => {
                assert!(matches!(number % 8, 2..=5 | 7), "{number}");
                made += 1;
                replayed += u64::from(answer.replayed);
            }
            Err(refusal) => {
                let again = alone.commit(&wanting(number)).await;
                assert_eq!(format!("{:?}", Err::<Committed, _>(refusal)), format!("{again:?}"), "{number}");
            }
        }
    }
    // One of a unit, three of three, eight on the other way, eight under four keys.
    assert_eq!((made, replayed), (1 + 3 + 8 + 8, 4));
    assert_sound(&mut database.owner().await).await;
}
