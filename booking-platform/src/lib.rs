//! What surrounds scheduling in a business: tenants, the catalogue as people edit it, customers, API keys and the audit
//! log.
//!
//! The engine, `booking-core`, knows services, resources and bookings. This crate adds what a business that is run by
//! several people and programs needs around it, as use cases over small ports. It knows no database and no HTTP; it
//! depends on the core, never the other way round.
//!
//! | to | use | over |
//! |---|---|---|
//! | edit services, resources and what they share | [`CatalogueEditor`] | [`CatalogueStore`] |
//! | know customers | [`CustomerDesk`] | [`CustomerStore`], [`AuditLog`] |
//! | tell who calls | [`KeyRing`] | [`KeyStore`] |
//! | keep businesses apart | [`Tenant`] | [`TenantStore`] |
//! | see who did what | [`AuditQuery`] | [`AuditLog`] |
//! | see what was booked, in numbers | [`ReportQuery`] | [`Reports`] |
//!
//! [`memory::MemoryPlatform`] implements all of them and the core's ports, for tests and demos; [`AnyPlatform`] hides
//! which store it is. A store adapter runs the `conformance` suite (feature `conformance`).
//!
//! Every write says who writes and when ([`Stamp`]) and what it takes for granted ([`Expect`]); it is applied together
//! with its entry in the audit log, or not at all.

mod any;
mod audit;
mod catalogue;
#[cfg(feature = "conformance")]
pub mod conformance;
mod customer;
mod entropy;
mod error;
mod id;
mod key;
mod list;
pub mod memory;
mod port;
mod report;
mod stamp;
mod tenant;
mod text;
mod usecase;
mod worded;

pub use any::AnyPlatform;
pub use audit::{AuditAction, AuditEntry, AuditNote, AuditObject, AuditQuery, ObjectKind, notes_of};
pub use catalogue::{
    Contact, Group, HolidayCalendar, HolidayCalendarSpec, Item, ItemId, ItemKind, Kind, Location,
    MAX_CALENDARS, NamedPolicy, NamedSchedule, PriceList, PriceListSpec, ResourceParts, ResourceProfile,
    ServiceParts, ServiceProfile,
};
pub use customer::{
    Consent, Customer, CustomerState, CustomerWrite, MAX_ALIASES, MAX_CONSENTS, Profile, ProfileSpec,
};
pub use entropy::{Entropy, SystemEntropy};
pub use error::PlatformError;
pub use id::{GroupId, HolidayCalendarId, KeyId, LocationId, PolicyId, PriceListId, ScheduleId};
pub use key::{ApiKey, KeyKind, Token, TokenHash};
pub use list::List;
pub use port::{
    AuditLog, CatalogueStore, CustomerStore, KeyStore, MAX_PAGE, PageQuery, PlatformStore, Reports,
    TenantStore,
};
pub use report::{Counts, MAX_REPORT_DAYS, ReportBy, ReportGroup, ReportQuery, ReportRow, Tally};
pub use stamp::{Expect, Stamp, Versioned};
pub use tenant::Tenant;
pub use text::{Email, Language, Name, Phone, SearchText, Text};
pub use usecase::{Caller, CatalogueEditor, CustomerDesk, CustomerExport, KeyRing, MAX_EXPORT, NewKey};
