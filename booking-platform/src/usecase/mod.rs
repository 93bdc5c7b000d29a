//! What a host calls: small steps over the ports.

mod catalogue;
mod customers;
mod keys;

pub use catalogue::CatalogueEditor;
pub use customers::{CustomerDesk, CustomerExport, MAX_EXPORT};
pub use keys::{Caller, KeyRing, NewKey};
