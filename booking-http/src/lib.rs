//! The booking engine as JSON over HTTP: a router that a host application nests into its own.
//!
//! ```
//! use std::sync::Arc;
//!
//! use axum::Router;
//! use booking_core::{AnyStore, Clock, MemoryStore, Scheduler, SystemClock, TenantId};
//! use booking_http::{Api, HostAuthenticates, router};
//!
//! // Any store will do; this host has checked who is calling before a request comes here.
//! let store = AnyStore::new(MemoryStore::new());
//! let clock: Arc<dyn Clock> = Arc::new(SystemClock);
//! let api = Api::new(Scheduler::new(store, clock), HostAuthenticates::as_staff(TenantId::SINGLE));
//! let app: Router = Router::new().nest("/booking", router(api));
//! # let _ = app;
//! ```
//!
//! Handlers are thin: they read the request into a value that cannot be wrong, call the
//! [`Scheduler`](booking_core::Scheduler) and write down what it answers. What goes over the wire has types of its own,
//! so that the engine can change without a client noticing. Everything refused is a problem document (RFC 9457) that
//! says what to change; see [`Problem`].

mod access;
mod api;
mod extract;
mod guest;
mod ics;
mod limits;
mod live;
mod observe;
#[cfg(feature = "server")]
mod platform;
mod problem;
mod routes;
#[cfg(feature = "server")]
pub mod server;
mod wire;
mod worker;

pub use access::{Access, Caller, Denied, HostAuthenticates, KeyKind};
pub use api::Api;
pub use limits::RateLimit;
pub use observe::{Answered, Observe};
pub use problem::{Code, FieldError, Problem};
pub use routes::router;
