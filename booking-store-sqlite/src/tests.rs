//! What only this crate can see: the memory and the file hold the same.

use std::collections::BTreeMap;

use booking_core::conformance::{Subject, World, block_on};
use booking_core::memory::{Rows, State};
use booking_core::{Actor, TenantId};
use booking_platform::memory::PlatformRow;
use booking_platform::{CatalogueStore as _, Expect, Item, ResourceProfile, ServiceProfile, Stamp};
use tempfile::TempDir;

use crate::memory::Memory;
use crate::open::connect_reader;
use crate::row::Loaded;
use crate::{Durability, Options, SqliteStore};

fn everything(file: &rusqlite::Connection) -> Loaded {
    Loaded::from_file(file, |_, _| (), |_| ()).unwrap()
}

/// The store of a test. When the test is over, its memory, its file and what a new state makes of the file must be the
/// same rows.
struct Compared {
    store: SqliteStore,
    tenants: Vec<TenantId>,
    // Dropped last.
    _folder: TempDir,
}

impl Drop for Compared {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let Loaded { tenants, .. } = everything(&connect_reader(self.store.path()).unwrap());
        for tenant in &self.tenants {
            let memory =
                block_on(self.store.read(Some(*tenant), |memory| memory.state.rows(*tenant))).unwrap();
            let file = tenants.get(tenant).cloned().unwrap_or_default();
            let mut again = State::new();
            again.restore(*tenant, file);
            same(&again.rows(*tenant), &memory);
            let mut file = connect_reader(self.store.path()).unwrap();
            let loaded = Memory::load(&mut file, &Options::default()).unwrap();
            same(&loaded.state.rows(*tenant), &memory);
        }
    }
}

/// Compared part by part, so that a difference can be read.
fn same(file: &Rows, memory: &Rows) {
    assert_eq!(file.bookings, memory.bookings);
    assert_eq!(file.sessions, memory.sessions);
    assert_eq!(file.blocks, memory.blocks);
    assert_eq!(file.capacities, memory.capacities);
    assert_eq!(file.entries, memory.entries);
    assert_eq!(file.events, memory.events);
    assert_eq!(file.recorded, memory.recorded);
    assert_eq!(file.assigned, memory.assigned);
    assert_eq!(file, memory);
}

async fn set_up(world: World) -> Subject {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { durability: Durability::Handed, ..Options::default() };
    let store = SqliteStore::open(folder.path().join("business.sqlite"), &options).unwrap();
    let tenants = world.businesses.iter().map(|business| business.tenant).collect();
    for business in world.businesses {
        let resources = business.resources.into_iter().map(|one| Item::from(ResourceProfile::from(one)));
        let services = business.services.into_iter().map(|one| Item::from(ServiceProfile::from(one)));
        for item in resources.chain(services) {
            let stamp = Stamp::new(Actor::new("suite", "test"), chrono::DateTime::default());
            store.put_item(business.tenant, &item, Expect::Absent, &stamp).await.unwrap();
        }
    }
    Subject::new(store.clone()).keeping(Compared { store, tenants, _folder: folder })
}

// Every rule of the suite ends with the comparison; the random ones reach the most.
booking_core::conformance!(set_up, block_on);

mod waiting {
    //! Answers that depend on what is not on the disk yet.

    use std::pin::{Pin, pin};
    use std::sync::PoisonError;
    use std::task::{Context, Poll, Waker};

    use booking_core::StoreError;

    use super::*;

    const CHANGED: TenantId = TenantId::from_u64(1);
    const OTHER: TenantId = TenantId::from_u64(2);

    fn store() -> (SqliteStore, TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path().join("business.sqlite"), &Options::default()).unwrap();
        // As the writer does when it has applied a batch and not yet written it.
        let mut memory = store.inner.shared.memory.write().unwrap_or_else(PoisonError::into_inner);
        memory.note(1, [CHANGED]);
        drop(memory);
        (store, folder)
    }

    fn poll<T>(future: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn an_answer_waits_for_the_flush_of_what_it_depends_on() {
        let (store, _folder) = store();
        let mut waits = pin!(store.read(Some(CHANGED), |_| "read"));
        let mut all = pin!(store.read(None, |_| "all"));
        assert!(poll(waits.as_mut()).is_pending() && poll(all.as_mut()).is_pending());
        let other = pin!(store.read(Some(OTHER), |_| "other"));
        assert!(matches!(poll(other), Poll::Ready(Ok("other"))), "it depends on nothing that waits");
        store.inner.shared.progress.flush(1);
        assert!(matches!(poll(waits), Poll::Ready(Ok("read"))));
        assert!(matches!(poll(all), Poll::Ready(Ok("all"))));
        let later = pin!(store.read(Some(CHANGED), |_| "later"));
        assert!(matches!(poll(later), Poll::Ready(Ok("later"))));
    }

    #[test]
    fn an_answer_that_depends_on_a_failed_flush_is_not_given() {
        let (store, _folder) = store();
        let mut before = pin!(store.read(Some(CHANGED), |_| ()));
        assert!(poll(before.as_mut()).is_pending());
        store.inner.shared.progress.fail(1);
        assert!(matches!(poll(before), Poll::Ready(Err(StoreError::Unavailable(_)))));
        // Computed before the failure, asked about after it, and after later batches too.
        let after = pin!(store.read(Some(CHANGED), |_| ()));
        assert!(matches!(poll(after), Poll::Ready(Err(StoreError::Unavailable(_)))));
        store.inner.shared.progress.flush(2);
        let late = pin!(store.read(Some(CHANGED), |_| ()));
        assert!(matches!(poll(late), Poll::Ready(Err(StoreError::Unavailable(_)))));
    }
}

mod platform {
    use booking_platform::conformance::Subject;

    use super::*;

    struct Reopened {
        store: SqliteStore,
        _folder: TempDir,
    }

    impl Drop for Reopened {
        fn drop(&mut self) {
            if std::thread::panicking() {
                return;
            }
            let loaded = everything(&connect_reader(self.store.path()).unwrap());
            let memory = self.store.read(None, |memory| memory.platform.rows());
            assert_eq!(by_key(loaded.platform), by_key(block_on(memory).unwrap()));
        }
    }

    /// Rows in an order that does not depend on where they come from.
    fn by_key(rows: Vec<PlatformRow>) -> BTreeMap<String, PlatformRow> {
        let key = |row: &PlatformRow| match row {
            PlatformRow::Tenant(row) => format!("tenant {}", row.value.id),
            PlatformRow::Item(tenant, row) => format!("item {tenant} {}", row.value.id()),
            PlatformRow::Customer(row) => format!("customer {} {}", row.tenant, row.id),
            PlatformRow::Key(row) => format!("key {} {}", row.tenant, row.id),
            PlatformRow::Deleted(..) | PlatformRow::Audit(_) => unreachable!("kept nowhere"),
        };
        rows.into_iter().map(|row| (key(&row), row)).collect()
    }

    fn set_up() -> Subject<SqliteStore> {
        let folder = tempfile::tempdir().unwrap();
        let options = Options { durability: Durability::Handed, ..Options::default() };
        let store = SqliteStore::open(folder.path().join("business.sqlite"), &options).unwrap();
        Subject::new(store.clone()).keeping(Reopened { store, _folder: folder })
    }

    booking_platform::conformance!(set_up, block_on);
}
