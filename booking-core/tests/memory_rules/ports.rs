//! The same through the ports: `MemoryStore` and `AnyStore`.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use booking_core::{
    Action, AnyStore, BookingStore, Catalog, Hours, MemoryStore, Requirement, Resource, ResourceSpec,
    Seconds, Service, ServiceSpec, Tag, TenantId, ZoneId,
};

use crate::desk::*;

/// The futures of the memory store are ready at once.
fn ready<T>(future: impl Future<Output = T>) -> T {
    let polled = pin!(future).poll(&mut Context::from_waker(Waker::noop()));
    let Poll::Ready(value) = polled else { unreachable!("a memory store never waits") };
    value
}

fn person(number: u64, capacity: u32, tags: &[&str]) -> Resource {
    let mut spec = ResourceSpec::new(resource(number), "Anna", Hours::always(ZoneId::UTC));
    spec.capacity = capacity;
    spec.tags = tags.iter().map(|tag| tag.parse::<Tag>().unwrap()).collect();
    Resource::new(spec).unwrap()
}

#[test]
fn the_catalogue_answers_in_the_order_asked_and_by_tag() {
    let store = MemoryStore::new();
    for number in [3, 1, 2] {
        let tags: &[&str] = if number == 2 { &[] } else { &["cut"] };
        store.add_resource(TENANT, person(number, 1, tags));
    }
    let ids = |found: Vec<std::sync::Arc<Resource>>| found.iter().map(|row| row.id).collect::<Vec<_>>();
    let asked = [resource(2), resource(9), resource(1)];
    assert_eq!(ids(ready(store.resources(TENANT, &asked)).unwrap()), [resource(2), resource(1)]);
    let cut: Tag = "cut".parse().unwrap();
    assert_eq!(ids(ready(store.tagged(TENANT, &cut)).unwrap()), [resource(1), resource(3)]);
    assert!(ready(store.tagged(TenantId::from_u64(7), &cut)).unwrap().is_empty());
    store.add_resource(TENANT, person(1, 1, &[]));
    store.remove_resource(TENANT, resource(3)).unwrap();
    assert!(ready(store.tagged(TENANT, &cut)).unwrap().is_empty());
}

#[test]
fn services_are_replaced_and_removed() {
    let store = MemoryStore::new();
    let service = |duration: Seconds| {
        let needs = vec![Requirement::one_of("main", [resource(1)])];
        Service::new(ServiceSpec::new(SERVICE, "Cut", ZoneId::UTC, duration, needs)).unwrap()
    };
    assert!(store.add_service(TENANT, service(60)).is_none());
    assert_eq!(store.add_service(TENANT, service(120)).unwrap().durations, [60]);
    assert_eq!(ready(store.service(TENANT, SERVICE)).unwrap().unwrap().durations, [120]);
    store.remove_service(TENANT, SERVICE).unwrap();
    assert!(ready(store.service(TENANT, SERVICE)).unwrap().is_none());
}

#[test]
fn a_replaced_resource_keeps_the_capacity_of_the_store() {
    let store = MemoryStore::new();
    store.add_resource(TENANT, person(1, 2, &[]));
    let two = Action::Place(vec![ask(1, 1, 100, 200), ask(2, 1, 100, 200)]);
    ready(store.commit(&command(0, two))).unwrap();
    store.add_resource(TENANT, person(1, 1, &[]));
    let set = |capacity| command(0, Action::SetCapacity { resource: resource(1), capacity });
    assert_eq!(outcome(&ready(store.commit(&set(1)))), "2 units will be in use");
    ready(store.commit(&set(3))).unwrap();
    ready(store.commit(&command(0, Action::Place(vec![ask(3, 1, 100, 200)])))).unwrap();
}

#[test]
fn clones_and_erased_stores_share_the_same_rows() {
    let store = MemoryStore::new();
    let any = AnyStore::new(store.clone());
    ready(any.clone().commit(&command(0, Action::Place(vec![ask(1, 1, 100, 200)])))).unwrap();
    let seen = ready(store.booking(TENANT, booking_id(1))).unwrap();
    assert_eq!(seen, ready(any.booking(TENANT, booking_id(1))).unwrap());
    assert!(seen.is_some());
    let refused = ready(any.commit(&command(0, Action::Place(vec![ask(2, 1, 100, 200)]))));
    assert_eq!(outcome(&refused), "no fit 0: 0 free");
    assert_eq!(ready(any.events(TENANT, 0, 9)).unwrap().len(), 1);
    assert_eq!(ready(any.history(TENANT, booking_id(1))).unwrap().len(), 1);
}
