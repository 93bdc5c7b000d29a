//! What cargo knows about the workspace.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::Result;
use crate::process::Line;

/// A crate of this workspace.
pub(crate) struct Member {
    /// Its package name.
    pub(crate) name: String,
    /// Programs it builds, with cargo's flag for each: `("bin", "guard")`.
    pub(crate) programs: Vec<(&'static str, String)>,
    /// Packages it names as normal dependencies, optional ones included.
    pub(crate) dependencies: Vec<String>,
}

/// Every crate of the workspace, in the order of its name.
pub(crate) fn members() -> Result<Vec<Member>> {
    let text = Line::new("cargo metadata --format-version 1 --no-deps").read()?;
    let mut members = parse(&text)?;
    members.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(members)
}

/// Names of the packages in a crate's normal dependency tree on this machine, itself excluded.
pub(crate) fn tree(package: &str, features: &str) -> Result<BTreeSet<String>> {
    let line = Line::new("cargo tree --edges normal --prefix none --format {p} --package").with(&[package]);
    let text = line.with(&features.split_whitespace().collect::<Vec<_>>()).read()?;
    Ok(parse_tree(&text, package))
}

/// Where cargo puts a program. `cargo run` takes one package only, and with that other features than a build of several.
pub(crate) fn built(profile: &str, program: &str) -> Result<String> {
    let metadata: Value =
        serde_json::from_str(&Line::new("cargo metadata --format-version 1 --no-deps").read()?)?;
    let folder = metadata["target_directory"].as_str().ok_or("cargo metadata has no `target_directory`")?;
    Ok(format!("{folder}/{profile}/{program}"))
}

fn parse(metadata: &str) -> Result<Vec<Member>> {
    let metadata: Value = serde_json::from_str(metadata)?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata has no `packages`")?;
    packages.iter().map(member).collect()
}

fn member(package: &Value) -> Result<Member> {
    let name = package["name"].as_str().ok_or("cargo metadata has a package without a name")?;
    let programs = items(package, "targets").filter_map(program).collect();
    let dependencies = items(package, "dependencies")
        .filter(|dependency| dependency["kind"].is_null())
        .filter_map(|dependency| dependency["name"].as_str().map(str::to_owned))
        .collect();
    Ok(Member { name: name.to_owned(), programs, dependencies })
}

fn program(target: &Value) -> Option<(&'static str, String)> {
    let kind = items(target, "kind").find_map(|kind| match kind.as_str() {
        Some("bin") => Some("bin"),
        Some("example") => Some("example"),
        _ => None,
    })?;
    Some((kind, target["name"].as_str()?.to_owned()))
}

fn items<'a>(value: &'a Value, field: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value[field].as_array().into_iter().flatten()
}

fn parse_tree(text: &str, package: &str) -> BTreeSet<String> {
    // Two versions of one crate count twice: both are compiled.
    let crates = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let name = words.next()?;
        (name != package).then(|| format!("{name} {}", words.next().unwrap_or_default()))
    });
    crates.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_gives_programs_and_normal_dependencies() -> Result<()> {
        let text = r#"{"packages": [{"name": "shop",
            "targets": [{"kind": ["lib"], "name": "shop"}, {"kind": ["bin"], "name": "guard"},
                        {"kind": ["example"], "name": "quickstart"}],
            "dependencies": [{"name": "core", "kind": null}, {"name": "proptest", "kind": "dev"}]}]}"#;
        let members = parse(text)?;
        assert_eq!(members.len(), 1);
        assert_eq!(members[0].name, "shop");
        assert_eq!(members[0].programs, [("bin", "guard".to_owned()), ("example", "quickstart".to_owned())]);
        assert_eq!(members[0].dependencies, ["core"]);
        Ok(())
    }

    #[test]
    fn a_tree_counts_each_version_once() {
        let text = "shop v0.1.0 (/x)\nsyn v2.0.1\nsyn v3.0.0\nserde v1.0.0\nserde v1.0.0 (*)\n\n";
        let crates: Vec<_> = parse_tree(text, "shop").into_iter().collect();
        assert_eq!(crates, ["serde v1.0.0", "syn v2.0.1", "syn v3.0.0"]);
    }

    #[test]
    fn this_workspace_has_its_task_runner() -> Result<()> {
        let members = members()?;
        assert!(members.iter().any(|member| member.name == "xtask"));
        Ok(())
    }
}
