//! The routes over the store in memory, called without a socket.

mod suite;
mod support;

use std::sync::Arc;

use booking_core::AnyStore;
use booking_platform::AnyPlatform;
use booking_platform::memory::MemoryPlatform;

use support::Opened;

fn open() -> std::future::Ready<Opened> {
    let store = MemoryPlatform::new();
    let (bookings, platform) = (AnyStore::new(store.clone()), AnyPlatform::new(store));
    std::future::ready(Opened { bookings, platform, tenants: 0, kept: Arc::new(()) })
}
