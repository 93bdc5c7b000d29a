//! Every index is paid for by every write to its table: so each is used by a query of ours, or keeps a rule, or is named
//! here with the reason why it is there.

use booking_core::BookingStore;
use booking_store_postgres::sqlx::{AssertSqlSafe, Executor, query, query_scalar};

use crate::desk::TENANT;
use crate::history::Random;
use crate::support::{Database, Judge};

/// No query of ours looks for these rows: they are what the database looks for when a row is deleted that others refer
/// to, and without them it would read the whole table.
const FOR_FOREIGN_KEYS: &[&str] = &["assignments_by_event", "waitlist_by_offer"];

/// Row security lets an index choose rows only by operators that cannot leak what they compare, and neither `LIKE` nor
/// the containment of arrays counts as one. The application's role therefore reads the tenant's rows and filters them;
/// these indexes serve roles that row security does not apply to.
const BEHIND_THE_WALL: &[&str] = &["customers_by_words", "resources_by_tag"];

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
    .bind([FOR_FOREIGN_KEYS, BEHIND_THE_WALL].concat())
    .fetch_all(&mut owner)
    .await
    .unwrap();
    assert_eq!(unused, Vec::<String>::new(), "seed {SEED}");
}
