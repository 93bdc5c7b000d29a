//! Every index is paid for by every write to its table: so each is used by a query of ours, or keeps a rule, or is named
//! here with the reason why it is there.

use booking_core::BookingStore;
use booking_store_postgres::sqlx::{AssertSqlSafe, Executor, query, query_scalar};

use crate::desk::TENANT;
use crate::history::Random;
use crate::support::{Database, Judge};

/// No query of ours looks for these rows: they are what the database looks for when a row is deleted that others refer
/// to, and without them it would read the whole table.
const FOR_FOREIGN_KEYS: &[&str] = &[
    "assignments_by_event",
    "waitlist_by_offer",
    // Also when they change, which the history of commands does not do.
    "customer_words_by_customer",
    "resource_tags_by_resource",
];

const SEED: u64 = 11;

/// What a history of commands does not ask. `$1` is the tenant.
const READS: &[&str] = &[
    r#"booking.list($1, '{"now": 100, "limit": 10, "from": 40, "until": 5000}')"#,
    r#"booking.list($1, '{"now": 100, "limit": 10, "customer": "00000000-0000-0000-0000-000000000001"}')"#,
    r#"booking.list($1, '{"now": 100, "limit": 10, "service": "00000000-0000-0000-0000-000000000001"}')"#,
    r#"booking.list($1, '{"now": 100, "limit": 10, "series": "00000000-0000-0000-0000-000000000001"}')"#,
    r#"booking.list($1, '{"now": 100, "limit": 10, "resource": "00000000-0000-0000-0000-000000000001"}')"#,
    "booking.history($1, '00000000-0000-0000-0000-000000000001')",
    "booking.events($1, 0, 10)",
    "booking.lapsed($1, 100, 10)",
    "booking.waiting($1, 0, 5000, 100, 10)",
    "booking.tagged($1, 'window')",
    "booking.counted($1, '{}', ARRAY['00000000-0000-0000-0000-000000000001']::uuid[], '{}', 0, 5000, 100, NULL)",
    "booking.occupancy($1, ARRAY['00000000-0000-0000-0000-000000000001']::uuid[], 0, 5000, 100, NULL)",
    "booking.search_customers($1, ARRAY['mil'], 'mil', 10)",
    "booking.read_audit($1, 'booking', '00000000-0000-0000-0000-000000000001', NULL, 10)",
    "booking.forget_keys($1, 86400, 10)",
    "booking.forget_claims($1, 86400, 10)",
    "booking.forget_assignments($1, 10)",
    "booking.drain($1, 10)",
    "booking.self_check($1)",
    "booking.refresh_daily($1, '1970-01-01', '1970-02-01')",
];

#[tokio::test]
async fn every_index_is_used_by_a_query_of_ours_or_has_a_reason() {
    let database = Database::new(Judge::Command).await;
    // Reading a few rows without an index is cheaper; with many it is not.
    let mut owner = database.owner().await;
    let name: String = query_scalar("SELECT current_database()::text").fetch_one(&mut owner).await.unwrap();
    owner.execute(AssertSqlSafe(format!("ALTER DATABASE {name} SET enable_seqscan = off"))).await.unwrap();
    let store = database.store(1).await;
    let mut random = Random::new(SEED);
    for turn in 0..400 {
        // Refusals are as good: what is of interest is what was looked for.
        let _ = store.commit(&random.command(10 + turn / 8)).await;
    }
    for read in READS {
        query(AssertSqlSafe(format!("SELECT {read}")))
            .bind(TENANT.uuid())
            .execute(store.pool())
            .await
            .unwrap();
    }
    // What a connection counted is told at its end.
    store.pool().close().await;
    let unused: Vec<String> = query_scalar(
        "SELECT index_name FROM booking.index_condition() WHERE scans = 0 AND NOT rule AND index_name <> ALL ($1)",
    )
    .bind(FOR_FOREIGN_KEYS)
    .fetch_all(&mut owner)
    .await
    .unwrap();
    assert_eq!(unused, Vec::<String>::new(), "seed {SEED}");
}

/// Row security is in the way of most operators, and a business may have many customers: what is read is what is found.
#[tokio::test]
async fn a_search_reads_what_it_finds_whatever_else_there_is() {
    let database = Database::new(Judge::Server).await;
    let tenant = TENANT.uuid();
    let many = format!(
        "SET booking.tenant = '{tenant}';
         INSERT INTO booking.tenants (tenant_id) VALUES ('{tenant}');
         INSERT INTO booking.customers (tenant_id, customer_id, known, name, words, customer)
         SELECT '{tenant}', gen_random_uuid(), true, n::text, format(' %s%s kunde ', chr(97 + n % 26), n), jsonb_build_object('n', n)
         FROM generate_series(1, 20000) n;
         INSERT INTO booking.resources (tenant_id, resource_id, name, kind, tags, spec)
         SELECT '{tenant}', gen_random_uuid(), n::text, 'room', ARRAY['tag ' || n, 'room'], jsonb_build_object('n', n)
         FROM generate_series(1, 5000) n;"
    );
    let mut owner = database.owner().await;
    owner.execute(AssertSqlSafe(many)).await.unwrap();
    owner.execute("VACUUM ANALYZE").await.unwrap();
    let pool = database.pool(1).await;
    // By its beginning, mistyped, and by a tag: 10,400 is 400 times 26. The planner looks at some rows too.
    for call in [
        "booking.search_customers($1, ARRAY['a1040', 'kunde'], 'a1040', 10)",
        "booking.search_customers($1, ARRAY['a1400', 'kunde'], 'a1400', 10)",
        "booking.tagged($1, 'tag 77')",
    ] {
        let mut transaction = pool.begin().await.unwrap();
        let found: i32 = query_scalar(AssertSqlSafe(format!("SELECT jsonb_array_length({call})")))
            .bind(tenant)
            .fetch_one(&mut *transaction)
            .await
            .unwrap();
        assert!((1..=10).contains(&found), "{call} finds {found}");
        let read: i64 = query_scalar(
            "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_xact_user_tables
             WHERE schemaname = 'booking' AND relname IN ('customers', 'customer_words', 'resources', 'resource_tags')",
        )
        .fetch_one(&mut *transaction)
        .await
        .unwrap();
        assert!((1..=50).contains(&read), "{call} reads {read} rows");
    }
    // The btree chooses the words, under row security too.
    let mut transaction = pool.begin().await.unwrap();
    transaction.execute(AssertSqlSafe(format!("SET LOCAL booking.tenant = '{tenant}'"))).await.unwrap();
    let plan: Vec<String> = query_scalar(
        "EXPLAIN SELECT customer_id FROM booking.customer_words WHERE word >= 'a1' AND word < 'a2' AND word LIKE 'a1%'",
    )
    .fetch_all(&mut *transaction)
    .await
    .unwrap();
    let plan = plan.join("\n");
    assert!(plan.contains("customer_words_pkey") && plan.contains("Index Cond: ((tenant_id = "), "{plan}");
    assert!(plan.contains("(word >= 'a1'::text)"), "{plan}");
}
