//! What a command asks of the scheduler.

use serde_json::Value;

use super::json::{customer, text, time};
use super::runner::Runner;
use super::world::waiver;
use crate::scheduler::{BookRequest, ChangeRequest, MoveRequest, Wish};
use crate::seconds::minutes;
use crate::{BookingId, ResourceId};

impl Runner<'_> {
    pub(super) fn resource(&self, json: &Value) -> ResourceId {
        self.resources[&text(json)]
    }

    pub(super) fn wish(&self, command: &Value) -> Wish {
        let service = &self.services[&text(&command["service"])];
        Wish {
            duration: command["duration_min"].as_i64().map(minutes),
            party: command["units"].as_u64().map_or(1, |units| units as u32),
            customer: command["customer"].as_str().map(customer),
            resources: self.pins(command),
            waive: waiver(&command["waive"]),
            ..Wish::new(self.tenant, service.id)
        }
    }

    pub(super) fn pins(&self, command: &Value) -> Vec<ResourceId> {
        command["resources"].as_array().into_iter().flatten().map(|name| self.resource(name)).collect()
    }

    pub(super) fn book_request(&self, command: &Value) -> BookRequest {
        BookRequest {
            key: command["key"].as_str().map(str::to_owned),
            ..BookRequest::new(self.wish(command), time(&command["start"]))
        }
    }

    pub(super) fn change_request(&self, command: &Value) -> ChangeRequest {
        let unknown = BookingId::from_u64(u64::MAX);
        let booking = self.bookings.get(&text(&command["booking"])).copied().unwrap_or(unknown);
        ChangeRequest {
            if_version: command["if_version"].as_u64(),
            key: command["key"].as_str().map(str::to_owned),
            waive: waiver(&command["waive"]),
            ..ChangeRequest::new(self.tenant, booking)
        }
    }

    pub(super) fn move_request(&self, command: &Value) -> MoveRequest {
        MoveRequest {
            change: self.change_request(command),
            start: command["start"].as_str().map(|_| time(&command["start"])),
            duration: command["duration_min"].as_i64().map(minutes),
            party: command["units"].as_u64().map(|units| units as u32),
            resources: self.pins(command),
        }
    }
}
