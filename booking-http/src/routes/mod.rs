//! One file per resource.

pub(crate) mod answer;
mod availability;
mod batch;
mod bookings;
mod calendars;
mod drift;
mod finish;
mod holds;
mod manage;
mod meta;
mod moves;
#[cfg(feature = "server")]
pub(crate) mod openapi;
mod search;
mod series;
mod sessions;
mod slots;
mod stream;
mod waitlist;
mod what_if;

use axum::Router;
use axum::middleware::from_fn_with_state;

use crate::api::Api;
use crate::problem::{Code, Problem};

/// Every route of scheduling, below `/v1`. It keeps its own state, so that it nests into any router.
pub fn router(api: Api) -> Router {
    assemble(api, Router::new())
}

/// The routes of scheduling and more, with what every answer gets.
pub(crate) fn assemble(api: Api, more: Router) -> Router {
    let v1 = Router::new()
        .merge(slots::routes())
        .merge(availability::routes())
        .merge(search::routes())
        .merge(what_if::routes())
        .merge(stream::routes())
        .merge(holds::routes())
        .merge(bookings::routes())
        .merge(batch::routes())
        .merge(moves::routes())
        .merge(series::routes())
        .merge(sessions::routes())
        .merge(waitlist::routes())
        .merge(calendars::routes())
        .merge(manage::routes())
        .merge(drift::routes())
        .merge(meta::routes());
    let all = Router::new().nest("/v1", v1).merge(meta::probes()).with_state(api.clone());
    all.merge(more)
        .fallback(|| async { Problem::new(Code::NotFound).detail("no such path") })
        .method_not_allowed_fallback(|| async { Problem::new(Code::MethodNotAllowed) })
        .layer(from_fn_with_state(api, finish::finish))
}
