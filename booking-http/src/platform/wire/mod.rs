//! The catalogue on the wire. Field names are those of the engine, so that its errors point at the right place.

pub(crate) mod hours;
pub(crate) mod policy;
pub(crate) mod prices;
pub(crate) mod resource;
pub(crate) mod service;
pub(crate) mod shared;

/// Defines an enum of the wire and its two directions from and to the engine's.
macro_rules! mirrored {
    ($(#[$doc:meta])* $name:ident = $core:path { $($(#[$vdoc:meta])* $variant:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum $name {
            $($(#[$vdoc])* $variant,)*
        }

        impl From<$name> for $core {
            fn from(value: $name) -> Self {
                match value { $($name::$variant => Self::$variant),* }
            }
        }

        impl From<$core> for $name {
            fn from(value: $core) -> Self {
                match value { $(<$core>::$variant => Self::$variant),* }
            }
        }
    };
}

pub(crate) use mirrored;
