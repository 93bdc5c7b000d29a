//! How a file is opened.

use booking_core::{DAY, Seconds};

/// When a command counts as applied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Durability {
    /// When it is on the disk: it survives a crash of the program, of the machine and a power cut.
    #[default]
    Flushed,
    /// When the operating system has it: it survives a crash of the program only. For demos and for filling a file that
    /// is worthless until it is full.
    Handed,
}

/// How a file is opened. The default is what a business wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// When a command counts as applied.
    pub durability: Durability,
    /// The most bytes the file may grow to, if there is a bound: commands that would need more are refused and nothing is
    /// lost. Rounded down to whole pages of 4 KiB.
    pub quota: Option<u64>,
    /// How long idempotency keys are kept, in seconds: one day to 400 days.
    pub keep_keys: Seconds,
}

impl Default for Options {
    /// Flushed, without a quota, keys for 7 days.
    fn default() -> Self {
        Self { durability: Durability::Flushed, quota: None, keep_keys: 7 * DAY }
    }
}
