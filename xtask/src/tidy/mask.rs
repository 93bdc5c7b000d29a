//! Rust source with comments and the insides of literals blanked, so that rules see code only.

/// The same text, byte for byte as long, where comments and the contents of strings and characters are blanks.
pub(super) fn mask(text: &str) -> String {
    let mut mask = Mask { bytes: text.as_bytes(), out: text.as_bytes().to_vec(), at: 0 };
    while mask.at < mask.bytes.len() {
        mask.step();
    }
    // Only whole literals and comments are blanked, and their borders are ASCII.
    String::from_utf8(mask.out).unwrap_or_default()
}

struct Mask<'a> {
    bytes: &'a [u8],
    out: Vec<u8>,
    at: usize,
}

impl Mask<'_> {
    fn step(&mut self) {
        match self.bytes[self.at] {
            b'/' if self.peek(1) == b'/' => self.line_comment(),
            b'/' if self.peek(1) == b'*' => self.block_comment(),
            b'"' => self.string(),
            b'\'' => self.quote(),
            byte if word(byte) => self.word(),
            _ => self.at += 1,
        }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn blank(&mut self, until: usize) {
        let until = until.min(self.bytes.len());
        for byte in &mut self.out[self.at..until] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        self.at = until;
    }

    fn line_comment(&mut self) {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        self.blank(self.at + length);
    }

    fn block_comment(&mut self) {
        let (mut depth, mut end) = (0_usize, self.at);
        while end < self.bytes.len() {
            match self.bytes.get(end..end + 2) {
                Some(b"/*") => (depth, end) = (depth + 1, end + 2),
                Some(b"*/") => (depth, end) = (depth - 1, end + 2),
                _ => end += 1,
            }
            if depth == 0 {
                break;
            }
        }
        self.blank(end);
    }

    fn string(&mut self) {
        self.at += 1;
        let mut end = self.at;
        while end < self.bytes.len() && self.bytes[end] != b'"' {
            end += if self.bytes[end] == b'\\' { 2 } else { 1 };
        }
        self.blank(end);
        self.at += 1;
    }

    /// A character literal or a lifetime.
    fn quote(&mut self) {
        self.at += 1;
        let length = if self.peek(0) == b'\\' {
            let rest = self.bytes.get(self.at + 2..).unwrap_or_default();
            rest.iter().position(|byte| *byte == b'\'').map(|found| found + 2)
        } else {
            let width = char_width(self.peek(0));
            (self.peek(width) == b'\'').then_some(width)
        };
        if let Some(length) = length {
            self.blank(self.at + length);
            self.at += 1;
        }
    }

    /// An identifier, number or keyword; the prefix of a raw string opens one.
    fn word(&mut self) {
        let start = self.at;
        while word(self.peek(0)) {
            self.at += 1;
        }
        if !matches!(&self.bytes[start..self.at], b"r" | b"br" | b"cr") {
            return;
        }
        let mut hashes = 0;
        while self.peek(hashes) == b'#' {
            hashes += 1;
        }
        if self.peek(hashes) != b'"' {
            return;
        }
        self.at += hashes + 1;
        let close: Vec<u8> = std::iter::once(b'"').chain(std::iter::repeat_n(b'#', hashes)).collect();
        let rest = &self.bytes[self.at..];
        let length = rest.windows(close.len()).position(|window| window == close).unwrap_or(rest.len());
        self.blank(self.at + length);
        self.at += close.len();
    }
}

/// Whether a byte belongs to an identifier (every non-ASCII byte is taken as one).
pub(super) fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn char_width(first: u8) -> usize {
    match first {
        0..0x80 => 1,
        0x80..0xE0 => 2,
        0xE0..0xF0 => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expected: &str) {
        assert_eq!(mask(input), expected);
        assert_eq!(mask(input).len(), input.len());
    }

    #[test]
    fn comments_are_blanked_and_lines_kept() {
        check("a // b\nc", "a     \nc");
        check("a /* b /* c */ d */ e", "a                   e");
        check("/* never closed", "               ");
    }

    #[test]
    fn literals_keep_their_quotes() {
        check(r#"f("a\"b") + g"#, r#"f("    ") + g"#);
        check("r#\"a\"b\"# x", "r#\"   \"# x");
        check("b\"ab\" r\"c\" br##\"d\"#\"##", "b\"  \" r\" \" br##\"   \"##");
        check("'a' '\\'' '\\u{1F600}' 'é'", "' ' '  ' '         ' '  '");
        check("\"never closed", "\"            ");
    }

    #[test]
    fn lifetimes_and_raw_identifiers_are_code() {
        check("&'a str, 'outer: loop", "&'a str, 'outer: loop");
        check("r#type = 1", "r#type = 1");
    }
}
