//! A disk of a test's own: a file system in memory, which only the test's processes see. It can be really full, and really
//! read-only.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, ErrorKind, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::program::{BOOKING, silent};

/// What such a disk needs, said where it is refused.
const NEEDED: &str = "unshare and nsenter (util-linux) give a test a disk of its own; where the kernel lets only root do \
    so, run the tests as root or allow it: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0";

/// Lives as long as this value.
pub(crate) struct Disk {
    /// Whose view of the file system it is.
    holder: Child,
    // Where the disk is in that view, and an empty folder in all others.
    folder: TempDir,
}

impl Disk {
    /// So many MiB, all of them free.
    pub(crate) fn new(mebibytes: u32) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let script = "mount -t tmpfs -o size=$0m tmpfs \"$1\" && echo mounted && exec cat";
        let mut holder = Command::new("unshare")
            .args(["--user", "--map-root-user", "--mount", "sh", "-c", script])
            .arg(mebibytes.to_string())
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect(NEEDED);
        let mut said = String::new();
        let output = holder.stdout.take().expect("its output is piped");
        BufReader::new(output).read_line(&mut said).expect("what it prints is text");
        assert_eq!(said, "mounted\n", "{NEEDED}");
        Self { holder, folder }
    }

    /// A program that sees the disk.
    fn through(&self, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--user", "--mount", "--preserve-credentials", "--target"]);
        command.arg(self.holder.id().to_string()).arg(program);
        command
    }

    /// `booking` with its data on the disk.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = silent(self.through(BOOKING));
        command.args(arguments).arg("--data").arg(self.folder.path().join("demo.sqlite"));
        command
    }

    /// Where the test itself finds the disk.
    pub(crate) fn seen(&self) -> PathBuf {
        let inside = self.folder.path().strip_prefix("/").expect("a folder by its whole path");
        PathBuf::from(format!("/proc/{}/root", self.holder.id())).join(inside)
    }

    /// Takes all room but so many bytes.
    pub(crate) fn fill(&self, spare: u64) {
        let mut filler = File::create(self.seen().join("filler")).expect("a file");
        let full = (0..).find_map(|_| filler.write_all(&[0; 4_096]).err()).expect("a disk has an end");
        assert_eq!(full.kind(), ErrorKind::StorageFull);
        let taken = filler.metadata().expect("it is there").len();
        filler.set_len(taken.saturating_sub(spare)).expect("it can be cut");
    }

    pub(crate) fn make_room(&self) {
        fs::remove_file(self.seen().join("filler")).expect("it can be removed");
    }

    /// From here on nothing on it can be written.
    pub(crate) fn make_read_only(&self) {
        let status = self.through("mount").args(["-o", "remount,ro"]).arg(self.folder.path()).status();
        assert!(status.expect(NEEDED).success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
