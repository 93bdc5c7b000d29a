//! Identifiers: one type per kind, so that a booking's id cannot be passed where a resource's is meant.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Invalid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// A host's own ids convert: [`from_u64`](Self::from_u64) for row numbers, [`from_uuid`](Self::from_uuid)
        /// for UUIDs. Text and serde use the hyphenated UUID form.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// The id of a host's numbered row.
            pub const fn from_u64(number: u64) -> Self {
                Self(Uuid::from_u128(number as u128))
            }

            /// The id of a host's row that is keyed by UUID.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID inside.
            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// The row number, where the id was made by [`from_u64`](Self::from_u64).
            pub fn to_u64(self) -> Option<u64> {
                u64::try_from(self.0.as_u128()).ok()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self.to_u64() {
                    Some(number) => write!(f, concat!($word, "#{}"), number),
                    None => write!(f, concat!($word, "#{}"), self.0),
                }
            }
        }

        impl FromStr for $name {
            type Err = Invalid;
            fn from_str(text: &str) -> Result<Self, Invalid> {
                Uuid::try_parse(text)
                    .map(Self)
                    .map_err(|_| Invalid::new($word, text, "a UUID"))
            }
        }
    )*};
}

ids! {
    /// A business: the wall between one host customer's data and another's.
    TenantId = "tenant";
    /// Whatever is claimed: a person, a room, a machine.
    ResourceId = "resource";
    /// What a customer asks for.
    ServiceId = "service";
    /// A visit, held or booked.
    BookingId = "booking";
    /// Who asks.
    CustomerId = "customer";
    /// Bookings made together by one recurrence.
    SeriesId = "series";
    /// A place in the waitlist.
    EntryId = "entry";
    /// A session of a service with seats.
    SessionId = "session";
    /// A block: time off or imported busy time.
    BlockId = "block";
}

impl TenantId {
    /// For hosts that serve one business only.
    pub const SINGLE: Self = Self::from_u64(0);
}
