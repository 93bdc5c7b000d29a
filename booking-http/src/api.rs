//! What every handler works with.

use std::sync::Arc;
use std::time::Duration;

use booking_core::{
    AnyStore, Catalog, Clock, IdSource, RandomIds, Scheduler, Service, ServiceId, TenantId, Zone, ZoneId,
};

use crate::access::Access;
use crate::extract::Source;
use crate::problem::{Code, Problem};

/// The state of the router: a scheduler over any store, and who may use it. Cheap to clone.
#[derive(Clone)]
pub struct Api(Arc<Parts>);

#[derive(Clone)]
struct Parts {
    scheduler: Scheduler<AnyStore, Arc<dyn Clock>>,
    access: Arc<dyn Access>,
    ids: Arc<RandomIds>,
    body_limit: usize,
    body_time: Duration,
}

/// The largest request body, in bytes, unless the host says otherwise.
const BODY_LIMIT: usize = 256 * 1024;
/// How long the body of a request may take to arrive, unless the host says otherwise.
const BODY_TIME: Duration = Duration::from_secs(10);

impl Api {
    /// Serves this scheduler to the callers that `access` recognises. Bodies may have 256 KiB and take 10 seconds.
    pub fn new(scheduler: Scheduler<AnyStore, Arc<dyn Clock>>, access: impl Access + 'static) -> Self {
        Self(Arc::new(Parts {
            scheduler,
            access: Arc::new(access),
            ids: Arc::default(),
            body_limit: BODY_LIMIT,
            body_time: BODY_TIME,
        }))
    }

    /// Refuses bodies above this many bytes, and those that take longer to arrive.
    pub fn with_body_limits(self, bytes: usize, time: Duration) -> Self {
        let mut parts = Arc::unwrap_or_clone(self.0);
        parts.body_limit = bytes;
        parts.body_time = time;
        Self(Arc::new(parts))
    }

    pub(crate) fn scheduler(&self) -> &Scheduler<AnyStore, Arc<dyn Clock>> {
        &self.0.scheduler
    }

    pub(crate) fn access(&self) -> &dyn Access {
        &*self.0.access
    }

    pub(crate) fn body_limit(&self) -> usize {
        self.0.body_limit
    }

    pub(crate) fn body_time(&self) -> Duration {
        self.0.body_time
    }

    /// A trace for a request that came without one.
    pub(crate) fn new_trace_id(&self) -> String {
        self.0.ids.next_id(self.scheduler().clock().now()).simple().to_string()
    }

    /// A service of the tenant.
    pub(crate) async fn service(&self, tenant: TenantId, id: ServiceId) -> Result<Arc<Service>, Problem> {
        let found = self.scheduler().store().service(tenant, id).await;
        found
            .map_err(|error| Problem::store(&error))?
            .ok_or_else(|| Problem::new(Code::NotFound).detail("no such service"))
    }

    /// The zone to show times in: the one asked for, or the service's.
    pub(crate) fn zone(&self, asked: Option<&ZoneId>, service: &ZoneId) -> Result<Zone, Problem> {
        let zone = self.scheduler().zones().zone(asked.unwrap_or(service));
        zone.map_err(|invalid| Problem::invalid(&invalid, Source::Query))
    }
}
