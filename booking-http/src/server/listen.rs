//! Accepting connections: who dribbles is cut off, and stopping waits for those who are being served.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How patient a server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// How long the headers of a request may take, from the end of the request before on: a connection on which nothing
    /// is asked for that long is closed.
    pub headers: Duration,
    /// How long whoever is being served may take to end, once the server was told to stop.
    pub grace: Duration,
    /// How many connections are open at once; those that come then wait.
    pub connections: usize,
}

impl Default for Patience {
    /// 20 seconds for headers, 10 to stop, 10,000 connections.
    fn default() -> Self {
        Self { headers: Duration::from_secs(20), grace: Duration::from_secs(10), connections: 10_000 }
    }
}

/// How long to wait when no connection can be accepted: the process may have no file descriptors left.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop` is done, then lets requests end within the grace; whoever is served longer is cut off. Says
/// whether all ended by themselves.
pub async fn listen(
    listener: TcpListener,
    app: Router,
    patience: Patience,
    stop: impl Future<Output = ()>,
) -> bool {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(patience.headers);
    let (open, room) = (GracefulShutdown::new(), Arc::new(Semaphore::new(patience.connections)));
    let mut stop = pin!(stop);
    // Served as it is, the router would be copied route by route for each connection.
    let app = app.with_state::<()>(());
    loop {
        let (stream, place) = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &room) => accepted,
        };
        let service = TowerToHyperService::new(app.clone());
        let served = open.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            if let Err(error) = served.await {
                tracing::debug!("a connection ended: {error}");
            }
            drop(place);
        });
    }
    drop(listener);
    tokio::time::timeout(patience.grace, open.shutdown()).await.is_ok()
}

/// The next connection, once there is room for it.
async fn accept(listener: &TcpListener, room: &Arc<Semaphore>) -> (TcpStream, Option<OwnedSemaphorePermit>) {
    // It is never closed.
    let place = Arc::clone(room).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Answers are written whole: waiting for more to send only costs time.
                let _ = stream.set_nodelay(true);
                return (stream, place);
            }
            Err(error) => {
                tracing::debug!("a connection could not be accepted: {error}");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::oneshot;

    use super::*;

    /// A server, and what stops it.
    async fn server(patience: Patience) -> (String, oneshot::Sender<()>, tokio::task::JoinHandle<bool>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let slow = get(std::future::pending::<&'static str>);
        let app = Router::new().route("/", get(|| async { "here" })).route("/slow", slow);
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(listen(listener, app, patience, async { drop(stopped.await) }));
        (address, stop, server)
    }

    async fn ask(address: &str, text: &str) -> TcpStream {
        let mut client = TcpStream::connect(address).await.expect("a connection");
        client.write_all(text.as_bytes()).await.expect("it is sent");
        client
    }

    async fn answer(mut client: TcpStream) -> String {
        let mut text = String::new();
        client.read_to_string(&mut text).await.expect("it is closed");
        text
    }

    #[tokio::test]
    async fn headers_that_do_not_end_are_cut_off_and_others_are_served() {
        let patience = Patience { headers: Duration::from_millis(200), ..Patience::default() };
        let (address, stop, server) = server(patience).await;
        let dribbling = ask(&address, "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ").await;
        let silent = ask(&address, "").await;
        let fine = ask(&address, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
        assert!(answer(fine).await.ends_with("here"));
        assert!(!answer(dribbling).await.contains("200 OK"));
        assert_eq!(answer(silent).await, "");
        drop(stop);
        assert!(server.await.expect("it stops"));
    }

    #[tokio::test]
    async fn whoever_is_served_for_too_long_is_left_behind() {
        let patience = Patience { grace: Duration::from_millis(50), ..Patience::default() };
        let (address, stop, server) = server(patience).await;
        let _slow = ask(&address, "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").await;
        let fine = ask(&address, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
        assert!(answer(fine).await.ends_with("here"));
        drop(stop);
        assert!(!server.await.expect("it stops"));
        assert!(TcpStream::connect(&address).await.is_err(), "nobody listens any more");
    }

    #[tokio::test]
    async fn who_comes_when_there_is_no_room_waits() {
        let (address, stop, server) = server(Patience { connections: 1, ..Patience::default() }).await;
        let first = ask(&address, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        let second = ask(&address, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
        drop(first);
        assert!(answer(second).await.ends_with("here"));
        drop(stop);
        assert!(server.await.expect("it stops"));
    }
}
