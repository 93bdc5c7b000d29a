//! The routes over a file, called without a socket: the same tests as in memory.

mod suite;
mod support;

use std::sync::Arc;

use booking_core::AnyStore;
use booking_platform::AnyPlatform;
use booking_store_sqlite::{Options, SqliteStore};

use support::Opened;

fn open() -> std::future::Ready<Opened> {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(folder.path().join("business.sqlite"), &Options::default());
    let store = store.expect("a new file");
    let (bookings, platform) = (AnyStore::new(store.clone()), AnyPlatform::new(store));
    std::future::ready(Opened { bookings, platform, tenants: 0, kept: Arc::new(folder) })
}
