//! `cargo xtask guard`: the performance guard-rails, measured by the program `guard` of `booking-bench`.

use crate::Result;
use crate::cargo::{self, Member};
use crate::debian;
use crate::process::Line;

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
    if valgrind() || (debian::install("valgrind") && valgrind()) {
        return;
    }
    println!("note: valgrind is missing, so instruction counts are skipped");
    println!("      install it with your package manager, on Debian: apt-get install -y valgrind");
}

fn valgrind() -> bool {
    Line::new("valgrind --version").succeeds()
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
