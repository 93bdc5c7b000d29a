//! Documents keep up with the repository.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Document, Finding};
use crate::cargo::Member;

const ARCHITECTURE: &str = "ARCHITECTURE.md";

/// Every link to a file of the repository leads somewhere.
pub(super) fn links(documents: &[Document], root: &Path) -> Vec<Finding> {
    let exists = |path: &Path| root.join(path).exists();
    documents.iter().flat_map(|document| broken_links(document, exists)).collect()
}

/// ARCHITECTURE.md names every crate of the workspace, and has a row for each crate that they depend on.
pub(super) fn architecture(documents: &[Document], members: &[Member]) -> Vec<Finding> {
    let text = documents.iter().find(|document| document.path == ARCHITECTURE).map(|document| &document.text);
    let text = text.map_or("", String::as_str);
    let finding = |why| Finding { path: ARCHITECTURE.to_owned(), line: 1, rule: "architecture", why };
    let unnamed = members.iter().filter(|member| !text.contains(&format!("`{}`", member.name)));
    let unnamed =
        unnamed.map(|member| format!("`{}` is a member of the workspace and not named", member.name));
    let outside: BTreeSet<&String> = members.iter().flat_map(|member| &member.dependencies).collect();
    let unexplained = outside.into_iter().filter(|name| {
        let member = members.iter().any(|member| member.name == **name);
        !member && !text.contains(&format!("\n| {name} |"))
    });
    let unexplained =
        unexplained.map(|name| format!("the table of dependencies does not say why `{name}` is there"));
    unnamed.chain(unexplained).map(finding).collect()
}

fn broken_links(document: &Document, exists: impl Fn(&Path) -> bool) -> Vec<Finding> {
    let folder = Path::new(&document.path).parent().unwrap_or(Path::new(""));
    let mut findings = Vec::new();
    let mut fenced = false;
    for (index, line) in document.text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        for target in targets(&without_code(line)) {
            let Some(file) = local_file(&target) else { continue };
            if !exists(&folder.join(file)) {
                let why = format!("`{target}` leads to no file");
                findings.push(Finding { path: document.path.clone(), line: index + 1, rule: "link", why });
            }
        }
    }
    findings
}

/// The line without its code spans.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join("``")
}

/// What the links of a line point to: `[text](target)` and `[name]: target`.
fn targets(line: &str) -> Vec<String> {
    let inline = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let reference = line.trim_start().starts_with('[').then(|| line.split_once("]: ")).flatten();
    let all = inline.chain(reference.map(|(_, target)| target));
    all.filter_map(|target| target.split_whitespace().next()).map(str::to_owned).collect()
}

/// The file a target names, without its anchor; none for addresses, anchors and Rust paths.
fn local_file(target: &str) -> Option<&str> {
    let file = target.split('#').next().unwrap_or(target).trim_matches(['<', '>']);
    let elsewhere = target.contains("://") || target.starts_with("mailto:") || target.contains("::");
    (!file.is_empty() && !elsewhere).then_some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(path: &str, text: &str) -> Vec<String> {
        let document = Document { path: path.to_owned(), text: text.to_owned() };
        let there = |path: &Path| [Path::new("README.md"), Path::new("docs/../README.md")].contains(&path);
        broken_links(&document, there).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn links_lead_somewhere() {
        assert!(broken("README.md", "[a](README.md#top) [b](#c) [d](https://example.invalid/e)").is_empty());
        assert!(broken("docs/time.md", "[a](../README.md \"title\")\n[b]: ../README.md").is_empty());
        let found = broken("README.md", "one\n[a](README.md) and [b](GONE.md)\n[c]: gone/too.md\n");
        assert_eq!(
            found,
            [
                "README.md:2: link: `GONE.md` leads to no file",
                "README.md:3: link: `gone/too.md` leads to no file"
            ]
        );
    }

    #[test]
    fn code_is_not_a_link() {
        assert!(broken("README.md", "`a[i](b)` and\n```rust\nlet x = a[0](b);\n```\n").is_empty());
        assert_eq!(broken("README.md", "```\n```\n[a](b)").len(), 1);
    }

    #[test]
    fn the_architecture_names_every_member_and_dependency() {
        let core = || Member {
            name: "booking-core".to_owned(),
            programs: Vec::new(),
            dependencies: vec!["chrono".to_owned()],
        };
        let told = |text: &str| -> Vec<String> {
            let document = Document { path: ARCHITECTURE.to_owned(), text: text.to_owned() };
            architecture(&[document], &[core()]).iter().map(ToString::to_string).collect()
        };
        assert!(told("The `booking-core` crate\n| chrono | core | dates |\n").is_empty());
        let found = told("The `booking-corey` crate and chrono");
        assert_eq!(found.len(), 2);
        assert!(
            found[0].contains("`booking-core` is a member") && found[1].contains("why `chrono` is there")
        );
    }
}
