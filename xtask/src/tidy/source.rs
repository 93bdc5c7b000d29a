//! A Rust file as the rules see it: code without comments, which parts are tests, and the paths it names.

use std::ops::Range;

use super::mask::{mask, word};

/// One Rust file.
pub(crate) struct Source {
    /// Relative to the repository, with `/`.
    pub(crate) path: String,
    /// As written.
    pub(crate) text: String,
    /// As written, without comments and the contents of literals; offsets are those of `text`.
    pub(crate) code: String,
    test_file: bool,
    tests: Vec<Range<usize>>,
    test_modules: Vec<String>,
}

/// A path such as `std::fs::read`, written out also where `use` groups it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// Where its last segment starts.
    pub(crate) at: usize,
    /// Its segments, joined by `::`.
    pub(crate) path: String,
}

impl Source {
    /// Reads a file's text; its path says whether all of it is a test.
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let code = mask(text);
        let (tests, test_modules) = test_items(&code);
        let test_file = path.split('/').any(|part| {
            let stem = part.trim_end_matches(".rs");
            matches!(stem, "tests" | "benches") || stem.ends_with("_tests")
        });
        Self { path: path.to_owned(), text: text.to_owned(), code, test_file, tests, test_modules }
    }

    /// Marks the files that a `#[cfg(test)] mod name;` elsewhere makes part of the tests.
    pub(crate) fn mark_test_modules(sources: &mut [Self]) {
        let named: Vec<String> = sources.iter().flat_map(Self::test_module_paths).collect();
        for source in sources {
            let stem = source.path.trim_end_matches(".rs");
            source.test_file |=
                named.iter().any(|module| stem == module || stem.starts_with(&format!("{module}/")));
        }
    }

    /// The line of an offset, from 1.
    pub(crate) fn line(&self, at: usize) -> usize {
        self.code.get(..at).unwrap_or(&self.code).matches('\n').count() + 1
    }

    /// Whether the code at this offset is only compiled for tests.
    pub(crate) fn is_test(&self, at: usize) -> bool {
        self.test_file || self.tests.iter().any(|range| range.contains(&at))
    }

    /// Every identifier, keyword and number with its offset.
    pub(crate) fn words(&self) -> impl Iterator<Item = (usize, &str)> {
        words(&self.code)
    }

    /// Every path in the code, groups written out: `use std::{env, fs}` gives `std::env` and `std::fs`.
    pub(crate) fn paths(&self) -> Vec<Named> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < self.code.len() {
            at = match self.code.as_bytes()[at] {
                byte if word(byte) => read_path(&self.code, at, "", &mut found),
                _ => at + 1,
            };
        }
        found
    }

    fn test_module_paths(&self) -> Vec<String> {
        let stem = self.path.trim_end_matches(".rs");
        let (folder, name) = stem.rsplit_once('/').unwrap_or(("", stem));
        let base = if matches!(name, "lib" | "main" | "mod") { folder } else { stem };
        self.test_modules.iter().map(|module| format!("{base}/{module}")).collect()
    }
}

fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + code.as_bytes()[at..].iter().position(|byte| word(*byte))?;
        let end = word_end(code, start);
        at = end;
        Some((start, &code[start..end]))
    })
}

fn word_end(code: &str, start: usize) -> usize {
    let rest = &code.as_bytes()[start..];
    start + rest.iter().position(|byte| !word(*byte)).unwrap_or(rest.len())
}

/// Reads one path and returns where it ended; `prefix` is what a surrounding group adds in front.
fn read_path(code: &str, start: usize, prefix: &str, found: &mut Vec<Named>) -> usize {
    let mut path = prefix.to_owned();
    let mut at = start;
    loop {
        let end = word_end(code, at);
        path.push_str(&code[at..end]);
        let Some(rest) = code[end..].strip_prefix("::") else {
            found.push(Named { at, path });
            return end;
        };
        let next = end + 2;
        match rest.as_bytes().first() {
            Some(b'{') => return read_group(code, next + 1, &format!("{path}::"), found),
            Some(byte) if word(*byte) => path.push_str("::"),
            _ => {
                found.push(Named { at, path });
                return next;
            }
        }
        at = next;
    }
}

/// Reads the members of a `{a, b::c}` group from after its brace.
fn read_group(code: &str, start: usize, prefix: &str, found: &mut Vec<Named>) -> usize {
    let mut at = start;
    let mut renamed = false;
    while at < code.len() {
        at = match code.as_bytes()[at] {
            b'}' => return at + 1,
            b',' => {
                renamed = false;
                at + 1
            }
            byte if word(byte) && (renamed || code[at..].starts_with("as ")) => {
                renamed = true;
                word_end(code, at)
            }
            byte if word(byte) => read_path(code, at, prefix, found),
            _ => at + 1,
        };
    }
    at
}

/// The ranges of items under `#[cfg(test)]`, and the names of such modules that live in their own file.
fn test_items(code: &str) -> (Vec<Range<usize>>, Vec<String>) {
    let (mut ranges, mut modules) = (Vec::new(), Vec::new());
    for (start, _) in code.match_indices("#[cfg(") {
        let attribute_end = closing(code, start + 1);
        let attribute = &code[start..attribute_end];
        let cfg: Vec<&str> = words(attribute).map(|(_, word)| word).collect();
        if !cfg.contains(&"test") || cfg.contains(&"not") || cfg.contains(&"any") {
            continue;
        }
        let end = item_end(code, attribute_end);
        if code[..end].ends_with(';') {
            let item: Vec<&str> = words(&code[attribute_end..end]).map(|(_, word)| word).collect();
            modules.extend(item.windows(2).filter(|pair| pair[0] == "mod").map(|pair| pair[1].to_owned()));
        }
        ranges.push(start..end);
    }
    (ranges, modules)
}

/// After the item that starts here: its closing brace, or its semicolon if it has no body.
pub(super) fn item_end(code: &str, start: usize) -> usize {
    let mut at = start;
    while at < code.len() {
        match code.as_bytes()[at] {
            b'{' => return closing(code, at),
            b';' => return at + 1,
            b'(' | b'[' => at = closing(code, at),
            _ => at += 1,
        }
    }
    code.len()
}

/// After the bracket that closes the one at `open`.
pub(super) fn closing(code: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (offset, byte) in code.as_bytes()[open..].iter().enumerate() {
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return open + offset + 1;
                }
            }
            _ => {}
        }
    }
    code.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        Source::new("a/src/b.rs", text).paths().into_iter().map(|named| named.path).collect()
    }

    #[test]
    fn groups_are_written_out() {
        let expected = ["use", "std::env", "std::fs::read", "std::io::self", "std::net", "x"];
        assert_eq!(paths("use std::{env, fs::read, io::{self}, net as n}; x"), expected);
        assert_eq!(paths("crate::a::B::<C>::d()"), ["crate::a::B", "C", "d"]);
    }

    #[test]
    fn test_modules_are_told_from_code() {
        let text = "fn a() {}\n#[cfg(test)]\n#[expect(x)]\nmod tests {\n    fn b() {}\n}\nfn c() {}\n";
        let source = Source::new("a/src/b.rs", text);
        let tests: Vec<bool> = ["fn a", "fn b", "fn c"]
            .iter()
            .map(|item| text.find(item).is_some_and(|at| source.is_test(at)))
            .collect();
        assert_eq!(tests, [false, true, false]);
    }

    #[test]
    fn cfg_any_and_cfg_not_are_code() {
        let any = "#[cfg(any(test, feature = \"conformance\"))]\nmod a { }";
        assert!(!Source::new("a/src/b.rs", any).is_test(any.len() - 2));
        let not = "#[cfg(not(test))]\nmod a { }";
        assert!(!Source::new("a/src/b.rs", not).is_test(not.len() - 2));
    }

    #[test]
    fn a_test_module_in_its_own_file_is_a_test() {
        let mut sources = [
            Source::new("a/src/slot.rs", "#[cfg(test)]\nmod laws;\n"),
            Source::new("a/src/slot/laws.rs", "fn a() {}"),
            Source::new("a/src/slot/grid.rs", "fn a() {}"),
        ];
        Source::mark_test_modules(&mut sources);
        assert_eq!([sources[1].is_test(0), sources[2].is_test(0)], [true, false]);
        assert!(Source::new("a/tests/b.rs", "").is_test(0));
    }

    #[test]
    fn lines_count_from_one() {
        assert_eq!(Source::new("a.rs", "a\nb\nc").line(4), 3);
    }
}
