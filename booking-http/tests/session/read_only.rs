//! Data that may be read and not written.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::disk::Disk;
use super::lasting::{folder, refusal, told, with};
use super::program::Program;

const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

/// Every file of a folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry"));
    let read = |entry: fs::DirEntry| {
        (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).expect("a file"))
    };
    entries.map(read).collect()
}

#[test]
fn a_read_only_file_is_refused_and_left_alone() {
    let folder = folder();
    let data = folder.path().join("demo.sqlite");
    assert!(Program::serve(with(&["serve", "--demo"], &data)).stop().success());
    let mut permissions = data.metadata().expect("the file").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&data, permissions).expect("closed to writing");
    let before = files(folder.path());
    for command in [&SERVE[..], &["serve", "--demo", "--listen", "127.0.0.1:0"], &["key", "new", "more"]] {
        let why = refusal(command, &data);
        assert!(why.contains("demo.sqlite is read-only"), "{why}");
        assert!(files(folder.path()) == before, "{command:?} changed something");
    }
    // Looking needs no more than reading.
    assert!(told(&["key", "list"], &data).contains("demo secret key"));
    assert!(told(&["verify"], &data).ends_with("0 findings"));
}

#[test]
fn a_read_only_folder_is_refused_and_left_alone() {
    let disk = Disk::new(32);
    assert!(Program::serve(disk.command(&["serve", "--demo"])).stop().success());
    disk.make_read_only();
    let before = files(&disk.seen());
    assert!(before["demo.sqlite"].len() > 100_000);
    for command in [&SERVE[..], &["key", "new", "more"]] {
        let output = disk.command(command).output().expect("the program runs");
        let why = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{command:?}: {why}");
        assert!(why.contains("demo.sqlite") && why.contains("Read-only file system"), "{why}");
        assert!(files(&disk.seen()) == before, "{command:?} changed something");
    }
}
