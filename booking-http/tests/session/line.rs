//! The line to a server, which a test can cut and mend: the server itself stays, as others use it.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Passes on what comes to its port. Ends with the test's process.
pub(crate) struct Line {
    port: u16,
    ends: Arc<Mutex<Ends>>,
}

#[derive(Default)]
struct Ends {
    cut: bool,
    open: Vec<TcpStream>,
}

impl Line {
    pub(crate) fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let ends = Arc::new(Mutex::new(Ends::default()));
        let shared = Arc::clone(&ends);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let mut ends = shared.lock().unwrap_or_else(PoisonError::into_inner);
                // Whoever comes while it is cut is hung up on.
                if !ends.cut
                    && let Ok(pair) = connect(client, server)
                {
                    ends.open.extend(pair);
                }
            }
        });
        Self { port, ends }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Hangs up on everybody, and on whoever comes.
    pub(crate) fn cut(&self) {
        let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        ends.cut = true;
        for end in ends.open.drain(..) {
            // It may have ended by itself.
            let _ = end.shutdown(Shutdown::Both);
        }
    }

    pub(crate) fn mend(&self) {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner).cut = false;
    }
}

/// Passes on both ways until one side ends.
fn connect(client: TcpStream, server: SocketAddr) -> io::Result<[TcpStream; 2]> {
    let server = TcpStream::connect(server)?;
    let ends = [client.try_clone()?, server.try_clone()?];
    for (mut from, mut to) in [(client.try_clone()?, server.try_clone()?), (server, client)] {
        thread::spawn(move || {
            let _ = io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Both);
        });
    }
    Ok(ends)
}
