//! `booking serve`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use booking_core::{AnyStore, Clock, Scheduler};
use booking_http::server::sweep::Sweeper;
use booking_http::server::{Patience, Platform, PlatformKeys, listen, router};
use booking_http::{Api, RateLimit};
use chrono::{DateTime, Utc};
use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::demo_business::DemoBusiness;
use super::greeting::{DemoKeys, Greeting, Served};
use super::place::Kept;
use super::secret::{Secret, SecretSource};
use super::signals::StopSignals;
use super::{Outcome, business};
use crate::stores::{Place, Purpose, Stores};

/// How long open connections may take to end after the server was told to stop.
const GRACE: Duration = Duration::from_secs(10);
/// How long what still runs then may take.
const REST: Duration = Duration::from_secs(1);
/// How many seconds' worth of requests may be made at once.
const BURST: u32 = 10;
/// How many bookings of the demo are made at the same time where they have to reach a disk.
const AT_ONCE: usize = 32;

/// Serve the API over HTTP.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Serve the demo business: a clinic, a salon and a studio with some hundred bookings. The first start makes it, later
    /// ones find it.
    #[arg(long)]
    demo: bool,
    #[command(flatten)]
    data: Kept,
    /// A streaming replica of the database, over as many connections: it is asked what is free where it has replayed what
    /// the asker may know of.
    #[arg(long, value_name = "URL", env = "DATABASE_REPLICA_URL", hide_env_values = true)]
    replica_url: Option<String>,
    /// Keep everything in memory: it is gone when the program ends.
    #[arg(long)]
    in_memory: bool,
    /// Let the clock stand still at this instant, so that everything comes out the same every time.
    #[arg(long, value_name = "INSTANT", requires = "in_memory")]
    at: Option<DateTime<Utc>>,
    /// Lay a calendar file (.ics) over the demo: all-day events close it, others keep the practitioners busy. May be given
    /// several times.
    #[arg(long, value_name = "FILE", requires = "demo")]
    calendar: Vec<PathBuf>,
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS", env = "BOOKING_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    #[command(flatten)]
    secret: SecretSource,
    /// How often lapsed holds and pending bookings are marked as expired and offered to the waitlist, in seconds.
    #[arg(long, value_name = "SECONDS", env = "BOOKING_SWEEP", default_value_t = 5)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=3_600))]
    sweep: u64,
    /// How many requests each API key may make a second, and ten times as many at once. Without it there is no limit.
    #[arg(long, value_name = "REQUESTS", env = "BOOKING_RATE_LIMIT")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rate_limit: Option<u32>,
    /// Say what is served as one line of JSON, and log in JSON.
    #[arg(long)]
    json: bool,
}

impl Serve {
    pub(crate) fn run(self) -> Outcome {
        log(self.json);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let stores = runtime.block_on(self.serve())?;
        // What is still open holds the store: it ends first, and the store is closed when nobody uses it any more.
        runtime.shutdown_timeout(REST);
        drop(stores);
        Ok(())
    }

    fn place(&self) -> Place {
        let place = match (self.in_memory, self.demo) {
            (true, _) => Place::Memory,
            (false, true) => self.data.demo_place(),
            (false, false) => self.data.place(),
        };
        match place {
            Place::Postgres { url, connections, .. } => {
                let replica = self.replica_url.clone().filter(|url| !url.is_empty());
                Place::Postgres { url, connections, replica }
            }
            other => other,
        }
    }

    async fn serve(self) -> Outcome<Option<Stores>> {
        let listener = TcpListener::bind(self.listen).await;
        let listener = listener.map_err(|error| format!("cannot listen on {}: {error}", self.listen))?;
        let signals = StopSignals::listen()?;
        let place = self.place();
        let stores = Stores::open(&place, Purpose::Make).await?;
        for (problem, fix) in stores.findings().await? {
            tracing::warn!("{problem}; {fix}");
        }
        let scheduler = business::scheduler(&stores, self.at);
        let demo = if self.demo { Some(self.fill(&place, &stores, &scheduler).await?) } else { None };
        let secret = self.secret.secret(&place)?;
        if secret.is_none() {
            tracing::warn!(
                "links for customers are off: BOOKING_LINK_KEY names no secret that all processes share"
            );
        }
        let served = match demo {
            Some(filled) => {
                let keys = DemoKeys::issue(&stores.platform, secret.as_ref(), scheduler.clock()).await?;
                Served::Demo { filled, keys }
            }
            None => Served::businesses(&stores.platform).await?,
        };
        let greeting = Greeting { place: &place, address: listener.local_addr()?, scheduler: &scheduler };
        greeting.say(&served, self.json).await?;
        let sweeper =
            Sweeper::new(scheduler.clone(), stores.platform.clone(), Duration::from_secs(self.sweep));
        let mut api = api(&stores, &scheduler, secret.as_ref());
        if let Some(rate) = self.rate_limit {
            api = api.with_rate_limit(RateLimit::new(rate, BURST * rate)?);
        }
        let mut background = JoinSet::new();
        let watched = api.clone();
        background.spawn(sweeper.run(move |pause| watched.worker_ran(pause)));
        if let Some(changes) = stores.changes() {
            background.spawn(follow(changes, api.clone()));
        }
        if let Some(keeper) = stores.keeper() {
            background.spawn(keeper.run());
        }
        let answered = answer(listener, signals, api, &stores).await;
        // A sweep that is under way is a command like any other: applied as a whole, or not.
        background.shutdown().await;
        answered?;
        Ok(closed(place, stores).await)
    }

    async fn fill(
        &self,
        place: &Place,
        stores: &Stores,
        scheduler: &Scheduler<AnyStore, Arc<dyn Clock>>,
    ) -> Outcome<super::demo_business::Filled> {
        let at_once = if *place == Place::Memory { 1 } else { AT_ONCE };
        let demo = DemoBusiness { stores, scheduler, calendars: &self.calendar, at_once };
        demo.fill().await.map_err(|error| format!("{place}: {error}").into())
    }
}

/// Lets those who listen look again whenever another process has written something.
async fn follow(mut changes: watch::Receiver<u64>, api: Api) {
    while changes.changed().await.is_ok() {
        api.changed();
    }
}

/// A database is left in an orderly way while the runtime lives, a file when it has ended.
async fn closed(place: Place, stores: Stores) -> Option<Stores> {
    match place {
        Place::Postgres { .. } => {
            stores.close().await;
            None
        }
        Place::Memory | Place::File(_) => Some(stores),
    }
}

fn log(json: bool) {
    let filter = tracing_subscriber::EnvFilter::try_from_env("BOOKING_LOG");
    let filter = filter.unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if json { logs.json().init() } else { logs.init() }
}

fn api(stores: &Stores, scheduler: &Scheduler<AnyStore, Arc<dyn Clock>>, secret: Option<&Secret>) -> Api {
    let keys = PlatformKeys::new(stores.platform.clone(), Arc::clone(scheduler.clock()));
    let api = Api::new(scheduler.clone(), keys);
    match secret {
        Some(secret) => api.with_link_key(secret.derive("links for customers", 0)),
        None => api,
    }
}

/// Answers requests until a signal says to stop.
async fn answer(listener: TcpListener, signals: StopSignals, api: Api, stores: &Stores) -> Outcome {
    let app = router(Platform::new(api.clone(), stores.platform.clone()));
    let stop = async move {
        signals.told_to_stop().await;
        api.stop();
    };
    if !listen(listener, app, Patience { grace: GRACE, ..Patience::default() }, stop).await {
        tracing::warn!("connections were still open after {} s", GRACE.as_secs());
    }
    Ok(())
}
