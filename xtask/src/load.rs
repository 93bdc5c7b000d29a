//! `cargo xtask load`: the server under load, measured by the program `load` of `booking-bench`.

use crate::Result;
use crate::cargo;
use crate::debian;
use crate::process::Line;

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
