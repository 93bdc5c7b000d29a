//! Texts that people type: each kind has a length and says which characters it may hold.

use booking_core::Invalid;

/// Defines a validated text. `$check` says whether a text is right, `$expected` what would be.
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident = $field:literal, $check:expr, $expected:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks the text; blanks around it are cut.
            pub fn new(text: &str) -> Result<Self, Invalid> {
                let text = text.trim();
                let check: fn(&str) -> bool = $check;
                if check(text) {
                    return Ok(Self(text.to_owned()));
                }
                Err(Invalid::new($field, text.escape_debug(), $expected))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = Invalid;
            fn from_str(text: &str) -> Result<Self, Invalid> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = Invalid;
            fn try_from(text: String) -> Result<Self, Invalid> {
                Self::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

texts! {
    /// What something is called: 1 to 200 characters, no control characters.
    Name = "name", |text| one_line(text, 200), "1 to 200 characters without control characters";
    /// A description or a note: 1 to 4,000 characters, line breaks and tabs allowed.
    Text = "text", |text| {
        let plain = |c: char| !c.is_control() || c == '\n' || c == '\t';
        between(text, 4_000) && text.chars().all(plain)
    }, "1 to 4000 characters without control characters other than line breaks and tabs";
    /// An e-mail address: one `@`, something on both sides, no blanks, at most 254 bytes. Whether mail arrives there
    /// only sending tells.
    Email = "email", |text| {
        let parts = text.split_once('@').filter(|(user, host)| !user.is_empty() && !host.is_empty());
        let plain = |c: char| !c.is_control() && !c.is_whitespace() && !"<>(),;:\"[]\\".contains(c);
        text.len() <= 254 && text.chars().all(plain) && parts.is_some_and(|(_, host)| !host.contains('@'))
    }, "an address such as ann@example.com, at most 254 bytes";
    /// A telephone number: 3 to 20 digits, with a leading `+`, blanks, points, dashes, slashes and brackets as people
    /// write them, at most 40 characters.
    Phone = "phone", |text| {
        let written = |(at, c): (usize, char)| c.is_ascii_digit() || " .-/()".contains(c) || (at == 0 && c == '+');
        let digits = text.chars().filter(char::is_ascii_digit).count();
        between(text, 40) && text.char_indices().all(written) && (3..=20).contains(&digits)
    }, "3 to 20 digits, written with blanks, points, dashes, slashes, brackets and a leading +";
    /// A language tag such as `de` or `pt-BR`: letters, digits and dashes, 2 to 35 of them.
    Language = "language", |text| {
        let plain = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
        (2..=35).contains(&text.len()) && text.split('-').all(plain)
    }, "a language tag such as de or pt-BR";
    /// What someone looks for: 1 to 200 characters, no control characters, at most 8 words.
    SearchText = "search", |text| {
        one_line(text, 200) && (1..=8).contains(&words(text).count())
    }, "1 to 8 words, at most 200 characters";
}

fn between(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.chars().count())
}

fn one_line(text: &str, most: usize) -> bool {
    between(text, most) && !text.chars().any(char::is_control)
}

impl SearchText {
    /// The words that are looked for: runs of letters and digits, in lower case.
    pub fn words(&self) -> impl Iterator<Item = String> + '_ {
        words(self.as_str())
    }
}

/// The words of a text as search compares them: runs of letters and digits, in lower case.
pub(crate) fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

/// Whether a word begins with what is looked for.
pub(crate) fn begins(asked: &str, word: &str) -> bool {
    word.starts_with(asked)
}

/// Whether a word begins with what is looked for, or may be it, mistyped.
pub(crate) fn begins_or_resembles(asked: &str, word: &str) -> bool {
    begins(asked, word) || resembles(asked, word)
}

/// How many of the words that are looked for are among these words; none where one of them fits no word.
pub(crate) fn score(words: &[String], asked: &[String], fits: impl Fn(&str, &str) -> bool) -> Option<usize> {
    let all = asked.iter().all(|asked| words.iter().any(|word| fits(asked, word)));
    all.then(|| asked.iter().filter(|word| words.contains(word)).count())
}

/// Whether a word that is looked for may be this one, mistyped: from four letters on, with the same first letter, and
/// otherwise one letter more, less or other, or two swapped.
fn resembles(asked: &str, word: &str) -> bool {
    let (asked, word): (Vec<char>, Vec<char>) = (asked.chars().collect(), word.chars().collect());
    if asked.len() < 4 || asked.first() != word.first() {
        return false;
    }
    let begun = asked.iter().zip(&word).take_while(|(a, b)| a == b).count();
    let (asked, word) = (&asked[begun..], &word[begun..]);
    let ended = asked.iter().rev().zip(word.iter().rev()).take_while(|(a, b)| a == b).count();
    match (&asked[..asked.len() - ended], &word[..word.len() - ended]) {
        ([] | [_], [] | [_]) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_and_checked() {
        assert_eq!(Name::new("  Ann Lee ").unwrap().as_str(), "Ann Lee");
        for bad in ["", "   ", "a\nb", "a\u{0}b", &"x".repeat(201)] {
            assert_eq!(Name::new(bad).unwrap_err().field(), "name", "{bad:?}");
        }
        assert!(Text::new("two\nlines").is_ok());
        assert!(Text::new("a\u{1b}[0m").is_err());
    }

    #[test]
    fn addresses_are_checked_for_shape() {
        for good in ["ann@example.com", "a.b+c@x", "jürgen@exämple.de"] {
            assert!(Email::new(good).is_ok(), "{good}");
        }
        for bad in ["ann", "@x", "ann@", "a@b@c", "a b@c", "a@b\r\nBcc: x@y", "<a@b>"] {
            assert!(Email::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn numbers_and_languages_are_checked_for_shape() {
        for good in ["+49 (30) 901820", "112", "030/901-820"] {
            assert!(Phone::new(good).is_ok(), "{good}");
        }
        for bad in ["12", "12+34567", "call me", "+"] {
            assert!(Phone::new(bad).is_err(), "{bad}");
        }
        assert!(Language::new("pt-BR").is_ok());
        for bad in ["d", "de_DE", "de--x", "toolongpart-x"] {
            assert!(Language::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_search_has_words() {
        assert!(SearchText::new("an lee").is_ok());
        assert!(SearchText::new("...").is_err());
        assert!(SearchText::new("1 2 3 4 5 6 7 8 9").is_err());
    }

    #[test]
    fn a_mistyped_word_is_known() {
        for word in ["müller", "mülle", "müllers", "müxller", "müler", "mülelr", "mxller", "mulller"] {
            assert_eq!(resembles("müller", word), word != "mulller", "{word}");
        }
        assert!(!resembles("müller", "üller") && !resembles("müller", "ümller"), "the first letter stays");
        assert!(!resembles("ann", "anm"), "short words are like too many");
    }

    #[test]
    fn reading_checks_as_well() {
        assert!(serde_json::from_str::<Name>("\"Ann\"").is_ok());
        assert!(serde_json::from_str::<Name>("\"\"").is_err());
    }
}
