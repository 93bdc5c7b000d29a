//! The audit log.

use booking_core::{
    Action, Block, BlockId, BookingId, Change, Command, ContentHash, CustomerId, IdempotencyKey, Interval,
    Operation, ResourceId,
};

use super::catalogue::{location, policy};
use super::kit::{
    Must as _, OTHER, Store, TENANT, add, at, command, known, name, place, resource, stamp, utc,
};
use crate::{
    AuditAction as A, AuditEntry, AuditObject, AuditQuery, CustomerWrite, Expect, Item, ItemId, PolicyId,
    Tenant,
};

/// The whole log, oldest first.
async fn log<S: Store>(store: &S) -> Vec<AuditEntry> {
    let page = store.audit(TENANT, &AuditQuery { limit: 1_000, ..AuditQuery::default() }).await.must();
    assert!(!page.more);
    page.items.into_iter().rev().collect()
}

async fn told<S: Store>(store: &S) -> Vec<(A, AuditObject, Option<u64>)> {
    log(store).await.into_iter().map(|entry| (entry.action, entry.object, entry.version)).collect()
}

/// By whom, from where, when, to what, and its version since.
pub async fn every_write_is_audited<S: Store>(store: &S) {
    let tenant = Tenant { id: TENANT, name: name("One"), zone: utc() };
    store.put_tenant(&tenant, Expect::Absent, &stamp(1)).await.must();
    let item = Item::from(policy(1, 60));
    store.put_item(TENANT, &item, Expect::Absent, &stamp(2)).await.must();
    store.put_item(TENANT, &item, Expect::Present, &stamp(3)).await.must();
    store.delete_item(TENANT, item.id(), Expect::Present, &stamp(4)).await.must();
    let (ann, bob) = (CustomerId::from_u64(1), CustomerId::from_u64(2));
    for id in [ann, bob] {
        store.write_customer(TENANT, id, &known("Ann"), Expect::Absent, &stamp(5)).await.must();
    }
    for (id, write) in [(ann, CustomerWrite::MergeInto(bob)), (bob, CustomerWrite::Erase)] {
        store.write_customer(TENANT, id, &write, Expect::Present, &stamp(6)).await.must();
    }
    let policy = AuditObject::from(ItemId::Policy(PolicyId::from_u64(1)));
    let expected = [
        (A::Create, AuditObject::from(TENANT), Some(1)),
        (A::Create, policy, Some(1)),
        (A::Replace, policy, Some(2)),
        (A::Delete, policy, Some(2)),
        (A::Create, ann.into(), Some(1)),
        (A::Create, bob.into(), Some(1)),
        (A::Merge, ann.into(), Some(2)),
        (A::Replace, bob.into(), Some(2)),
        (A::Erase, bob.into(), Some(3)),
    ];
    assert_eq!(told(store).await, expected);
    let log = log(store).await;
    assert!(log.windows(2).all(|pair| pair[0].sequence < pair[1].sequence));
    assert_eq!((&log[0].actor, log[0].at, log[0].tenant), (&stamp(1).actor, at(1), TENANT));
}

/// Nor is one that changes nothing.
pub async fn a_refused_write_is_not_audited<S: Store>(store: &S) {
    add(store, location(1)).await;
    let item = Item::from(location(1));
    assert!(store.put_item(TENANT, &item, Expect::Absent, &stamp(1)).await.is_err());
    assert!(store.delete_item(TENANT, item.id(), Expect::Version(9), &stamp(1)).await.is_err());
    let id = CustomerId::from_u64(1);
    assert!(store.write_customer(TENANT, id, &known("Ann"), Expect::Present, &stamp(1)).await.is_err());
    assert!(store.commit(&command(1, Action::RemoveBlock(BlockId::from_u64(1)))).await.is_err());
    assert_eq!(told(store).await, [(A::Create, item.id().into(), Some(1))]);
}

/// With the actor of the command: bookings with their versions, blocks, capacities.
pub async fn commands_of_the_core_are_audited<S: Store>(store: &S) {
    add(store, resource(1)).await;
    let (booking, staff) = (BookingId::from_u64(1), ResourceId::from_u64(1));
    let block = BlockId::from_u64(1);
    let interval = Interval::new(at(600), at(700)).must();
    let cancel = Change::Cancel { fee: None };
    let actions = [
        Action::SetCapacity { resource: staff, capacity: 2 },
        place(1, 1, 1, 60),
        Action::Change { booking, if_version: Some(1), change: cancel },
        Action::AddBlock(Block { id: block, resource: staff, interval, text: "away".to_owned() }),
        Action::RemoveBlock(block),
    ];
    for (action, minutes) in actions.into_iter().zip(1..) {
        store.commit(&command(minutes, action)).await.must();
    }
    let expected = [
        (A::Create, AuditObject::from(staff), Some(1)),
        (A::SetCapacity, staff.into(), None),
        (A::Place, booking.into(), Some(1)),
        (A::Cancel, booking.into(), Some(2)),
        (A::Create, block.into(), None),
        (A::Delete, block.into(), None),
    ];
    assert_eq!(told(store).await, expected);
    assert_eq!(log(store).await[2].actor.who, "bob");
}

/// The replay changed nothing.
pub async fn a_replayed_command_is_audited_once<S: Store>(store: &S) {
    add(store, resource(1)).await;
    let content = ContentHash::default().with("start", 60);
    let key = IdempotencyKey::new(Operation::Book, "k", content).must();
    let book = Command { key: Some(key), ..command(1, place(1, 1, 1, 60)) };
    assert!(!store.commit(&book).await.must().replayed);
    assert!(store.commit(&book).await.must().replayed);
    let placed = told(store).await.into_iter().filter(|(action, ..)| *action == A::Place);
    assert_eq!(placed.count(), 1);
}

/// Also those of one object.
pub async fn the_audit_log_is_read_in_pages_from_the_newest<S: Store>(store: &S) {
    for id in 1..=3 {
        add(store, policy(id, 60)).await;
    }
    store.put_item(TENANT, &policy(1, 90).into(), Expect::Present, &stamp(1)).await.must();
    let all = log(store).await;
    let query = AuditQuery { limit: 3, ..AuditQuery::default() };
    let page = store.audit(TENANT, &query).await.must();
    let newest: Vec<_> = all.iter().rev().take(3).cloned().collect();
    assert_eq!((&page.items, page.more), (&newest, true));
    let before = page.items.last().map(|entry| entry.sequence);
    let rest = store.audit(TENANT, &AuditQuery { before, ..query.clone() }).await.must();
    assert_eq!((rest.items, rest.more), (vec![all[0].clone()], false));
    let object = Some(ItemId::Policy(PolicyId::from_u64(1)).into());
    let about = store.audit(TENANT, &AuditQuery { object, ..query }).await.must();
    assert_eq!(about.items, [all[3].clone(), all[0].clone()]);
}

/// From the first instant of a window, and not those at the instant after its last.
pub async fn the_audit_log_is_read_by_time<S: Store>(store: &S) {
    // The number of an entry says nothing of its instant.
    for (id, minutes) in [(1, 10), (2, 30), (3, 20), (4, 30), (5, 40)] {
        store.put_item(TENANT, &policy(id, 60).into(), Expect::Absent, &stamp(minutes)).await.must();
    }
    let all = log(store).await;
    let window = Some(Interval::new(at(20), at(40)).must());
    let query = AuditQuery { window, limit: 2, ..AuditQuery::default() };
    let page = store.audit(TENANT, &query).await.must();
    assert_eq!((page.items, page.more), (vec![all[3].clone(), all[2].clone()], true));
    let before = Some(all[2].sequence);
    let rest = store.audit(TENANT, &AuditQuery { before, ..query.clone() }).await.must();
    assert_eq!((rest.items, rest.more), (vec![all[1].clone()], false));
    let object = Some(ItemId::Policy(PolicyId::from_u64(3)).into());
    let about = store.audit(TENANT, &AuditQuery { object, ..query.clone() }).await.must();
    assert_eq!(about.items, [all[2].clone()]);
    let object = Some(ItemId::Policy(PolicyId::from_u64(5)).into());
    assert_eq!(store.audit(TENANT, &AuditQuery { object, ..query }).await.must().items, []);
    // However long it is.
    let window = Some(Interval::new(at(20), at(400 * 24 * 60)).must());
    let long = store.audit(TENANT, &AuditQuery { window, limit: 9, ..AuditQuery::default() }).await.must();
    assert_eq!(long.items, [&all[4], &all[3], &all[2], &all[1]].map(Clone::clone));
}

/// And numbered apart.
pub async fn audit_logs_of_tenants_are_apart<S: Store>(store: &S) {
    add(store, policy(1, 60)).await;
    let theirs = Item::from(location(1));
    store.put_item(OTHER, &theirs, Expect::Absent, &stamp(0)).await.must();
    let page = store.audit(OTHER, &AuditQuery { limit: 10, ..AuditQuery::default() }).await.must();
    assert_eq!(page.items.len(), 1);
    assert_eq!((page.items[0].object, page.items[0].tenant), (theirs.id().into(), OTHER));
    assert_eq!(log(store).await.len(), 1);
}
