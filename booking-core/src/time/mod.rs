//! Zones and wall-clock time: which instant a local time means, in every zone, around every clock change.
//!
//! [`Zones`] is the one provider of zone data. [`Zone`] is one zone's table of offsets from 1969 to the end of 2100.
//! [`civil`] counts dates. The rest of this page is the contract, with examples.
#![doc = include_str!("../../docs/time.md")]

mod bundle;
pub mod civil;
mod id;
mod local;
mod posix;
mod tzif;
mod zone;
mod zones;

pub use id::ZoneId;
pub use local::{Cursor, Local};
pub use zone::{Transition, Zone};
pub use zones::Zones;
