//! Child processes: started at the repository's root, without a terminal, with the command shown first.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::Result;

/// The repository's root folder.
///
/// Cargo says at run time which checkout it works for. The folder at compile time is only a fallback: checkouts that
/// share a build folder share this program too.
pub(crate) fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let here = PathBuf::from(here);
    here.parent().map_or_else(|| here.clone(), Path::to_path_buf)
}

/// A command line, shown as it would be typed.
pub(crate) struct Line(Vec<String>);

impl Line {
    /// Splits at blanks; quoting is not understood and not needed here.
    pub(crate) fn new(words: &str) -> Self {
        Self(words.split_whitespace().map(str::to_owned).collect())
    }

    /// The same command with more words at its end.
    pub(crate) fn with(mut self, words: &[&str]) -> Self {
        self.0.extend(words.iter().map(|word| (*word).to_owned()));
        self
    }

    /// Runs it and passes its output through.
    pub(crate) fn run(&self) -> Result<()> {
        self.run_with(&[])
    }

    /// Runs it with extra environment variables.
    pub(crate) fn run_with(&self, variables: &[(&str, &str)]) -> Result<()> {
        println!("$ {}", self.text());
        let status = self.command()?.envs(variables.iter().copied()).status();
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("`{}` failed ({status})", self.text()).into()),
            Err(error) => Err(format!("`{}` could not be started: {error}", self.text()).into()),
        }
    }

    /// Starts it and leaves it running, its output to be read.
    pub(crate) fn start(&self) -> Result<Child> {
        println!("$ {}", self.text());
        let started = self.command()?.stdout(Stdio::piped()).spawn();
        started.map_err(|error| format!("`{}` could not be started: {error}", self.text()).into())
    }

    /// Runs it silently and returns what it printed.
    pub(crate) fn read(&self) -> Result<String> {
        let output = self.command()?.output()?;
        if !output.status.success() {
            let told = String::from_utf8_lossy(&output.stderr);
            return Err(format!("`{}` failed: {}", self.text(), told.trim()).into());
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Whether it starts and succeeds; its output is dropped.
    pub(crate) fn succeeds(&self) -> bool {
        self.read().is_ok()
    }

    fn text(&self) -> String {
        self.0.join(" ")
    }

    fn command(&self) -> Result<Command> {
        let (program, arguments) = self.0.split_first().ok_or("an empty command line")?;
        let mut command = Command::new(program);
        command.args(arguments).current_dir(root()).stdin(Stdio::null());
        // What cargo tells xtask about itself is wrong for the crates it builds next, and would rebuild some of them.
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
                command.env_remove(name.as_ref());
            }
        }
        Ok(command)
    }
}

/// Whether tasks may install tools that are missing.
pub(crate) fn may_install() -> bool {
    std::env::var_os("BOOKING_NO_INSTALL").is_none_or(|value| value.is_empty() || value == "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_command_is_an_error_that_shows_it() {
        let error = Line::new("cargo no-such-command-exists").read().map_err(|error| error.to_string());
        assert!(error.is_err_and(|text| text.starts_with("`cargo no-such-command-exists` failed: ")));
    }

    #[test]
    fn a_missing_program_is_an_error_too() {
        assert!(!Line::new("no-such-program-exists").succeeds());
        assert!(Line::new("cargo --version").succeeds());
    }
}
