//! Why a booking is written as it is: six ways to decide who gets a time, on tables with nothing else in them.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use booking_store_postgres::sqlx::postgres::PgPool;
use booking_store_postgres::sqlx::{self, Executor as _, PgConnection, query_scalar};
use tokio::task::JoinSet;

use crate::book::VISIT;
use crate::database::Database;
use crate::{Outcome, Plan};

const CLIENTS: u64 = 64;

/// Every way is one call and one transaction, and answers whether the caller has the time now.
const TABLES: &str = "
    CREATE SCHEMA method;
    CREATE TABLE method.resources (resource bigint PRIMARY KEY);
    INSERT INTO method.resources VALUES (1), (2);
    CREATE TABLE method.guarded (
        resource bigint NOT NULL, starts bigint NOT NULL, ends bigint NOT NULL,
        during int8range NOT NULL GENERATED ALWAYS AS (int8range(starts, ends)) STORED,
        EXCLUDE USING gist (resource WITH =, during WITH &&));
    CREATE TABLE method.bare (resource bigint NOT NULL, starts bigint NOT NULL, ends bigint NOT NULL);
    CREATE INDEX ON method.bare (resource, starts, ends);

    CREATE FUNCTION method.plain(r bigint, s bigint, e bigint) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO method.guarded VALUES (r, s, e);
        RETURN true;
    END $$;
    CREATE FUNCTION method.on_conflict(r bigint, s bigint, e bigint) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO method.guarded VALUES (r, s, e) ON CONFLICT DO NOTHING;
        RETURN FOUND;
    END $$;
    CREATE FUNCTION method.checked(r bigint, s bigint, e bigint) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
        -- Nothing here is longer than a day.
        IF EXISTS (SELECT FROM method.bare b WHERE resource = r AND starts > s - 86400 AND starts < e AND b.ends > s) THEN
            RETURN false;
        END IF;
        INSERT INTO method.bare VALUES (r, s, e);
        RETURN true;
    END $$;
    CREATE FUNCTION method.named_lock(r bigint, s bigint, e bigint) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
        PERFORM pg_advisory_xact_lock(r);
        RETURN method.checked(r, s, e);
    END $$;
    CREATE FUNCTION method.row_lock(r bigint, s bigint, e bigint) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
        PERFORM FROM method.resources WHERE resource = r FOR UPDATE;
        RETURN method.checked(r, s, e);
    END $$;
    GRANT USAGE ON SCHEMA method TO PUBLIC;
    GRANT ALL ON ALL TABLES IN SCHEMA method TO PUBLIC";

/// A way to decide.
struct Method {
    name: &'static str,
    call: &'static str,
    serializable: bool,
}

const METHODS: [Method; 6] = [
    Method {
        name: "`INSERT` into the exclusion constraint",
        call: "SELECT method.plain($1, $2, $3)",
        serializable: false,
    },
    Method {
        name: "`INSERT .. ON CONFLICT DO NOTHING` into the same",
        call: "SELECT method.on_conflict($1, $2, $3)",
        serializable: false,
    },
    Method {
        name: "advisory lock, check, insert",
        call: "SELECT method.named_lock($1, $2, $3)",
        serializable: false,
    },
    Method {
        name: "`SELECT .. FOR UPDATE` of the resource, check, insert",
        call: "SELECT method.row_lock($1, $2, $3)",
        serializable: false,
    },
    Method {
        name: "`SERIALIZABLE`: check, insert, again where it failed",
        call: "SELECT method.checked($1, $2, $3)",
        serializable: true,
    },
    Method { name: "check, insert", call: "SELECT method.checked($1, $2, $3)", serializable: false },
];

/// Measures all ways and prints the table.
pub(crate) async fn measure(plan: &Plan) -> Outcome {
    let database = Database::make("methods").await?;
    let mut owner = database.owner().await?;
    owner.execute(TABLES).await?;
    println!("{HEADING}");
    for method in &METHODS {
        owner.execute("TRUNCATE method.guarded, method.bare").await?;
        let isolation = ("default_transaction_isolation", "serializable");
        let settings = [("statement_timeout", "5s"), isolation];
        let settings = if method.serializable { &settings[..] } else { &settings[..1] };
        let pool = database.pool_with(CLIENTS as u32, settings).await?;
        let same = method.race(&pool, 1, CLIENTS, plan.turn / 2).await?;
        let distinct = method.race(&pool, 2, 1, plan.turn / 2).await?;
        pool.close().await;
        let twice = doubles(&mut owner).await?;
        println!("| {} | {same} | {distinct} | {twice} |", method.name);
    }
    println!();
    database.drop().await
}

const HEADING: &str = "64 clients, each way on bare tables:\n
| | the same slot: decided/s | p99, worst | deadlocks, retries | one resource, distinct slots: decided/s | p99, worst | deadlocks, retries | double bookings |
|---|---|---|---|---|---|---|---|";

/// How many have a time that another has too.
async fn doubles(owner: &mut PgConnection) -> Outcome<i64> {
    let sql = "SELECT count(*) - count(DISTINCT (resource, starts)) FROM
        (SELECT resource, starts FROM method.guarded UNION ALL SELECT resource, starts FROM method.bare) all_";
    Ok(query_scalar(sql).fetch_one(owner).await?)
}

impl Method {
    /// So many clients in a row want the same slot of a resource.
    async fn race(&self, pool: &PgPool, resource: i64, rivals: u64, turn: Duration) -> Outcome<Tally> {
        let begun = Instant::now();
        let numbers = Arc::new(AtomicU64::new(0));
        let mut tasks = JoinSet::new();
        for _ in 0..CLIENTS {
            let (pool, numbers, call) = (pool.clone(), numbers.clone(), self.call);
            tasks.spawn(async move {
                let mut tally = Tally::default();
                while begun.elapsed() < turn {
                    let slot = numbers.fetch_add(1, Ordering::Relaxed) / rivals;
                    let start = Instant::now();
                    while !tally.ask(&pool, call, resource, slot).await? && begun.elapsed() < turn {}
                    tally.times.push(start.elapsed());
                }
                Ok::<_, sqlx::Error>(tally)
            });
        }
        let mut all = Tally::default();
        while let Some(tally) = tasks.join_next().await {
            all.add(tally??);
        }
        all.times.sort_unstable();
        all.took = begun.elapsed();
        Ok(all)
    }
}

/// What came of a race.
#[derive(Default)]
struct Tally {
    decided: u64,
    deadlocks: u64,
    retries: u64,
    times: Vec<Duration>,
    took: Duration,
}

impl Tally {
    /// Asks once; answers whether it was decided who has the slot.
    async fn ask(
        &mut self,
        pool: &PgPool,
        call: &'static str,
        resource: i64,
        slot: u64,
    ) -> Result<bool, sqlx::Error> {
        let start = slot.cast_signed() * VISIT;
        let asked = query_scalar::<_, bool>(call).bind(resource).bind(start).bind(start + VISIT);
        let error = match asked.fetch_one(pool).await {
            Ok(_) => None,
            Err(sqlx::Error::Database(error)) => Some(error),
            Err(error) => return Err(error),
        };
        match error.as_ref().map(|error| error.code().unwrap_or_default()).as_deref() {
            None | Some("23P01") => {
                self.decided += 1;
                return Ok(true);
            }
            Some("40P01") => self.deadlocks += 1,
            // Not serializable, or given up after waiting too long.
            Some("40001" | "57014") => self.retries += 1,
            Some(_) => return error.map_or(Ok(false), |error| Err(sqlx::Error::Database(error))),
        }
        Ok(false)
    }

    fn add(&mut self, other: Self) {
        self.decided += other.decided;
        self.deadlocks += other.deadlocks;
        self.retries += other.retries;
        self.times.extend(other.times);
    }

    fn milliseconds(&self, share: usize) -> f64 {
        let last = self.times.len().saturating_sub(1);
        self.times.get(last * share / 100).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = self.decided as f64 / self.took.as_secs_f64();
        let (late, worst) = (self.milliseconds(99), self.milliseconds(100));
        write!(f, "{rate:.0} | {late:.0}, {worst:.0} ms | {}, {}", self.deadlocks, self.retries)
    }
}
