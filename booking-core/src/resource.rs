//! Resources: whatever is claimed.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::schedule::Hours;
use crate::seconds::{check_count, check_name};
use crate::validated::validated;
use crate::{Invalid, ResourceId};

/// The largest capacity of a resource, in units.
pub const MAX_CAPACITY: u32 = 100_000;
/// The most tags a resource may have.
pub const MAX_TAGS: usize = 64;

/// What a resource is. The engine treats all kinds alike.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResourceKind {
    /// A person.
    #[default]
    Staff,
    /// A place.
    Room,
    /// A thing.
    Equipment,
}

/// A skill or property that pools ask for: `stylist`, `room`, `wheelchair`.
///
/// 1 to 64 characters, no control characters, compared exactly.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Tag(String);

impl Tag {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Tag {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let count = text.chars().count();
        if count == 0 || count > 64 || text.chars().any(char::is_control) {
            let expected = "1 to 64 characters without control characters";
            return Err(Invalid::new("tag", text.escape_debug(), expected));
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for Tag {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<Tag> for String {
    fn from(tag: Tag) -> Self {
        tag.0
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The plain values of a [`Resource`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceSpec {
    /// Its id, unique within the tenant.
    pub id: ResourceId,
    /// What people call it.
    pub name: String,
    /// What it is.
    #[serde(default)]
    pub kind: ResourceKind,
    /// How many units may be in use at once, 1 to [`MAX_CAPACITY`]. Stores keep their own copy, changed by
    /// `set_capacity`; this one is where it starts.
    #[serde(default = "one")]
    pub capacity: u32,
    /// When it works.
    pub hours: Hours,
    /// What pools may ask for.
    #[serde(default)]
    pub tags: BTreeSet<Tag>,
    /// Its share under the weighted strategy, 1 to 1,000.
    #[serde(default = "one")]
    pub weight: u32,
}

fn one() -> u32 {
    1
}

impl ResourceSpec {
    /// A person with capacity 1.
    pub fn new(id: ResourceId, name: impl Into<String>, hours: Hours) -> Self {
        Self {
            id,
            name: name.into(),
            kind: ResourceKind::Staff,
            capacity: 1,
            hours,
            tags: BTreeSet::new(),
            weight: 1,
        }
    }

    fn validate(&mut self) -> Result<(), Invalid> {
        check_name("name", &self.name)?;
        check_capacity(self.capacity)?;
        check_count("tags", self.tags.len(), MAX_TAGS)?;
        if !(1..=1_000).contains(&self.weight) {
            return Err(Invalid::new("weight", self.weight, "1 to 1000"));
        }
        Ok(())
    }
}

/// Checks a capacity: 1 to [`MAX_CAPACITY`].
pub(crate) fn check_capacity(capacity: u32) -> Result<(), Invalid> {
    if (1..=MAX_CAPACITY).contains(&capacity) {
        return Ok(());
    }
    Err(Invalid::new("capacity", capacity, format!("1 to {MAX_CAPACITY} units")))
}

validated! {
    /// Whatever is claimed: a person, a room, a machine. Built from a [`ResourceSpec`].
    Resource(ResourceSpec = "ResourceSpec")
}
