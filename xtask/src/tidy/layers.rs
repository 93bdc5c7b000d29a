//! The layers of `booking-core`: a module imports from its own group or an earlier one.

use std::collections::BTreeMap;

use super::Finding;
use super::source::Source;

/// The modules of the core, group by group. A new module goes into the earliest group that has all it needs.
pub(super) const GROUPS: &[(&str, &[&str])] = &[
    (
        "words",
        &["clock", "id", "interval", "invalid", "money", "random", "seconds", "span", "time", "validated"],
    ),
    (
        "rules",
        &[
            "admit",
            "booking",
            "policy",
            "reason",
            "recurrence",
            "resource",
            "row_checks",
            "schedule",
            "service",
        ],
    ),
    // Rows and plans are what the engine reads and writes, so the ports come before the answers.
    ("ports", &["store"]),
    ("answers", &["assignment", "engine", "hot"]),
    ("use cases", &["conformance", "memory", "scheduler"]),
];

const CORE: &str = "booking-core/src/";
const TABLE: &str = "GROUPS in xtask/src/tidy/layers.rs";

/// Reports modules outside the table and imports from later groups.
pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    let reexports = sources.iter().find(|source| source.path == "booking-core/src/lib.rs").map(reexports);
    let reexports = reexports.unwrap_or_default();
    sources.iter().flat_map(|source| check_file(source, &reexports)).collect()
}

/// Modules of the table that have no file, so that the table does not outlive them.
pub(super) fn stale(sources: &[Source]) -> Vec<String> {
    let modules: Vec<&str> = sources.iter().filter_map(|source| module(&source.path)).collect();
    let gone = GROUPS.iter().flat_map(|(_, names)| *names).filter(|name| !modules.contains(name));
    let gone: Vec<&str> = gone.copied().collect();
    if gone.is_empty() {
        Vec::new()
    } else {
        vec![format!("{TABLE} names modules without a file: {}", gone.join(", "))]
    }
}

fn check_file(source: &Source, reexports: &BTreeMap<String, String>) -> Vec<Finding> {
    let Some(module) = module(&source.path) else { return Vec::new() };
    let Some(own) = group(module) else {
        let why = format!("module `{module}` is in no group; add it to {TABLE}");
        return vec![Finding::new(source, 0, "layers", why)];
    };
    let mut findings = Vec::new();
    for named in source.paths().into_iter().filter(|named| !source.is_test(named.at)) {
        let Some(name) = crate_level_name(&named.path, depth(&source.path)) else { continue };
        let target = reexports.get(name).map_or(name, String::as_str);
        let Some(other) = group(target).filter(|other| *other > own) else { continue };
        let why = format!(
            "`{module}` ({}) imports `{target}` ({}), a later group; see {TABLE}",
            GROUPS[own].0, GROUPS[other].0
        );
        findings.push(Finding::new(source, named.at, "layers", why));
    }
    // One `use` of several names is one import.
    findings.dedup_by(|a, b| a.line == b.line && a.why == b.why);
    findings
}

/// The top module a file of the core belongs to; none for the root and for other crates.
fn module(path: &str) -> Option<&str> {
    let inside = path.strip_prefix(CORE)?;
    let name = inside.split('/').next()?.trim_end_matches(".rs");
    (name != "lib").then_some(name)
}

/// How many `super` lead from a file's module to the root.
fn depth(path: &str) -> usize {
    let inside = path.strip_prefix(CORE).unwrap_or(path).trim_end_matches(".rs");
    inside.split('/').filter(|part| *part != "mod").count()
}

fn group(module: &str) -> Option<usize> {
    GROUPS.iter().position(|(_, names)| names.contains(&module))
}

/// The name after `crate::`, or after enough `super::` to reach the root.
fn crate_level_name(path: &str, depth: usize) -> Option<&str> {
    let mut segments = path.split("::").peekable();
    if segments.next_if_eq(&"crate").is_some() {
        return segments.next();
    }
    for _ in 0..depth {
        segments.next_if_eq(&"super")?;
    }
    segments.next().filter(|name| *name != "super")
}

/// What the root gives out, and from which module: `Interval` comes from `interval`.
fn reexports(root: &Source) -> BTreeMap<String, String> {
    let paths = root.paths().into_iter();
    let pairs = paths.filter_map(|named| {
        let path = named.path.strip_prefix("crate::").unwrap_or(&named.path);
        let (module, _) = path.split_once("::")?;
        let name = path.rsplit("::").next()?;
        group(module).map(|_| (name.to_owned(), module.to_owned()))
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &str, text: &str) -> Vec<String> {
        let root = Source::new("booking-core/src/lib.rs", "mod memory;\npub use memory::MemoryStore;\n");
        let file = Source::new(path, text);
        check(&[root, file]).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn earlier_and_own_groups_are_free() {
        assert!(
            told("booking-core/src/engine.rs", "use crate::{interval::Interval, assignment};").is_empty()
        );
        assert!(told("booking-core/src/memory/index.rs", "use crate::store::BookingStore;").is_empty());
        assert!(told("booking-http/src/lib.rs", "use crate::memory::X;").is_empty());
    }

    #[test]
    fn later_groups_are_not() {
        let found =
            told("booking-core/src/interval.rs", "\nuse crate::{clock::Clock, store::{Command, Snapshot}};");
        assert_eq!(
            found,
            [
                "booking-core/src/interval.rs:2: layers: `interval` (words) imports `store` (ports), a later group; \
              see GROUPS in xtask/src/tidy/layers.rs"
            ]
        );
    }

    #[test]
    fn neither_a_reexport_nor_super_hides_an_import() {
        assert_eq!(told("booking-core/src/engine.rs", "use crate::MemoryStore;").len(), 1);
        assert_eq!(told("booking-core/src/engine.rs", "use super::memory::MemoryStore;").len(), 1);
        assert_eq!(told("booking-core/src/engine/grid.rs", "use super::super::memory;").len(), 1);
        assert!(told("booking-core/src/engine/grid.rs", "use super::memory;").is_empty());
    }

    #[test]
    fn tests_may_use_everything() {
        let text = "#[cfg(test)]\nmod tests { use crate::MemoryStore; }";
        assert!(told("booking-core/src/engine.rs", text).is_empty());
    }

    #[test]
    fn an_unknown_module_is_told_where_to_go() {
        let found = told("booking-core/src/gadget.rs", "");
        assert_eq!(found.len(), 1);
        assert!(
            found[0].ends_with("is in no group; add it to GROUPS in xtask/src/tidy/layers.rs"),
            "{found:?}"
        );
    }

    #[test]
    fn no_module_is_in_two_groups() {
        let mut names: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| *names).copied().collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
