//! What every handler works with.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use booking_core::{
    AnyStore, Catalog, Clock, CustomerId, IdSource, RandomIds, Scheduler, Service, ServiceId, StoreError,
    TenantId, Wish, Zone, ZoneId,
};

use crate::access::Access;
use crate::extract::Source;
use crate::guest::Signer;
use crate::limits::{Buckets, RateLimit};
use crate::live::Hub;
use crate::observe::Observe;
use crate::problem::{Code, FieldError, Problem};
use crate::worker::Worker;

/// Whether a customer can be booked for: one that is known and was not erased.
pub(crate) trait KnowsCustomers: Send + Sync {
    fn knows(
        &self,
        tenant: TenantId,
        customer: CustomerId,
    ) -> Pin<Box<dyn Future<Output = Result<bool, StoreError>> + Send + '_>>;
}

/// The state of the router: a scheduler over any store, and who may use it. Cheap to clone.
#[derive(Clone)]
pub struct Api(Arc<Parts>);

#[derive(Clone)]
struct Parts {
    scheduler: Scheduler<AnyStore, Arc<dyn Clock>>,
    access: Arc<dyn Access>,
    ids: Arc<RandomIds>,
    signer: Option<Signer>,
    hub: Arc<Hub>,
    customers: Option<Arc<dyn KnowsCustomers>>,
    observer: Option<Arc<dyn Observe>>,
    buckets: Option<Arc<Buckets>>,
    worker: Arc<Worker>,
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
        let ids = RandomIds::default();
        // The low bits of a random id tell the streams of this process from those of the one before.
        let born = ids.next_id(scheduler.clock().now()).as_u64_pair().1;
        Self(Arc::new(Parts {
            scheduler,
            access: Arc::new(access),
            ids: Arc::new(ids),
            hub: Arc::new(Hub::new(born)),
            signer: None,
            customers: None,
            observer: None,
            buckets: None,
            worker: Arc::default(),
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

    /// Signs links for customers with this key: 32 random bytes, the same in every process that shall know the links.
    pub fn with_link_key(self, key: [u8; 32]) -> Self {
        let mut parts = Arc::unwrap_or_clone(self.0);
        parts.signer = Some(Signer::new(key));
        Self(Arc::new(parts))
    }

    /// Books only for customers that are known here.
    #[cfg(feature = "server")]
    pub(crate) fn with_customers(self, customers: impl KnowsCustomers + 'static) -> Self {
        let mut parts = Arc::unwrap_or_clone(self.0);
        parts.customers = Some(Arc::new(customers));
        Self(Arc::new(parts))
    }

    /// Refuses a wish for a customer that does not exist. A host that keeps its customers elsewhere answers for them.
    pub(crate) async fn check_customer(&self, wish: &Wish) -> Result<(), Problem> {
        let (Some(customers), Some(customer)) = (&self.0.customers, wish.customer) else { return Ok(()) };
        match customers.knows(wish.tenant, customer).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Problem::new(Code::InvalidRequest)
                .detail("there is no such customer")
                .field(FieldError::pointer("/customer", "expected the id of a customer"))),
            Err(error) => Err(Problem::store(&error)),
        }
    }

    /// Bounds how many requests each caller may make. Without it, nobody is bounded.
    pub fn with_rate_limit(self, limit: RateLimit) -> Self {
        let mut parts = Arc::unwrap_or_clone(self.0);
        parts.buckets = Some(Arc::new(Buckets::new(limit)));
        Self(Arc::new(parts))
    }

    /// Tells somebody about every request.
    pub fn with_observer(self, observer: impl Observe + 'static) -> Self {
        let mut parts = Arc::unwrap_or_clone(self.0);
        parts.observer = Some(Arc::new(observer));
        Self(Arc::new(parts))
    }

    /// Says that the worker has done its round, and will do the next after this time at the latest. From then on the
    /// server is ready only while rounds come: `/readyz` waits for three of them before it says that the worker is gone.
    pub fn worker_ran(&self, next: Duration) {
        self.0.worker.ran(next);
    }

    pub(crate) fn worker(&self) -> &Worker {
        &self.0.worker
    }

    pub(crate) fn observer(&self) -> Option<&dyn Observe> {
        self.0.observer.as_deref()
    }

    pub(crate) fn buckets(&self) -> Option<&Buckets> {
        self.0.buckets.as_deref()
    }

    /// Ends every stream, so that a server can stop.
    pub fn stop(&self) {
        self.0.hub.stop();
    }

    /// Says that something was written elsewhere, in another process that shares the store: those who listen to slots look
    /// again at once. Without it they do so each second.
    pub fn changed(&self) {
        self.0.hub.wrote();
    }

    pub(crate) fn hub(&self) -> &Hub {
        &self.0.hub
    }

    pub(crate) fn signer(&self) -> Option<&Signer> {
        self.0.signer.as_ref()
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
