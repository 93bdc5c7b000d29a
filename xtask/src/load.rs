//! `cargo xtask load`: the server under load, measured by the program `load` of `booking-bench`; and the `PostgreSQL` store,
//! measured by its program `shared`.

use crate::Result;
use crate::cargo;
use crate::debian;
use crate::postgres;
use crate::process::Line;

/// What lets every flush of the private server take longer.
const SLOWER: &str = "--flush-ms";

/// Measures the `PostgreSQL` store on a server that keeps what it is given, and prints the tables.
pub(crate) fn shared(arguments: &[&str]) -> Result<()> {
    let (slower, rest) = slower(arguments)?;
    if slower.is_some() {
        debian::strace()?;
    }
    postgres::with_durable(slower, |variables| {
        let line = Line::new("cargo run --release --quiet --package booking-bench --bin shared --");
        line.with(&rest).run_with(variables)
    })
}

/// How many milliseconds longer a flush is to take, and the other arguments.
fn slower<'a>(arguments: &[&'a str]) -> Result<(Option<u32>, Vec<&'a str>)> {
    let Some(place) = arguments.iter().position(|word| *word == SLOWER) else {
        return Ok((None, arguments.to_vec()));
    };
    let value = arguments.get(place + 1).and_then(|word| word.parse().ok());
    let value = value.filter(|milliseconds| (1..=1_000).contains(milliseconds));
    let value = value.ok_or("--flush-ms takes 1 to 1000 milliseconds")?;
    let rest = arguments.iter().enumerate().filter(|(at, _)| !(place..=place + 1).contains(at));
    Ok((Some(value), rest.map(|(_, word)| *word).collect()))
}

/// Builds the server and the program that measures it in release mode, and runs that with these arguments.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    require_wrk()?;
    // One build, so that what both need is compiled once and both lie in one folder.
    let both = "-p booking-http -p booking-bench --features booking-bench/load --bin booking --bin load";
    Line::new("cargo build --release --quiet").with(&both.split(' ').collect::<Vec<_>>()).run()?;
    let program = cargo::built("release", "load")?;
    Line::new("").with(&[&program]).with(arguments).run()
}

/// wrk has no `--version` that succeeds.
fn require_wrk() -> Result<()> {
    if wrk() || (debian::install("wrk") && wrk()) {
        return Ok(());
    }
    Err("wrk is missing: install it with your package manager, on Debian: apt-get install -y wrk".into())
}

fn wrk() -> bool {
    Line::new("sh -c").with(&["command -v wrk"]).succeeds()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slower_disk_is_for_the_server_and_the_rest_for_the_program() {
        let (none, all) = slower(&["--only", "writes"]).unwrap();
        assert_eq!((none, all), (None, vec!["--only", "writes"]));
        let (four, rest) = slower(&["--seconds", "3", "--flush-ms", "4", "--only", "writes"]).unwrap();
        assert_eq!((four, rest), (Some(4), vec!["--seconds", "3", "--only", "writes"]));
        for wrong in
            [&["--flush-ms"][..], &["--flush-ms", "0"], &["--flush-ms", "1001"], &["--flush-ms", "x"]]
        {
            assert_eq!(slower(wrong).unwrap_err().to_string(), "--flush-ms takes 1 to 1000 milliseconds");
        }
    }
}
