//! Packages that Debian brings, installed when root runs on it and may install.

use std::path::Path;

use crate::Result;
use crate::process::{Line, may_install};

/// Installs a package; whether it is there afterwards is for the caller to look at.
pub(crate) fn install(package: &str) -> bool {
    if !may_install() || !is_root() || !Path::new("/etc/debian_version").exists() {
        return false;
    }
    let quiet = [("DEBIAN_FRONTEND", "noninteractive")];
    let install = Line::new("apt-get install -y --no-install-recommends").with(&[package]);
    // Package lists may be missing or old: refresh them only when the first attempt fails.
    let done = install.run_with(&quiet).or_else(|_| {
        Line::new("apt-get update").run_with(&quiet)?;
        install.run_with(&quiet)
    });
    done.is_ok()
}

/// Sees that strace is there.
pub(crate) fn strace() -> Result<()> {
    let there = || Line::new("strace -V").succeeds();
    if there() || (install("strace") && there()) {
        return Ok(());
    }
    Err("strace is missing: apt-get install --yes --no-install-recommends strace".into())
}

/// Whether tasks run as root.
pub(crate) fn is_root() -> bool {
    Line::new("id -u").read().is_ok_and(|id| id.trim() == "0")
}
