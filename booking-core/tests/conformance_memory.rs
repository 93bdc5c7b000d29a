//! The reference store passes the suite that is written after it, and so does the pointer to it.

use booking_core::conformance::{World, block_on};
use booking_core::{AnyStore, MemoryStore};

fn memory(world: World) -> MemoryStore {
    let store = MemoryStore::new();
    for business in world.businesses {
        for service in business.services {
            store.add_service(business.tenant, service);
        }
        for resource in business.resources {
            store.add_resource(business.tenant, resource);
        }
    }
    store
}

mod memory_store {
    use super::*;

    booking_core::conformance!(|world| std::future::ready(memory(world)), block_on);
}

mod any_store {
    use super::*;

    booking_core::conformance!(|world| std::future::ready(AnyStore::new(memory(world))), block_on);
}
