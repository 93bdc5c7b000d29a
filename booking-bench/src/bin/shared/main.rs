//! Figures of the `PostgreSQL` store against floors that are measured in the same run: the same rows inserted in one
//! statement with the same indexes and no rule at all, and a plain `SELECT` of the same rows.
//!
//! `shared [--seconds N] [--rows N] [--only WORD]` works in a database of its own on the server that `DATABASE_URL` names
//! (a superuser's address) and drops it afterwards. What it compares alternates, and medians are told. `--rows` sets how
//! many bookings lie ahead where calendars are read, and in the past where the past is what matters (1,000,000 unless said
//! otherwise); `--only` runs the sections whose name has the word: writes, calendar, growth, pools, races.

mod book;
mod calendar;
mod database;
mod floor;
mod flush;
mod growth;
mod methods;
mod pgbench;
mod pools;
mod races;
mod report;
mod writes;

use std::error::Error;
use std::time::Duration;

use report::Report;

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// What the command line asks for.
struct Plan {
    /// How long each measurement takes.
    turn: Duration,
    /// How many bookings there are, ahead or in the past.
    rows: u64,
    only: Option<String>,
}

impl Plan {
    fn parse(arguments: &[String]) -> Outcome<Self> {
        let mut plan = Self { turn: Duration::from_secs(3), rows: 1_000_000, only: None };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let value = words.next().ok_or("usage: shared [--seconds N] [--rows N] [--only WORD]")?;
            match word.as_str() {
                "--seconds" => plan.turn = Duration::from_secs(value.parse()?),
                "--rows" => plan.rows = value.parse()?,
                "--only" => plan.only = Some(value.clone()),
                other => return Err(format!("unknown option {other}").into()),
            }
        }
        Ok(plan)
    }

    fn wants(&self, section: &str) -> bool {
        self.only.as_ref().is_none_or(|only| section.contains(only.as_str()))
    }
}

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let plan = Plan::parse(&arguments)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(run(&plan))
}

async fn run(plan: &Plan) -> Outcome {
    let mut report = Report::default();
    if plan.wants("writes") {
        writes::measure(plan, &mut report).await?;
    }
    if plan.wants("calendar") {
        calendar::measure(plan, &mut report).await?;
    }
    if plan.wants("growth") {
        growth::measure(plan, &mut report).await?;
    }
    if !report.is_empty() {
        println!("{report}");
    }
    if plan.wants("pools") {
        pools::measure(plan).await?;
    }
    // Last, because it is an error when anything is wrong, and the rest is told all the same.
    if plan.wants("races") {
        methods::measure(plan).await?;
        races::measure(plan).await?;
    }
    Ok(())
}
