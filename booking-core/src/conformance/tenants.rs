//! The wall between tenants, method by method.

use super::desk::{Desk, FAR, accepted, all};
use super::suite::Suite;
use super::words::*;
use super::world::{Business, person};
use crate::TenantId;
use crate::store::{
    Action, BookingStore, Catalog, Change, Command, ContentHash, CountedQuery, IdempotencyKey, LimitSubject,
    OccupancyQuery, Operation, StandingQuery, WaitingQuery,
};

/// Two businesses over the same store, the second standing in for "someone else". Both use the same ids.
fn neighbours(suite: &Suite) -> (Desk<'_>, TenantId) {
    let (own, other) = (Business::with_units(2), Business::new());
    let theirs = other.tenant;
    (Desk::of(suite, vec![own, other]), theirs)
}

fn key() -> IdempotencyKey {
    IdempotencyKey::new(Operation::Book, "k", ContentHash::default().with("content", 1)).expect("a key")
}

/// The same ids, keys, sessions and times in two tenants are in nobody's way.
pub fn tenants_do_not_share_ids_keys_or_rows(suite: &Suite) {
    let (desk, theirs) = neighbours(suite);
    let book = |tenant| Command { tenant, key: Some(key()), ..desk.command(place(1, 2, 100, 200)) };
    let class = session(1, 3, 100, 200, 2);
    let others = [
        seats(2, 2, &class),
        Action::AddBlock(block(1, 2, 100, 200)),
        Action::Join(entry(1, 0, 1_000, 0)),
        Action::Place(vec![limited(4, 100, at_most(1))]),
    ];
    for tenant in [desk.tenant, theirs] {
        let made = accepted(desk.send(&book(tenant)));
        assert_eq!((made.replayed, made.bookings[0].tenant), (false, tenant));
        for action in &others {
            let done = accepted(desk.send(&Command { tenant, ..desk.command(action.clone()) }));
            assert!(done.collides.iter().all(|id| *id == booking_id(1)));
        }
    }
    assert!(accepted(desk.send(&book(theirs))).replayed);
    for tenant in [desk.tenant, theirs] {
        let events = desk.read(desk.store().events(tenant, 0, 100));
        assert_eq!(events.len(), 3);
        assert!(events.iter().all(|event| event.tenant == tenant));
    }
}

/// A capacity that one tenant sets does not change the other's.
pub fn tenants_do_not_share_capacities(suite: &Suite) {
    let (desk, theirs) = neighbours(suite);
    let send = |tenant, action| outcome(&desk.send(&Command { tenant, ..desk.command(action) }));
    assert_eq!(send(theirs, place(1, 1, 100, 200)), "ok");
    assert_eq!(send(theirs, place(2, 1, 100, 200)), "no fit 0: 0 free");
    for id in [1, 2] {
        assert_eq!(send(desk.tenant, place(id, 1, 100, 200)), "ok");
    }
    let set = Action::SetCapacity { resource: resource(1), capacity: 1 };
    assert_eq!(send(theirs, set.clone()), "ok");
    assert_eq!(send(desk.tenant, set), "2 units will be in use");
}

/// No command reaches another tenant's rows: they are not found.
pub fn no_command_touches_another_tenants_rows(suite: &Suite) {
    let (desk, theirs) = neighbours(suite);
    desk.placed(0, hold(1, 1, 100, 200, 50));
    desk.did(0, Action::OpenSession(session(1, 2, 100, 200, 2)));
    desk.did(0, Action::AddBlock(block(1, 3, 100, 200)));
    desk.did(0, Action::Join(entry(1, 0, 1_000, 0)));
    let before = super::random::glance(&desk);
    let attempts = [
        (change(1, Change::Confirm), "no such booking"),
        (cancel(1), "no such booking"),
        (move_to(1, 1, 300, 400), "no such booking"),
        (Action::CancelMany(vec![booking_id(1)]), "ok"),
        (Action::Sweep(vec![booking_id(1)]), "ok"),
        (Action::CloseSession(session_id(1)), "no such session"),
        (Action::RemoveBlock(block_id(1)), "no such block"),
        (Action::Leave(entry_id(1)), "no such entry"),
    ];
    for (action, expected) in attempts {
        let command = Command { tenant: theirs, ..desk.command(action) };
        assert_eq!(outcome(&desk.send(&command)), expected, "{command:?}");
    }
    let free = vec![offer(1, hold(9, 5, 100, 200, 50))];
    let offered = Command { tenant: theirs, offers: free, ..desk.command(Action::Sweep(Vec::new())) };
    assert_eq!(accepted(desk.send(&offered)).offers, []);
    assert_eq!(super::random::glance(&desk), before);
}

/// No read shows another tenant's rows, lapsed ones included.
pub fn no_read_shows_another_tenants_rows(suite: &Suite) {
    let (desk, theirs) = neighbours(suite);
    let book = Command { key: Some(key()), ..desk.command(Action::Place(vec![limited(1, 100, at_most(9))])) };
    accepted(desk.run(&book));
    desk.placed(0, hold(2, 2, 100, 200, 10));
    desk.did(0, seats(3, 1, &session(1, 3, 100, 200, 2)));
    desk.did(0, Action::AddBlock(block(1, 4, 100, 200)));
    desk.did(0, Action::Join(entry(1, 0, 1_000, 0)));
    desk.did(0, Action::SetCapacity { resource: resource(5), capacity: 7 });
    desk.did(100, change(1, Change::MarkNoShow { fee: None }));
    let (store, now, window) = (desk.store(), desk.now_second(), span(0, FAR));
    let resources: Vec<_> = (1..=9).map(resource).collect();
    let occupancy =
        OccupancyQuery { tenant: theirs, resources: resources.clone(), window, now, ignoring: None };
    let seen = desk.read(store.occupancy(&occupancy));
    assert_eq!((seen.claims, seen.blocks, seen.sessions), (vec![], vec![], vec![]));
    assert!(!seen.capacities.contains(&(resource(5), 7)));
    let subjects = vec![LimitSubject::Customer(customer(1)), LimitSubject::Service(SERVICE)];
    let counted = CountedQuery { tenant: theirs, subjects, window, now, ignoring: None };
    assert_eq!(desk.read(store.counted(&counted)), []);
    let (service, customer) = (SERVICE, Some(customer(1)));
    let standing =
        StandingQuery { tenant: theirs, service, customer, resources, window, missed_since: START, now };
    let standing = desk.read(store.standing(&standing));
    assert_eq!((standing.missed, standing.last_of_customer), (0, vec![]));
    assert!(standing.resources.iter().all(|(_, row)| *row == crate::ResourceStanding::default()));
    assert_eq!(desk.read(store.recorded(theirs, Operation::Book, "k")), None);
    assert_eq!(desk.read(store.booking(theirs, booking_id(1))), None);
    assert_eq!(desk.read(store.bookings(theirs, &all())).items, []);
    assert_eq!(desk.read(store.history(theirs, booking_id(1))), []);
    assert_eq!(desk.read(store.events(theirs, 0, 9)), []);
    assert_eq!(desk.read(store.lapsed(theirs, at(100), 9)), []);
    assert_eq!(desk.read(store.block(theirs, block_id(1))), None);
    assert_eq!(desk.read(store.entry(theirs, entry_id(1))), None);
    let waiting = WaitingQuery { tenant: theirs, window, now, limit: 9 };
    assert_eq!(desk.read(store.waiting(&waiting)), []);
}

/// The catalogue answers in the order asked, unknown ids left out, tags by id; and to its own tenant only.
pub fn the_catalogue_answers_its_own_tenant_in_the_order_asked(suite: &Suite) {
    let mut own = Business::new();
    let first = [person(3, 1, &["cut"]), person(1, 4, &["cut", "colour"]), person(2, 1, &[])];
    own.resources.splice(..first.len(), first);
    let service = own.services[0].clone();
    let other =
        Business { resources: vec![person(99, 1, &["shave"])], services: Vec::new(), ..Business::new() };
    let theirs = other.tenant;
    let desk = Desk::of(suite, vec![own.clone(), other]);
    let (store, mine) = (desk.store(), desk.tenant);
    let asked = [2, 99, 1].map(resource);
    let found = desk.read(store.resources(mine, &asked));
    assert_eq!(
        found.iter().map(|row| (**row).clone()).collect::<Vec<_>>(),
        [own.resources[2].clone(), own.resources[1].clone()]
    );
    let tagged = |tenant, tag: &str| {
        let tag = tag.parse().expect("a tag");
        desk.read(store.tagged(tenant, &tag)).iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(tagged(mine, "cut"), [resource(1), resource(3)]);
    assert_eq!(tagged(mine, "colour"), [resource(1)]);
    assert_eq!((tagged(mine, "shave"), tagged(theirs, "cut")), (vec![], vec![]));
    assert_eq!(desk.read(store.service(mine, SERVICE)).map(|found| (*found).clone()), Some(service));
    assert_eq!(desk.read(store.service(mine, service_id(77))), None);
    assert_eq!(desk.read(store.service(theirs, SERVICE)), None);
    assert_eq!(desk.read(store.resources(theirs, &asked)).len(), 1);
}
