//! The database's availability function by itself, without a cache and without this program: under pgbench.

use std::path::PathBuf;
use std::process::Command;

use crate::book::DAY;
use crate::database::{Database, ROLE, TENANT};
use crate::report::{Limit, Report};
use crate::{Outcome, Plan};

const CLIENTS: u32 = 16;
const AIM: f64 = 10_000.0;
/// Days of the calendars that were filled.
const FILLED: u64 = 31;

/// The question: what occupies one of the resources, for so many days?
pub(crate) struct Function {
    pub(crate) resources: u64,
    pub(crate) days: u64,
}

impl Function {
    /// Asks at random for as long as a measurement takes, and tells queries a second, in all and for each core that the
    /// server and pgbench share.
    pub(crate) fn measure(
        &self,
        plan: &Plan,
        database: &Database,
        among: &str,
        report: &mut Report,
    ) -> Outcome {
        let script = std::env::temp_dir().join(format!("booking-load-{}.sql", std::process::id()));
        std::fs::write(&script, self.script())?;
        let told = Command::new(program())
            .args(["--no-vacuum", "--protocol=prepared", "--jobs=2"])
            .arg(format!("--client={CLIENTS}"))
            .arg(format!("--time={}", plan.turn.as_secs().max(1)))
            .arg(format!("--file={}", script.display()))
            .arg(database.address())
            .env("PGOPTIONS", format!("-c role={ROLE}"))
            .output();
        std::fs::remove_file(&script)?;
        let told =
            told.map_err(|error| format!("pgbench: {error}; on Debian: apt-get install -y postgresql"))?;
        if !told.status.success() {
            return Err(format!("pgbench: {}", String::from_utf8_lossy(&told.stderr)).into());
        }
        let rate = rate(&String::from_utf8_lossy(&told.stdout)).ok_or("pgbench told no rate")?;
        let cores = std::thread::available_parallelism()?.get();
        let what = format!("availability function, pgbench, one resource, {} days, {among}", self.days);
        let each = rate / cores as f64;
        report.add(&what, format!("{rate:.0} queries/s"), format!("{AIM:.0}/s"), rate / AIM, Limit::None);
        report.add(
            &format!("the same for each of {cores} cores"),
            format!("{each:.0} queries/s"),
            format!("{AIM:.0}/s"),
            each / AIM,
            Limit::None,
        );
        Ok(())
    }

    /// pgbench takes answers as text, which a program does not: to write the claims down would take longer than to read them.
    fn script(&self) -> String {
        format!(
            "\\set resource random(1, {})
\\set day random(0, {})
SELECT sum(length(claim_rows)) FROM booking.occupancy('{}', ARRAY[lpad(to_hex(:resource::int), 32, '0')::uuid],
    {DAY} + :day::bigint * 86400, {DAY} + (:day::bigint + {}) * 86400, {DAY}, NULL);
",
            self.resources,
            FILLED - self.days,
            TENANT.uuid(),
            self.days
        )
    }
}

/// Beside the server's programs, where these are named.
fn program() -> PathBuf {
    std::env::var_os("BOOKING_POSTGRES_BIN").map_or_else(PathBuf::new, PathBuf::from).join("pgbench")
}

/// `tps = 12345.678901 (without initial connection time)`
fn rate(told: &str) -> Option<f64> {
    let line = told.lines().find_map(|line| line.strip_prefix("tps = "))?;
    line.split_whitespace().next()?.parse().ok()
}
