//! The routes over a real `PostgreSQL` server, called without a socket: the same tests as in memory. `cargo xtask test` starts
//! a private server; `DATABASE_URL` names another.

#[path = "../../../booking-store-postgres/tests/postgres/support.rs"]
#[expect(dead_code, reason = "the tests of the store need more of it")]
#[expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot be set up has failed")]
mod database;
mod suite;
mod support;

use std::sync::Arc;

use booking_core::{AnyStore, IdSource, RandomIds};
use booking_platform::AnyPlatform;
use booking_store_postgres::PostgresStore;

use database::Database;
use support::{NOW, Opened};

/// One database for all tests, and in it tenants of each test's own: a database takes longer to make than most tests.
async fn open() -> Opened {
    let database = Database::shared().await;
    // Whoever stops the clock stops it for the pool too, which must not close connections when it goes on.
    let pool = PostgresStore::pool_options(8).idle_timeout(None).max_lifetime(None);
    let pool = pool.acquire_timeout(std::time::Duration::from_hours(1));
    let store = PostgresStore::from_pool(pool.connect_with(database.app()).await.expect("a server"));
    let (bookings, platform) = (AnyStore::new(store.clone()), AnyPlatform::new(store));
    let (_, tenants) = RandomIds::default().next_id(NOW.parse().expect("an instant")).as_u64_pair();
    Opened { bookings, platform, tenants, kept: Arc::new(database) }
}
