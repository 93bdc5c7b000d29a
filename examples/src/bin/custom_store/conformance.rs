//! What makes a store of your own safe to use: one call, one test for each rule.

use booking_core::conformance::{World, block_on};

use crate::VecStore;

fn set_up(world: World) -> VecStore {
    let store = VecStore::default();
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

booking_core::conformance!(|world| std::future::ready(set_up(world)), block_on);
