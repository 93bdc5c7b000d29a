//! The rules that every store keeps.

use std::sync::LazyLock;

use booking_core::conformance::{Subject, World};
use tokio::runtime::{Builder, Runtime};

use crate::support::Database;

/// One for all rules of a process: races wait on it from fifty threads.
static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap());

/// Commands carry the suite's time, and in this database the function that reads the clock gives it back.
async fn set_up(world: World) -> Subject {
    let store = Database::shared().await.store(16).await.with_busy_cache();
    for business in world.businesses {
        for service in &business.services {
            store.put_service(business.tenant, service).await.unwrap();
        }
        for resource in &business.resources {
            store.put_resource(business.tenant, resource).await.unwrap();
        }
    }
    Subject::new(store)
}

booking_core::conformance!(set_up, |future| RUNTIME.block_on(future));
