//! The audit log: who did what to what, and when. A store appends to it in the transaction of the write.

use booking_core::{
    Action, Actor, BlockId, Booking, BookingId, Change, Command, Committed, CustomerId, EntryId, Interval,
    ResourceId, SessionId, TenantId,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::worded::worded;
use crate::{ItemId, ItemKind, KeyId};

worded! {
    /// What was done.
    AuditAction = "action" {
        /// Something was made.
        Create = "create",
        /// Something was changed.
        Replace = "replace",
        /// Something was deleted.
        Delete = "delete",
        /// A customer was merged into another.
        Merge = "merge",
        /// A customer was erased.
        Erase = "erase",
        /// A customer agreed, or no longer agrees.
        Consent = "consent",
        /// A key was revoked.
        Revoke = "revoke",
        /// A booking was made: held, pending or confirmed.
        Place = "place",
        /// A hold was placed for the waitlist.
        Offer = "offer",
        /// A hold was confirmed.
        Confirm = "confirm",
        /// A hold was extended.
        Extend = "extend",
        /// A pending booking was approved.
        Approve = "approve",
        /// A pending booking was declined.
        Decline = "decline",
        /// A booking was moved.
        Reschedule = "reschedule",
        /// A booking was given other resources.
        Reassign = "reassign",
        /// A booking was called off.
        Cancel = "cancel",
        /// The customer came.
        CheckIn = "check_in",
        /// A visit took place.
        Complete = "complete",
        /// The customer did not come.
        NoShow = "no_show",
        /// A deadline passed.
        Expire = "expire",
        /// A capacity was set.
        SetCapacity = "set_capacity",
        /// A session was put on the calendar.
        Open = "open",
        /// A session was taken off the calendar.
        Close = "close",
        /// Someone joined the waitlist.
        Join = "join",
        /// Someone left the waitlist.
        Leave = "leave",
    }
}

worded! {
    /// What kind of thing it was done to.
    ObjectKind = "object" {
        /// The business itself.
        Tenant = "tenant",
        /// A service.
        Service = "service",
        /// A resource.
        Resource = "resource",
        /// A group of resources.
        Group = "group",
        /// A location.
        Location = "location",
        /// A shared schedule.
        Schedule = "schedule",
        /// A holiday calendar.
        HolidayCalendar = "holiday_calendar",
        /// A shared policy.
        Policy = "policy",
        /// A price list.
        PriceList = "price_list",
        /// A customer.
        Customer = "customer",
        /// An API key.
        Key = "key",
        /// A booking.
        Booking = "booking",
        /// A block.
        Block = "block",
        /// A session.
        Session = "session",
        /// A waitlist entry.
        Entry = "entry",
    }
}

/// What something was done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AuditObject {
    /// What kind of thing.
    pub kind: ObjectKind,
    /// Its id.
    pub id: Uuid,
}

macro_rules! objects {
    ($($id:ty => $kind:ident;)*) => {$(
        impl From<$id> for AuditObject {
            fn from(id: $id) -> Self {
                Self { kind: ObjectKind::$kind, id: id.uuid() }
            }
        }
    )*};
}

objects! {
    TenantId => Tenant;
    CustomerId => Customer;
    KeyId => Key;
    BookingId => Booking;
    BlockId => Block;
    SessionId => Session;
    EntryId => Entry;
    ResourceId => Resource;
}

impl From<ItemId> for AuditObject {
    fn from(id: ItemId) -> Self {
        let kind = match id.kind() {
            ItemKind::Service => ObjectKind::Service,
            ItemKind::Resource => ObjectKind::Resource,
            ItemKind::Group => ObjectKind::Group,
            ItemKind::Location => ObjectKind::Location,
            ItemKind::Schedule => ObjectKind::Schedule,
            ItemKind::HolidayCalendar => ObjectKind::HolidayCalendar,
            ItemKind::Policy => ObjectKind::Policy,
            ItemKind::PriceList => ObjectKind::PriceList,
        };
        Self { kind, id: id.uuid() }
    }
}

/// What is to be noted, before the store gives it a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditNote {
    /// What was done.
    pub action: AuditAction,
    /// To what.
    pub object: AuditObject,
    /// The version it has since, where it has one.
    pub version: Option<u64>,
}

impl AuditNote {
    /// A note.
    pub fn new(action: AuditAction, object: impl Into<AuditObject>, version: Option<u64>) -> Self {
        Self { action, object: object.into(), version }
    }
}

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Its number in the tenant's log, rising.
    pub sequence: u64,
    /// Whose log.
    pub tenant: TenantId,
    /// When: the instant of the write's stamp; for commands the one the store judged them at.
    pub at: DateTime<Utc>,
    /// Who, and from where.
    pub actor: Actor,
    /// What was done.
    pub action: AuditAction,
    /// To what.
    pub object: AuditObject,
    /// The version it has since, where it has one.
    pub version: Option<u64>,
}

/// Which entries? All conditions that are given must hold. The newest come first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// About this.
    pub object: Option<AuditObject>,
    /// Whose instant lies in here.
    pub window: Option<Interval>,
    /// Continue before this number.
    pub before: Option<u64>,
    /// At most this many, 1 to [`MAX_PAGE`](crate::MAX_PAGE).
    pub limit: usize,
}

impl AuditQuery {
    /// Whether an entry is asked for, wherever it comes in the list.
    pub(crate) fn asks_for(&self, entry: &AuditEntry) -> bool {
        self.object.is_none_or(|object| entry.object == object)
            && self.window.is_none_or(|window| window.contains(entry.at.timestamp()))
    }
}

/// What a command of the core leaves in the log: a note for each thing that it made or changed. A replayed answer leaves
/// none, because it changed nothing.
pub fn notes_of(command: &Command, answer: &Committed) -> Vec<AuditNote> {
    if answer.replayed {
        return Vec::new();
    }
    let booked = |action, booking: &Booking| AuditNote::new(action, booking.id, Some(booking.version));
    let action = AuditAction::of(&command.action);
    let mut notes: Vec<AuditNote> = match &command.action {
        Action::AddBlock(block) => vec![AuditNote::new(action, block.id, None)],
        Action::RemoveBlock(id) => vec![AuditNote::new(action, *id, None)],
        Action::SetCapacity { resource, .. } => vec![AuditNote::new(action, *resource, None)],
        Action::OpenSession(_) | Action::CloseSession(_) => {
            answer.session.iter().map(|session| AuditNote::new(action, session.id, None)).collect()
        }
        Action::Join(_) | Action::Leave(_) => {
            let entry = answer.entry.iter().map(|entry| AuditNote::new(action, entry.id, None));
            entry.chain(answer.bookings.iter().map(|booking| booked(AuditAction::Cancel, booking))).collect()
        }
        Action::Place(_)
        | Action::Move(_)
        | Action::Change { .. }
        | Action::CancelMany(_)
        | Action::Sweep(_) => answer.bookings.iter().map(|booking| booked(action, booking)).collect(),
    };
    notes.extend(answer.offers.iter().map(|booking| booked(AuditAction::Offer, booking)));
    notes
}

impl AuditAction {
    /// What a command does to what it names; offers it makes besides are [`AuditAction::Offer`].
    pub fn of(action: &Action) -> Self {
        match action {
            Action::Place(_) => AuditAction::Place,
            Action::Move(wanted) if wanted.reassign => AuditAction::Reassign,
            Action::Move(_) => AuditAction::Reschedule,
            Action::Change { change, .. } => match change {
                Change::Confirm => AuditAction::Confirm,
                Change::Extend { .. } => AuditAction::Extend,
                Change::Approve => AuditAction::Approve,
                Change::Decline => AuditAction::Decline,
                Change::Cancel { .. } => AuditAction::Cancel,
                Change::CheckIn => AuditAction::CheckIn,
                Change::Complete => AuditAction::Complete,
                Change::MarkNoShow { .. } => AuditAction::NoShow,
            },
            Action::CancelMany(_) => AuditAction::Cancel,
            Action::Sweep(_) => AuditAction::Expire,
            Action::AddBlock(_) => AuditAction::Create,
            Action::RemoveBlock(_) => AuditAction::Delete,
            Action::SetCapacity { .. } => AuditAction::SetCapacity,
            Action::OpenSession(_) => AuditAction::Open,
            Action::CloseSession(_) => AuditAction::Close,
            Action::Join(_) => AuditAction::Join,
            Action::Leave(_) => AuditAction::Leave,
        }
    }
}
