//! Files that cannot be opened, files that fill up, files that others touch: a clear error, and nothing lost.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod kit;

use std::fs;
use std::path::Path;
use std::process::Command;

use booking_core::conformance::block_on;
use booking_core::{
    Action, Actor, Block, BlockId, BookingStore as _, CommitError, Interval, ResourceId, StoreError, TenantId,
};
use booking_platform::{
    CustomerStore as _, CustomerWrite, Expect, Name, Profile, ProfileSpec, SearchText, Stamp,
};
use booking_store_sqlite::{FORMAT, OpenError, Options, SqliteStore, backup, verify};
use rusqlite::Connection;

/// A command that writes: a block of its own minute.
fn command(number: u64) -> booking_core::Command {
    let minute = i64::try_from(number).unwrap();
    let interval = Interval::new(kit::at(minute), kit::at(minute + 1)).unwrap();
    let text = format!("block {number} {}", "x".repeat(500));
    let block = Block { id: BlockId::from_u64(number), resource: ResourceId::from_u64(1), interval, text };
    booking_core::Command {
        tenant: TenantId::SINGLE,
        now: kit::at(0),
        actor: Actor::new("ann", "test"),
        key: None,
        action: Action::AddBlock(block),
        offers: Vec::new(),
        verdicts: Vec::new(),
    }
}

fn write(store: &SqliteStore, number: u64) -> Result<(), CommitError> {
    block_on(store.commit(&command(number))).map(drop)
}

fn is_there(store: &SqliteStore, number: u64) -> bool {
    block_on(store.block(TenantId::SINGLE, BlockId::from_u64(number))).unwrap().is_some()
}

/// A closed file with a hundred blocks.
fn closed() -> (tempfile::TempDir, std::path::PathBuf) {
    let (store, folder) = kit::fresh();
    (1..=100).for_each(|number| write(&store, number).unwrap());
    drop(store);
    let path = kit::path(&folder);
    (folder, path)
}

/// The error of opening, after which the file is as it was, byte by byte.
fn refused(path: &Path) -> OpenError {
    let before = fs::read(path).unwrap();
    let error = SqliteStore::open(path, &Options::default()).unwrap_err();
    assert_eq!(fs::read(path).unwrap(), before, "{error}");
    error
}

#[test]
fn what_was_written_is_there_after_opening_again() {
    let (_folder, path) = closed();
    let store = SqliteStore::open(&path, &Options::default()).unwrap();
    assert!((1..=100).all(|number| is_there(&store, number)));
    assert!(!is_there(&store, 101));
}

#[test]
fn a_file_is_open_once() {
    let (store, folder) = kit::fresh();
    let path = kit::path(&folder);
    let again = SqliteStore::open(&path, &Options::default());
    assert!(matches!(again, Err(OpenError::InUse { .. })), "{again:?}");
    let other =
        Command::new(env!("CARGO_BIN_EXE_crash-writer")).arg(&path).args(["1", "1", "1"]).output().unwrap();
    assert!(!other.status.success());
    let said = String::from_utf8_lossy(&other.stderr);
    assert!(said.contains("InUse"), "{said}");
    write(&store, 1).unwrap();
    drop(store);
    assert!(is_there(&SqliteStore::open(&path, &Options::default()).unwrap(), 1));
}

#[test]
fn a_read_only_file_is_refused() {
    let (_folder, path) = closed();
    let mut permissions = path.metadata().unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    assert!(matches!(refused(&path), OpenError::ReadOnly { .. }));
}

#[test]
fn a_file_of_another_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    fs::write(&text, "Remember the milk. ".repeat(500)).unwrap();
    assert!(matches!(refused(&text), OpenError::Foreign { .. }));
    let database = folder.path().join("other.sqlite");
    Connection::open(&database).unwrap().execute_batch("CREATE TABLE milk (litres)").unwrap();
    let error = refused(&database);
    assert!(matches!(error, OpenError::Foreign { .. }), "{error}");
    assert!(!folder.path().join("other.sqlite-wal").exists());
}

#[test]
fn a_newer_format_is_refused() {
    let (_folder, path) = closed();
    let newer = i64::from(FORMAT) + 1;
    let connection = Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", newer).unwrap();
    connection.close().unwrap();
    let error = refused(&path);
    assert!(
        matches!(error, OpenError::Newer { known: FORMAT, found, .. } if i64::from(found) == newer),
        "{error}"
    );
}

#[test]
fn a_truncated_file_is_refused() {
    let (_folder, path) = closed();
    let whole = fs::read(&path).unwrap();
    for length in [whole.len() / 2, whole.len() - 1, whole.len() - 4_096, 4_096, 100, 1] {
        fs::write(&path, &whole[..length]).unwrap();
        let error = refused(&path);
        let named =
            matches!(error, OpenError::Damaged { .. } | OpenError::Foreign { .. } | OpenError::Io { .. });
        assert!(named, "{length} of {} bytes: {error}", whole.len());
    }
    fs::write(&path, b"").unwrap();
    assert!(matches!(refused(&path), OpenError::Damaged { .. }), "emptied, though it was in use");
    fs::write(&path, whole).unwrap();
    SqliteStore::open(&path, &Options::default()).unwrap();
}

#[test]
fn rows_that_were_edited_into_nonsense_are_refused() {
    for edit in [
        "UPDATE blocks SET starts = ends WHERE id = '00000000-0000-0000-0000-000000000001'",
        "UPDATE blocks SET resource = 'me' WHERE id = '00000000-0000-0000-0000-000000000001'",
        "INSERT INTO claims VALUES ('booking', '00000000-0000-0000-0000-000000000000', 'nobody', 0, \
         '00000000-0000-0000-0000-000000000001', 0, 1, 0, 0, 1)",
        "DROP TABLE waitlist",
    ] {
        let (_folder, path) = closed();
        Connection::open(&path).unwrap().execute_batch(edit).unwrap();
        let error = SqliteStore::open(&path, &Options::default()).unwrap_err();
        assert!(matches!(error, OpenError::Damaged { .. }), "{edit}: {error}");
    }
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = SqliteStore::open(folder.path().join("no/where.sqlite"), &Options::default()).unwrap_err();
    assert!(matches!(error, OpenError::Io { .. }), "{error}");
}

#[test]
fn a_full_disk_refuses_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = kit::path(&folder);
    let small = Options { quota: Some(512 << 10), ..kit::quick() };
    let store = SqliteStore::open(&path, &small).unwrap();
    let refused = (1..).find_map(|number| Some((number, write(&store, number).err()?)));
    let (full, error) = refused.unwrap();
    assert!(matches!(error, CommitError::Store(StoreError::Unavailable(_))), "{error:?}");
    assert!(full > 100, "{full}");
    // It serves what it has, and goes on refusing.
    assert!((1..full).all(|number| is_there(&store, number)));
    assert!(!is_there(&store, full));
    assert!(write(&store, full).is_err());
    drop(store);
    let store = SqliteStore::open(&path, &kit::quick()).unwrap();
    assert!((1..full).all(|number| is_there(&store, number)) && !is_there(&store, full));
    write(&store, full).unwrap();
    drop(store);
    assert_eq!(verify(&path, kit::at(0), |_| ()).unwrap().findings, []);
}

#[test]
fn a_file_that_someone_else_writes_to_stops_the_store() {
    let (store, folder) = kit::fresh();
    write(&store, 1).unwrap();
    let other = Connection::open(kit::path(&folder)).unwrap();
    other.execute_batch("UPDATE blocks SET text = 'edited'").unwrap();
    let stopped = write(&store, 2).unwrap_err();
    assert!(matches!(&stopped, CommitError::Store(StoreError::Failed(_))), "{stopped:?}");
    let read = block_on(store.block(TenantId::SINGLE, BlockId::from_u64(1)));
    assert!(matches!(read, Err(StoreError::Failed(_))), "{read:?}");
    assert!(write(&store, 3).is_err(), "for good");
    drop(store);
    let store = SqliteStore::open(kit::path(&folder), &kit::quick()).unwrap();
    let block = block_on(store.block(TenantId::SINGLE, BlockId::from_u64(1))).unwrap().unwrap();
    assert_eq!(block.text, "edited");
    assert!(!is_there(&store, 2));
}

#[test]
fn a_file_that_someone_else_reads_is_written_all_the_same() {
    let (store, folder) = kit::fresh();
    write(&store, 1).unwrap();
    let other = Connection::open(kit::path(&folder)).unwrap();
    other.execute_batch("BEGIN").unwrap();
    let count = || other.query_row("SELECT count(*) FROM blocks", (), |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count(), 1);
    write(&store, 2).unwrap();
    assert_eq!(count(), 1, "its own moment");
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(count(), 2);
}

#[test]
fn a_file_that_someone_else_holds_refuses_and_recovers() {
    let (store, folder) = kit::fresh();
    write(&store, 1).unwrap();
    let other = Connection::open(kit::path(&folder)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let held = write(&store, 2).unwrap_err();
    assert!(matches!(held, CommitError::Store(StoreError::Unavailable(_))), "{held:?}");
    assert!(is_there(&store, 1) && !is_there(&store, 2), "what is there is served");
    other.execute_batch("ROLLBACK").unwrap();
    write(&store, 2).unwrap();
    assert!(is_there(&store, 2));
}

#[test]
fn a_backup_is_one_moment_while_writing_goes_on() {
    let (store, folder) = kit::fresh();
    (1..=50).for_each(|number| write(&store, number).unwrap());
    let target = folder.path().join("copy.sqlite");
    let writer = std::thread::spawn({
        let store = store.clone();
        move || (51..=400).for_each(|number| write(&store, number).unwrap())
    });
    let mut seen = Vec::new();
    store.backup(&target, |copied| seen.push(copied)).unwrap();
    writer.join().unwrap();
    assert_eq!(seen.last().map(|copied| copied.done), seen.last().map(|copied| copied.total));
    let again = backup(store.path(), &target, |_| ());
    assert!(matches!(again, Err(OpenError::Io { .. })), "a backup overwrites nothing: {again:?}");
    assert_eq!(verify(&target, kit::at(0), |_| ()).unwrap().findings, []);
    let copy = SqliteStore::open(&target, &kit::quick()).unwrap();
    assert!((1..=50).all(|number| is_there(&copy, number)), "all that was acknowledged before");
    let there: Vec<bool> = (51..=400).map(|number| is_there(&copy, number)).collect();
    assert!(there.is_sorted_by(|before, after| before >= after), "a moment has no gaps");
}

#[test]
fn nothing_is_left_of_an_erased_customer() {
    let (store, folder) = kit::fresh();
    let name = "Zebedee Quill";
    let profile = ProfileSpec { name: Some(Name::new(name).unwrap()), ..ProfileSpec::default() };
    let write = CustomerWrite::Profile(Profile::new(profile).unwrap());
    let id = booking_core::CustomerId::from_u64(1);
    let stamp = Stamp::new(Actor::new("ann", "test"), kit::at(0));
    block_on(store.write_customer(TenantId::SINGLE, id, &write, Expect::Absent, &stamp)).unwrap();
    let found =
        block_on(store.search_customers(TenantId::SINGLE, &SearchText::new("zeb").unwrap(), 9)).unwrap();
    assert_eq!(found.items.len(), 1);
    block_on(store.write_customer(TenantId::SINGLE, id, &CustomerWrite::Erase, Expect::Present, &stamp))
        .unwrap();
    drop(store);
    for entry in fs::read_dir(folder.path()).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        let found = bytes.windows(name.len()).any(|window| window == name.as_bytes());
        assert!(!found, "the name is still in the file");
    }
}

#[test]
fn an_option_out_of_range_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { keep_keys: 60, ..Options::default() };
    let error = SqliteStore::open(kit::path(&folder), &options).unwrap_err();
    assert!(matches!(&error, OpenError::Invalid(invalid) if invalid.field() == "keep_keys"), "{error}");
    assert!(!kit::path(&folder).exists());
}
