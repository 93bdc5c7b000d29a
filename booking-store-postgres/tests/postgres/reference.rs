//! Random histories on this store and on the reference: every answer and every read is the same.

use crate::history::{Random, SERVICES, booking_id, customer, resource, service};
use crate::support::{Database, Judge};
use booking_core::memory::State;
use booking_core::{
    Action, BookingFilter, BookingId, BookingStore, CommitError, Committed, CountedQuery, Interval,
    LimitSubject, Occupancy, OccupancyQuery, Standing, StandingQuery, TenantId, WaitingQuery,
};
use booking_store_postgres::PostgresStore;
use chrono::DateTime;

const TENANT: TenantId = TenantId::SINGLE;

#[tokio::test]
async fn random_histories_end_like_the_reference() {
    for seed in seeds() {
        let database = Database::new(Judge::Command).await;
        let store = database.store(2).await;
        run(&store, seed).await;
    }
}

/// One seed to replay, or a few.
fn seeds() -> Vec<u64> {
    match std::env::var("BOOKING_SEED") {
        Ok(seed) => vec![seed.parse().unwrap()],
        Err(_) => (1..=6).collect(),
    }
}

async fn run(store: &PostgresStore, seed: u64) {
    let mut random = Random::new(seed);
    let mut state = State::new();
    let mut now = 0;
    let mut narrowed = false;
    for step in 0..160 {
        now += random.below(3) * random.below(4);
        let command = random.command(now);
        let expected = state.apply(&command, now);
        let found = store.commit(&command).await;
        let replay = format!("step {step} of BOOKING_SEED={seed} at {now}: {command:#?}");
        assert_eq!(told(&found), told(&expected), "{replay}");
        narrowed |= matches!(command.action, Action::SetCapacity { .. });
        compare(store, &state, now, narrowed, &replay).await;
    }
}

fn told(answer: &Result<Committed, CommitError>) -> String {
    format!("{answer:#?}")
}

/// Claims are an index of the future: where more units were in use in the past than a smaller capacity has, those that
/// are over are gone.
async fn compare(store: &PostgresStore, state: &State, now: i64, narrowed: bool, replay: &str) {
    let over = if narrowed { now } else { 0 };
    let all = vec![resource(1), resource(2), resource(3)];
    for (from, until) in [(1, 2_000), (40, 90)] {
        for ignoring in [None, Some(booking_id(1)), Some(booking_id(2))] {
            look(
                store,
                state,
                OccupancyQuery { resources: all.clone(), ..seen(from, until, now, ignoring) },
                over,
                replay,
            )
            .await;
        }
    }
    // Each by itself: those that never had more than a unit are read another way. Narrow windows have little in them, and
    // much that reaches into them.
    for one in all {
        for (from, until) in [(40, 90), (now + 1, now + 2), (now + 10, now + 13)] {
            let query = OccupancyQuery { resources: vec![one], ..seen(from, until, now, None) };
            look(store, state, query, over, replay).await;
        }
    }
    let window = Interval::from_seconds(1, 150).unwrap();
    let subjects = vec![
        LimitSubject::Customer(customer(1)),
        LimitSubject::Resource(resource(2)),
        LimitSubject::Service(service(1)),
    ];
    for subjects in [subjects.clone(), vec![subjects[0]], vec![subjects[1]]] {
        let query = CountedQuery { tenant: TENANT, subjects, window, now, ignoring: Some(booking_id(3)) };
        assert_eq!(store.counted(&query).await.unwrap(), state.counted(&query), "counted after {replay}");
    }
    for number in 1..=SERVICES {
        let query = StandingQuery {
            tenant: TENANT,
            service: service(number),
            customer: Some(customer(1)),
            resources: vec![resource(3), resource(1), resource(2)],
            window,
            missed_since: 20,
            now,
        };
        let found = store.standing(&query).await.unwrap();
        assert_eq!(ranked(found), ranked(state.standing(&query)), "standing after {replay}");
    }
    let events = store.events(TENANT, 3, 1_000).await.unwrap();
    assert_eq!(events, state.events(TENANT, 3, 1_000), "events after {replay}");
    let instant = DateTime::from_timestamp(now, 0).unwrap();
    let lapsed = store.lapsed(TENANT, instant, 3).await.unwrap();
    assert_eq!(lapsed, state.lapsed(TENANT, instant, 3), "lapsed after {replay}");
    let query = WaitingQuery { tenant: TENANT, window, now, limit: 3 };
    assert_eq!(store.waiting(&query).await.unwrap(), state.waiting(&query), "waiting after {replay}");
    lists(store, state, now, replay).await;
}

fn seen(from: i64, until: i64, now: i64, ignoring: Option<BookingId>) -> OccupancyQuery {
    let window = Interval::from_seconds(from, until).unwrap();
    OccupancyQuery { tenant: TENANT, resources: Vec::new(), window, now, ignoring }
}

async fn look(store: &PostgresStore, state: &State, query: OccupancyQuery, over: i64, replay: &str) {
    let found = store.occupancy(&query).await.unwrap();
    let expected = sorted(state.occupancy(&query), over);
    assert_eq!(sorted(found, over), expected, "{query:?} after {replay}");
}

async fn lists(store: &PostgresStore, state: &State, now: i64, replay: &str) {
    let all = BookingFilter { now, limit: 1_000, ..BookingFilter::default() };
    let window = Some(Interval::from_seconds(40, 90).unwrap());
    let filters = [
        BookingFilter { window, ..all.clone() },
        BookingFilter { customer: Some(customer(1)), ..all.clone() },
        BookingFilter { resource: Some(resource(2)), service: Some(service(1)), ..all.clone() },
        BookingFilter {
            states: vec![booking_core::State::Expired, booking_core::State::Confirmed],
            ..all.clone()
        },
        BookingFilter {
            limit: 2,
            after: state.bookings(TENANT, &all).items.first().map(|b| (b.start(), b.id)),
            ..all.clone()
        },
        all,
    ];
    for filter in filters {
        let found = store.bookings(TENANT, &filter).await.unwrap();
        assert_eq!(found, state.bookings(TENANT, &filter), "{filter:?} after {replay}");
    }
}

/// In one order: the port promises none.
fn sorted(mut occupancy: Occupancy, over: i64) -> Occupancy {
    occupancy.claims.retain(|row| row.claim.blocked_until() > over);
    occupancy.sessions.retain(|row| row.session.key.visit.end_second() + 5 > over);
    occupancy.claims.sort_by_key(|row| (row.claim, row.by));
    occupancy.blocks.sort_by_key(|block| block.id);
    occupancy.sessions.sort_by_key(|row| row.session.id);
    occupancy.capacities.sort_unstable();
    occupancy
}

/// The numbers of assignments as ranks: only their order is promised.
fn ranked(mut standing: Standing) -> Standing {
    let mut numbers: Vec<u64> = standing.resources.iter().map(|(_, row)| row.last_sequence).collect();
    numbers.sort_unstable();
    numbers.dedup();
    for (_, row) in &mut standing.resources {
        let has = row.last_sequence > 0;
        row.last_sequence =
            if has { numbers.partition_point(|&n| n < row.last_sequence) as u64 + 1 } else { 0 };
    }
    // Ranks start where the smallest is.
    let least =
        standing.resources.iter().map(|(_, row)| row.last_sequence).filter(|&n| n > 0).min().unwrap_or(1);
    for (_, row) in &mut standing.resources {
        row.last_sequence = row.last_sequence.saturating_sub(least - 1);
    }
    standing
}
