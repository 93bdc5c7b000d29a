//! Jobs: shared by processes, tried again when they fail, taken over from processes that died.

use std::collections::BTreeSet;
use std::time::Duration;

use booking_core::{StoreError, TenantId};
use booking_store_postgres::sqlx::postgres::PgConnection;
use booking_store_postgres::sqlx::{AssertSqlSafe, Executor, query, query_as, query_scalar};
use booking_store_postgres::{JobKind, PostgresStore, doctor};
use serde_json::json;

use crate::clock::{database_at, let_jobs_be_due, pass};
use crate::desk::DAY;
use crate::health::health;

/// Tenants numbered from one, whose first rows the application writes.
async fn tenants(store: &PostgresStore, owner: &mut PgConnection, many: u64) {
    for number in 1..=many {
        let enter = query("SELECT booking.enter($1, 'tenant')").bind(TenantId::from_u64(number).uuid());
        enter.execute(store.pool()).await.unwrap();
    }
    let_jobs_be_due(owner).await;
}

async fn until_nothing_is_due(store: &PostgresStore) -> Vec<(TenantId, JobKind)> {
    let mut all = Vec::new();
    loop {
        let done = store.look_after(3).await.unwrap();
        if done.is_empty() {
            return all;
        }
        all.extend(done.into_iter().map(|job| {
            job.outcome.unwrap();
            (job.tenant, job.kind)
        }));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_share_the_jobs_of_twenty_tenants_and_none_is_done_twice() {
    let (database, mut owner) = database_at(0).await;
    let (one, other) = (database.store(2).await, database.store(2).await);
    tenants(&one, &mut owner, 20).await;
    pass(&mut owner, 90).await;
    assert_eq!(health(one.pool()).await["jobs"]["overdue_seconds"], json!(90));
    let (some, rest) = tokio::join!(until_nothing_is_due(&one), until_nothing_is_due(&other));
    let done = [some, rest].concat();
    let each: BTreeSet<String> = done.iter().map(|(tenant, kind)| format!("{tenant} {kind}")).collect();
    assert_eq!((done.len(), each.len()), (40, 40));
    let counts: (i64, i64, i64) = query_as(
        "SELECT count(*) FILTER (WHERE run = 1), count(*) FILTER (WHERE finished = started AND milliseconds IS NOT NULL),
                count(*) FILTER (WHERE due = finished + 600 AND held_until IS NULL) FROM booking.jobs",
    )
    .fetch_one(&mut owner)
    .await
    .unwrap();
    assert_eq!(counts, (40, 40, 40));
    assert_eq!(health(one.pool()).await["jobs"]["overdue_seconds"], json!(0));
    pass(&mut owner, 600).await;
    assert_eq!(until_nothing_is_due(&other).await.len(), 40);
}

/// Nobody waits for a claim that is being made, and one that is not made after all is another's.
#[tokio::test]
async fn what_one_process_is_claiming_is_passed_over_by_the_others() {
    let (database, mut owner) = database_at(0).await;
    let (one, other) = (database.store(1).await, database.store(1).await);
    tenants(&one, &mut owner, 4).await;
    let mut transaction = one.pool().begin().await.unwrap();
    let claim = "SELECT count(*) FROM booking.claim_jobs(3, 600)";
    assert_eq!(query_scalar::<_, i64>(claim).fetch_one(&mut *transaction).await.unwrap(), 3);
    assert_eq!(other.claim_jobs(100).await.unwrap().len(), 5);
    transaction.rollback().await.unwrap();
    assert_eq!(other.claim_jobs(100).await.unwrap().len(), 3);
}

async fn row(owner: &mut PgConnection, tenant: u64) -> (i32, Option<String>, i64, bool) {
    query_as(
        "SELECT failures, error, due - (SELECT now FROM public.clock), held_until IS NULL FROM booking.jobs
         WHERE tenant_id = $1 AND kind = 'forget'",
    )
    .bind(TenantId::from_u64(tenant).uuid())
    .fetch_one(owner)
    .await
    .unwrap()
}

#[tokio::test]
async fn a_job_that_fails_is_tried_later_and_later_and_says_why() {
    let (database, mut owner) = database_at(0).await;
    let store = database.store(2).await;
    tenants(&store, &mut owner, 2).await;
    // One business's rows are damaged in a way.
    let right: String = query_scalar("SELECT pg_get_functiondef('booking.forget_assignments'::regproc)")
        .fetch_one(&mut owner)
        .await
        .unwrap();
    owner
        .execute(
            "CREATE OR REPLACE FUNCTION booking.forget_assignments(tenant uuid, most integer) RETURNS integer LANGUAGE plpgsql
             AS $$ BEGIN ASSERT tenant::text NOT LIKE '%2', 'page 7 is damaged'; RETURN 0; END $$",
        )
        .await
        .unwrap();
    let mut waits = Vec::new();
    for times in 1..=8 {
        let done = store.look_after(100).await.unwrap();
        let failed: Vec<u64> = done
            .iter()
            .filter(|job| matches!(&job.outcome, Err(StoreError::Failed(why)) if why.contains("page 7")))
            .filter_map(|job| job.tenant.to_u64())
            .collect();
        assert_eq!(failed, [2], "{done:?}");
        assert!(done.iter().filter(|job| job.outcome.is_err()).count() == 1, "the others go on: {done:?}");
        let (failures, error, wait, free) = row(&mut owner, 2).await;
        assert!((failures, free) == (times, true) && error.unwrap().contains("page 7 is damaged"));
        waits.push(wait);
        pass(&mut owner, wait - 1).await;
        assert!(store.look_after(100).await.unwrap().iter().all(|job| job.outcome.is_ok()), "not before");
        pass(&mut owner, 1).await;
    }
    assert_eq!(waits, [60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
    let told = health(store.pool()).await;
    assert_eq!((&told["jobs"]["failing"], &told["jobs"]["failures"][0]["failures"]), (&json!(1), &json!(8)));
    let problems = doctor(store.pool()).await.unwrap();
    let problem = problems.iter().find(|finding| finding.problem.contains("page 7 is damaged"));
    assert!(problem.is_some(), "{problems:?}");
    owner.execute(AssertSqlSafe(right)).await.unwrap();
    assert!(store.look_after(100).await.unwrap().iter().all(|job| job.outcome.is_ok()));
    assert_eq!(row(&mut owner, 2).await, (0, None, 600, true));
}

#[tokio::test]
async fn a_job_of_a_process_that_died_is_taken_over_and_whoever_was_too_slow_says_nothing() {
    let (database, mut owner) = database_at(0).await;
    let (one, other) = (database.store(1).await, database.store(1).await);
    tenants(&one, &mut owner, 1).await;
    let claimed = one.claim_jobs(1).await.unwrap().remove(0);
    assert_eq!((claimed.tenant, claimed.at.timestamp()), (TenantId::from_u64(1), DAY));
    let rest = other.claim_jobs(100).await.unwrap().remove(0);
    assert_ne!(rest.kind, claimed.kind);
    pass(&mut owner, 599).await;
    assert_eq!(other.claim_jobs(100).await.unwrap(), []);
    // What nobody does although it is due is overdue.
    pass(&mut owner, 1).await;
    assert_eq!(health(other.pool()).await["jobs"]["overdue_seconds"], json!(600));
    let taken = other.claim_jobs(100).await.unwrap();
    assert_eq!(taken.len(), 2);
    let moment = Duration::from_millis(7);
    let late = Err(StoreError::Failed("too late".to_owned()));
    assert!(!one.finish_job(&claimed, moment, &late).await.unwrap());
    let again = taken.iter().find(|job| job.kind == claimed.kind).unwrap();
    one.do_job(again).await.unwrap();
    assert!(other.finish_job(again, moment, &Ok(())).await.unwrap());
    assert!(!other.finish_job(again, moment, &late).await.unwrap(), "it has ended already");
    let (run, took, error): (i64, i64, Option<String>) =
        query_as("SELECT run, milliseconds, error FROM booking.jobs WHERE kind::text = $1")
            .bind(claimed.kind.as_str())
            .fetch_one(&mut owner)
            .await
            .unwrap();
    assert_eq!((run, took, error), (2, 7, None));
}
