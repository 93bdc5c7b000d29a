//! Behind a pooler: a real `PgBouncer` between the store and the server.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use booking_core::{BookingStore, StoreError};
use booking_store_postgres::sqlx::postgres::PgConnectOptions;
use booking_store_postgres::{MigrateError, PostgresStore, doctor, dry_run, migrate};
use tokio::task::JoinSet;

use crate::desk::*;
use crate::races::assert_sound;
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

fn program() -> String {
    std::env::var("BOOKING_PGBOUNCER").unwrap_or_else(|_| panic!("{MISSING}"))
}

/// Whether the program can follow prepared statements: `PgBouncer 1.24.1` can.
fn follows_statements() -> bool {
    let told = Command::new(program()).arg("--version").output().unwrap().stdout;
    let told = String::from_utf8_lossy(&told).into_owned();
    let version = told.split_whitespace().nth(1).unwrap_or_default();
    let mut numbers = version.split('.').map_while(|number| number.parse::<u32>().ok());
    (numbers.next(), numbers.next()) >= (Some(1), Some(21))
}

impl Pooler {
    /// Where it starts: it does not with settings that it does not know.
    fn start(database: &Database, mode: &str, following: Option<u32>) -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let options: PgConnectOptions = database.options();
        let settings = std::env::temp_dir().join(format!("booking-pooler-{}-{port}.ini", std::process::id()));
        let text = format!(
            "[databases]\n* = host=127.0.0.1 port={} user={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = {mode}\n\
             ignore_startup_parameters = extra_float_digits\n{}",
            options.get_port(),
            options.get_username(),
            following.map(|most| format!("max_prepared_statements = {most}\n")).unwrap_or_default(),
        );
        std::fs::write(&settings, text).unwrap();
        let mut command = Command::new(program());
        command.arg(&settings).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        if let Some((uid, gid)) = unprivileged() {
            command.uid(uid).gid(gid);
        }
        let mut child = command.spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
        let started = log.any(|line| line.unwrap().contains("process up"));
        // Whoever writes a log that nobody reads may stop one day.
        std::thread::spawn(move || log.for_each(drop));
        let name = options.get_database().unwrap();
        let pooler = Self { child, settings, url: format!("postgres://anybody@127.0.0.1:{port}/{name}") };
        started.then_some(pooler)
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
    let pooler = Pooler::start(&database, "transaction", follows_statements().then_some(0)).unwrap();
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
    let pooler = Pooler::start(&database, "session", None).unwrap();
    assert!(migrate(&pooler.url).await.unwrap().is_empty());
    let store = PostgresStore::connect(&pooler.url, 4).await.unwrap().with_change_feed().await.unwrap();
    let other = database.store(2).await.with_change_feed().await.unwrap();
    let mut heard = store.changes().unwrap();
    store.commit(&place(1, &[1], 0, 60)).await.unwrap();
    other.commit(&place(2, &[1], 100, 160)).await.unwrap();
    tokio::time::timeout(std::time::Duration::from_mins(1), heard.changed()).await.unwrap().unwrap();
    assert!(!fitted(store.commit(&place(3, &[1], 130, 190)).await));
}

/// Where there is such a one: Debian's is older, and does not know the setting.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_that_follows_statements_is_let_in() {
    const CLIENTS: u64 = 64;
    let database = Database::new(Judge::Server).await;
    let pooler = Pooler::start(&database, "transaction", Some(200));
    assert_eq!(pooler.is_some(), follows_statements());
    let Some(pooler) = pooler else { return };
    assert!(migrate(&pooler.url).await.unwrap().is_empty());
    // More clients than the pooler has connections to the server.
    let store = PostgresStore::connect(&pooler.url, 64).await.unwrap();
    for round in 0..4 {
        let mut clients = JoinSet::new();
        for number in 1..=CLIENTS {
            let (start, id) = (i64::try_from(round).unwrap() * 100, round * 100 + number);
            let (store, command) = (store.clone(), place(id, &[1, 2], start, start + 60));
            clients.spawn(async move { fitted(store.commit(&command).await) });
        }
        assert_eq!(clients.join_all().await.iter().filter(|&&won| won).count(), 1);
    }
    assert_sound(&mut database.owner().await).await;
}
