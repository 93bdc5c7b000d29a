//! Bookings by id.

use std::collections::HashMap;

use crate::BookingId;
use crate::booking::Booking;

/// Bookings by id, each in a place of its own: a table that grows has room for twice what it holds, and rows of half a
/// kilobyte inside it would waste as much again.
#[derive(Debug, Default)]
pub(super) struct Bookings(HashMap<BookingId, Box<Booking>>);

impl Bookings {
    pub(super) fn get(&self, id: &BookingId) -> Option<&Booking> {
        self.0.get(id).map(|row| &**row)
    }

    pub(super) fn contains_key(&self, id: &BookingId) -> bool {
        self.0.contains_key(id)
    }

    pub(super) fn insert(&mut self, id: BookingId, mut row: Booking) {
        // A list that grew by itself has room for four, and most visits have one resource and one claim.
        row.picks.shrink_to_fit();
        row.claims.shrink_to_fit();
        self.0.insert(id, Box::new(row));
    }

    pub(super) fn remove(&mut self, id: &BookingId) -> Option<Booking> {
        self.0.remove(id).map(|row| *row)
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &Booking> {
        self.0.values().map(|row| &**row)
    }
}
