//! Customers: who books, how they are reached, and what they agreed to.

use booking_core::{CustomerId, Invalid, TenantId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::text::words;
use crate::{Email, Language, Name, Phone, Text};

/// The most consents kept of one customer, withdrawn and replaced ones included.
pub const MAX_CONSENTS: usize = 1_000;
/// The most customers that may be merged into one.
pub const MAX_ALIASES: usize = 1_000;

/// The plain values of a [`Profile`]. At least a name, an address or a number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProfileSpec {
    /// What they are called.
    pub name: Option<Name>,
    /// Where to write.
    pub email: Option<Email>,
    /// Where to call.
    pub phone: Option<Phone>,
    /// In which language.
    pub language: Option<Language>,
    /// The group that price tiers name: `student`, `member`.
    pub group: Option<Name>,
    /// The business's own number for them.
    pub reference: Option<Name>,
    /// What staff should know.
    pub notes: Option<Text>,
}

impl ProfileSpec {
    fn validate(&mut self) -> Result<(), Invalid> {
        if self.name.is_none() && self.email.is_none() && self.phone.is_none() {
            return Err(Invalid::new("name", "none", "a name, an email or a phone"));
        }
        Ok(())
    }
}

booking_core::validated! {
    /// What is known of a customer. Built from a [`ProfileSpec`].
    #[derive(Eq)]
    Profile(ProfileSpec = "ProfileSpec")
}

/// What a customer agreed or did not agree to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// To what: `reminders`, `newsletter`.
    pub purpose: Name,
    /// Whether they agreed.
    pub granted: bool,
    /// When.
    pub at: DateTime<Utc>,
    /// Where they said so: a form, a call.
    #[serde(default)]
    pub source: Option<Name>,
}

/// What is left of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomerState {
    /// Everything.
    Known {
        /// What is known.
        profile: Profile,
        /// All consents, oldest first; the last of a purpose counts.
        consents: Vec<Consent>,
    },
    /// Nothing here: they turned out to be someone who was known already.
    Merged {
        /// Whom.
        into: CustomerId,
    },
    /// Nothing, as they asked. The id stays, because bookings carry it.
    Erased {
        /// When.
        at: DateTime<Utc>,
    },
}

/// A customer of a business.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// Their id, unique within the tenant.
    pub id: CustomerId,
    /// Whose customer.
    pub tenant: TenantId,
    /// Rises by one with every change, from 1.
    pub version: u64,
    /// What is left of them.
    pub state: CustomerState,
    /// Those who were merged into this one: bookings made before carry their ids.
    pub aliases: Vec<CustomerId>,
    /// When they were first known.
    pub created: DateTime<Utc>,
    /// When something last changed.
    pub changed: DateTime<Utc>,
}

impl Customer {
    /// What is known, unless they were merged or erased.
    pub fn profile(&self) -> Option<&Profile> {
        match &self.state {
            CustomerState::Known { profile, .. } => Some(profile),
            CustomerState::Merged { .. } | CustomerState::Erased { .. } => None,
        }
    }

    /// All consents, oldest first.
    pub fn consents(&self) -> &[Consent] {
        match &self.state {
            CustomerState::Known { consents, .. } => consents,
            CustomerState::Merged { .. } | CustomerState::Erased { .. } => &[],
        }
    }

    /// Whether they agree to something now: their last word counts, and without one they do not.
    pub fn agrees_to(&self, purpose: &Name) -> bool {
        let last = self.consents().iter().rev().find(|consent| consent.purpose == *purpose);
        last.is_some_and(|consent| consent.granted)
    }

    /// The words they are found by, in lower case, each once: of the name, the address and the reference, and the
    /// number's digits.
    pub fn search_words(&self) -> Vec<String> {
        let Some(profile) = self.profile() else { return Vec::new() };
        let texts = [
            profile.name.as_ref().map(Name::as_str),
            profile.email.as_ref().map(Email::as_str),
            profile.reference.as_ref().map(Name::as_str),
        ];
        let mut found: Vec<String> = texts.into_iter().flatten().flat_map(words).collect();
        found.extend(profile.email.as_ref().map(|email| email.as_str().to_lowercase()));
        found.extend(profile.phone.as_ref().map(digits));
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn digits(phone: &Phone) -> String {
    phone.as_str().chars().filter(char::is_ascii_digit).collect()
}

/// One change of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CustomerWrite {
    /// Writes what is known; consents stay.
    Profile(Profile),
    /// Adds a consent, or takes one back. Refused beyond [`MAX_CONSENTS`].
    Consent(Consent),
    /// They are the same person as this one, who stays: gets what was not known of them, their consents and their
    /// aliases. Refused for themselves, and beyond [`MAX_ALIASES`].
    MergeInto(CustomerId),
    /// Forgets what is known of them. Erasing twice is fine.
    Erase,
}
