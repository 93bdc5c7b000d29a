//! docs/limits.md lists every bound of the code, with its number.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The page is part of the crate, so that it is packaged with it.
const PAGE: &str = include_str!("../docs/limits.md");

/// `module::NAME` and its number, as the page says.
fn listed() -> BTreeMap<String, i64> {
    let rows = PAGE.lines().filter(|line| line.starts_with("| ") && line.contains("::MAX_"));
    let read = |row: &str| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [_, number, name] = cells[..] else { panic!("{row}") };
        (name.trim_matches('`').to_owned(), number.parse().unwrap_or_else(|_| panic!("{row}")))
    };
    rows.map(read).collect()
}

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push(path);
        }
    }
}

/// The value of a product of numbers and lengths of time; none for anything else.
fn value(text: &str) -> Option<i64> {
    text.split('*').map(str::trim).try_fold(1_i64, |product, factor| {
        let factor = match factor {
            "DAY" => 86_400,
            "HOUR" => 3_600,
            "MINUTE" => 60,
            number => number.replace('_', "").parse().ok()?,
        };
        product.checked_mul(factor)
    })
}

/// `module::NAME` and its number, as the code says.
fn coded() -> BTreeMap<String, i64> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut found = BTreeMap::new();
    for file in files {
        let inner = file.strip_prefix(&root).unwrap();
        let module = Path::new(inner.iter().next().unwrap()).file_stem().unwrap().to_str().unwrap();
        if module == "conformance" {
            // The numbers of the suite bound nothing that a caller gives.
            continue;
        }
        for line in std::fs::read_to_string(&file).unwrap().lines() {
            let Some((_, declared)) = line.split_once("const MAX_") else { continue };
            let Some((name, number)) = declared.split_once(" = ") else { continue };
            let name = format!("{module}::MAX_{}", name.split(':').next().unwrap());
            let Some(number) = value(number.trim_end_matches(';')) else { continue };
            assert!(found.insert(name.clone(), number).is_none(), "{name} is declared twice");
        }
    }
    found
}

#[test]
fn the_page_lists_every_bound_with_its_number() {
    let (listed, coded) = (listed(), coded());
    assert!(coded.len() > 40, "the bounds of the code are found: {coded:?}");
    for (name, number) in &coded {
        assert_eq!(listed.get(name), Some(number), "{name} on the page, and in the code");
    }
    let stale: Vec<&String> = listed.keys().filter(|name| !coded.contains_key(*name)).collect();
    assert!(stale.is_empty(), "{stale:?} are no bounds of the code");
}

#[test]
fn numbers_of_the_code_are_read() {
    assert_eq!(value("366 * DAY"), Some(31_622_400));
    assert_eq!(value("1_000"), Some(1_000));
    assert_eq!(value("crate::service::MAX_REQUIREMENTS"), None);
}
