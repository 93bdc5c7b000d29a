//! Where secrets come from. Randomness that must not be guessed is drawn in this file only.

use booking_core::StoreError;

/// Gives bytes that nobody can guess. Passed in, so that tests can replay.
pub trait Entropy: Send + Sync {
    /// Fills the bytes, or fails: a secret is never made of less.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), StoreError>;
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), StoreError> {
        getrandom::fill(bytes).map_err(|error| StoreError::Unavailable(format!("no random bytes: {error}")))
    }
}

impl<E: Entropy + ?Sized> Entropy for &E {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), StoreError> {
        (**self).fill(bytes)
    }
}
