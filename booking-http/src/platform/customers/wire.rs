//! Customers on the wire.

use booking_core::Invalid;
use booking_platform::{
    Consent, Customer, CustomerState, Email, Language, Name, Phone, Profile, ProfileSpec, Text,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::platform::wire::shared::named;
use crate::wire::id::{CustomerRef, WireId};
use crate::wire::time::Moment;

/// What is known of a customer: at least a name, an address or a number.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileWire {
    /// What they are called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Where to write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// Where to call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    /// In which language: `de`, `pt-BR`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    /// The group that price tiers name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    /// The business's own number for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    /// What staff should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    notes: Option<String>,
}

/// Reads a text, under the name of its field.
pub(super) fn text<T>(
    field: &'static str,
    text: Option<&String>,
    read: impl Fn(&str) -> Result<T, Invalid>,
) -> Result<Option<T>, Invalid> {
    text.map(|text| read(text)).transpose().map_err(|invalid| named(field, &invalid))
}

impl ProfileWire {
    pub(super) fn read(&self) -> Result<Profile, Invalid> {
        Profile::new(ProfileSpec {
            name: text("name", self.name.as_ref(), Name::new)?,
            email: text("email", self.email.as_ref(), Email::new)?,
            phone: text("phone", self.phone.as_ref(), Phone::new)?,
            language: text("language", self.language.as_ref(), Language::new)?,
            group: text("group", self.group.as_ref(), Name::new)?,
            reference: text("reference", self.reference.as_ref(), Name::new)?,
            notes: text("notes", self.notes.as_ref(), Text::new)?,
        })
    }

    fn show(profile: &Profile) -> Self {
        let shown = |text: Option<&str>| text.map(str::to_owned);
        Self {
            name: shown(profile.name.as_ref().map(Name::as_str)),
            email: shown(profile.email.as_ref().map(Email::as_str)),
            phone: shown(profile.phone.as_ref().map(Phone::as_str)),
            language: shown(profile.language.as_ref().map(Language::as_str)),
            group: shown(profile.group.as_ref().map(Name::as_str)),
            reference: shown(profile.reference.as_ref().map(Name::as_str)),
            notes: shown(profile.notes.as_ref().map(Text::as_str)),
        }
    }
}

/// What is left of a customer.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Left {
    /// Everything.
    Known,
    /// Merged into another.
    Merged,
    /// Erased, as they asked.
    Erased,
}

/// What a customer agreed or did not agree to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ConsentWire {
    /// To what.
    purpose: String,
    /// Whether they agreed.
    granted: bool,
    /// When.
    at: Moment,
    /// Where they said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
}

/// A customer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct CustomerWire {
    /// Their id.
    id: CustomerRef,
    /// Rises by one with every change; the `ETag` is this number in quotes.
    version: u64,
    /// What is left of them.
    state: Left,
    /// Into whom they were merged.
    #[serde(skip_serializing_if = "Option::is_none")]
    merged_into: Option<CustomerRef>,
    /// What is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<ProfileWire>,
    /// All consents, oldest first; the last of a purpose counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    consents: Vec<ConsentWire>,
    /// When they were first known.
    created_at: Moment,
    /// When something last changed.
    updated_at: Moment,
}

impl From<&Customer> for CustomerWire {
    fn from(customer: &Customer) -> Self {
        let (state, merged_into) = match &customer.state {
            CustomerState::Known { .. } => (Left::Known, None),
            CustomerState::Merged { into } => (Left::Merged, Some(WireId(*into))),
            CustomerState::Erased { .. } => (Left::Erased, None),
        };
        let consent = |consent: &Consent| ConsentWire {
            purpose: consent.purpose.to_string(),
            granted: consent.granted,
            at: Moment(consent.at),
            source: consent.source.as_ref().map(ToString::to_string),
        };
        Self {
            id: WireId(customer.id),
            version: customer.version,
            state,
            merged_into,
            profile: customer.profile().map(ProfileWire::show),
            consents: customer.consents().iter().map(consent).collect(),
            created_at: Moment(customer.created),
            updated_at: Moment(customer.changed),
        }
    }
}

/// One page of customers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CustomersPage {
    /// The customers.
    pub(super) items: Vec<CustomerWire>,
    /// The cursor of the next page, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<String>,
}
