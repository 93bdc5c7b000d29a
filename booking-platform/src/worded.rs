//! Enumerations that are kept as text: one table for both directions.

/// Defines an enum whose values have a text each, for storage, serde and display.
macro_rules! worded {
    ($(#[$doc:meta])* $name:ident = $what:literal { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $text)] $variant,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The text it is kept as.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = booking_core::Invalid;
            fn from_str(text: &str) -> Result<Self, booking_core::Invalid> {
                let known = Self::ALL.iter().find(|one| one.as_str() == text);
                let expected = || [$($text),*].join(", ");
                known.copied().ok_or_else(|| booking_core::Invalid::new($what, text.escape_debug(), expected()))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

pub(crate) use worded;
