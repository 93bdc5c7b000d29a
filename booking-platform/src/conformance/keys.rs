//! API keys.

use booking_core::StoreError;

use super::kit::{Must as _, OTHER, Store, TENANT, at, name, refused, stamp};
use crate::{ApiKey, Entropy, KeyId, KeyKind, PageQuery, PlatformError, Token, TokenHash};

/// The same bytes for the same seed.
struct Seeded(u8);

impl Entropy for Seeded {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), StoreError> {
        (self.0..=u8::MAX).cycle().zip(bytes).for_each(|(value, byte)| *byte = value);
        Ok(())
    }
}

fn hash(seed: u8) -> TokenHash {
    Token::draw(KeyKind::Secret, &Seeded(seed)).must().hash()
}

fn key(id: u64, seed: u8) -> ApiKey {
    ApiKey {
        id: KeyId::from_u64(id),
        tenant: TENANT,
        kind: KeyKind::Secret,
        name: name("Shop"),
        hash: hash(seed),
        created: at(0),
        expires: Some(at(600)),
        revoked: None,
    }
}

/// As it was added, whosever it is; and tenants list only their own.
pub async fn a_key_is_found_by_its_look_up_prefix<S: Store>(store: &S) {
    let ours = key(1, 1);
    let theirs = ApiKey { tenant: OTHER, kind: KeyKind::Publishable, expires: None, ..key(2, 2) };
    store.add_key(&ours, &stamp(0)).await.must();
    store.add_key(&theirs, &stamp(0)).await.must();
    store.add_key(&key(3, 3), &stamp(0)).await.must();
    assert_eq!(store.key_by_lookup(&hash(1).lookup).await.must(), Some(ours.clone()));
    assert_eq!(store.key_by_lookup(&hash(2).lookup).await.must(), Some(theirs));
    assert_eq!(store.key_by_lookup(&hash(9).lookup).await.must(), None);
    let page = store.keys(TENANT, PageQuery::first(1)).await.must();
    assert_eq!((page.items, page.more), (vec![ours], true));
    let rest = store.keys(TENANT, PageQuery::after(KeyId::from_u64(1), 9)).await.must();
    assert_eq!((rest.items, rest.more), (vec![key(3, 3)], false));
}

/// And so does an id within a tenant.
pub async fn a_look_up_prefix_belongs_to_one_key<S: Store>(store: &S) {
    store.add_key(&key(1, 1), &stamp(0)).await.must();
    refused!(store.add_key(&key(1, 2), &stamp(0)).await, PlatformError::Exists { what: "key" });
    refused!(store.add_key(&key(2, 1), &stamp(0)).await, PlatformError::Exists { what: "key" });
    let theirs = ApiKey { tenant: OTHER, ..key(2, 1) };
    refused!(store.add_key(&theirs, &stamp(0)).await, PlatformError::Exists { what: "key" });
    assert_eq!(store.keys(OTHER, PageQuery::first(9)).await.must().items, []);
}

/// From the first instant on, and by its own tenant only.
pub async fn a_revoked_key_stays_revoked<S: Store>(store: &S) {
    store.add_key(&key(1, 1), &stamp(0)).await.must();
    let id = KeyId::from_u64(1);
    refused!(store.revoke_key(OTHER, id, &stamp(1)).await, PlatformError::NotFound { what: "key" });
    let revoked = store.revoke_key(TENANT, id, &stamp(1)).await.must();
    assert_eq!(revoked, ApiKey { revoked: Some(at(1)), ..key(1, 1) });
    assert_eq!(store.revoke_key(TENANT, id, &stamp(2)).await.must(), revoked);
    assert_eq!(store.key_by_lookup(&hash(1).lookup).await.must(), Some(revoked));
}

/// Whatever its look-up prefix.
pub async fn a_token_is_good_until_it_is_revoked_or_expires<S: Store>(store: &S) {
    let issue = async |seed: u8, number: u64| {
        let token = Token::draw(KeyKind::Secret, &Seeded(seed)).must();
        store.add_key(&ApiKey { hash: token.hash(), ..key(number, seed) }, &stamp(0)).await.must();
        token
    };
    let good = issue(1, 1).await;
    let revoked = issue(2, 2).await;
    store.revoke_key(TENANT, KeyId::from_u64(2), &stamp(1)).await.must();
    let found = async |token: &str, minutes| {
        let key = store.key_by_lookup(&Token::parse(token).must().hash().lookup).await.must();
        key.is_some_and(|key| key.admits(&Token::parse(token).must().hash(), at(minutes)))
    };
    assert!(found(good.expose(), 599).await);
    assert!(!found(good.expose(), 600).await, "expired");
    assert!(!found(revoked.expose(), 2).await, "revoked");
    let forged = format!("{}{}", &good.expose()[..30], "0".repeat(good.expose().len() - 30));
    assert!(!found(&forged, 1).await, "same look-up prefix, another secret");
}
