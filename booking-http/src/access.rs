//! Who calls, and for which tenant.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use axum::extract::{FromRef, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use booking_core::{Actor, TenantId};

use crate::api::Api;
use crate::limits::Standing;
use crate::problem::{Code, Problem};

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// Everything its tenant may: for servers.
    Secret,
    /// Looks for free times, holds and books; sees nobody's bookings and waives no rule: for web pages.
    Publishable,
}

/// Who calls, once that is known. Every caller belongs to exactly one tenant, whatever the path says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Whose data the caller works with.
    pub tenant: TenantId,
    /// What the caller may do.
    pub kind: KeyKind,
    /// A name for the audit log; never the key itself.
    pub name: String,
}

impl Caller {
    /// The caller as the engine writes it down with every change.
    pub(crate) fn actor(&self) -> Actor {
        Actor::new(self.name.clone(), "http")
    }

    /// Refused: callers with a publishable key.
    pub(crate) fn staff(self) -> Result<Self, Problem> {
        match self.kind {
            KeyKind::Secret => Ok(self),
            KeyKind::Publishable => {
                Err(Problem::new(Code::Forbidden).detail("this operation needs a secret key"))
            }
        }
    }

    /// Whether the caller may know who has taken a time.
    pub(crate) fn is_staff(&self) -> bool {
        self.kind == KeyKind::Secret
    }
}

/// Why nobody was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// There were no credentials.
    Missing,
    /// The credentials are not, or no longer, valid.
    Unknown,
    /// Whether they are valid cannot be said at present.
    Unavailable,
}

/// Recognises callers by the headers of their request.
pub trait Access: Send + Sync {
    /// The caller, or why there is none.
    fn caller<'a>(
        &'a self,
        headers: &'a HeaderMap,
    ) -> Pin<Box<dyn Future<Output = Result<Caller, Denied>> + Send + 'a>>;
}

/// For a host that has authenticated the request before it reaches the router: every request is of one tenant.
#[derive(Debug, Clone)]
pub struct HostAuthenticates(Caller);

impl HostAuthenticates {
    /// Requests may do everything.
    pub fn as_staff(tenant: TenantId) -> Self {
        Self(Caller { tenant, kind: KeyKind::Secret, name: "host".to_owned() })
    }

    /// Requests may do what a publishable key may.
    pub fn as_public(tenant: TenantId) -> Self {
        Self(Caller { tenant, kind: KeyKind::Publishable, name: "host".to_owned() })
    }
}

impl Access for HostAuthenticates {
    fn caller<'a>(
        &'a self,
        _headers: &'a HeaderMap,
    ) -> Pin<Box<dyn Future<Output = Result<Caller, Denied>> + Send + 'a>> {
        Box::pin(async { Ok(self.0.clone()) })
    }
}

/// Takes one of the caller's tokens, where requests are limited, and leaves word of what is left.
fn count(api: &Api, caller: &Caller, parts: &Parts) -> Result<(), Problem> {
    let Some(buckets) = api.buckets() else { return Ok(()) };
    let standing = buckets.take(caller, tokio::time::Instant::now());
    if let Some(left) = parts.extensions.get::<Counted>() {
        // It is set once: a request has one caller.
        let _ = left.0.set(standing);
    }
    if standing.allowed {
        return Ok(());
    }
    let detail = format!("try again in {} s", standing.wait);
    Err(Problem::new(Code::RateLimited).detail(detail).retry_after(standing.wait))
}

/// Where a request leaves word of how its caller stands.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counted(pub(crate) Arc<OnceLock<Standing>>);

impl<S: Send + Sync> FromRequestParts<S> for Caller
where
    Api: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let api = Api::from_ref(state);
        let caller = api.access().caller(&parts.headers).await.map_err(|denied| match denied {
            Denied::Missing => Problem::new(Code::Unauthenticated)
                .detail("send an API key: `Authorization: Bearer <key>`")
                .header_error("Authorization", "an API key"),
            Denied::Unknown => Problem::new(Code::Unauthenticated)
                .detail("the API key is not valid")
                .header_error("Authorization", "a valid API key"),
            Denied::Unavailable => Problem::new(Code::Unavailable),
        })?;
        count(&api, &caller, parts)?;
        Ok(caller)
    }
}
