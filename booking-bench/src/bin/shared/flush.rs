//! What a flush costs: a commit of one row that waits for it against one that does not.

use std::time::Instant;

use booking_store_postgres::sqlx::{Connection as _, Executor as _, PgConnection};

use crate::Outcome;
use crate::database::Database;
use crate::report::{Limit, Report, median};

const COMMITS: usize = 200;

pub(crate) async fn measure(database: &Database, report: &mut Report) -> Outcome {
    let mut owner = database.owner().await?;
    owner.execute("CREATE TABLE floor.flushed (number integer)").await?;
    let waits = commit(&mut owner).await?;
    owner.execute("SET synchronous_commit = off").await?;
    let goes_on = commit(&mut owner).await?;
    owner.close().await?;
    let (what, floor) = ("a commit of one row, one client", format!("{goes_on:.2} ms without its flush"));
    report.add(what, format!("{waits:.2} ms"), floor, waits / goes_on, Limit::None);
    Ok(())
}

/// Milliseconds, the median.
async fn commit(owner: &mut PgConnection) -> Outcome<f64> {
    let mut times = Vec::new();
    for _ in 0..COMMITS {
        let start = Instant::now();
        owner.execute("INSERT INTO floor.flushed VALUES (1)").await?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    Ok(median(times))
}
