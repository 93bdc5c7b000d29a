//! `cargo xtask tidy`: rules of the repository that the compiler cannot know, each with its reason.

mod dependencies;
mod documents;
mod layers;
mod mask;
mod purity;
mod size;
mod source;
mod style;

use std::fmt;
use std::path::Path;

use crate::Result;
use crate::cargo::{self, Member};
use crate::process::root;
use source::Source;

/// A place that breaks a rule.
#[derive(Debug)]
pub(crate) struct Finding {
    path: String,
    line: usize,
    rule: &'static str,
    why: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.path, self.line, self.rule, self.why)
    }
}

impl Finding {
    fn new(source: &Source, at: usize, rule: &'static str, why: impl Into<String>) -> Self {
        Self { path: source.path.clone(), line: source.line(at), rule, why: why.into() }
    }
}

/// Everything the rules look at.
struct Repository {
    sources: Vec<Source>,
    documents: Vec<Document>,
    members: Vec<Member>,
}

/// A Markdown file.
struct Document {
    path: String,
    text: String,
}

/// A group of rules: its name, and what finds the places that break it.
type Rule = (&'static str, fn(&Repository) -> Result<Vec<Finding>>);

const RULES: &[Rule] = &[
    ("core is pure", |all| Ok(each(all, purity::core_is_pure))),
    ("one file each", |all| Ok(purity::one_file_each(&all.sources))),
    ("local time in one file", |all| Ok(each(all, purity::local_time))),
    ("concrete stores", |all| Ok(each(all, purity::concrete_stores))),
    ("layers of the core", |all| Ok(layers::check(&all.sources))),
    ("arrows between crates", |all| Ok(dependencies::arrows(&all.members))),
    ("number of dependencies", |_| dependencies::caps()),
    ("length of files", |all| Ok(each(all, size::files))),
    ("length of functions", |all| Ok(each(all, size::functions))),
    ("words", |all| Ok(each(all, style::words))),
    ("unfinished code", |all| Ok(each(all, style::unfinished))),
    ("no unwrap in libraries", |all| Ok(each(all, style::unwrap))),
    ("tests are honest", |all| Ok(each(all, style::tests))),
    ("lint exceptions have reasons", |all| Ok(each(all, style::reasons))),
    ("links in documents", |all| Ok(documents::links(&all.documents, &root()))),
    ("architecture names every crate and dependency", |all| {
        Ok(documents::architecture(&all.documents, &all.members))
    }),
];

/// Checks every rule and prints what breaks one.
pub(crate) fn run() -> Result<()> {
    let repository = read(&root())?;
    let mut failed = 0;
    for (name, rule) in RULES {
        let findings = rule(&repository)?;
        println!("{name}: {}", if findings.is_empty() { "ok" } else { "FAILED" });
        for finding in &findings {
            println!("  {finding}");
        }
        failed += usize::from(!findings.is_empty());
    }
    for note in size::long_files(&repository.sources).into_iter().chain(layers::stale(&repository.sources)) {
        println!("note: {note}");
    }
    println!("{} passed, {failed} failed", RULES.len() - failed);
    if failed > 0 { Err("the repository is not tidy".into()) } else { Ok(()) }
}

fn each(repository: &Repository, rule: fn(&Source) -> Vec<Finding>) -> Vec<Finding> {
    repository.sources.iter().flat_map(rule).collect()
}

fn read(root: &Path) -> Result<Repository> {
    let mut paths = Vec::new();
    walk(root, "", &mut paths)?;
    paths.sort();
    let (mut sources, mut documents) = (Vec::new(), Vec::new());
    for path in paths {
        let text = std::fs::read_to_string(root.join(&path)).map_err(|error| format!("{path}: {error}"))?;
        if Path::new(&path).extension().is_some_and(|extension| extension == "rs") {
            sources.push(Source::new(&path, &text));
        } else {
            documents.push(Document { path, text });
        }
    }
    Source::mark_test_modules(&mut sources);
    Ok(Repository { sources, documents, members: cargo::members()? })
}

/// Rust and Markdown files below a folder, leaving out hidden folders and build output.
fn walk(root: &Path, folder: &str, found: &mut Vec<String>) -> Result<()> {
    for entry in std::fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        if entry.file_type()?.is_dir() {
            if !name.starts_with('.') && name != "target" {
                walk(root, &path, found)?;
            }
        } else if Path::new(&name).extension().is_some_and(|kind| kind == "rs" || kind == "md") {
            found.push(path);
        }
    }
    Ok(())
}

/// For the rules' own tests: what a rule says about one file, as printed.
#[cfg(test)]
fn told(rule: fn(&Source) -> Vec<Finding>, path: &str, text: &str) -> Vec<String> {
    rule(&Source::new(path, text)).iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_can_be_clicked() {
        let source = Source::new("a/src/b.rs", "one\ntwo");
        let finding = Finding::new(&source, 4, "rule", "because");
        assert_eq!(finding.to_string(), "a/src/b.rs:2: rule: because");
    }

    #[test]
    fn this_repository_is_read_without_build_output() -> Result<()> {
        let repository = read(&root())?;
        assert!(repository.sources.iter().any(|source| source.path == "xtask/src/tidy/mod.rs"));
        assert!(repository.sources.iter().all(|source| !source.path.starts_with("target/")));
        Ok(())
    }
}
