//! The rules of what surrounds scheduling.

use std::sync::LazyLock;

use booking_platform::conformance::Subject;
use booking_store_postgres::PostgresStore;
use tokio::runtime::{Builder, Runtime};

use crate::support::{Database, Judge};

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap());

fn set_up() -> Subject<PostgresStore> {
    RUNTIME.block_on(async {
        let database = Database::new(Judge::Command).await;
        Subject::new(database.store(4).await).keeping(database)
    })
}

booking_platform::conformance!(set_up, |future| RUNTIME.block_on(future));
