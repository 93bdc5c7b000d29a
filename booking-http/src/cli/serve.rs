//! `booking serve`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use booking_core::{Actor, Clock, RandomIds, Wish};
use booking_http::Api;
use booking_http::server::{Platform, PlatformKeys, demo, demo_bookings, router};
use booking_platform::{KeyKind, Name, NewKey, Stamp};
use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use super::business::{Business, Open};
use super::{OpenDemo, Outcome};

/// How long open connections may take to end after the server was told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Serve the API over HTTP.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Serve a demo business, in memory: a clinic, a salon and a studio with some hundred bookings.
    #[arg(long, required = true)]
    demo: bool,
    #[command(flatten)]
    business: Business,
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

impl Serve {
    pub(crate) fn run(self, open: OpenDemo) -> Outcome {
        let filter = tracing_subscriber::EnvFilter::try_from_env("BOOKING_LOG");
        let filter = filter.unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
        tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(self.serve(open))
    }

    async fn serve(self, open: OpenDemo) -> Outcome {
        debug_assert!(self.demo, "the command line demands it");
        let open = self.business.open(open).await?;
        let listener = TcpListener::bind(self.listen).await;
        let listener = listener.map_err(|error| format!("cannot listen on {}: {error}", self.listen))?;
        let signals = StopSignals::listen()?;
        let keys = PlatformKeys::new(open.platform.clone(), Arc::clone(open.scheduler.clock()));
        let secret = issue(&keys, &open, KeyKind::Secret).await?;
        let public = issue(&keys, &open, KeyKind::Publishable).await?;
        greet(&open, listener.local_addr()?, &secret, &public).await?;
        let api = Api::new(open.scheduler.clone(), keys).with_link_key(random()?);
        let app = router(Platform::new(api.clone(), open.platform));
        let stopping = Arc::new(Notify::new());
        let told = Arc::clone(&stopping);
        let server = axum::serve(listener, app).with_graceful_shutdown(async move {
            signals.told_to_stop().await;
            api.stop();
            told.notify_one();
        });
        let too_long = async {
            stopping.notified().await;
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            ended = async { server.await } => ended?,
            () = too_long => tracing::warn!("connections were still open after {} s", GRACE.as_secs()),
        }
        Ok(())
    }
}

async fn issue(keys: &PlatformKeys, open: &Open, kind: KeyKind) -> Outcome<String> {
    let name = Name::new(match kind {
        KeyKind::Secret => "demo secret key",
        KeyKind::Publishable => "demo publishable key",
    })?;
    let stamp = Stamp::new(Actor::new("demo", "cli"), open.scheduler.clock().now());
    let new = NewKey { kind, name, expires: None };
    Ok(keys.issue(open.tenant, new, &RandomIds::default(), &stamp).await?)
}

/// Bits that nobody can guess.
fn random() -> Outcome<[u8; 32]> {
    let mut random = [0; 32];
    getrandom::fill(&mut random).map_err(|error| format!("no randomness for a key: {error}"))?;
    Ok(random)
}

/// Says what is served, and what to try.
async fn greet(open: &Open, address: SocketAddr, secret: &str, public: &str) -> Outcome {
    let now = open.scheduler.clock().now();
    let url = format!("http://{address}");
    let service = format!("svc_{}", demo::CONSULTATION.uuid().simple());
    let window = demo_bookings::ahead(now.timestamp(), 30)?;
    let wish = Wish::new(open.tenant, demo::CONSULTATION);
    let first = open.scheduler.first(&wish, window).await?;
    let start = first.map_or_else(|| now.to_rfc3339(), |at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string());
    println!(
        "A clinic, a salon and a studio in Berlin: {} bookings, {} closed dates, {} busy times.\n\n  \
         API              {url}/v1\n  secret key       {secret}\n  publishable key  {public}\n\n\
         Try it:\n\n  \
         KEY={secret}\n  \
         curl -H \"Authorization: Bearer $KEY\" '{url}/v1/services/{service}/slots'\n  \
         curl -H \"Authorization: Bearer $KEY\" -H 'Content-Type: application/json' \
         -d '{{\"service\":\"{service}\",\"start\":\"{start}\"}}' '{url}/v1/availability/explain'\n  \
         curl -H \"Authorization: Bearer $KEY\" -H 'Content-Type: application/json' -H 'Idempotency-Key: try-1' \
         -d '{{\"service\":\"{service}\",\"start\":\"{start}\"}}' '{url}/v1/holds'\n  \
         curl -H \"Authorization: Bearer $KEY\" -X POST \"{url}/v1/holds/$HOLD/confirm\"   # HOLD: the id in the answer before\n",
        open.bookings, open.dates, open.busy,
    );
    Ok(())
}

/// The signals that end the program. They are listened to from the start, so that none is missed.
#[cfg(unix)]
struct StopSignals {
    interrupted: tokio::signal::unix::Signal,
    terminated: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl StopSignals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupted: signal(SignalKind::interrupt())?,
            terminated: signal(SignalKind::terminate())?,
        })
    }

    async fn told_to_stop(mut self) {
        tokio::select! {
            _ = self.interrupted.recv() => {}
            _ = self.terminated.recv() => {}
        }
    }
}

/// The signal that ends the program.
#[cfg(not(unix))]
struct StopSignals;

#[cfg(not(unix))]
impl StopSignals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn told_to_stop(self) {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without a signal handler the program ends when it is killed.
            std::future::pending::<()>().await;
        }
    }
}
