//! The traits.

use std::future::Future;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    BookingFilter, Command, CommitError, Counted, CountedQuery, Occupancy, OccupancyQuery, Operation, Page,
    Recorded, Standing, StandingQuery, StoreError, WaitingQuery,
};
use crate::booking::{Booking, Event, Session, Verdict, WaitlistEntry};
use crate::resource::{Resource, Tag};
use crate::service::Service;
use crate::{BlockId, BookingId, EntryId, ResourceId, ServiceId, TenantId};

/// What a business offers: services and resources.
pub trait Catalog: Send + Sync {
    /// A service, if the tenant has it.
    fn service(
        &self,
        tenant: TenantId,
        service: ServiceId,
    ) -> impl Future<Output = Result<Option<Arc<Service>>, StoreError>> + Send;

    /// These resources of the tenant, in the order asked for, unknown ones left out.
    fn resources(
        &self,
        tenant: TenantId,
        ids: &[ResourceId],
    ) -> impl Future<Output = Result<Vec<Arc<Resource>>, StoreError>> + Send;

    /// The tenant's resources that carry a tag, by id.
    fn tagged(
        &self,
        tenant: TenantId,
        tag: &Tag,
    ) -> impl Future<Output = Result<Vec<Arc<Resource>>, StoreError>> + Send;
}

/// What a command did.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Committed {
    /// The bookings made or changed, in the command's order.
    pub bookings: Vec<Booking>,
    /// Offers made to the waitlist.
    pub offers: Vec<Booking>,
    /// For a new block: the live bookings it collides with.
    pub collides: Vec<BookingId>,
    /// For a session put on the calendar.
    pub session: Option<Session>,
    /// For a join: the entry with its place in line.
    pub entry: Option<WaitlistEntry>,
    /// The command's verdicts, unchanged.
    #[serde(default)]
    pub verdicts: Vec<Verdict>,
    /// Whether this is the recorded answer to an earlier command with the same key.
    pub replayed: bool,
}

/// Keeps bookings, claims, sessions, blocks, series, the waitlist and the event feed of all tenants.
///
/// Implementations are checked by the `conformance` suite: one macro call, one test per rule.
pub trait BookingStore: Send + Sync {
    /// Applies a command wholly or not at all. See [`Command`] for what is checked.
    fn commit(&self, command: &Command) -> impl Future<Output = Result<Committed, CommitError>> + Send;

    /// What occupies resources in a window.
    fn occupancy(&self, query: &OccupancyQuery)
    -> impl Future<Output = Result<Occupancy, StoreError>> + Send;

    /// Bookings that limits count.
    fn counted(&self, query: &CountedQuery) -> impl Future<Output = Result<Vec<Counted>, StoreError>> + Send;

    /// How resources and a customer stand.
    fn standing(&self, query: &StandingQuery) -> impl Future<Output = Result<Standing, StoreError>> + Send;

    /// What a key was used for. Looked up before anything is planned. Keys are kept at least 24 hours, 7 days by
    /// default.
    fn recorded(
        &self,
        tenant: TenantId,
        operation: Operation,
        key: &str,
    ) -> impl Future<Output = Result<Option<Recorded>, StoreError>> + Send;

    /// One booking.
    fn booking(
        &self,
        tenant: TenantId,
        booking: BookingId,
    ) -> impl Future<Output = Result<Option<Booking>, StoreError>> + Send;

    /// Bookings by start, then id.
    fn bookings(
        &self,
        tenant: TenantId,
        filter: &BookingFilter,
    ) -> impl Future<Output = Result<Page<Booking>, StoreError>> + Send;

    /// The events of one booking, oldest first.
    fn history(
        &self,
        tenant: TenantId,
        booking: BookingId,
    ) -> impl Future<Output = Result<Vec<Event>, StoreError>> + Send;

    /// Events after a sequence number, oldest first, at most `limit`.
    fn events(
        &self,
        tenant: TenantId,
        after: u64,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Event>, StoreError>> + Send;

    /// Held and pending bookings whose deadline is at or before `now`, by deadline, at most `limit`.
    fn lapsed(
        &self,
        tenant: TenantId,
        now: DateTime<Utc>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Booking>, StoreError>> + Send;

    /// One block.
    fn block(
        &self,
        tenant: TenantId,
        block: BlockId,
    ) -> impl Future<Output = Result<Option<crate::booking::Block>, StoreError>> + Send;

    /// One waitlist entry.
    fn entry(
        &self,
        tenant: TenantId,
        entry: EntryId,
    ) -> impl Future<Output = Result<Option<WaitlistEntry>, StoreError>> + Send;

    /// Waitlist entries in line.
    fn waiting(
        &self,
        query: &WaitingQuery,
    ) -> impl Future<Output = Result<Vec<WaitlistEntry>, StoreError>> + Send;
}
