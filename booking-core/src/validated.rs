//! The pattern behind every validated type: a plain `…Spec` with public fields, and a wrapper that only holds valid
//! ones. Reading goes through `Deref`; there is no way to change a value except by taking the spec out and validating
//! it again. Serde passes through the same validation.

/// Wraps `$spec` (whose name is repeated as text, for serde) as `$name`; `$spec` must have `fn validate(&mut self) -> Result<(), Invalid>`, which may normalise.
#[doc(hidden)]
#[macro_export]
macro_rules! validated {
    ($(#[$doc:meta])* $name:ident($spec:ident = $text:literal)) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = $text, into = $text)]
        pub struct $name($spec);

        impl $name {
            /// Checks every field; the error names the first that is wrong.
            pub fn new(mut spec: $spec) -> Result<Self, $crate::Invalid> {
                spec.validate()?;
                Ok(Self(spec))
            }

            /// Takes the plain values out, to change them and validate again.
            pub fn into_spec(self) -> $spec {
                self.0
            }
        }

        impl std::ops::Deref for $name {
            type Target = $spec;
            fn deref(&self) -> &$spec {
                &self.0
            }
        }

        impl TryFrom<$spec> for $name {
            type Error = $crate::Invalid;
            fn try_from(spec: $spec) -> Result<Self, $crate::Invalid> {
                Self::new(spec)
            }
        }

        impl From<$name> for $spec {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    };
}

pub(crate) use validated;
