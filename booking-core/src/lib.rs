#![doc = include_str!("../README.md")]

mod admit;
mod assignment;
mod booking;
mod clock;
#[cfg(feature = "conformance")]
pub mod conformance;
mod engine;
pub mod hot;
mod id;
mod interval;
mod invalid;
#[cfg(doc)]
#[doc = include_str!("../docs/limits.md")]
pub mod limits {}
pub mod memory;
mod money;
mod policy;
mod random;
mod reason;
pub mod recurrence;
mod resource;
mod row_checks;
mod schedule;
mod scheduler;
mod seconds;
mod service;
mod span;
mod store;
pub mod time;
mod validated;

pub use admit::{Overlap, admit, conflicts, peak_use};
pub use assignment::{MAX_SEARCH_STEPS, SearchTooLarge};
pub use booking::{
    Actor, Block, Booking, CancelScope, Claim, EntryState, Event, EventKind, IllegalMove, LocalStart, Move,
    OnConflict, Pick, Priced, Session, SessionKey, State, Verdict, WaitlistEntry,
};
pub use clock::{Clock, ManualClock, SystemClock};
pub use engine::{
    Availability, AvailabilityError, CandidateReasons, Candidates, DaySummary, Explanation, FreeWindow,
    MAX_PINS, MAX_PLANS, Rules, Slot, SlotQuery, Snapshot, Waiver,
};
pub use hot::{MAX_STARTS, MAX_WINDOW};
pub use id::{BlockId, BookingId, CustomerId, EntryId, ResourceId, SeriesId, ServiceId, SessionId, TenantId};
pub use interval::{END_SECOND, FIRST_SECOND, Interval, check_second, second_of};
pub use invalid::Invalid;
pub use memory::MemoryStore;
pub use money::{Currency, MAX_MINOR, Money};
pub use policy::{
    Asked, ChangeWindow, Deposit, Fee, FeeTier, Horizon, HorizonKind, Limit, MAX_APPROVAL,
    MAX_AVAILABLE_DAYS, MAX_FEE_TIERS, MAX_HORIZON_DAYS, MAX_LIMIT_SECONDS, MAX_LIMITS, MAX_NO_SHOW_DAYS,
    MAX_NOTICE, NoShowRule, Over, Per, Period, Policy, PolicySpec, Rule,
};
pub use random::{IdSource, RandomIds, SequentialIds};
pub use reason::{Closure, Occupant, Reason};
pub use recurrence::{Recurrence, RecurrenceDate, RecurrenceError};
pub use resource::{MAX_CAPACITY, MAX_TAGS, Resource, ResourceKind, ResourceSpec, Tag};
pub use schedule::{
    Calendar, DateOverride, DayInterval, Holiday, HolidaySet, Hours, Layer, Laying, MAX_DAY_INTERVALS,
    MAX_HOLIDAY_SETS, MAX_HOLIDAYS, MAX_LAYERS, MAX_OVERRIDES, MAX_RECURRING, MAX_RULES, MAX_STAYS,
    Recurring, Schedule, ScheduleSpec, TimeOfDay, Travel, WeeklyHours,
};
pub use scheduler::{
    BookRequest, Booked, CancelSeriesRequest, ChangeRequest, Drift, Hypothesis, Intent, JoinRequest, Joined,
    LiveOffer, MAX_ATTEMPTS, MAX_HYPOTHETICAL, MAX_IN_LINE, MAX_OCCURRENCES, MoveRequest, Refusal, Scheduler,
    SeriesBooked, SeriesCancelled, SeriesRequest, WhatIf, Wish,
};
pub use seconds::{DAY, HOUR, MAX_NAME, MINUTE, Seconds, hours, minutes};
pub use service::{
    Buffers, Grid, GridMode, HoldTimes, MAX_BUFFER, MAX_COUNT, MAX_DURATION, MAX_DURATIONS, MAX_HOLD,
    MAX_PARTS, MAX_POOL, MAX_REQUIREMENTS, MAX_SEATS, MAX_STEP, MAX_TIERS, Part, Pool, PriceTier,
    Requirement, Service, ServiceSpec, Strategy, Takes, TierRule, sequence,
};
pub use store::*;
pub use time::{Zone, ZoneId, Zones};
