//! A database for each test, made from a template that is migrated once.

use std::sync::atomic::{AtomicU32, Ordering};

use booking_store_postgres::sqlx::postgres::{PgConnectOptions, PgConnection, PgPool};
use booking_store_postgres::sqlx::{AssertSqlSafe, Connection, Executor, query, query_scalar};
use booking_store_postgres::{PostgresStore, grant, migrate};

/// The role the store works as: no superuser, so that row security counts.
pub(crate) const ROLE: &str = "booking_test_app";

const MISSING: &str = "DATABASE_URL is not set, and these tests need a PostgreSQL server. `cargo xtask test` starts a private \
    one; install it with: apt-get install postgresql";

fn server() -> String {
    std::env::var("DATABASE_URL").unwrap_or_else(|_| panic!("{MISSING}"))
}

/// Which clock decides expiry.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judge {
    /// The server's own, as in production.
    Server,
    /// The `now` of each command: the function that reads the clock is replaced in this test's database.
    Command,
}

/// A database, dropped with the value unless several tests share it.
pub(crate) struct Database {
    admin: PgConnectOptions,
    name: String,
    shared: bool,
}

impl Database {
    /// Migrated.
    pub(crate) async fn new(judge: Judge) -> Self {
        let admin: PgConnectOptions = server().parse().unwrap();
        let mut connection = PgConnection::connect_with(&admin).await.unwrap();
        let template = template(&mut connection, &admin, &server()).await;
        let database = Self::copy(&template).await;
        if judge == Judge::Command {
            database.owner().await.execute(JUDGE_BY_COMMAND).await.unwrap();
        }
        database
    }

    /// One that judges by commands, for all tests that keep to tenants of their own: making one takes longer than most
    /// tests.
    pub(crate) async fn shared() -> Self {
        let admin: PgConnectOptions = server().parse().unwrap();
        let mut connection = PgConnection::connect_with(&admin).await.unwrap();
        let template = template(&mut connection, &admin, &server()).await;
        let name = template.replace("template", "shared");
        let shared = Self { admin, name, shared: true };
        let making = format!("{}_making", shared.name);
        lock(&mut connection).await;
        if !exists(&mut connection, &shared.name).await {
            for sql in [
                format!("DROP DATABASE IF EXISTS {making}"),
                format!("CREATE DATABASE {making} TEMPLATE {template}"),
            ] {
                connection.execute(AssertSqlSafe(sql)).await.unwrap();
            }
            let options = shared.admin.clone().database(&making);
            let mut owner = PgConnection::connect_with(&options).await.unwrap();
            owner.execute(JUDGE_BY_COMMAND).await.unwrap();
            owner.close().await.unwrap();
            let sql = format!("ALTER DATABASE {making} RENAME TO {}", shared.name);
            connection.execute(AssertSqlSafe(sql)).await.unwrap();
        }
        shared
    }

    /// Without a schema.
    pub(crate) async fn empty() -> Self {
        Self::copy("template0").await
    }

    /// Without a schema, in another encoding than usual.
    pub(crate) async fn encoded(encoding: &str) -> Self {
        Self::copy(&format!("template0 ENCODING '{encoding}' LOCALE 'C'")).await
    }

    async fn copy(template: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let admin: PgConnectOptions = server().parse().unwrap();
        let mut connection = PgConnection::connect_with(&admin).await.unwrap();
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("booking_test_{}_{number}", std::process::id());
        for sql in [
            format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            format!("CREATE DATABASE {name} TEMPLATE {template}"),
        ] {
            connection.execute(AssertSqlSafe(sql)).await.unwrap();
        }
        Self { admin, name, shared: false }
    }

    pub(crate) fn url(&self) -> String {
        with_database(&server(), &self.name)
    }

    /// An address whose sessions do as another role.
    pub(crate) fn url_as(&self, role: &str) -> String {
        let url = self.url();
        let more = if url.contains('?') { '&' } else { '?' };
        format!("{url}{more}options=-c%20role%3D{role}")
    }

    pub(crate) fn options(&self) -> PgConnectOptions {
        self.admin.clone().database(&self.name)
    }

    /// As whoever owns the tables.
    pub(crate) async fn owner(&self) -> PgConnection {
        PgConnection::connect_with(&self.options()).await.unwrap()
    }

    /// How the application connects.
    pub(crate) fn app(&self) -> PgConnectOptions {
        self.options().options([("role", ROLE), ("lock_timeout", "5s"), ("statement_timeout", "20s")])
    }

    pub(crate) async fn pool(&self, connections: u32) -> PgPool {
        PostgresStore::pool_options(connections).connect_with(self.app()).await.unwrap()
    }

    pub(crate) async fn store(&self, connections: u32) -> PostgresStore {
        PostgresStore::from_pool(self.pool(connections).await)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.shared {
            return;
        }
        let (admin, name) = (self.admin.clone(), self.name.clone());
        // On a thread of its own: the runtime of the test cannot be waited for from here.
        let drop = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let mut connection = PgConnection::connect_with(&admin).await.unwrap();
                let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                connection.execute(AssertSqlSafe(sql)).await.unwrap();
            });
        });
        drop.join().unwrap();
    }
}

/// Within a tenant time does not run backwards, as with a clock.
const JUDGE_BY_COMMAND: &str = "
    CREATE OR REPLACE FUNCTION booking.present(planned bigint) RETURNS bigint LANGUAGE sql VOLATILE AS $$
        SELECT greatest(planned, (SELECT max(changed) FROM booking.bookings WHERE tenant_id = booking.tenant()))
    $$";

/// A role of the server, which other tests may make at the same time.
pub(crate) async fn make_role(connection: &mut PgConnection, name: &str) {
    let sql = format!(
        "DO $$ BEGIN CREATE ROLE {name}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    );
    connection.execute(AssertSqlSafe(sql)).await.unwrap();
}

/// Until the connection ends: one test at a time makes what all use.
async fn lock(connection: &mut PgConnection) {
    query("SELECT pg_advisory_lock(73001)").execute(connection).await.unwrap();
}

async fn exists(connection: &mut PgConnection, name: &str) -> bool {
    let found = query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)").bind(name);
    found.fetch_one(connection).await.unwrap()
}

/// A migrated database to copy, made by whichever test comes first.
async fn template(connection: &mut PgConnection, admin: &PgConnectOptions, url: &str) -> String {
    let name = format!("booking_template_{}", migration_hash());
    lock(connection).await;
    if !exists(connection, &name).await {
        let making = format!("{name}_making");
        for sql in [format!("DROP DATABASE IF EXISTS {making}"), format!("CREATE DATABASE {making}")] {
            connection.execute(AssertSqlSafe(sql)).await.unwrap();
        }
        migrate(&with_database(url, &making)).await.unwrap();
        let mut owner = PgConnection::connect_with(&admin.clone().database(&making)).await.unwrap();
        make_role(&mut owner, ROLE).await;
        grant(&mut owner, ROLE).await.unwrap();
        owner.close().await.unwrap();
        let sql = format!("ALTER DATABASE {making} RENAME TO {name}");
        connection.execute(AssertSqlSafe(sql)).await.unwrap();
    }
    query("SELECT pg_advisory_unlock(73001)").execute(connection).await.unwrap();
    name
}

/// Differs when a migration differs.
fn migration_hash() -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    format!("{:?}", booking_store_postgres::migrations()).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// The same server, another database.
fn with_database(url: &str, name: &str) -> String {
    let (url, parameters) =
        url.split_once('?').map_or((url, String::new()), |(url, rest)| (url, format!("?{rest}")));
    let path = url.find("://").map_or(0, |at| at + 3);
    let server = url[path..].find('/').map_or(url, |at| &url[..path + at]);
    format!("{server}/{name}{parameters}")
}
