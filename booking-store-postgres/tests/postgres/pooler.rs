//! Behind a pooler: a real `PgBouncer` between the store and the server.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use booking_core::{BookingStore, StoreError};
use booking_store_postgres::sqlx::postgres::PgConnectOptions;
use booking_store_postgres::{MigrateError, PostgresStore, doctor, dry_run, migrate};

use crate::desk::*;
use crate::server::unprivileged;
use crate::support::{Database, Judge};

const MISSING: &str = "BOOKING_PGBOUNCER is not set: it names the program. `cargo xtask test` and `cargo xtask postgres -- \
    COMMAND` set it; install it with: apt-get install pgbouncer";

/// A pooler in front of a database's server.
struct Pooler {
    child: Child,
    settings: PathBuf,
    url: String,
}

impl Pooler {
    fn start(database: &Database, mode: &str) -> Self {
        let program = std::env::var("BOOKING_PGBOUNCER").unwrap_or_else(|_| panic!("{MISSING}"));
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let options: PgConnectOptions = database.options();
        let settings = std::env::temp_dir().join(format!("booking-pooler-{}-{port}.ini", std::process::id()));
        let text = format!(
            "[databases]\n* = host=127.0.0.1 port={} user={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = {mode}\n\
             ignore_startup_parameters = extra_float_digits\n",
            options.get_port(),
            options.get_username(),
        );
        std::fs::write(&settings, text).unwrap();
        let mut command = Command::new(program);
        command.arg(&settings).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        if let Some((uid, gid)) = unprivileged() {
            command.uid(uid).gid(gid);
        }
        let mut child = command.spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
        assert!(log.any(|line| line.unwrap().contains("process up")), "it starts");
        // Whoever writes a log that nobody reads may stop one day.
        std::thread::spawn(move || log.for_each(drop));
        let name = options.get_database().unwrap();
        Self { child, settings, url: format!("postgres://anybody@127.0.0.1:{port}/{name}") }
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = (self.child.kill(), self.child.wait(), std::fs::remove_file(&self.settings));
    }
}

/// Its statements would be lost now and then, under load: so it is refused at once, and the cause is said.
#[tokio::test]
async fn a_pooler_that_loses_statements_is_refused_before_anything_is_done() {
    let database = Database::new(Judge::Server).await;
    let pooler = Pooler::start(&database, "transaction");
    let refused = PostgresStore::connect(&pooler.url, 2).await;
    assert!(matches!(&refused, Err(StoreError::Failed(why)) if why.contains("session mode")), "{refused:?}");
    assert!(matches!(migrate(&pooler.url).await, Err(MigrateError::Pooled)));
    assert!(matches!(dry_run(&pooler.url).await, Err(MigrateError::Pooled)));
    let pool = PostgresStore::pool_options(1).connect(&pooler.url).await.unwrap();
    let found = doctor(&pool).await.unwrap();
    assert!(found[0].problem.contains("pooler") && found[0].fix.contains("session mode"), "{found:?}");
    assert_eq!(found.len(), 1, "nothing else can be asked");
}

#[tokio::test]
async fn a_pooler_in_session_mode_changes_nothing() {
    let database = Database::new(Judge::Server).await;
    let pooler = Pooler::start(&database, "session");
    assert!(migrate(&pooler.url).await.unwrap().is_empty());
    let store = PostgresStore::connect(&pooler.url, 4).await.unwrap().with_change_feed().await.unwrap();
    let other = database.store(2).await.with_change_feed().await.unwrap();
    let mut heard = store.changes().unwrap();
    store.commit(&place(1, &[1], 0, 60)).await.unwrap();
    other.commit(&place(2, &[1], 100, 160)).await.unwrap();
    tokio::time::timeout(std::time::Duration::from_mins(1), heard.changed()).await.unwrap().unwrap();
    assert!(!fitted(store.commit(&place(3, &[1], 130, 190)).await));
}
