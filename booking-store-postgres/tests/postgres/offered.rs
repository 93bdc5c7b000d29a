//! What is offered, remembered: never older than what this process or another that tells has written.

use std::sync::Arc;

use booking_core::{
    Action, BookingStore, Catalog, Hours, Requirement, Resource, ResourceId, ResourceSpec, Service,
    ServiceId, ServiceSpec, Tag, ZoneId,
};
use booking_store_postgres::PostgresStore;
use booking_store_postgres::sqlx::{AssertSqlSafe, Executor};
use tokio::time::timeout;

use crate::catalogue::put;
use crate::changes::{NEVER, hear, process};
use crate::desk::{TENANT, command};
use crate::support::{Database, Judge};

const ID: ServiceId = ServiceId::from_u64(1);

fn tag() -> Tag {
    "doctor".parse().unwrap()
}

fn service(name: &str) -> Service {
    let needs = vec![Requirement::tagged("doctor", tag())];
    Service::new(ServiceSpec::new(ID, name, ZoneId::UTC, 1_800, needs)).unwrap()
}

fn resource(number: u64, name: &str) -> Resource {
    let mut spec = ResourceSpec::new(ResourceId::from_u64(number), name, Hours::always(ZoneId::UTC));
    spec.tags = [tag()].into();
    Resource::new(spec).unwrap()
}

async fn offered(store: &PostgresStore) -> Option<String> {
    store.service(TENANT, ID).await.unwrap().map(|service| service.name.clone())
}

async fn tagged(store: &PostgresStore) -> Vec<Arc<Resource>> {
    store.tagged(TENANT, &tag()).await.unwrap()
}

#[tokio::test]
async fn what_is_read_again_is_the_same_in_the_same_place() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(2).await.with_busy_cache();
    for number in [1, 2] {
        store.put_resource(TENANT, &resource(number, "Ann")).await.unwrap();
    }
    let first = tagged(&store).await;
    // A write of the same tenant lets it be read again.
    store.put_service(TENANT, &service("Visit")).await.unwrap();
    let again = tagged(&store).await;
    let by_id = store.resources(TENANT, &[ResourceId::from_u64(2), ResourceId::from_u64(1)]).await.unwrap();
    assert!(Arc::ptr_eq(&first[0], &again[0]) && Arc::ptr_eq(&first[1], &again[1]));
    assert!(Arc::ptr_eq(&first[1], &by_id[0]) && Arc::ptr_eq(&first[0], &by_id[1]));
    store.put_resource(TENANT, &resource(2, "Bob")).await.unwrap();
    let changed = tagged(&store).await;
    assert!(Arc::ptr_eq(&first[0], &changed[0]) && changed[1].name == "Bob");
}

#[tokio::test]
async fn a_capacity_that_this_process_sets_is_told_at_once() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(2).await.with_busy_cache();
    let one = ResourceId::from_u64(1);
    store.put_resource(TENANT, &resource(1, "Ann")).await.unwrap();
    for capacity in [3, 2] {
        let told = async || store.resources(TENANT, &[one]).await.unwrap()[0].capacity;
        assert_ne!(told().await, capacity);
        store.commit(&command(Action::SetCapacity { resource: one, capacity })).await.unwrap();
        assert_eq!(told().await, capacity);
    }
    assert!(store.remove_resource(TENANT, one).await.unwrap());
    assert_eq!(store.resources(TENANT, &[one]).await.unwrap(), []);
}

#[tokio::test]
async fn what_this_process_changes_is_offered_at_once() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(2).await.with_busy_cache();
    assert_eq!(offered(&store).await, None);
    store.put_resource(TENANT, &resource(1, "Ann")).await.unwrap();
    for name in ["Visit", "Check-up"] {
        store.put_service(TENANT, &service(name)).await.unwrap();
        assert_eq!(offered(&store).await.as_deref(), Some(name));
    }
    assert!(store.remove_service(TENANT, ID).await.unwrap());
    assert_eq!(offered(&store).await, None);
    // As people edit it.
    let edited: booking_platform::ServiceProfile = service("Edited").into();
    put(&store, edited).await;
    assert_eq!(offered(&store).await.as_deref(), Some("Edited"));
}

#[tokio::test]
async fn what_another_process_changes_is_heard_of() {
    let database = Database::new(Judge::Server).await;
    let (here, mut heard) = process(&database).await;
    let (there, _) = process(&database).await;
    assert_eq!(offered(&here).await, None);
    for name in ["Visit", "Check-up"] {
        there.put_service(TENANT, &service(name)).await.unwrap();
        hear(&mut heard).await;
        assert_eq!(offered(&here).await.as_deref(), Some(name));
    }
}

/// It is read a few times at most, however often it is asked for in less than a second: SQL by hand tells nobody.
#[tokio::test]
async fn a_question_asked_again_is_not_put_to_the_database() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(2).await.with_busy_cache();
    store.put_service(TENANT, &service("Visit")).await.unwrap();
    let mut owner = database.owner().await;
    for turn in 0..50 {
        let name = format!("Turn {turn}");
        assert!(offered(&store).await.is_some());
        let sql = format!("UPDATE booking.services SET spec = jsonb_set(spec, '{{name}}', '\"{name}\"')");
        owner.execute(AssertSqlSafe(sql)).await.unwrap();
        // What is remembered serves for less than a second, which a busy machine may be away for.
        if offered(&store).await.as_deref() != Some(&*name) {
            // And not for ever.
            let renewed = async {
                while offered(&store).await.as_deref() != Some(&*name) {
                    tokio::task::yield_now().await;
                }
            };
            timeout(NEVER, renewed).await.unwrap();
            return;
        }
    }
    panic!("nothing is remembered");
}
