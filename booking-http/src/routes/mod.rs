//! One file per resource.

mod answer;
mod availability;
mod bookings;
mod finish;
mod holds;
mod meta;
mod moves;
mod slots;

use axum::Router;
use axum::middleware::from_fn_with_state;

use crate::api::Api;
use crate::problem::{Code, Problem};

/// Every route, below `/v1`. It keeps its own state, so that it nests into any router.
pub fn router(api: Api) -> Router {
    let v1 = Router::new()
        .merge(slots::routes())
        .merge(availability::routes())
        .merge(holds::routes())
        .merge(bookings::routes())
        .merge(moves::routes())
        .merge(meta::routes());
    Router::new()
        .nest("/v1", v1)
        .merge(meta::probes())
        .fallback(|| async { Problem::new(Code::NotFound).detail("no such path") })
        .method_not_allowed_fallback(|| async { Problem::new(Code::MethodNotAllowed) })
        .layer(from_fn_with_state(api.clone(), finish::finish))
        .with_state(api)
}
