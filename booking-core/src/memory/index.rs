//! Bookings by what they belong to, ordered by start.

use std::collections::HashMap;

use uuid::Uuid;

use super::bookings::Kept;
use super::chunks::Sorted;
use crate::store::LimitSubject;
use crate::{BookingId, CustomerId, ResourceId, SeriesId, ServiceId};

/// What bookings are looked up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Subject {
    All,
    Customer(CustomerId),
    Resource(ResourceId),
    Service(ServiceId),
    Series(SeriesId),
}

impl From<LimitSubject> for Subject {
    fn from(subject: LimitSubject) -> Self {
        match subject {
            LimitSubject::Customer(id) => Self::Customer(id),
            LimitSubject::Resource(id) => Self::Resource(id),
            LimitSubject::Service(id) => Self::Service(id),
        }
    }
}

/// What lists are filtered by, and what limits and standings count by.
pub(super) fn subjects(booking: &Kept) -> Vec<Subject> {
    let mut subjects = vec![Subject::All, Subject::Service(booking.service)];
    subjects.extend(booking.customer.map(Subject::Customer));
    subjects.extend(booking.series().map(|(series, _)| Subject::Series(series)));
    subjects.extend(booking.resources().into_iter().map(Subject::Resource));
    subjects
}

/// Bookings of each subject by start, then id.
#[derive(Debug, Default)]
pub(super) struct ByStart(HashMap<Subject, Sorted<(i64, BookingId)>>);

/// Where a page of a list starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PageStart {
    At((i64, BookingId)),
    After((i64, BookingId)),
}

/// Before every id of a start.
pub(super) const FIRST_ID: BookingId = BookingId::from_uuid(Uuid::nil());

impl ByStart {
    /// Enters a booking, or takes it out.
    pub(super) fn file(&mut self, subject: Subject, key: (i64, BookingId), enter: bool) {
        if enter {
            self.0.entry(subject).or_default().insert(key);
        } else if let Some(keys) = self.0.get_mut(&subject) {
            keys.remove(&key);
            if keys.is_empty() {
                self.0.remove(&subject);
            }
        }
    }

    /// Those that start in `[from, until)`.
    pub(super) fn range(
        &self,
        subject: Subject,
        from: i64,
        until: i64,
    ) -> impl DoubleEndedIterator<Item = BookingId> {
        let keys = self.0.get(&subject).filter(|_| from < until);
        let range = keys.map(|keys| keys.range(&(from, FIRST_ID), &(until, FIRST_ID)));
        range.into_iter().flatten().map(|(_, id)| *id)
    }

    /// Those from a start and id on, up to those that start before `until`.
    pub(super) fn page(
        &self,
        subject: Subject,
        from: PageStart,
        until: i64,
    ) -> impl Iterator<Item = BookingId> {
        let (PageStart::At(key) | PageStart::After(key)) = from;
        let keys = self.0.get(&subject).filter(|_| key.0 < until);
        let range = keys.map(|keys| keys.range(&key, &(until, FIRST_ID))).into_iter().flatten();
        range.filter(move |found| from != PageStart::After(**found)).map(|(_, id)| *id)
    }
}
