//! The fast paths, and how to keep them warm.
//!
//! [`Availability`](crate::Availability) takes these paths by itself where a question allows. A host that answers many
//! questions about the same resources keeps what does not change: [`CompiledService`] and [`CompiledHours`] from the
//! catalogue, [`Blocked`] (or [`Usage`], where there are several units) from the store, and a [`Sweeper`] to compute in.
//! A question then allocates nothing and costs less than copying its answer a few times; its cost does not depend on
//! how much history is kept.
//!
//! ```
//! use booking_core::hot::{Blocked, CompiledHours, CompiledService, Starts, Sweeper, Warm};
//! use booking_core::{Calendar, Hours, Interval, Requirement, ResourceId, Schedule, ScheduleSpec, Service, ServiceId};
//! use booking_core::{ServiceSpec, WeeklyHours, ZoneId, Zones, minutes};
//! use chrono::Weekday::{Fri, Mon};
//!
//! // Once: a service, and the hours of a resource for a year.
//! let zones = Zones::bundled();
//! let berlin = ZoneId::new("Europe/Berlin")?;
//! let needs = vec![Requirement::one_of("staff", [ResourceId::from_u64(1)])];
//! let spec = ServiceSpec::new(ServiceId::from_u64(1), "Consultation", berlin.clone(), minutes(30), needs);
//! let service = CompiledService::new(&Service::new(spec)?, None, &zones)?;
//! let weekly = WeeklyHours::closed().with(&[Mon, Fri], "09:00", "10:30")?;
//! let schedule = Schedule::new(ScheduleSpec { weekly, ..ScheduleSpec::in_zone(berlin) })?;
//! let calendar = Calendar::new(&Hours::of(schedule), &zones)?;
//! let year = Interval::new("2026-01-01T00:00:00Z".parse()?, "2027-01-01T00:00:00Z".parse()?)?;
//! let hours = CompiledHours::new(&calendar, year)?;
//!
//! // When a booking is made: Monday 23 March 2026, 09:30 in Berlin.
//! let mut blocked = Blocked::new();
//! blocked.add(Interval::new("2026-03-23T08:30:00Z".parse()?, "2026-03-23T09:00:00Z".parse()?)?);
//!
//! // Each time somebody asks.
//! let (mut sweeper, mut starts) = (Sweeper::new(), Starts::new());
//! let day = Interval::new("2026-03-23T00:00:00Z".parse()?, "2026-03-24T00:00:00Z".parse()?)?;
//! sweeper.one(&service, Warm { hours: &hours, blocked: &blocked }, day)?.seconds_into(&mut starts);
//! assert_eq!(starts.as_slice(), [1_774_252_800, 1_774_256_400]); // 09:00 and 10:00
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod blocked;
mod compiled;
mod intervals;
mod lattice;
mod rows;
mod runs;
mod step;
mod sweep;
mod sweeper;
mod usage;

use crate::seconds::{DAY, Seconds};

pub use blocked::Blocked;
pub use compiled::{CompiledHours, CompiledService};
pub(crate) use lattice::{LONG, Lattice};
pub use runs::{Run, Runs, Starts};
pub(crate) use step::Step;
pub(crate) use sweep::Lane;
pub use sweeper::{Sweeper, Warm};
pub use usage::Usage;

/// The longest window that may be asked for at once, in seconds: 400 days.
pub const MAX_WINDOW: Seconds = 400 * DAY;
/// The most candidate starts of one question.
pub const MAX_STARTS: usize = 500_000;
