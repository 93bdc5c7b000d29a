//! The server's own secret: 32 random bytes. Links for customers are signed with what follows from it, and the keys of the
//! demo follow from it too, so that a second start prints the same ones.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use booking_core::StoreError;
use booking_platform::{Entropy, SystemEntropy};
use clap::Args;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::Outcome;
use crate::stores::Place;

/// Where the secret comes from.
#[derive(Debug, Args)]
pub(crate) struct SecretSource {
    /// The secret that links for customers are signed with: 64 hexadecimal digits, the same in every process. Default: a
    /// file beside the data, made by the first start.
    #[arg(long, value_name = "HEX", env = "BOOKING_LINK_KEY", hide_env_values = true)]
    link_key: Option<String>,
    /// Read that secret from this file.
    #[arg(long, value_name = "FILE", env = "BOOKING_LINK_KEY_FILE", conflicts_with = "link_key")]
    link_key_file: Option<PathBuf>,
}

/// 32 bytes that nobody may know.
pub(crate) struct Secret([u8; 32]);

impl SecretSource {
    /// The secret, made and kept beside the data where nobody has named one; none for a database, whose processes must be
    /// given the same one.
    pub(crate) fn secret(&self, place: &Place) -> Outcome<Option<Secret>> {
        let given = self.link_key.as_deref().filter(|text| !text.is_empty());
        match (given, &self.link_key_file, place) {
            (Some(text), ..) => {
                Secret::parse(text).map(Some).ok_or_else(|| "the link key: 64 hexadecimal digits".into())
            }
            (None, Some(path), _) => Secret::read(path)?.map(Some).ok_or_else(|| missing(path).into()),
            (None, None, Place::File(data)) => Secret::beside(data).map(Some),
            (None, None, Place::Memory) => Secret::random().map(Some),
            (None, None, Place::Postgres { .. }) => Ok(None),
        }
    }
}

impl Secret {
    /// Bytes for one use, which say nothing about the secret nor about those for another use.
    pub(crate) fn derive(&self, purpose: &str, count: u32) -> [u8; 32] {
        let mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of every length");
        mac.chain_update(purpose)
            .chain_update([0])
            .chain_update(count.to_be_bytes())
            .finalize()
            .into_bytes()
            .into()
    }

    fn random() -> Outcome<Self> {
        let mut bytes = [0; 32];
        SystemEntropy.fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    fn parse(text: &str) -> Option<Self> {
        let digits = text.trim().as_bytes();
        if digits.len() != 64 {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
            let digit = |at: usize| char::from(pair[at]).to_digit(16);
            *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
        }
        Some(Self(bytes))
    }

    /// Reads a file; none where there is none.
    fn read(path: &Path) -> Outcome<Option<Self>> {
        let named = |why: String| format!("{}: {why}", path.display());
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(named(error.to_string()).into()),
        };
        if let Some(why) = open_to_others(&file) {
            return Err(named(why).into());
        }
        let mut text = String::new();
        file.take(1_024).read_to_string(&mut text).map_err(|error| named(error.to_string()))?;
        let secret =
            Self::parse(&text).ok_or_else(|| named("64 hexadecimal digits are expected".to_owned()))?;
        Ok(Some(secret))
    }

    /// The secret of a data file, made by its first start. Whoever calls holds the lock of the data.
    fn beside(data: &Path) -> Outcome<Self> {
        let path = with_ending(data, "-secret");
        match Self::read(&path)? {
            Some(secret) => Ok(secret),
            None => Self::make(&path).map_err(|error| format!("{}: {error}", path.display()).into()),
        }
    }

    /// Written whole and flushed under another name first: a start that is interrupted leaves no half a secret.
    fn make(path: &Path) -> Outcome<Self> {
        let secret = Self::random()?;
        let mut text = String::new();
        for byte in secret.0 {
            write!(text, "{byte:02x}")?;
        }
        text.push('\n');
        let unfinished = with_ending(path, "-unfinished");
        match fs::remove_file(&unfinished) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&unfinished)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&unfinished, path)?;
        // The name lasts too: with another secret after a power cut, links that were sent out would be dead.
        #[cfg(unix)]
        File::open(path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")))?
            .sync_all()?;
        Ok(secret)
    }
}

/// A source of bytes that come out the same every time, for the keys of the demo.
pub(crate) struct Derived<'a> {
    pub(crate) secret: &'a Secret,
    pub(crate) purpose: String,
}

impl Entropy for Derived<'_> {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), StoreError> {
        for (count, part) in (0..).zip(bytes.chunks_mut(32)) {
            part.copy_from_slice(&self.secret.derive(&self.purpose, count)[..part.len()]);
        }
        Ok(())
    }
}

/// Why a file is no place for a secret: others may read it.
#[cfg(unix)]
fn open_to_others(file: &File) -> Option<String> {
    let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata().ok()?.permissions());
    let why = "others may read this secret: chmod 600, or make a new one by removing it (links in customers' mail die)";
    (mode & 0o077 != 0).then(|| why.to_owned())
}

#[cfg(not(unix))]
fn open_to_others(_file: &File) -> Option<String> {
    None
}

fn missing(path: &Path) -> String {
    format!("there is no file {}: make one with `openssl rand -hex 32`", path.display())
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_64_digits_and_nothing_else() {
        assert!(Secret::parse(&"0f".repeat(32)).is_some_and(|secret| secret.0 == [15; 32]));
        for wrong in ["", "0f", &"0g".repeat(32), &"0f".repeat(33), &"ü".repeat(32)] {
            assert!(Secret::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn what_follows_from_a_secret_differs_by_purpose_and_count() {
        let secret = Secret([7; 32]);
        assert_eq!(secret.derive("a", 0), secret.derive("a", 0));
        assert_ne!(secret.derive("a", 0), secret.derive("a", 1));
        assert_ne!(secret.derive("a", 0), secret.derive("b", 0));
        assert_ne!(secret.derive("a", 0), Secret([8; 32]).derive("a", 0));
    }

    #[cfg(unix)]
    #[test]
    fn the_secret_beside_the_data_is_kept_and_closed_to_others() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("business.sqlite");
        let first = Secret::beside(&data).expect("made");
        assert_eq!(Secret::beside(&data).expect("read").0, first.0);
        let file = folder.path().join("business.sqlite-secret");
        let mode = fs::metadata(&file).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("opened");
        assert!(Secret::beside(&data).is_err(), "a secret that others may read is refused");
    }
}
