//! API keys: who may ask, for which business.

use std::fmt;
use std::fmt::Write as _;

use booking_core::{Invalid, StoreError, TenantId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::worded::worded;
use crate::{Entropy, KeyId, Name};

worded! {
    /// What a key may be used for.
    KeyKind = "kind" {
        /// By the business's own programs: everything.
        Secret = "secret",
        /// On web pages, where everyone can read it: what a customer may see and do.
        Publishable = "publishable",
    }
}

impl KeyKind {
    fn prefix(self) -> &'static str {
        match self {
            Self::Secret => "bks_",
            Self::Publishable => "bkp_",
        }
    }
}

/// The bytes of a look-up prefix, and of a secret.
const LOOKUP_BYTES: usize = 8;
const SECRET_BYTES: usize = 32;

/// A key as its owner holds it: a prefix that says what it is, 16 digits to look it up by, and 256 random bits.
///
/// It is shown once, when it is made. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// What is kept of a token: enough to find and to check it, not enough to use it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenHash {
    /// What it is looked up by: 16 hexadecimal digits, unique among all tenants' keys.
    pub lookup: String,
    /// The SHA-256 of the whole token. Its 256 random bits need no salt and no slow hash.
    pub sha256: [u8; 32],
}

impl Token {
    /// Makes a new one.
    pub fn draw(kind: KeyKind, entropy: &impl Entropy) -> Result<Self, StoreError> {
        let mut bytes = [0_u8; LOOKUP_BYTES + SECRET_BYTES];
        entropy.fill(&mut bytes)?;
        let mut text = kind.prefix().to_owned();
        for byte in bytes {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        Ok(Self(text))
    }

    /// Reads one that a caller sent. Refused with a text that does not repeat it: anything that is not shaped like a
    /// token.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let refused = || Invalid::new("token", "what was sent", "a key that starts with bks_ or bkp_");
        let kinds = [KeyKind::Secret, KeyKind::Publishable];
        let digits = kinds.iter().find_map(|kind| text.strip_prefix(kind.prefix())).ok_or_else(refused)?;
        let shaped = digits.len() == 2 * (LOOKUP_BYTES + SECRET_BYTES)
            && digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        if shaped { Ok(Self(text.to_owned())) } else { Err(refused()) }
    }

    /// The text to hand to its owner.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn hash(&self) -> TokenHash {
        let from = KeyKind::Secret.prefix().len();
        TokenHash {
            lookup: self.0[from..from + 2 * LOOKUP_BYTES].to_owned(),
            sha256: Sha256::digest(self.0.as_bytes()).into(),
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

/// An API key, without the secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// Its id.
    pub id: KeyId,
    /// The business it speaks for.
    pub tenant: TenantId,
    /// What it may be used for.
    pub kind: KeyKind,
    /// What people call it.
    pub name: Name,
    /// What is kept of the token.
    pub hash: TokenHash,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// From when on it counts no more, if that was said.
    pub expires: Option<DateTime<Utc>>,
    /// When it was revoked, if it was.
    pub revoked: Option<DateTime<Utc>>,
}

impl ApiKey {
    /// Whether the token is this key and counts at `now`. Hashes are compared in constant time.
    pub fn admits(&self, token: &TokenHash, now: DateTime<Utc>) -> bool {
        let same: bool = self.hash.sha256.ct_eq(&token.sha256).into();
        same && self.revoked.is_none() && self.expires.is_none_or(|expires| now < expires)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting;
    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), StoreError> {
            (0_u8..).zip(bytes).for_each(|(count, byte)| *byte = count);
            Ok(())
        }
    }

    #[test]
    fn a_token_reads_back_and_keeps_its_secret() {
        let token = Token::draw(KeyKind::Secret, &Counting).unwrap();
        assert!(token.expose().starts_with("bks_0001020304050607"));
        assert_eq!(Token::parse(token.expose()).unwrap(), token);
        assert_eq!(token.hash().lookup, "0001020304050607");
        assert_eq!(format!("{token:?}"), "Token");
    }

    #[test]
    fn what_is_not_a_token_is_not_repeated() {
        let good = Token::draw(KeyKind::Publishable, &Counting).unwrap();
        let long = format!("{}0", good.expose());
        for bad in
            ["", "bks_", "secret", &good.expose().to_uppercase(), &long, &good.expose().replace('0', "g")]
        {
            let refused = Token::parse(bad).unwrap_err();
            assert_eq!(refused.value(), "what was sent");
        }
    }

    #[test]
    fn two_draws_differ() {
        let draw = || Token::draw(KeyKind::Secret, &crate::SystemEntropy).unwrap();
        assert_ne!(draw().hash(), draw().hash());
    }
}
