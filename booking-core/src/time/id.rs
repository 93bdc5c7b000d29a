//! Names of time zones.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::{Arc, PoisonError, RwLock};

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::bundle;
use crate::Invalid;

/// The IANA name of a time zone that this process has data for, like `Europe/Berlin`.
///
/// Names are compared without regard to ASCII case and kept in the data's own spelling. Aliases stay as they were
/// written: `Asia/Calcutta` does not become `Asia/Kolkata`. Known are the names of the bundled data, and those that
/// [`Zones::with_tzif`](crate::Zones::with_tzif) was ever given data for in this process.
///
/// ```
/// use booking_core::ZoneId;
///
/// let zone: ZoneId = "europe/berlin".parse()?;
/// assert_eq!(zone.as_str(), "Europe/Berlin");
/// assert_eq!(zone, ZoneId::from(chrono_tz::Europe::Berlin));
/// assert_eq!(ZoneId::new("Europe/Atlantis").unwrap_err().field(), "zone");
/// # Ok::<(), booking_core::Invalid>(())
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ZoneId(Name);

#[derive(Clone)]
enum Name {
    Bundled(&'static str),
    Hosted(Arc<str>),
}

/// The longest name, in bytes; the longest of the tz database has 32.
const LONGEST: usize = 64;
/// How many names outside the bundle one process remembers.
const MOST_HOSTED: usize = 1024;

/// Names outside the bundle that a host has given data for, by their lower-case form. Names are only ever added, so
/// that an id stays valid for as long as the process runs.
static HOSTED: RwLock<BTreeMap<String, Arc<str>>> = RwLock::new(BTreeMap::new());

impl ZoneId {
    /// Coordinated Universal Time.
    pub const UTC: Self = Self(Name::Bundled("UTC"));

    /// The zone of that name, in any ASCII case.
    ///
    /// Refused with the field `zone`: a name that is neither in the bundled data nor was given data by the host.
    pub fn new(name: &str) -> Result<Self, Invalid> {
        if let Some((canonical, _)) = bundle::get(name) {
            return Ok(Self(Name::Bundled(canonical)));
        }
        check_syntax(name)?;
        let hosted = HOSTED.read().unwrap_or_else(PoisonError::into_inner);
        match hosted.get(&name.to_ascii_lowercase()) {
            Some(known) => Ok(Self(Name::Hosted(Arc::clone(known)))),
            None => Err(unknown(name)),
        }
    }

    /// The same for a name that data has just been given for: a new name is remembered.
    pub(super) fn host(name: &str) -> Result<Self, Invalid> {
        check_syntax(name)?;
        if let Ok(known) = Self::new(name) {
            return Ok(known);
        }
        let mut hosted = HOSTED.write().unwrap_or_else(PoisonError::into_inner);
        if hosted.len() >= MOST_HOSTED {
            return Err(Invalid::new("zone", name, "at most 1024 names outside the bundled data"));
        }
        let kept = hosted.entry(name.to_ascii_lowercase()).or_insert_with(|| Arc::from(name));
        Ok(Self(Name::Hosted(Arc::clone(kept))))
    }

    /// The name, spelled as in the data.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Name::Bundled(name) => name,
            Name::Hosted(name) => name,
        }
    }

    /// The name with the lifetime of the program, where it is a bundled one.
    pub(super) fn bundled_name(&self) -> Option<&'static str> {
        match self.0 {
            Name::Bundled(name) => Some(name),
            Name::Hosted(_) => None,
        }
    }
}

/// The error for a name without data.
pub(super) fn unknown(name: impl fmt::Display) -> Invalid {
    Invalid::new("zone", name, "an IANA time zone name like Europe/Berlin")
}

/// Only the letters that names of the tz database are made of, so that a name is safe as a file name below a folder.
pub(super) fn check_syntax(name: &str) -> Result<(), Invalid> {
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+'))
    };
    if name.len() <= LONGEST && name.split('/').all(part) { Ok(()) } else { Err(unknown(name)) }
}

impl From<Tz> for ZoneId {
    fn from(tz: Tz) -> Self {
        let name = tz.name();
        Self(Name::Bundled(bundle::get(name).map_or(name, |(canonical, _)| canonical)))
    }
}

/// Refused: names that `chrono_tz`, whose data are older, does not know.
impl TryFrom<&ZoneId> for Tz {
    type Error = Invalid;
    fn try_from(id: &ZoneId) -> Result<Self, Invalid> {
        id.as_str().parse().map_err(|_| Invalid::new("zone", id, "a name that chrono_tz knows"))
    }
}

impl FromStr for ZoneId {
    type Err = Invalid;
    fn from_str(name: &str) -> Result<Self, Invalid> {
        Self::new(name)
    }
}

impl TryFrom<String> for ZoneId {
    type Error = Invalid;
    fn try_from(name: String) -> Result<Self, Invalid> {
        Self::new(&name)
    }
}

impl TryFrom<&str> for ZoneId {
    type Error = Invalid;
    fn try_from(name: &str) -> Result<Self, Invalid> {
        Self::new(name)
    }
}

impl From<ZoneId> for String {
    fn from(id: ZoneId) -> Self {
        id.as_str().to_owned()
    }
}

impl AsRef<str> for ZoneId {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq for ZoneId {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for ZoneId {}

impl PartialOrd for ZoneId {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ZoneId {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for ZoneId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Display for ZoneId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for ZoneId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ZoneId({self})")
    }
}
