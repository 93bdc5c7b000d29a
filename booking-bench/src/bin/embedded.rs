//! Figures of the embedded store: bookings a second by the number of clients, the time to open a file, and the memory of
//! a live booking. Fails when one misses its limit.
//!
//! `embedded FOLDER [BOOKINGS]` runs all of it in a folder that should lie on the disk in question; a million bookings
//! unless said otherwise. The file it fills stays there. Clients book twice: on the disk as it is, and on a slower one: the
//! same program under strace, which lets every flush take a millisecond longer. The bookings of the file were made over a
//! year and are all still ahead.

use std::error::Error;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use booking_core::conformance::block_on;
use booking_core::{
    Action, Actor, BookingId, BookingStore as _, Claim, Command, ContentHash, CustomerId, IdSource as _,
    IdempotencyKey, Initial, Interval, LocalStart, NewBooking, Operation, Pick, Placement, Plan, PlanClaims,
    Priced, RandomIds, ResourceId, ServiceId, TenantId, ZoneId,
};
use booking_store_sqlite::{Durability, Options, SqliteStore};

// As the server has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// 2026-03-02 09:00 UTC.
const NOW: i64 = 1_772_442_000;
/// Bookings lie back to back on this many resources.
const RESOURCES: u64 = 1_000;
/// The bookings of a full file were made over a year, so that most of their idempotency keys have been forgotten.
const YEAR: i64 = 365 * 86_400;
/// How many clients fill a file.
const FILLING: usize = 64;
/// How long each number of clients books.
const MEASURE: Duration = Duration::from_secs(5);

/// What the slower disk needs more for a flush, in microseconds.
const SLOWER: u32 = 1_000;

fn main() -> Outcome {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.as_slice() {
        [mode, file] if mode == "open" => open(Path::new(file)),
        [mode, folder] if mode == "clients" => clients(Path::new(folder)),
        [folder] => all(Path::new(folder), 1_000_000),
        [folder, count] => all(Path::new(folder), count.parse()?),
        _ => Err("usage: embedded FOLDER [BOOKINGS]".into()),
    }
}

fn all(folder: &Path, count: u64) -> Outcome {
    fs::create_dir_all(folder)?;
    let program = std::env::current_exe()?;
    let file = folder.join(format!("{count}.sqlite"));
    // Each in a process of its own, so that nothing else is in the memory. All are run, whatever one says.
    let mut missed = Vec::new();
    if !std::process::Command::new(&program).arg("clients").arg(folder).status()?.success() {
        missed.push("clients");
    }
    println!("\nThe same where a flush takes {SLOWER} us longer:");
    if !slower().arg(&program).arg("clients").arg(folder).status()?.success() {
        missed.push("clients on a slower disk (this needs strace)");
    }
    if !file.exists() {
        fill(&file, count)?;
    }
    let bytes = file.metadata()?.len();
    println!("{count} live bookings: {:.0} MiB, {:.0} bytes each in the file", mib(bytes), per(bytes, count));
    if !std::process::Command::new(&program).arg("open").arg(&file).status()?.success() {
        missed.push("opening");
    }
    if missed.is_empty() { Ok(()) } else { Err(format!("missed: {}", missed.join(", ")).into()) }
}

/// strace, which delays the return of every flush and looks at no other call.
fn slower() -> std::process::Command {
    let mut strace = std::process::Command::new("strace");
    strace.args(["--follow-forks", "--seccomp-bpf", "--quiet=all", "--output=/dev/null"]);
    strace.args(["--trace=fdatasync,fsync", &format!("--inject=fdatasync,fsync:delay_exit={SLOWER}")]);
    strace
}

/// The median time of writing a page at the end of a file and syncing it.
fn flush(folder: &Path) -> Outcome<Duration> {
    let path = folder.join("flush");
    let mut file = File::create(&path)?;
    let mut times = Vec::new();
    for _ in 0..200 {
        let start = Instant::now();
        file.write_all(&[0; 4_096])?;
        file.sync_data()?;
        times.push(start.elapsed());
    }
    fs::remove_file(path)?;
    times.sort_unstable();
    Ok(times[times.len() / 2])
}

/// Bookings a second by the number of clients. Where a flush takes a millisecond or more, 64 must book ten times as many as
/// one.
fn clients(folder: &Path) -> Outcome {
    let flush = flush(folder)?;
    println!("a flush of the disk: {:.2} ms\n", flush.as_secs_f64() * 1e3);
    println!("| clients | bookings/s | against one | p50 | p99 |\n|---|---|---|---|---|");
    let (mut alone, mut shared) = (None, 0.0);
    for clients in [1, 4, 16, 64, 256] {
        let path = folder.join(format!("clients-{clients}.sqlite"));
        remove(&path)?;
        let store = SqliteStore::open(&path, &Options::default())?;
        let mut times = book(&store, clients, MEASURE)?;
        drop(store);
        remove(&path)?;
        let rate = times.len() as f64 / MEASURE.as_secs_f64();
        times.sort_unstable();
        let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1e3;
        let against = rate / *alone.get_or_insert(rate);
        println!("| {clients} | {rate:.0} | {against:.1} | {:.2} ms | {:.2} ms |", at(50), at(99));
        if clients == 64 {
            shared = against;
        }
    }
    if flush < Duration::from_millis(1) || shared >= 10.0 {
        return Ok(());
    }
    Err(format!("64 clients book {shared:.1} times as much as one, not 10 times").into())
}

/// Clients that each book one after the other until the time is over; answers how long each booking took.
fn book(store: &SqliteStore, clients: u64, duration: Duration) -> Outcome<Vec<Duration>> {
    let end = Instant::now() + duration;
    let ids = Arc::new(RandomIds::default());
    let run = |client: u64| {
        let (store, ids) = (store.clone(), Arc::clone(&ids));
        move || -> Outcome<Vec<Duration>> {
            let mut times = Vec::new();
            for number in 0.. {
                let start = Instant::now();
                if start >= end {
                    break;
                }
                block_on(store.commit(&command(number * clients + client, NOW, &ids)))?;
                times.push(start.elapsed());
            }
            Ok(times)
        }
    };
    let threads: Vec<_> = (0..clients).map(|client| thread::spawn(run(client))).collect();
    let mut times = Vec::new();
    for thread in threads {
        times.extend(thread.join().map_err(|_| "a client panicked")??);
    }
    Ok(times)
}

fn fill(file: &Path, count: u64) -> Outcome {
    let options = Options { durability: Durability::Handed, ..Options::default() };
    let store = SqliteStore::open(file, &options)?;
    let start = Instant::now();
    // One after the other, as time passes: who is ahead of the others would move the present of all.
    let (next, ids) = (Arc::new(AtomicU64::new(0)), Arc::new(RandomIds::default()));
    let run = || {
        let (store, next, ids) = (store.clone(), Arc::clone(&next), Arc::clone(&ids));
        move || -> Outcome {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return Ok(());
                }
                let made = NOW - YEAR + (number as i64 * YEAR) / count as i64;
                block_on(store.commit(&command(number, made, &ids)))?;
            }
        }
    };
    let threads: Vec<_> = (0..FILLING).map(|_| thread::spawn(run())).collect();
    threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a client panicked")?)?;
    drop(store);
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "filled with {count} bookings in {seconds:.0} s, {:.0}/s without flushes",
        count as f64 / seconds
    );
    Ok(())
}

fn open(file: &Path) -> Outcome {
    let before = resident()?;
    let start = Instant::now();
    let store = SqliteStore::open(file, &Options::default())?;
    let took = start.elapsed();
    let memory = resident()?.saturating_sub(before);
    let start = Instant::now();
    let report = store.verify(chrono::DateTime::from_timestamp(NOW, 0).unwrap_or_default())?;
    let bookings = report.bookings as u64;
    println!(
        "opened {bookings} bookings in {:.1} s, verified in {:.1} s",
        took.as_secs_f64(),
        start.elapsed().as_secs_f64()
    );
    println!("findings: {}", report.findings.len());
    println!("memory: {:.0} MiB, {:.0} bytes a live booking", mib(memory), per(memory, bookings));
    let most = Duration::from_secs(10).mul_f64(bookings as f64 / 1e6);
    if took > most {
        return Err(format!("opening took longer than {:.1} s", most.as_secs_f64()).into());
    }
    if memory > bookings * 1_024 {
        return Err("a live booking takes more than 1 KiB of memory".into());
    }
    Ok(())
}

/// The resident memory of this process, in bytes.
fn resident() -> Outcome<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).ok_or("no VmRSS")?;
    let kib: u64 = line.split_whitespace().nth(1).ok_or("no number")?.parse()?;
    Ok(kib * 1_024)
}

/// A booking of one half hour, made at an instant, as a scheduler asks for it.
fn command(number: u64, made: i64, ids: &RandomIds) -> Command {
    let resource = ResourceId::from_u64(1 + number % RESOURCES);
    let start = NOW + 86_400 + i64::try_from(number / RESOURCES).unwrap_or(0) * 1_800;
    // The last second is reached after 1.3 million bookings a resource.
    let visit = Interval::from_seconds(start, start + 1_800).expect("starts lie within the supported years");
    let claims = PlanClaims::Own(vec![Claim { resource, interval: visit, before: 0, after: 0, units: 1 }]);
    let pick = Pick { requirement: "staff".to_owned(), resource, seconds: 1_800 };
    let made = chrono::DateTime::from_timestamp(made, 0).unwrap_or_default();
    let id = BookingId::from_uuid(ids.next_id(made));
    let booking = NewBooking {
        id,
        service: ServiceId::from_u64(1 + number % 50),
        customer: Some(CustomerId::from_u64(1 + number % 100_000)),
        visit,
        party: 1,
        initial: Initial::Confirmed,
        local: LocalStart { zone: ZoneId::UTC, wall: visit.start().naive_utc(), tzdata: "2026f".to_owned() },
        series: None,
        offer_to: None,
        priced: Priced::default(),
        approval: None,
        max_hold: 1_800,
    };
    let plan = Plan { picks: vec![pick], claims, limits: Vec::new() };
    let key = IdempotencyKey::new(Operation::Book, &number.to_string(), ContentHash::default());
    Command {
        tenant: TenantId::SINGLE,
        now: made,
        actor: Actor::new("web shop", "api"),
        key: key.ok(),
        action: Action::Place(vec![Placement { booking, plans: vec![plan], limits: Vec::new() }]),
        offers: Vec::new(),
        verdicts: Vec::new(),
    }
}

fn remove(path: &Path) -> Outcome {
    for end in ["", "-wal", "-shm", "-lock"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        if Path::new(&name).exists() {
            fs::remove_file(name)?;
        }
    }
    Ok(())
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

fn per(bytes: u64, count: u64) -> f64 {
    bytes as f64 / count.max(1) as f64
}
