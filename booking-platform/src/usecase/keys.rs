//! API keys: issuing them, and telling who calls.

use booking_core::{IdSource, StoreError, TenantId};
use chrono::{DateTime, Utc};

use crate::{ApiKey, Entropy, KeyId, KeyKind, KeyStore, Name, PlatformError, Stamp, Token};

/// A key to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// What it may be used for.
    pub kind: KeyKind,
    /// What people call it.
    pub name: Name,
    /// From when on it counts no more, if ever.
    pub expires: Option<DateTime<Utc>>,
}

/// Who calls: what a good token stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The business.
    pub tenant: TenantId,
    /// The key.
    pub key: KeyId,
    /// What it may be used for.
    pub kind: KeyKind,
    /// What people call the key.
    pub name: Name,
}

/// The use cases around API keys.
///
/// ```
/// use booking_core::{Actor, SequentialIds, TenantId};
/// use booking_platform::memory::MemoryPlatform;
/// use booking_platform::{KeyKind, KeyRing, Name, NewKey, Stamp, SystemEntropy};
///
/// # async fn keys() -> Result<(), Box<dyn std::error::Error>> {
/// let ring = KeyRing::new(MemoryPlatform::new(), SystemEntropy);
/// let now = "2026-03-02T09:00:00Z".parse()?;
/// let new = NewKey { kind: KeyKind::Secret, name: Name::new("Web shop")?, expires: None };
/// let stamp = Stamp::new(Actor::new("ann", "cli"), now);
/// let (key, token) = ring.issue(TenantId::SINGLE, new, &SequentialIds::default(), &stamp).await?;
/// let caller = ring.authenticate(token.expose(), now).await?;
/// assert_eq!(caller.map(|caller| caller.key), Some(key.id));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct KeyRing<S, E> {
    store: S,
    entropy: E,
}

impl<S: KeyStore, E: Entropy> KeyRing<S, E> {
    /// Over this store, with secrets drawn from there.
    pub fn new(store: S, entropy: E) -> Self {
        Self { store, entropy }
    }

    /// Makes a key. The token is not kept: it is shown now or never.
    pub async fn issue(
        &self,
        tenant: TenantId,
        new: NewKey,
        ids: &impl IdSource,
        stamp: &Stamp,
    ) -> Result<(ApiKey, Token), PlatformError> {
        let token = Token::draw(new.kind, &self.entropy)?;
        let key = ApiKey {
            id: KeyId::from_uuid(ids.next_id(stamp.at)),
            tenant,
            kind: new.kind,
            name: new.name,
            hash: token.hash(),
            created: stamp.at,
            expires: new.expires,
            revoked: None,
        };
        self.store.add_key(&key, stamp).await?;
        Ok((key, token))
    }

    /// Who calls with this token; none for whatever is malformed, unknown, revoked or expired, without saying which.
    pub async fn authenticate(&self, token: &str, now: DateTime<Utc>) -> Result<Option<Caller>, StoreError> {
        let Ok(token) = Token::parse(token) else { return Ok(None) };
        let hash = token.hash();
        let key = self.store.key_by_lookup(&hash.lookup).await?;
        let key = key.filter(|key| key.admits(&hash, now));
        Ok(key.map(|key| Caller { tenant: key.tenant, key: key.id, kind: key.kind, name: key.name }))
    }
}
