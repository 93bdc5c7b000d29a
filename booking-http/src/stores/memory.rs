//! A business in memory.

use booking_platform::memory::MemoryPlatform;

pub(super) fn open() -> MemoryPlatform {
    MemoryPlatform::new()
}
