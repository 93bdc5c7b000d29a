//! API keys: 256 random bits, of which the server keeps a hash.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use sha2::{Digest, Sha256};

use crate::access::{Access, Caller, Denied, KeyKind};

/// How many characters of a key's random part are kept readable, to look its hash up by.
const PREFIX: usize = 8;

/// The keys of a server, hashed, with whom each belongs to.
#[derive(Debug, Clone, Default)]
pub struct KeyRing {
    by_prefix: HashMap<String, Vec<(Hash, Caller)>>,
}

type Hash = [u8; 32];

impl KeyRing {
    /// Makes a key of 32 random bytes and answers it. It is not kept: whoever loses it needs a new one.
    pub fn issue(&mut self, caller: Caller, random: [u8; 32]) -> String {
        let digits = hex(&random);
        let kind = match caller.kind {
            KeyKind::Secret => "secret",
            KeyKind::Publishable => "public",
        };
        let key = format!("bk_{kind}_{digits}");
        self.by_prefix.entry(digits[..PREFIX].to_owned()).or_default().push((hash(&key), caller));
        key
    }

    fn find(&self, key: &str) -> Option<&Caller> {
        let digits = key.rsplit('_').next()?;
        let known = self.by_prefix.get(digits.get(..PREFIX)?)?;
        let presented = hash(key);
        known.iter().find(|(kept, _)| same(kept, &presented)).map(|(_, caller)| caller)
    }
}

impl Access for KeyRing {
    fn caller<'a>(
        &'a self,
        headers: &'a HeaderMap,
    ) -> Pin<Box<dyn Future<Output = Result<Caller, Denied>> + Send + 'a>> {
        Box::pin(async move {
            let presented = headers.get(AUTHORIZATION).ok_or(Denied::Missing)?;
            let presented = presented.to_str().map_err(|_| Denied::Unknown)?;
            let (scheme, key) = presented.split_once(' ').ok_or(Denied::Unknown)?;
            if !scheme.eq_ignore_ascii_case("bearer") {
                return Err(Denied::Unknown);
            }
            self.find(key.trim()).cloned().ok_or(Denied::Unknown)
        })
    }
}

fn hash(key: &str) -> Hash {
    Sha256::digest(key.as_bytes()).into()
}

/// Compares without stopping at the first difference.
fn same(one: &Hash, other: &Hash) -> bool {
    one.iter().zip(other).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value & 15)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

#[cfg(test)]
mod tests {
    use booking_core::TenantId;

    use super::*;

    #[test]
    fn a_key_finds_its_caller_and_no_other_key_does() {
        let mut ring = KeyRing::default();
        let caller = |number, name: &str| Caller {
            tenant: TenantId::from_u64(number),
            kind: KeyKind::Secret,
            name: name.to_owned(),
        };
        // The same prefix twice: the hash decides.
        let one = ring.issue(caller(1, "one"), [7; 32]);
        let mut random = [7; 32];
        random[31] = 8;
        let two = ring.issue(caller(2, "two"), random);
        assert_eq!(ring.find(&one).map(|found| found.name.as_str()), Some("one"));
        assert_eq!(ring.find(&two).map(|found| found.name.as_str()), Some("two"));
        for other in
            ["", "bk_secret_", "bk_secret_07070707", &one[..one.len() - 1], &one.replace("secret", "public")]
        {
            assert!(ring.find(other).is_none(), "{other}");
        }
    }

    #[test]
    fn keys_are_not_kept() {
        let mut ring = KeyRing::default();
        let caller = Caller { tenant: TenantId::SINGLE, kind: KeyKind::Publishable, name: "page".to_owned() };
        let key = ring.issue(caller, [171; 32]);
        assert!(key.starts_with("bk_public_abab"));
        assert!(!format!("{ring:?}").contains(&key[10..]));
    }
}
