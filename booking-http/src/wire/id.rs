//! Ids on the wire: a prefix that says what it is, and the UUID in 32 hexadecimal digits. Clients treat them as opaque.

use std::fmt;

use booking_core::{
    BlockId, BookingId, CustomerId, EntryId, ResourceId, SeriesId, ServiceId, SessionId, TenantId,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// An id of the engine that has a form on the wire.
pub(crate) trait Prefixed: Copy {
    /// What comes before the underscore.
    const PREFIX: &'static str;
    /// What it identifies.
    const WORD: &'static str;
    /// From the UUID inside.
    fn from_uuid(uuid: Uuid) -> Self;
    /// The UUID inside.
    fn uuid(self) -> Uuid;
}

macro_rules! prefixed {
    ($($name:ident = $prefix:literal, $word:literal;)*) => {$(
        impl Prefixed for $name {
            const PREFIX: &'static str = $prefix;
            const WORD: &'static str = $word;
            fn from_uuid(uuid: Uuid) -> Self {
                $name::from_uuid(uuid)
            }
            fn uuid(self) -> Uuid {
                $name::uuid(self)
            }
        }
    )*};
}

prefixed! {
    BookingId = "bkg", "booking";
    ServiceId = "svc", "service";
    ResourceId = "res", "resource";
    CustomerId = "cus", "customer";
    SeriesId = "ser", "series";
    EntryId = "wle", "waitlist entry";
    SessionId = "ses", "session";
    BlockId = "blk", "block";
    TenantId = "ten", "tenant";
}

#[cfg(feature = "server")]
mod platform {
    use booking_platform::{
        GroupId, HolidayCalendarId, KeyId, LocationId, PolicyId, PriceListId, ScheduleId,
    };

    use super::{Prefixed, Uuid};

    prefixed! {
        GroupId = "grp", "group";
        HolidayCalendarId = "hol", "holiday calendar";
        KeyId = "key", "key";
        LocationId = "loc", "location";
        PolicyId = "pol", "policy";
        PriceListId = "prl", "price list";
        ScheduleId = "sch", "schedule";
    }
}

/// An id in JSON and in query strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WireId<T>(pub(crate) T);

impl<T: Prefixed> fmt::Display for WireId<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", T::PREFIX, self.0.uuid().simple())
    }
}

/// A booking's id on the wire.
pub(crate) type BookingRef = WireId<BookingId>;
/// A service's id on the wire.
pub(crate) type ServiceRef = WireId<ServiceId>;
/// A resource's id on the wire.
pub(crate) type ResourceRef = WireId<ResourceId>;
/// A customer's id on the wire.
pub(crate) type CustomerRef = WireId<CustomerId>;
/// A series' id on the wire.
pub(crate) type SeriesRef = WireId<SeriesId>;
/// A waitlist entry's id on the wire.
pub(crate) type EntryRef = WireId<EntryId>;
/// A session's id on the wire.
pub(crate) type SessionRef = WireId<SessionId>;

/// The id that a text is, if it is one: exactly as it was written out.
pub(crate) fn parse<T: Prefixed>(text: &str) -> Option<T> {
    let digits = text.strip_prefix(T::PREFIX)?.strip_prefix('_')?;
    let plain = digits.len() == 32 && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    plain.then(|| Uuid::try_parse(digits).ok().map(T::from_uuid))?
}

impl<T: Prefixed> Serialize for WireId<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, T: Prefixed> Deserialize<'de> for WireId<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        parse(&text).map(Self).ok_or_else(|| {
            let (word, prefix) = (T::WORD, T::PREFIX);
            serde::de::Error::custom(format_args!(
                "expected the id of a {word}, like {prefix}_ and 32 digits"
            ))
        })
    }
}

#[cfg(feature = "server")]
mod schema {
    use std::borrow::Cow;

    use utoipa::openapi::schema::{ObjectBuilder, Type};
    use utoipa::openapi::{RefOr, Schema};
    use utoipa::{PartialSchema, ToSchema};

    use super::{Prefixed, WireId};

    impl<T: Prefixed> PartialSchema for WireId<T> {
        fn schema() -> RefOr<Schema> {
            ObjectBuilder::new()
                .schema_type(Type::String)
                .pattern(Some(format!("^{}_[0-9a-f]{{32}}$", T::PREFIX)))
                .examples([format!("{}_0197c0de4b7a7c51a3f0000000000001", T::PREFIX)])
                .into()
        }
    }

    impl<T: Prefixed> ToSchema for WireId<T> {
        fn name() -> Cow<'static, str> {
            let mut letters = T::WORD.split(' ').map(|word| word[..1].to_uppercase() + &word[1..]);
            let mut name: String = letters.by_ref().collect();
            name.push_str("Id");
            Cow::Owned(name)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_comes_back_as_it_went_out() {
        let id = BookingId::from_u64(42);
        let text = WireId(id).to_string();
        assert_eq!(text, "bkg_0000000000000000000000000000002a");
        assert_eq!(parse::<BookingId>(&text), Some(id));
    }

    #[test]
    fn what_looks_like_an_id_is_none() {
        for text in [
            "",
            "bkg_",
            "svc_0000000000000000000000000000002a",
            "bkg_0000000000000000000000000000002A",
            "bkg_00000000-0000-0000-0000-00000000002a",
            "bkg_0000000000000000000000000000002a ",
            "0000000000000000000000000000002a",
        ] {
            assert_eq!(parse::<BookingId>(text), None, "{text}");
        }
    }
}
