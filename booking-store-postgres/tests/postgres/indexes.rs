//! Every index is paid for by every write to its table: so each is used by a query of ours, or keeps a rule, or is named
//! here with the reason why it is there.

use booking_core::{BookingStore, Interval};
use booking_platform::{AuditLog, AuditQuery};
use booking_store_postgres::PostgresStore;
use booking_store_postgres::sqlx::{AssertSqlSafe, Executor, PgConnection, query, query_as, query_scalar};
use tokio::task::JoinSet;

use crate::desk::{TENANT, fitted, place};
use crate::history::Random;
use crate::support::{Database, Judge};

/// No query of ours looks for these rows: they are what the database looks for when a row is deleted that others refer
/// to, and without them it would read the whole table.
const FOR_FOREIGN_KEYS: &[&str] = &[
    "waitlist_by_offer",
    // Also when they change, which the history of commands does not do.
    "customer_words_by_customer",
    "resource_tags_by_resource",
];

/// Cheaper than others only where a table is long: a test of their own shows that.
const FOR_LONG_TABLES: &[&str] = &["audit_log_by_time"];

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
    "booking.read_audit($1, 'booking', '00000000-0000-0000-0000-000000000001', NULL, NULL, NULL, 10)",
    "booking.forget_keys($1, 86400, 10)",
    "booking.forget_claims($1, 86400, 10)",
    "booking.forget_assignments($1, 10)",
    "booking.drain($1, 10)",
    "booking.self_check($1)",
    "booking.forget_history($1, 50, 10)",
    "booking.refresh_daily($1, '1970-01-01', '1970-02-01')",
    "count(*) FROM booking.claim_jobs(10, 60) WHERE tenant = $1",
    "booking.tenant_health($1, 100, 5000, 10)",
    "booking.users_of($1, 'location', '00000000-0000-0000-0000-000000000001', NULL)",
    "booking.users_of($1, 'policy', '00000000-0000-0000-0000-000000000001', NULL)",
    "booking.users_of($1, 'price_list', '00000000-0000-0000-0000-000000000001', NULL)",
    "booking.users_of($1, 'schedule', '00000000-0000-0000-0000-000000000001', NULL)",
    "booking.users_of($1, 'holiday_calendar', '00000000-0000-0000-0000-000000000001', NULL)",
    "booking.users_of($1, 'group', '00000000-0000-0000-0000-000000000001', NULL)",
    "booking.users_of($1, 'resource', '00000000-0000-0000-0000-000000000001', NULL)",
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
    end(&store, &mut owner).await;
    let unused: Vec<String> = query_scalar(
        "SELECT index_name FROM booking.index_condition() WHERE scans = 0 AND NOT rule AND index_name <> ALL ($1)",
    )
    .bind([FOR_FOREIGN_KEYS, FOR_LONG_TABLES].concat())
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

/// A walk back along the key would read everything that is newer.
#[tokio::test]
async fn an_hour_of_the_log_is_found_by_its_time_however_long_ago() {
    let database = Database::new(Judge::Server).await;
    let mut owner = database.owner().await;
    let tenant = TENANT.uuid();
    let many = format!(
        "SET booking.tenant = '{tenant}';
         INSERT INTO booking.tenants (tenant_id) VALUES ('{tenant}');
         INSERT INTO booking.audit_log (tenant_id, at, who, origin, action, object_kind, object_id)
         SELECT '{tenant}', to_timestamp(n * 10), 'ann', 'test', 'create', 'key', gen_random_uuid()
         FROM generate_series(0, 49999) n;"
    );
    owner.execute(AssertSqlSafe(many)).await.unwrap();
    owner.execute("VACUUM ANALYZE booking.audit_log").await.unwrap();
    let store = database.store(1).await;
    let window = Some(Interval::from_seconds(36_000, 39_600).unwrap());
    let hour = AuditQuery { window, limit: 100, ..AuditQuery::default() };
    let page = store.audit(TENANT, &hour).await.unwrap();
    let found: Vec<i64> = page.items.iter().map(|entry| entry.at.timestamp()).collect();
    let last = (3_860..3_960).rev().map(|n| n * 10).collect::<Vec<i64>>();
    assert_eq!((found, page.more), (last, true));
    end(&store, &mut owner).await;
    let scans = "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'audit_log_by_time'";
    assert_eq!(query_scalar::<_, i64>(scans).fetch_one(&mut owner).await.unwrap(), 1);
}

/// A full calendar of one resource, written without looking at it.
const FULL: &str = "
    SET session_replication_role = replica;
    INSERT INTO booking.claims (tenant_id, resource_id, lane, starts, ends, booking_id)
    SELECT c.tenant_id, c.resource_id, 0, n * 60, n * 60 + 60, gen_random_uuid()
    FROM booking.claims c, generate_series(1, 20000) n;
    ANALYZE";

/// Claims that were read; bookings and events that were read without an index; and how often bookings were looked for by an
/// index that is not their key.
const READ: &str = "SELECT
    (SELECT sum(seq_tup_read + idx_tup_fetch)::bigint FROM pg_stat_user_tables WHERE relname = 'claims'),
    (SELECT sum(seq_tup_read)::bigint FROM pg_stat_user_tables WHERE relname IN ('bookings', 'booking_events')),
    (SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'bookings_by_start')";

/// Row security hides from indexes what overlaps: neighbours in time are found by their start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_booking_reads_its_neighbours_whatever_else_the_calendar_has() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(2).await;
    store.commit(&place(1, &[1], 0, 60)).await.unwrap();
    let mut owner = database.owner().await;
    owner.execute(FULL).await.unwrap();
    let before = read(&mut owner).await;
    book_some(&store, 1).await;
    book_some(&store.clone().without_batches(), 2).await;
    let after = counted(&store, &mut owner).await;
    assert!((20..=800).contains(&(after.0 - before.0)), "40 bookings read {} claims", after.0 - before.0);
}

/// Connections keep their plans, and make the first while a new database has next to nothing in it. Statistics are far: only
/// autovacuum brings them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plans_made_for_small_tables_are_made_anew() {
    let database = Database::new(Judge::Server).await;
    let mut owner = database.owner().await;
    owner.execute("ANALYZE").await.unwrap();
    let store = database.store(4).await;
    for turn in 1..=160 {
        book_some(&store, turn).await;
    }
    let (_, rows, by_start) = counted(&store, &mut owner).await;
    // 1,600 bookings, which the foreign keys look up three times, and their events twice. Plans that stay as they were read 5.9
    // million rows; how many it is here depends on when each connection plans.
    assert!(
        rows < 1_500_000 && by_start < 2_000,
        "{rows} rows were read without an index, {by_start} looked for by start"
    );
}

/// Imported busy times pile up: a question reads those of its time and later ones.
#[tokio::test]
async fn blocks_that_are_over_are_not_read() {
    let database = Database::new(Judge::Server).await;
    let tenant = TENANT.uuid();
    let many = format!(
        "SET session_replication_role = replica;
         INSERT INTO booking.blocks (tenant_id, block_id, resource_id, starts, ends, label)
         SELECT '{tenant}', gen_random_uuid(), lpad(to_hex(n % 5), 32, '0')::uuid, n * 100, n * 100 + 50, 'busy'
         FROM generate_series(1, 10000) n;"
    );
    let mut owner = database.owner().await;
    owner.execute(AssertSqlSafe(many)).await.unwrap();
    owner.execute("VACUUM ANALYZE booking.blocks").await.unwrap();
    let pool = database.pool(1).await;
    let mut transaction = pool.begin().await.unwrap();
    let found: i32 = query_scalar(
        "SELECT sum(jsonb_array_length(blocks_json))::integer FROM booking.occupancy($1,
             ARRAY(SELECT lpad(to_hex(n), 32, '0')::uuid FROM generate_series(0, 4) n), 990000, 2000000, 1, NULL)",
    )
    .bind(tenant)
    .fetch_one(&mut *transaction)
    .await
    .unwrap();
    // 9,900 begins with the window; 10,000 is the last.
    assert_eq!(found, 101);
    let read: i64 = query_scalar(
        "SELECT (seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_xact_user_tables
         WHERE schemaname = 'booking' AND relname = 'blocks'",
    )
    .fetch_one(&mut *transaction)
    .await
    .unwrap();
    assert!((101..=150).contains(&read), "{read} blocks were read");
}

async fn read(owner: &mut PgConnection) -> (i64, i64, i64) {
    query_as(READ).fetch_one(owner).await.unwrap()
}

async fn counted(store: &PostgresStore, owner: &mut PgConnection) -> (i64, i64, i64) {
    end(store, owner).await;
    read(owner).await
}

/// Closes the connections of a store, and waits until they are gone: what they counted is told at their end.
async fn end(store: &PostgresStore, owner: &mut PgConnection) {
    store.pool().close().await;
    alone(owner).await;
}

/// Waits until nobody else is connected.
pub(crate) async fn alone(owner: &mut PgConnection) {
    let others =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND backend_type = 'client backend'";
    for _ in 0..100_000 {
        if query_scalar::<_, i64>(others).fetch_one(&mut *owner).await.unwrap() == 0 {
            break;
        }
    }
}

/// Twenty at once, of which half find taken what they want.
async fn book_some(store: &PostgresStore, turn: u64) {
    let mut clients = JoinSet::new();
    for number in 1..=20 {
        let start = i64::try_from(turn * 600 + number % 10 * 60).unwrap();
        let (store, command) = (store.clone(), place(turn * 100 + number, &[1], start, start + 60));
        clients.spawn(async move { fitted(store.commit(&command).await) });
    }
    assert_eq!(clients.join_all().await.iter().filter(|&&made| made).count(), 10);
}
