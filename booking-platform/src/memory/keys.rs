//! API keys.

use std::ops::Bound;

use booking_core::{Page, TenantId};

use super::rows::{PlatformRow, Written};
use super::state::{PlatformState, cut};
use crate::{ApiKey, AuditAction, AuditNote, KeyId, PageQuery, PlatformError, Stamp};

impl PlatformState {
    /// See [`KeyStore::key_by_lookup`](crate::KeyStore::key_by_lookup).
    pub fn key_by_lookup(&self, lookup: &str) -> Option<ApiKey> {
        self.keys.get(self.lookups.get(lookup)?).cloned()
    }

    /// See [`KeyStore::keys`](crate::KeyStore::keys).
    pub fn keys(&self, tenant: TenantId, page: PageQuery<KeyId>) -> Page<ApiKey> {
        let first = Bound::Included((tenant, KeyId::from_u64(0)));
        let from = page.after.map_or(first, |after| Bound::Excluded((tenant, after)));
        let rows = self.keys.range((from, Bound::Unbounded));
        cut(rows.take_while(|((owner, _), _)| *owner == tenant).map(|(_, row)| row), page.limit)
    }

    /// See [`KeyStore::add_key`](crate::KeyStore::add_key).
    pub fn add_key(&mut self, key: &ApiKey, stamp: &Stamp) -> Result<Written<()>, PlatformError> {
        let known = self.keys.contains_key(&(key.tenant, key.id));
        if known || self.lookups.contains_key(&key.hash.lookup) {
            return Err(PlatformError::Exists { what: "key" });
        }
        self.file_key(key.clone());
        let entry = self.note(key.tenant, stamp, AuditNote::new(AuditAction::Create, key.id, None));
        Ok(((), vec![PlatformRow::Key(key.clone()), PlatformRow::Audit(entry)]))
    }

    /// See [`KeyStore::revoke_key`](crate::KeyStore::revoke_key).
    pub fn revoke_key(
        &mut self,
        tenant: TenantId,
        id: KeyId,
        stamp: &Stamp,
    ) -> Result<Written<ApiKey>, PlatformError> {
        let key = self.keys.get(&(tenant, id)).ok_or(PlatformError::NotFound { what: "key" })?;
        if key.revoked.is_some() {
            return Ok((key.clone(), Vec::new()));
        }
        let key = ApiKey { revoked: Some(stamp.at), ..key.clone() };
        self.file_key(key.clone());
        let entry = self.note(tenant, stamp, AuditNote::new(AuditAction::Revoke, id, None));
        Ok((key.clone(), vec![PlatformRow::Key(key), PlatformRow::Audit(entry)]))
    }

    pub(super) fn file_key(&mut self, key: ApiKey) {
        self.lookups.insert(key.hash.lookup.clone(), (key.tenant, key.id));
        self.keys.insert((key.tenant, key.id), key);
    }
}
