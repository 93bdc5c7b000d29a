//! The business that is asked, in a store and on the wire.

use std::sync::Arc;

use booking_bench::business::{Ask, Business, TENANT};
use booking_bench::inputs::new_york;
use booking_core::{Actor, AnyStore, Clock, Scheduler};
use booking_platform::{
    AnyPlatform, CatalogueStore, Expect, Item, Name, ResourceProfile, ServiceProfile, Stamp, Tenant,
    TenantStore,
};
use chrono::DateTime;
use futures_util::future::try_join_all;

use crate::Outcome;

/// How many bookings are made at once, so that a store that flushes does so once for all of them.
const AT_ONCE: usize = 256;

/// Puts all of a business into a store.
pub(crate) async fn fill(
    business: &Business,
    bookings: AnyStore,
    platform: &AnyPlatform,
) -> Outcome<Scheduler<AnyStore, Arc<dyn Clock>>> {
    let clock: Arc<dyn Clock> = Arc::new(Business::clock());
    let stamp = Stamp::new(Actor::new("load", "bench"), clock.now());
    let tenant = Tenant { id: TENANT, name: Name::new("Load")?, zone: new_york().id().clone() };
    platform.put_tenant(&tenant, Expect::Absent, &stamp).await?;
    let resources = business.resources()?.into_iter().map(|one| Item::from(ResourceProfile::from(one)));
    let services = business.services()?.into_iter().map(|one| Item::from(ServiceProfile::from(one)));
    for item in resources.chain(services) {
        platform.put_item(TENANT, &item, Expect::Absent, &stamp).await?;
    }
    let scheduler = Scheduler::new(bookings, clock);
    let requests: Vec<_> = business.bookings().collect();
    for some in requests.chunks(AT_ONCE) {
        try_join_all(some.iter().map(|request| scheduler.book(request))).await?;
    }
    Ok(scheduler)
}

/// Where a question is asked.
pub(crate) fn path(ask: &Ask) -> String {
    let date = |day| DateTime::from_timestamp(day * 86_400, 0).unwrap_or_default().date_naive();
    let id = ask.service.uuid().simple();
    format!("/v1/services/svc_{id}/slots?from={}&to={}", date(ask.first), date(ask.first + ask.days))
}
