//! How long things may get.

use super::Finding;
use super::mask::word;
use super::source::{Source, item_end};

const FILE_LIMIT: usize = 600;
const FILE_NOTE: usize = 400;
const FUNCTION_LIMIT: usize = 70;

/// No file over 600 lines.
pub(super) fn files(source: &Source) -> Vec<Finding> {
    let lines = source.text.lines().count();
    if lines <= FILE_LIMIT {
        return Vec::new();
    }
    let why = format!("{lines} lines, the limit is {FILE_LIMIT}; split it by idea");
    vec![Finding { path: source.path.clone(), line: lines, rule: "file-length", why }]
}

/// Files that are about to be too long.
pub(super) fn long_files(sources: &[Source]) -> Vec<String> {
    let lengths = sources.iter().map(|source| (source, source.text.lines().count()));
    let long = lengths.filter(|(_, lines)| *lines > FILE_NOTE);
    long.map(|(source, lines)| format!("{} has {lines} lines; {FILE_NOTE} is long", source.path)).collect()
}

/// No function over 70 lines, from `fn` to its closing brace.
pub(super) fn functions(source: &Source) -> Vec<Finding> {
    let starts = source.words().filter(|(_, text)| *text == "fn").map(|(at, _)| at);
    starts.filter_map(|at| long_function(source, at)).collect()
}

fn long_function(source: &Source, at: usize) -> Option<Finding> {
    let name_at = at + "fn ".len();
    let name = source.code.get(name_at..)?;
    let named = name.as_bytes().first().is_some_and(|byte| word(*byte) || *byte == b'$');
    let end = item_end(&source.code, at);
    let lines = source.line(end.saturating_sub(1)) + 1 - source.line(at);
    if !named || lines <= FUNCTION_LIMIT {
        return None;
    }
    let name = name.split(['(', '<']).next().unwrap_or(name);
    let why = format!("`{name}` has {lines} lines, the limit is {FUNCTION_LIMIT}");
    Some(Finding::new(source, at, "function-length", why))
}

#[cfg(test)]
mod tests {
    use super::super::told;
    use super::*;

    #[test]
    fn a_file_ends_at_six_hundred_lines() {
        assert!(told(files, "a/src/b.rs", &"\n".repeat(600)).is_empty());
        let found = told(files, "a/src/b.rs", &"\n".repeat(601));
        assert_eq!(found, ["a/src/b.rs:601: file-length: 601 lines, the limit is 600; split it by idea"]);
    }

    #[test]
    fn long_files_are_noted_before_they_fail() {
        let file = |lines| [Source::new("a/src/b.rs", &"\n".repeat(lines))];
        assert!(long_files(&file(400)).is_empty());
        assert_eq!(long_files(&file(401)).len(), 1);
    }

    #[test]
    fn a_function_ends_at_seventy_lines() {
        let function =
            |lines: usize| format!("\nfn a(x: [u8; 2]) {{{}}}\nfn b() {{}}", "\n".repeat(lines - 1));
        assert!(told(functions, "a/src/b.rs", &function(70)).is_empty());
        let found = told(functions, "a/src/b.rs", &function(71));
        assert_eq!(found, ["a/src/b.rs:2: function-length: `a` has 71 lines, the limit is 70"]);
    }

    #[test]
    fn declarations_and_pointers_have_no_length() {
        let text =
            format!("trait A {{ fn a(&self);{}}} type F = fn(u8);{}", "\n".repeat(99), "\n".repeat(99));
        assert!(told(functions, "a/src/b.rs", &text).is_empty());
    }
}
