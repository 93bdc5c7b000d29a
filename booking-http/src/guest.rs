//! Signed links: who has one may see, move and cancel one booking, without a key.
//!
//! A token is the tenant, the booking and an expiry, with an HMAC over them. The server keeps nothing of it. Whoever
//! holds the signing key can make one for any booking, so the key stays in the server.

use booking_core::{BookingId, TenantId};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

/// What a token stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Guest {
    pub(crate) tenant: TenantId,
    pub(crate) booking: BookingId,
    /// From when on the link is dead, in seconds since the Unix epoch.
    pub(crate) expires: i64,
}

/// Why a token is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It was not signed with this key, or is not a token at all.
    Unknown,
    /// It was good once.
    Expired,
}

/// Signs links, and checks them.
#[derive(Clone)]
pub(crate) struct Signer(Hmac<Sha256>);

/// Tenant and booking, an expiry, and the code: 16 + 16 + 8 + 32 bytes.
const SIZE: usize = 72;
const SIGNED: usize = 40;

impl Signer {
    pub(crate) fn new(key: [u8; 32]) -> Self {
        // Any length is a key for HMAC; the error of the interface does not occur.
        let mac = Hmac::<Sha256>::new_from_slice(&key);
        Self(mac.expect("HMAC takes keys of every length"))
    }

    /// The token of a guest.
    pub(crate) fn sign(&self, guest: Guest) -> String {
        let signed = guest.bytes();
        let code = self.0.clone().chain_update(signed).finalize().into_bytes();
        let mut text = String::with_capacity(2 * SIZE);
        for byte in signed.iter().chain(&code) {
            for digit in [byte >> 4, byte & 15] {
                text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
            }
        }
        text
    }

    /// Who a token stands for at `now`. The code is compared in constant time.
    pub(crate) fn check(&self, token: &str, now: i64) -> Result<Guest, Refused> {
        let bytes = unhex(token).ok_or(Refused::Unknown)?;
        let (signed, code) = bytes.split_at(SIGNED);
        let good = self.0.clone().chain_update(signed).verify_slice(code).is_ok();
        let guest = Guest::read(signed).filter(|_| good).ok_or(Refused::Unknown)?;
        if now < guest.expires { Ok(guest) } else { Err(Refused::Expired) }
    }
}

impl Guest {
    fn bytes(self) -> [u8; SIGNED] {
        let mut bytes = [0; SIGNED];
        bytes[..16].copy_from_slice(self.tenant.uuid().as_bytes());
        bytes[16..32].copy_from_slice(self.booking.uuid().as_bytes());
        bytes[32..].copy_from_slice(&self.expires.to_be_bytes());
        bytes
    }

    fn read(signed: &[u8]) -> Option<Self> {
        let uuid = |from: usize| Uuid::from_slice(signed.get(from..from + 16)?).ok();
        Some(Self {
            tenant: TenantId::from_uuid(uuid(0)?),
            booking: BookingId::from_uuid(uuid(16)?),
            expires: i64::from_be_bytes(signed.get(32..40)?.try_into().ok()?),
        })
    }
}

fn unhex(text: &str) -> Option<[u8; SIZE]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * SIZE || digits.iter().any(u8::is_ascii_uppercase) {
        return None;
    }
    let mut bytes = [0; SIZE];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        let digit = |at: usize| char::from(pair[at]).to_digit(16);
        *byte = (digit(0)? * 16 + digit(1)?) as u8;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUEST: Guest =
        Guest { tenant: TenantId::from_u64(1), booking: BookingId::from_u64(2), expires: 1_000 };

    #[test]
    fn a_token_comes_back_until_it_expires() {
        let signer = Signer::new([7; 32]);
        let token = signer.sign(GUEST);
        assert_eq!(signer.check(&token, 999), Ok(GUEST));
        assert_eq!(signer.check(&token, 1_000), Err(Refused::Expired));
    }

    #[test]
    fn no_changed_token_is_accepted() {
        let signer = Signer::new([7; 32]);
        let token = signer.sign(GUEST);
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8(changed).unwrap_or_default();
            assert_eq!(signer.check(&changed, 0), Err(Refused::Unknown), "{changed}");
        }
        for other in ["", "x", &token[1..], &token.to_uppercase(), &format!("{token}0"), &"ü".repeat(72)] {
            assert_eq!(signer.check(other, 0), Err(Refused::Unknown), "{other}");
        }
        assert_eq!(Signer::new([8; 32]).check(&token, 0), Err(Refused::Unknown));
    }
}
