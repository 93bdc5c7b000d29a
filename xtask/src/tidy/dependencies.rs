//! Which crates may depend on which, and how many they may pull in.

use super::Finding;
use super::purity::OUTSIDE_CRATES;
use crate::Result;
use crate::cargo::{self, Member};

/// Packages in the normal tree of `booking-core` without features: what a host compiles to embed the engine. The suite
/// for stores is compiled for the tests of adapters only.
pub(super) const CORE_CAP: usize = 28;

/// Packages in the normal tree of `booking-http --no-default-features`: what a host compiles to nest the router.
pub(super) const ROUTER_CAP: usize = 72;

/// Arrows between the crates of the workspace; they point inwards, and adapters never import each other.
const ARROWS: &[(&str, &[&str])] = &[
    ("booking-core", &[]),
    ("booking-platform", &["booking-core"]),
    ("booking-store-postgres", &["booking-core", "booking-platform"]),
    ("booking-store-sqlite", &["booking-core", "booking-platform"]),
    ("booking-http", &["booking-core", "booking-platform", "booking-store-postgres", "booking-store-sqlite"]),
    (
        "booking-bench",
        &[
            "booking-core",
            "booking-http",
            "booking-platform",
            "booking-store-postgres",
            "booking-store-sqlite",
        ],
    ),
    ("booking-examples", &["booking-core", "booking-http", "booking-platform", "booking-store-sqlite"]),
    ("xtask", &[]),
];

/// Every member depends only on the members that its row names.
pub(super) fn arrows(members: &[Member]) -> Vec<Finding> {
    let names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
    let mut findings = Vec::new();
    for member in members {
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == member.name) else {
            findings.push(finding(&member.name, "is not in ARROWS of xtask/src/tidy/dependencies.rs"));
            continue;
        };
        let inner = member.dependencies.iter().filter(|name| names.contains(&name.as_str()));
        for dependency in inner.filter(|name| !allowed.contains(&name.as_str())) {
            let why = format!("must not depend on `{dependency}`: arrows point inwards");
            findings.push(finding(&member.name, &why));
        }
    }
    findings
}

/// The core and the bare router stay small, and the core's tree holds no runtime, database or web crate.
pub(super) fn caps() -> Result<Vec<Finding>> {
    let core: Vec<String> = cargo::tree("booking-core", "--no-default-features")?.into_iter().collect();
    let with_suite: Vec<String> = cargo::tree("booking-core", "--all-features")?.into_iter().collect();
    let router: Vec<String> = cargo::tree("booking-http", "--no-default-features")?.into_iter().collect();
    println!(
        "packages: booking-core {} of {CORE_CAP}, bare router {} of {ROUTER_CAP}",
        core.len(),
        router.len()
    );
    let mut findings: Vec<Finding> = cap("booking-core", &core, CORE_CAP).into_iter().collect();
    findings.extend(outside("booking-core", &with_suite));
    findings.extend(cap("booking-http", &router, ROUTER_CAP));
    Ok(findings)
}

fn cap(package: &str, tree: &[String], most: usize) -> Option<Finding> {
    let count = tree.len();
    let why = format!(
        "pulls in {count} packages, the cap is {most}; `cargo tree -e normal -p {package}` shows them"
    );
    (count > most).then(|| finding(package, &why))
}

fn outside(package: &str, tree: &[String]) -> Vec<Finding> {
    let names = tree.iter().filter_map(|entry| entry.split_whitespace().next());
    let banned = names.filter(|name| OUTSIDE_CRATES.contains(&name.replace('-', "_").as_str()));
    banned.map(|name| finding(package, &format!("pulls in `{name}`: the core is pure"))).collect()
}

fn finding(package: &str, why: &str) -> Finding {
    let folder = package.strip_prefix("booking-examples").map_or(package, |_| "examples");
    Finding {
        path: format!("{folder}/Cargo.toml"),
        line: 1,
        rule: "dependencies",
        why: format!("`{package}` {why}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, dependencies: &[&str]) -> Member {
        let dependencies = dependencies.iter().map(|name| (*name).to_owned()).collect();
        Member { name: name.to_owned(), programs: Vec::new(), dependencies }
    }

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|index| format!("crate-{index} v1.0.0")).collect()
    }

    #[test]
    fn arrows_point_inwards() {
        let inwards =
            [member("booking-core", &["chrono"]), member("booking-http", &["booking-core", "axum"])];
        assert!(arrows(&inwards).is_empty());
        let outwards = [member("booking-core", &["booking-http"]), member("booking-http", &[])];
        let found: Vec<String> = arrows(&outwards).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "booking-core/Cargo.toml:1: dependencies: `booking-core` must not depend on `booking-http`: arrows \
              point inwards"
            ]
        );
    }

    #[test]
    fn a_new_crate_needs_a_row() {
        assert_eq!(arrows(&[member("booking-new", &[])]).len(), 1);
    }

    #[test]
    fn the_cap_is_inclusive() {
        assert!(cap("booking-core", &names(3), 3).is_none());
        assert!(cap("booking-core", &names(4), 3).is_some());
    }

    #[test]
    fn a_runtime_in_the_tree_is_found() {
        let tree = |name: &str| vec![format!("{name} v1.0.0")];
        assert!(outside("booking-core", &tree("chrono")).is_empty());
        assert_eq!(outside("booking-core", &tree("tokio")).len(), 1);
        assert_eq!(outside("booking-core", &tree("tokio-postgres")).len(), 1);
    }
}
