//! Rows: what the platform's data is made of, and which of it a write changed.

use booking_core::TenantId;
use serde::{Deserialize, Serialize};

use crate::{ApiKey, AuditEntry, Customer, Item, ItemId, Tenant, Versioned};

/// One row as it is now, or one that is gone: enough to write a change through to a database.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(clippy::large_enum_variant, reason = "rows live for one write, in lists of two or three")]
pub enum PlatformRow {
    /// A tenant, new or replaced.
    Tenant(Versioned<Tenant>),
    /// An item, new or replaced.
    Item(TenantId, Versioned<Item>),
    /// An item that was deleted.
    Deleted(TenantId, ItemId),
    /// A customer, new or changed.
    Customer(Customer),
    /// A key, new or revoked.
    Key(ApiKey),
    /// A new entry of the audit log.
    Audit(AuditEntry),
}

/// The answer of a write, and the rows it changed.
pub type Written<T> = (T, Vec<PlatformRow>);
