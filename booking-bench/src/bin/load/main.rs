//! The server under load, over loopback, beside a bare route that returns answers of the same size behind the same
//! layers. `cargo xtask load` builds and runs it.
//!
//! `load [--store memory|sqlite] [--quick] [--only NAME]` starts a server of its own for each part and prints tables;
//! it fails when a figure misses its limit. `load serve STORE FOLDER` is that server.

mod business;
mod child;
mod http;
mod paced;
mod rows;
mod serve;
mod start;
mod table;
mod wrk;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use booking_bench::business::Business;
use child::Server;
use rows::{Effort, Limits, Measured};
use serve::Store;
use table::{Bound, Table};

/// What a part fails with: a text for people.
type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

// As the server has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const THOROUGH: Effort = Effort { pairs: 5, lasts: Duration::from_secs(3), paced: Duration::from_secs(10) };
const QUICK: Effort = Effort { pairs: 3, lasts: Duration::from_secs(1), paced: Duration::from_secs(3) };

/// What is to be measured.
struct Wanted {
    store: Store,
    effort: Effort,
    only: Option<String>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.as_slice() {
        [serve, store, folder] if serve == "serve" => Store::named(store)
            .and_then(|store| serve::run(store, Path::new(folder)))
            .map(|()| ExitCode::SUCCESS),
        _ => wanted(&arguments).and_then(|wanted| measure(&wanted)),
    };
    done.unwrap_or_else(|error| {
        eprintln!("load: {error}");
        ExitCode::FAILURE
    })
}

fn wanted(arguments: &[String]) -> Outcome<Wanted> {
    let mut wanted = Wanted { store: Store::Memory, effort: THOROUGH, only: None };
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        match word.as_str() {
            "--store" => wanted.store = Store::named(value()?)?,
            "--only" => wanted.only = Some(value()?.clone()),
            "--quick" => wanted.effort = QUICK,
            other => {
                return Err(format!("`{other}`: load [--store memory|sqlite] [--quick] [--only NAME]").into());
            }
        }
    }
    Ok(wanted)
}

impl Wanted {
    fn includes(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only == name)
    }
}

/// The limit of each kind of request.
fn limits(name: &str) -> Limits {
    match name {
        "w1" => Limits { each: 100.0, ratio: Some(2.5) },
        "any" => Limits { each: 300.0, ratio: None },
        "mixed" => Limits { each: 1_000.0, ratio: None },
        _ => Limits { each: 60.0, ratio: None },
    }
}

fn measure(wanted: &Wanted) -> Outcome<ExitCode> {
    let mut table = Table::default();
    let questions = Business::new().questions();
    let asked: Vec<_> = questions.iter().filter(|question| wanted.includes(question.name)).collect();
    let folder = tempfile::tempdir()?;
    if !asked.is_empty() {
        let server = start_server(wanted.store, folder.path())?;
        let measured = Measured { server: &server, folder: folder.path(), effort: wanted.effort };
        println!(
            "Requests a second over the {} store by connections; the bare route in brackets:\n",
            wanted.store.name()
        );
        println!("| question | 1 | 16 | 64 | 1,000 |\n|---|---|---|---|---|");
        for question in asked {
            let slots = measured.check(question)?;
            measured.pairs(question, limits(question.name), &mut table)?;
            let rate = measured.rates(question, slots)?;
            if question.name == "week" {
                let name = format!("{}: requests a second, 1,000 connections", question.shown);
                table.add(&name, rate, "", Bound::AtLeast(10_000.0));
                measured.paced(question, &mut table)?;
            }
        }
    }
    if wanted.includes("listeners") {
        let server = start_server(wanted.store, tempfile::tempdir()?.path())?;
        let measured = Measured { server: &server, folder: folder.path(), effort: wanted.effort };
        let weeks = questions.iter().find(|question| question.name == "week").ok_or("no weeks")?;
        measured.listeners(weeks, &mut table)?;
    }
    if wanted.includes("start") {
        start::measure(&mut table)?;
    }
    Ok(table.finish())
}

fn start_server(store: Store, folder: &Path) -> Outcome<Server> {
    let folder = folder.to_str().ok_or("a folder whose name is not UTF-8")?;
    Server::start(&std::env::current_exe()?, &["serve", store.name(), folder])
}
