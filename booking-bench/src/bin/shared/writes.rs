//! What a flush costs; booking against plain inserts; the race for one slot; a thousand clients.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use booking_core::{BookingStore as _, CommitError};
use booking_store_postgres::PostgresStore;
use booking_store_postgres::sqlx::postgres::PgPool;
use uuid::Uuid;

use crate::book::{Asked, DAY, Done, RESOURCES, VISIT, Working, booking, closed_loop, place, warm_up};
use crate::database::Database;
use crate::report::{Limit, Report, median};
use crate::{Outcome, Plan, floor, flush};

/// How often what is compared alternates.
const TURNS: usize = 3;
const CLIENTS: u64 = 64;
const CROWD: u64 = 1_000;

/// One database, and numbers that no two bookings share.
struct Bench<'a> {
    plan: &'a Plan,
    pool: PgPool,
    batched: PostgresStore,
    alone: PostgresStore,
    numbers: Arc<AtomicU64>,
}

pub(crate) async fn measure(plan: &Plan, report: &mut Report) -> Outcome {
    let database = Database::make("writes").await?;
    let pool = database.pool(CLIENTS as u32).await?;
    let batched = PostgresStore::from_pool(pool.clone());
    let alone = batched.clone().without_batches();
    database.open(&alone, 4 * RESOURCES + 1).await?;
    floor::make(&database).await?;
    flush::measure(&database, report).await?;
    let bench = Bench { plan, pool, batched, alone, numbers: Arc::default() };
    bench.warm_up().await?;
    bench.against_inserts(1, Limit::AtMost(2.0), report).await?;
    bench.against_inserts(3, Limit::AtMost(2.5), report).await?;
    bench.race(report).await?;
    bench.crowd(report).await?;
    bench.pool.close().await;
    database.drop().await
}

impl Bench<'_> {
    async fn insert(&self, claims: u64) -> Outcome<f64> {
        Ok(closed_loop(CLIENTS, self.plan.turn, &self.numbers, self.inserting(claims)).await?.rate)
    }

    fn inserting(&self, claims: u64) -> impl Fn(u64, u64) -> Working + Clone + Send + Sync + 'static {
        let pool = self.pool.clone();
        move |_, number| {
            let pool = pool.clone();
            Box::pin(async move { floor::insert(&pool, Asked { number, claims }).await })
        }
    }

    async fn book(&self, store: &PostgresStore, clients: u64, claims: u64) -> Outcome<Done> {
        closed_loop(clients, self.plan.turn, &self.numbers, booking(store, claims)).await
    }

    /// Inserts and bookings, by every connection.
    async fn warm_up(&self) -> Outcome {
        for claims in [1, 3] {
            warm_up(CLIENTS as u32, &self.numbers, self.inserting(claims)).await?;
            for store in [&self.batched, &self.alone] {
                warm_up(CLIENTS as u32, &self.numbers, booking(store, claims)).await?;
            }
        }
        Ok(())
    }

    async fn against_inserts(&self, claims: u64, limit: Limit, report: &mut Report) -> Outcome {
        let (mut inserts, mut batched, mut alone) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..TURNS {
            inserts.push(self.insert(claims).await?);
            batched.push(self.book(&self.batched, CLIENTS, claims).await?.rate);
            alone.push(self.book(&self.alone, CLIENTS, claims).await?.rate);
        }
        let insert = median(inserts);
        let floor = format!("{insert:.0} inserts/s of the same rows");
        for (how, rates) in [("as it comes", batched), ("each by itself", alone)] {
            let rate = median(rates);
            let what = format!("{claims} claim(s), {CLIENTS} clients, {how}");
            report.add(&what, format!("{rate:.0} bookings/s"), floor.clone(), insert / rate, limit);
        }
        Ok(())
    }

    /// Everyone wants every slot: one of 64 gets it, the others are told so.
    async fn race(&self, report: &mut Report) -> Outcome {
        let (mut inserts, mut decided) = (Vec::new(), Vec::new());
        let slots: Arc<Vec<AtomicU64>> = Arc::new((0..CLIENTS).map(|_| AtomicU64::new(0)).collect());
        for turn in 0..TURNS {
            inserts.push(self.insert(1).await?);
            for slot in slots.iter() {
                slot.store(turn as u64 * 100_000, Ordering::Relaxed);
            }
            let (store, slots) = (self.batched.clone(), slots.clone());
            let work = move |client: u64, number: u64| {
                let (store, slots) = (store.clone(), slots.clone());
                async move {
                    let mine =
                        slots.get(client as usize).map_or(0, |slot| slot.fetch_add(1, Ordering::Relaxed));
                    let on = booking_core::ResourceId::from_u64(4 * RESOURCES + 1);
                    let start = DAY + mine.cast_signed() * VISIT % 315_000_000;
                    match store
                        .commit(&place(Uuid::from_u128(u128::from(number) << 64 | 1), &[on], start, 1, 1))
                        .await
                    {
                        Ok(_) | Err(CommitError::NoFit { .. }) => Ok(()),
                        Err(error) => Err(error.into()),
                    }
                }
            };
            decided.push(closed_loop(CLIENTS, self.plan.turn, &self.numbers, work).await?.rate);
        }
        let (insert, decided) = (median(inserts), median(decided));
        let floor = format!("{insert:.0} inserts/s");
        report.add(
            "the same slot, 64 clients",
            format!("{decided:.0} decided/s"),
            floor,
            decided / insert,
            Limit::AtLeast(0.8),
        );
        Ok(())
    }

    async fn crowd(&self, report: &mut Report) -> Outcome {
        let (mut together, mut apart) = (Vec::new(), Vec::new());
        for _ in 0..TURNS {
            together.push(self.book(&self.batched, CROWD, 1).await?);
            apart.push(self.book(&self.alone, CROWD, 1).await?);
        }
        let rate = |done: &[Done]| median(done.iter().map(|done| done.rate).collect());
        let p99 = |done: &[Done]| median(done.iter().map(|done| done.percentile(99)).collect());
        let (batched, alone) = (rate(&together), rate(&apart));
        report.add(
            "1,000 clients",
            format!("{batched:.0} bookings/s"),
            format!("{alone:.0} bookings/s each by itself (p99 {:.0} ms)", p99(&apart)),
            batched / alone,
            Limit::AtLeast(2.0),
        );
        let (late, p50) = (p99(&together), median(together.iter().map(|done| done.percentile(50)).collect()));
        report.add(
            "1,000 clients, p99",
            format!("{late:.0} ms (p50 {p50:.0} ms)"),
            "250 ms".to_owned(),
            late / 250.0,
            Limit::AtMost(1.0),
        );
        report.add(
            "1,000 clients, against the aim",
            format!("{batched:.0} bookings/s"),
            "10,000 bookings/s".to_owned(),
            batched / 10_000.0,
            Limit::None,
        );
        Ok(())
    }
}
