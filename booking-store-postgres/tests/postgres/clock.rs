//! A clock of the test's own, in the place of the server's.

use booking_store_postgres::sqlx::postgres::PgConnection;
use booking_store_postgres::sqlx::{Executor, query};

use crate::desk::DAY;
use crate::support::{Database, Judge};

const CLOCK: &str = "
    CREATE TABLE public.clock (now bigint NOT NULL);
    GRANT SELECT ON public.clock TO PUBLIC;
    CREATE OR REPLACE FUNCTION booking.present(planned bigint) RETURNS bigint LANGUAGE sql VOLATILE AS
        'SELECT now FROM public.clock';";

/// A database in which it is that second of the day, and a connection as whoever owns it.
pub(crate) async fn database_at(second: i64) -> (Database, PgConnection) {
    let database = Database::new(Judge::Server).await;
    let mut owner = database.owner().await;
    owner.execute(CLOCK).await.unwrap();
    let set = query("INSERT INTO public.clock VALUES ($1)").bind(DAY + second);
    set.execute(&mut owner).await.unwrap();
    (database, owner)
}

/// Lets all jobs be due now: new ones are by the server's clock.
pub(crate) async fn let_jobs_be_due(owner: &mut PgConnection) {
    owner.execute("UPDATE booking.jobs SET due = (SELECT now FROM public.clock)").await.unwrap();
}

pub(crate) async fn pass(owner: &mut PgConnection, seconds: i64) {
    query("UPDATE public.clock SET now = now + $1").bind(seconds).execute(owner).await.unwrap();
}
