//! What the `booking` program is made of, apart from the stores it chooses: keys, calendar files, the demo business.

pub mod calendar_file;
pub mod clock;
pub mod demo;
pub mod demo_bookings;
pub mod import;
mod listen;
mod metrics;
pub mod sweep;

pub use listen::{Patience, listen};
pub use metrics::Metrics;

pub use crate::platform::{Platform, PlatformKeys, router, router_with};
pub use crate::routes::openapi::document as openapi;
