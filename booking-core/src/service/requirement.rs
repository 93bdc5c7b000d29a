//! Which resources a visit needs.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::MAX_SEATS;
use crate::resource::Tag;
use crate::seconds::{Seconds, check_count, check_name};
use crate::{Invalid, ResourceId};

/// The most parts of one requirement.
pub const MAX_PARTS: usize = 16;
/// The most different resources one requirement may ask for.
pub const MAX_COUNT: u32 = 64;
/// The most resources a pool may have.
pub const MAX_POOL: usize = 5_000;

/// Where the resources of a requirement come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pool {
    /// These, in order of preference.
    Ids(Vec<ResourceId>),
    /// All that carry the tag, by id.
    Tag(Tag),
}

/// What a claim takes of each chosen resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Takes {
    /// A fixed number of units, at least 1.
    Units(u32),
    /// As many units as the party has people.
    Party,
}

/// A stretch of the visit, in seconds from its start: `from` belongs to it, `to` does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Seconds from the visit's start, 0 or more.
    pub from: Seconds,
    /// Seconds from the visit's start, after `from`.
    pub to: Seconds,
}

/// One need of a visit: `count` different resources out of a pool, for the whole visit or for parts of it.
///
/// The same chosen resources serve all parts of the requirement. People who may differ are two requirements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// What it is called in reasons, answers and picks: `staff`, `room`. Unique within the service.
    pub name: String,
    /// Where the resources come from.
    pub pool: Pool,
    /// How many different resources, 1 to [`MAX_COUNT`].
    #[serde(default = "one")]
    pub count: u32,
    /// What a claim takes of each.
    #[serde(default = "one_unit")]
    pub takes: Takes,
    /// The parts of the visit it covers; none means the whole visit, whatever its duration.
    #[serde(default)]
    pub parts: Vec<Part>,
}

fn one() -> u32 {
    1
}

fn one_unit() -> Takes {
    Takes::Units(1)
}

impl Requirement {
    /// One of these, whichever is free; the order is the preference.
    pub fn one_of(name: impl Into<String>, pool: impl IntoIterator<Item = ResourceId>) -> Self {
        Self {
            name: name.into(),
            pool: Pool::Ids(pool.into_iter().collect()),
            count: 1,
            takes: Takes::Units(1),
            parts: Vec::new(),
        }
    }

    /// All of these together.
    pub fn all_of(name: impl Into<String>, pool: impl IntoIterator<Item = ResourceId>) -> Self {
        let mut all = Self::one_of(name, pool);
        if let Pool::Ids(ids) = &all.pool {
            all.count = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        }
        all
    }

    /// One that carries the tag.
    pub fn tagged(name: impl Into<String>, tag: Tag) -> Self {
        Self { pool: Pool::Tag(tag), ..Self::one_of(name, []) }
    }

    /// Only during these parts of the visit, in seconds from its start.
    pub fn during(mut self, parts: impl IntoIterator<Item = (Seconds, Seconds)>) -> Self {
        self.parts = parts.into_iter().map(|(from, to)| Part { from, to }).collect();
        self
    }

    /// This many different ones.
    pub fn count(mut self, count: u32) -> Self {
        self.count = count;
        self
    }

    /// Each claim takes this.
    pub fn taking(mut self, takes: Takes) -> Self {
        self.takes = takes;
        self
    }

    /// The units one claim takes for a party.
    pub fn units(&self, party: u32) -> u32 {
        match self.takes {
            Takes::Units(units) => units,
            Takes::Party => party,
        }
    }

    /// The parts it covers of a visit of this duration.
    pub fn parts_of(&self, duration: Seconds) -> impl Iterator<Item = Part> + '_ {
        let whole = self.parts.is_empty().then_some(Part { from: 0, to: duration });
        whole.into_iter().chain(self.parts.iter().copied())
    }

    /// Whether it covers exactly the whole visit, without gaps.
    pub fn covers_whole(&self, duration: Seconds) -> bool {
        match self.parts.as_slice() {
            [] => true,
            [only] => only.from == 0 && only.to == duration,
            _ => false,
        }
    }

    pub(super) fn validate(&mut self, shortest: Seconds) -> Result<(), Invalid> {
        check_name("name", &self.name)?;
        if !(1..=MAX_COUNT).contains(&self.count) {
            return Err(Invalid::new("count", self.count, format!("1 to {MAX_COUNT}")));
        }
        if let Takes::Units(units) = self.takes
            && !(1..=MAX_SEATS).contains(&units)
        {
            return Err(Invalid::new("takes", units, format!("1 to {MAX_SEATS} units")));
        }
        self.validate_pool()?;
        self.validate_parts(shortest)
    }

    fn validate_pool(&self) -> Result<(), Invalid> {
        let Pool::Ids(ids) = &self.pool else { return Ok(()) };
        if ids.is_empty() {
            return Err(Invalid::new("pool", "no members", "at least one resource"));
        }
        check_count("pool", ids.len(), MAX_POOL)?;
        let mut seen = BTreeSet::new();
        match ids.iter().find(|id| !seen.insert(**id)) {
            Some(twice) => Err(Invalid::new("pool", twice, "each resource once")),
            None => Ok(()),
        }
    }

    /// Sorts the parts and joins those that touch; refuses overlaps and parts beyond the shortest duration.
    fn validate_parts(&mut self, shortest: Seconds) -> Result<(), Invalid> {
        check_count("parts", self.parts.len(), MAX_PARTS)?;
        self.parts.sort_unstable();
        let mut joined: Vec<Part> = Vec::with_capacity(self.parts.len());
        for &part in &self.parts {
            if part.from < 0 || part.to <= part.from || part.to > shortest {
                let expected = format!("0 <= from < to <= {shortest} s, the shortest duration");
                return Err(Invalid::new("parts", format_args!("{}..{} s", part.from, part.to), expected));
            }
            match joined.last_mut() {
                Some(last) if part.from < last.to => {
                    let expected = format!("parts that do not overlap, from {} s on", last.to);
                    return Err(Invalid::new(
                        "parts",
                        format_args!("{}..{} s", part.from, part.to),
                        expected,
                    ));
                }
                Some(last) if part.from == last.to => last.to = part.to,
                _ => joined.push(part),
            }
        }
        self.parts = joined;
        Ok(())
    }
}
