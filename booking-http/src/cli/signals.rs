//! The signals that end the program.

/// They are listened to from the start, so that none is missed.
#[cfg(unix)]
pub(super) struct StopSignals {
    interrupted: tokio::signal::unix::Signal,
    terminated: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl StopSignals {
    pub(super) fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupted: signal(SignalKind::interrupt())?,
            terminated: signal(SignalKind::terminate())?,
        })
    }

    pub(super) async fn told_to_stop(mut self) {
        tokio::select! {
            _ = self.interrupted.recv() => {}
            _ = self.terminated.recv() => {}
        }
    }
}

/// The signal that ends the program.
#[cfg(not(unix))]
pub(super) struct StopSignals;

#[cfg(not(unix))]
impl StopSignals {
    pub(super) fn listen() -> std::io::Result<Self> {
        Ok(Self)
    }

    pub(super) async fn told_to_stop(self) {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without a signal handler the program ends when it is killed.
            std::future::pending::<()>().await;
        }
    }
}
