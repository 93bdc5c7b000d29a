//! The server that is measured: the real router over a prepared business, and bare routes beside it that return ready
//! answers behind the same layers, so that both are measured in one run.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use booking_bench::business::{Business, TENANT};
use booking_core::{Actor, AnyStore, Clock, RandomIds, Scheduler};
use booking_http::server::{Platform, PlatformKeys, router_with};
use booking_http::{Api, Caller};
use booking_platform::memory::MemoryPlatform;
use booking_platform::{AnyPlatform, KeyKind, Name, NewKey, Stamp};
use booking_store_sqlite::{Options, SqliteStore};
use tokio::net::TcpListener;
use tower::ServiceExt as _;

use crate::Outcome;
use crate::business::{fill, path};

/// Which store is under the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Store {
    Memory,
    Sqlite,
}

impl Store {
    pub(crate) fn named(name: &str) -> Outcome<Self> {
        match name {
            "memory" => Ok(Self::Memory),
            "sqlite" => Ok(Self::Sqlite),
            other => Err(format!("no store `{other}`: memory or sqlite").into()),
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Sqlite => "sqlite",
        }
    }
}

/// What the bare routes need.
#[derive(Clone)]
struct Bare {
    api: Api,
    answers: Arc<HashMap<&'static str, Vec<Bytes>>>,
}

impl FromRef<Bare> for Api {
    fn from_ref(bare: &Bare) -> Self {
        bare.api.clone()
    }
}

/// Serves until its parent ends it. Says where and with which key on the first line.
pub(crate) fn run(store: Store, folder: &std::path::Path) -> Outcome {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(serve(store, folder))
}

async fn serve(store: Store, folder: &std::path::Path) -> Outcome {
    let (bookings, platform) = open(store, folder)?;
    let business = Business::new();
    let scheduler = fill(&business, bookings, &platform).await?;
    let keys = PlatformKeys::new(platform.clone(), Arc::clone(scheduler.clock()));
    let token = issue(&keys, &scheduler).await?;
    let api = Api::new(scheduler, keys);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let platform = Platform::new(api.clone(), platform);
    let ready = ready(router_with(platform.clone(), Router::new()), &business, &token).await?;
    let bare = Bare { api, answers: Arc::new(ready) };
    let own = Router::new().route("/bare/{name}/{number}", get(answer)).with_state(bare);
    println!("{address} {token}");
    // As the program does: otherwise the router is copied route by route for each connection.
    axum::serve(listener, router_with(platform, own).into_make_service()).await?;
    Ok(())
}

fn open(store: Store, folder: &std::path::Path) -> Outcome<(AnyStore, AnyPlatform)> {
    Ok(match store {
        Store::Memory => {
            let store = MemoryPlatform::new();
            (AnyStore::new(store.clone()), AnyPlatform::new(store))
        }
        Store::Sqlite => {
            let store = SqliteStore::open(folder.join("load.sqlite"), &Options::default())?;
            (AnyStore::new(store.clone()), AnyPlatform::new(store))
        }
    })
}

async fn issue(keys: &PlatformKeys, scheduler: &Scheduler<AnyStore, Arc<dyn Clock>>) -> Outcome<String> {
    let new = NewKey { kind: KeyKind::Secret, name: Name::new("load")?, expires: None };
    let stamp = Stamp::new(Actor::new("load", "bench"), scheduler.clock().now());
    Ok(keys.issue(TENANT, new, &RandomIds::default(), &stamp).await?)
}

/// The answer to every request, as the router gives it.
async fn ready(app: Router, business: &Business, token: &str) -> Outcome<HashMap<&'static str, Vec<Bytes>>> {
    let mut ready = HashMap::new();
    for question in business.questions() {
        let mut answers = Vec::with_capacity(question.asks.len());
        for ask in &question.asks {
            let request =
                axum::http::Request::get(path(ask)).header("Authorization", format!("Bearer {token}"));
            let request = request.body(axum::body::Body::empty())?;
            let response = app.clone().oneshot(request).await?;
            answers.push(axum::body::to_bytes(response.into_body(), usize::MAX).await?);
        }
        ready.insert(question.name, answers);
    }
    Ok(ready)
}

/// A ready answer, for callers that are known.
async fn answer(
    State(bare): State<Bare>,
    _caller: Caller,
    Path((name, number)): Path<(String, usize)>,
) -> Response {
    match bare.answers.get(name.as_str()).and_then(|answers| answers.get(number)) {
        Some(body) => ([(CONTENT_TYPE, "application/json")], body.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
