//! A small business behind a router, and a way to call it.

mod business;
mod reply;

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use axum::response::Response;
use booking_core::{AnyStore, Clock, ManualClock, Scheduler, SequentialIds, TenantId};
use booking_http::server::{Platform, PlatformKeys, router};
use booking_http::{Access, Api, Caller, Denied, KeyKind};
use booking_platform::AnyPlatform;
use serde_json::Value;
use tower::ServiceExt;
use uuid::Uuid;

pub(crate) use business::{ANN, CLASS, HOSTS, REVIEWED, VISIT, service};
pub(crate) use reply::Reply;

/// Friday, 20 March 2026, 13:00 in Berlin: nine days before the clocks go forward.
pub(crate) const NOW: &str = "2026-03-20T12:00:00Z";

/// An empty store.
pub(crate) struct Opened {
    pub(crate) bookings: AnyStore,
    pub(crate) platform: AnyPlatform,
    /// The upper half of the tenants' ids: tests that share a database have tenants of their own.
    pub(crate) tenants: u64,
    /// What has to outlive the store.
    pub(crate) kept: Arc<dyn Any + Send + Sync>,
}

/// The business, its clock in hand.
#[derive(Clone)]
pub(crate) struct Desk {
    api: Api,
    app: Router,
    /// The same business in another process.
    elsewhere: Router,
    pub(crate) clock: ManualClock,
    _kept: Arc<dyn Any + Send + Sync>,
}

/// Keys are what they say: `secret-1` is the secret key of the first tenant.
#[derive(Clone)]
struct Keys {
    kept: PlatformKeys,
    tenants: u64,
}

/// One of a test's tenants: the first is the business, the others have nothing.
fn tenant(among: u64, number: u64) -> TenantId {
    TenantId::from_uuid(Uuid::from_u64_pair(among, number))
}

/// Does something in no time, where a test has stopped the clock: a runtime that only waits for a file or a server would
/// let it jump to the next time limit. While a thread works for it, it does not.
pub(crate) async fn in_no_time<T>(work: impl Future<Output = T>) -> T {
    let (done, wait) = std::sync::mpsc::channel::<()>();
    // The thread ends when `done` is dropped. It is not waited for: whoever gives up on this must not lose the output.
    drop(tokio::task::spawn_blocking(move || wait.recv()));
    let output = work.await;
    drop(done);
    output
}

impl Access for Keys {
    fn caller<'a>(
        &'a self,
        headers: &'a HeaderMap,
    ) -> Pin<Box<dyn Future<Output = Result<Caller, Denied>> + Send + 'a>> {
        Box::pin(async move {
            let key = headers.get("authorization").ok_or(Denied::Missing)?.to_str();
            let key = key.map_err(|_| Denied::Unknown)?.strip_prefix("Bearer ").ok_or(Denied::Unknown)?;
            let (kind, tenant) = key.split_once('-').unwrap_or((key, ""));
            let kind = match kind {
                "secret" => KeyKind::Secret,
                "public" => KeyKind::Publishable,
                "broken" => return Err(Denied::Unavailable),
                _ => return self.kept.caller(headers).await,
            };
            let number = tenant.parse().map_err(|_| Denied::Unknown)?;
            Ok(Caller { tenant: self::tenant(self.tenants, number), kind, name: key.to_owned() })
        })
    }
}

impl Desk {
    pub(crate) async fn open() -> Self {
        Self::open_with(|api| api).await
    }

    /// Opens with more settings of the API.
    pub(crate) async fn open_with(set: impl FnOnce(Api) -> Api) -> Self {
        // Opening a database takes a large future, which each test would have inside its own.
        in_no_time(Self::over(Box::pin(crate::open()), set)).await
    }

    async fn over(opened: impl Future<Output = Opened>, set: impl FnOnce(Api) -> Api) -> Self {
        let Opened { bookings, platform, tenants, kept } = opened.await;
        let clock = ManualClock::at(NOW.parse().expect("an instant"));
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        business::fill(&platform, tenant(tenants, 1)).await;
        let keys = Keys { kept: PlatformKeys::new(platform.clone(), Arc::clone(&shared)), tenants };
        let scheduler = Scheduler::new(bookings, shared).with_ids(SequentialIds::default());
        let elsewhere = Api::new(scheduler.clone(), keys.clone());
        let api = set(Api::new(scheduler, keys).with_link_key([7; 32]));
        let elsewhere = router(Platform::new(elsewhere, platform.clone()));
        Self { app: router(Platform::new(api.clone(), platform)), elsewhere, api, clock, _kept: kept }
    }

    /// The business as another process serves it, on the same store.
    pub(crate) fn elsewhere(&self) -> Self {
        Self { app: self.elsewhere.clone(), ..self.clone() }
    }

    /// Calls with the secret key of tenant 1.
    pub(crate) async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut all = vec![("authorization", "Bearer secret-1")];
        all.extend(headers);
        self.raw(method, path, &all, body.to_owned()).await
    }

    /// Calls with exactly these headers.
    pub(crate) async fn raw(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).expect("a request");
        in_no_time(self.send(request)).await
    }

    /// Sends a request, however long it takes.
    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        Reply::read(self.app.clone().oneshot(request).await.expect("the router answers")).await
    }

    /// Calls, and leaves the body unread.
    pub(crate) async fn response(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).expect("a request");
        in_no_time(self.app.clone().oneshot(request)).await.expect("the router answers")
    }

    /// What the process around the router does: end streams, and say that the worker ran.
    pub(crate) fn api(&self) -> &Api {
        &self.api
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.call("GET", path, &[], "").await
    }

    pub(crate) async fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Reply {
        let mut all = vec![("content-type", "application/json")];
        all.extend(headers);
        self.call("POST", path, &all, &body.to_string()).await
    }

    /// Books a visit with Ann.
    pub(crate) async fn book(&self, start: &str, key: &str) -> Reply {
        let body = serde_json::json!({ "service": service(VISIT), "start": start });
        self.post("/v1/bookings", &[("idempotency-key", key)], &body).await
    }

    /// Holds a visit with Ann.
    pub(crate) async fn hold(&self, start: &str, key: &str) -> Reply {
        let body = serde_json::json!({ "service": service(VISIT), "start": start });
        self.post("/v1/holds", &[("idempotency-key", key)], &body).await
    }
}
