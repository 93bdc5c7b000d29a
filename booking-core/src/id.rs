//! Identifiers: one type per kind, so that a booking's id cannot be passed where a resource's is meant.

/// Defines id types: for the crates of this workspace that add kinds of their own. They need `serde` and `uuid`.
#[doc(hidden)]
#[macro_export]
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// A host's own ids convert: [`from_u64`](Self::from_u64) for row numbers, [`from_uuid`](Self::from_uuid)
        /// for UUIDs. Text and serde use the hyphenated UUID form.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(uuid::Uuid);

        impl $name {
            /// The id of a host's numbered row.
            pub const fn from_u64(number: u64) -> Self {
                Self(uuid::Uuid::from_u128(number as u128))
            }

            /// The id of a host's row that is keyed by UUID.
            pub const fn from_uuid(uuid: uuid::Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID inside.
            pub const fn uuid(self) -> uuid::Uuid {
                self.0
            }

            /// The row number, where the id was made by [`from_u64`](Self::from_u64).
            pub fn to_u64(self) -> Option<u64> {
                u64::try_from(self.0.as_u128()).ok()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self.to_u64() {
                    Some(number) => write!(f, concat!($word, "#{}"), number),
                    None => write!(f, concat!($word, "#{}"), self.0),
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::Invalid;
            fn from_str(text: &str) -> Result<Self, $crate::Invalid> {
                uuid::Uuid::try_parse(text)
                    .map(Self)
                    .map_err(|_| $crate::Invalid::new($word, text, "a UUID"))
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
