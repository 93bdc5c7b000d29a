//! A small business behind a router, and a way to call it.

mod business;
mod reply;

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

pub(crate) use business::{ANN, CLASS, HOSTS, REVIEWED, VISIT, service};
pub(crate) use reply::Reply;

/// Friday, 20 March 2026, 13:00 in Berlin: nine days before the clocks go forward.
pub(crate) const NOW: &str = "2026-03-20T12:00:00Z";

/// The business, its clock in hand.
#[derive(Clone)]
pub(crate) struct Desk {
    api: Api,
    app: Router,
    pub(crate) clock: ManualClock,
}

/// Keys are what they say: `secret-1` is the secret key of tenant 1.
struct Keys(PlatformKeys);

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
                _ => return self.0.caller(headers).await,
            };
            let tenant = TenantId::from_u64(tenant.parse().map_err(|_| Denied::Unknown)?);
            Ok(Caller { tenant, kind, name: key.to_owned() })
        })
    }
}

impl Desk {
    pub(crate) fn open() -> Self {
        let clock = ManualClock::at(NOW.parse().expect("an instant"));
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let store = business::store(TenantId::from_u64(1));
        let platform = AnyPlatform::new(store.clone());
        let keys = Keys(PlatformKeys::new(platform.clone(), Arc::clone(&shared)));
        let scheduler = Scheduler::new(AnyStore::new(store), shared).with_ids(SequentialIds::default());
        let api = Api::new(scheduler, keys).with_link_key([7; 32]);
        Self { app: router(Platform::new(api.clone(), platform)), api, clock }
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
        Reply::read(self.app.clone().oneshot(request).await.expect("the router answers")).await
    }

    /// Calls, and leaves the body unread.
    pub(crate) async fn response(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).expect("a request");
        self.app.clone().oneshot(request).await.expect("the router answers")
    }

    /// Ends every stream.
    pub(crate) fn stop(&self) {
        self.api.stop();
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
