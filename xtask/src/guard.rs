//! `cargo xtask guard`: the performance guard-rails, measured by the program `guard` of `booking-bench`.

use std::path::Path;

use crate::Result;
use crate::cargo::{self, Member};
use crate::process::{Line, may_install};

const PACKAGE: &str = "booking-bench";
const PROGRAM: &str = "guard";

/// Builds the guard program in release mode and runs it with these arguments.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    require_program(&cargo::members()?)?;
    prepare_valgrind();
    let line = Line::new("cargo run --release --quiet --package").with(&[PACKAGE, "--bin", PROGRAM, "--"]);
    line.with(arguments).run()
}

fn require_program(members: &[Member]) -> Result<()> {
    let found = members.iter().any(|member| {
        member.name == PACKAGE && member.programs.iter().any(|(kind, name)| *kind == "bin" && name == PROGRAM)
    });
    if found {
        Ok(())
    } else {
        Err(format!("`{PACKAGE}` has no program `{PROGRAM}`: nothing to guard").into())
    }
}

/// Valgrind counts instructions exactly on a machine under any load; without it the other rails still hold.
fn prepare_valgrind() {
    if valgrind() || (debian_root() && may_install() && install_valgrind()) {
        return;
    }
    println!("note: valgrind is missing, so instruction counts are skipped");
    println!("      install it with your package manager, on Debian: apt-get install -y valgrind");
}

fn valgrind() -> bool {
    Line::new("valgrind --version").succeeds()
}

fn debian_root() -> bool {
    let root = Line::new("id -u").read().is_ok_and(|id| id.trim() == "0");
    root && Path::new("/etc/debian_version").exists()
}

fn install_valgrind() -> bool {
    let quiet = [("DEBIAN_FRONTEND", "noninteractive")];
    let install = Line::new("apt-get install -y --no-install-recommends valgrind");
    // Package lists may be missing or old: refresh them only when the first attempt fails.
    let done = install.run_with(&quiet).or_else(|_| {
        Line::new("apt-get update").run_with(&quiet)?;
        install.run_with(&quiet)
    });
    done.is_ok() && valgrind()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_guard_program_is_named() {
        let bench = |programs| Member { name: PACKAGE.to_owned(), programs, dependencies: Vec::new() };
        assert!(require_program(&[bench(vec![("bin", PROGRAM.to_owned())])]).is_ok());
        let error = require_program(&[bench(vec![("example", PROGRAM.to_owned())])]);
        assert!(error.is_err_and(|error| error.to_string().contains("no program `guard`")));
    }
}
