//! Tenants: the businesses that share a server.

use booking_core::{TenantId, ZoneId};
use serde::{Deserialize, Serialize};

use crate::Name;

/// A business. Everything else belongs to one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// What people call it.
    pub name: Name,
    /// The zone its days are told in where nothing else says which.
    pub zone: ZoneId,
}
