//! Words that are not used, code that is not finished and tests that are not honest.

use super::Finding;
use super::source::{Source, closing};

/// Synonyms, and the word of docs/vocabulary.md to use instead.
const SYNONYMS: &[(&str, &str)] = &[("appointment", "booking"), ("reservation", "booking, hold or claim")];

const UNFINISHED: &[&str] = &["todo!", "unimplemented!", "dbg!"];

/// One word per idea: identifiers do not use glossary synonyms.
pub(super) fn words(source: &Source) -> Vec<Finding> {
    let found = source.words().filter_map(|(at, word)| {
        let lower = word.to_lowercase();
        let (synonym, instead) = SYNONYMS.iter().find(|(synonym, _)| lower.contains(synonym))?;
        Some((at, format!("`{word}`: `{synonym}` is a glossary synonym only; the word is {instead}")))
    });
    found.map(|(at, why)| Finding::new(source, at, "words", why)).collect()
}

/// What is merged is finished.
pub(super) fn unfinished(source: &Source) -> Vec<Finding> {
    let calls = source.words().filter_map(|(at, word)| {
        let call = source.code.get(at..=at + word.len())?;
        UNFINISHED.contains(&call).then_some((at, call))
    });
    calls
        .map(|(at, call)| Finding::new(source, at, "unfinished", format!("`{call}` is for drafts only")))
        .collect()
}

/// Libraries and programs do not panic on `unwrap`; where failing is impossible, `expect` says why.
pub(super) fn unwrap(source: &Source) -> Vec<Finding> {
    let calls = source.code.match_indices(".unwrap()").map(|(at, _)| at);
    let code = calls.filter(|at| !source.is_test(*at));
    let why = "`.unwrap()`: return an error, or `expect` with the reason why it cannot fail";
    code.map(|at| Finding::new(source, at, "unwrap", why)).collect()
}

/// No test is ignored and none sleeps.
pub(super) fn tests(source: &Source) -> Vec<Finding> {
    let mut findings: Vec<Finding> = ignored(source).collect();
    let sleeps = source.paths().into_iter().filter(|named| {
        source.is_test(named.at)
            && (named.path.ends_with("thread::sleep") || named.path.ends_with("time::sleep"))
    });
    let why = "a sleeping test is slow and proves nothing; take a `ManualClock`";
    findings.extend(sleeps.map(|named| Finding::new(source, named.at, "sleep", why)));
    findings
}

fn ignored(source: &Source) -> impl Iterator<Item = Finding> {
    let why = "an ignored test proves nothing; run it or delete it";
    let attributes = source.code.match_indices("#[").filter(|(at, _)| {
        let attribute = &source.code[*at + 2..closing(&source.code, *at + 1)];
        attribute.starts_with("ignore") || (attribute.starts_with("cfg_attr") && attribute.contains("ignore"))
    });
    let attributes = attributes.map(move |(at, _)| Finding::new(source, at, "ignored-test", why));
    let lines = source.text.lines().enumerate().filter(|(_, line)| {
        let comment = line.trim_start();
        let doc = comment.strip_prefix("///").or_else(|| comment.strip_prefix("//!"));
        doc.is_some_and(|doc| doc.trim_start().starts_with("```ignore"))
    });
    attributes.chain(lines.map(move |(index, _)| Finding {
        path: source.path.clone(),
        line: index + 1,
        rule: "ignored-test",
        why: why.to_owned(),
    }))
}

/// Each exception from a lint says why, so that it can be ended.
pub(super) fn reasons(source: &Source) -> Vec<Finding> {
    let attributes = source.code.match_indices('#').filter_map(|(at, _)| {
        let open = at + 1 + usize::from(source.code[at + 1..].starts_with('!'));
        source.code[open..]
            .starts_with('[')
            .then(|| (at, &source.code[open + 1..closing(&source.code, open)]))
    });
    let bare = attributes.filter(|(_, attribute)| {
        (attribute.starts_with("allow(") || attribute.starts_with("expect("))
            && !attribute.contains("reason =")
    });
    let why = "a lint exception needs `reason = \"...\"`";
    bare.map(|(at, _)| Finding::new(source, at, "lint-reason", why)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::told;
    use super::*;

    const FILE: &str = "a/src/b.rs";

    #[test]
    fn synonyms_are_not_identifiers() {
        assert!(
            told(words, FILE, "// an appointment\nlet booking = \"reservation\"; v.reserve(1);").is_empty()
        );
        let found = told(words, FILE, "\nstruct NextAppointment;");
        assert_eq!(
            found,
            [
                "a/src/b.rs:2: words: `NextAppointment`: `appointment` is a glossary synonym only; the word is booking"
            ]
        );
    }

    #[test]
    fn drafts_are_not_merged() {
        assert!(told(unfinished, FILE, "// todo!\nlet todo = 1; if todo != 2 {}").is_empty());
        assert_eq!(told(unfinished, FILE, "todo!(); std::dbg!(1); unimplemented!()").len(), 3);
    }

    #[test]
    fn libraries_do_not_unwrap() {
        assert!(
            told(unwrap, FILE, "a.unwrap_or(1); #[cfg(test)] mod tests { fn b() { a.unwrap(); } }")
                .is_empty()
        );
        assert!(told(unwrap, "a/tests/b.rs", "a.unwrap();").is_empty());
        assert_eq!(told(unwrap, FILE, "a\n    .unwrap();").len(), 1);
    }

    #[test]
    fn tests_are_neither_ignored_nor_asleep() {
        assert!(told(tests, FILE, "#[test]\nfn a() { sleep_policy(); }").is_empty());
        assert_eq!(told(tests, FILE, "#[test]\n#[ignore = \"slow\"]\nfn a() {}").len(), 1);
        assert_eq!(told(tests, FILE, "/// ```ignore\n/// ```\nfn a() {}").len(), 1);
        let sleep = "fn a() { std::thread::sleep(ONE); }";
        assert_eq!(told(tests, "a/tests/b.rs", sleep).len(), 1);
        assert!(told(tests, FILE, sleep).is_empty());
    }

    #[test]
    fn exceptions_are_explained() {
        assert!(told(reasons, FILE, "#[expect(dead_code, reason = \"drawn later\")]\nfn a() {}").is_empty());
        assert_eq!(told(reasons, FILE, "#[allow(dead_code)]\nfn a() {}").len(), 1);
        assert_eq!(told(reasons, FILE, "#![expect(missing_docs)]").len(), 1);
    }
}
