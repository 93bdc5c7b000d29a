//! The appointment-booking engine: pure rules, ports for storage, and the reference store.

mod clock;
mod id;
mod interval;
mod invalid;
pub mod time;

pub use clock::{Clock, ManualClock, SystemClock};
pub use id::{BlockId, BookingId, CustomerId, EntryId, ResourceId, SeriesId, ServiceId, SessionId, TenantId};
pub use interval::{END_SECOND, FIRST_SECOND, Interval, check_second, second_of};
pub use invalid::Invalid;
pub use time::{Zone, ZoneId, Zones};
