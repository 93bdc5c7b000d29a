//! One history, command by command, through the scheduler.

use std::collections::BTreeMap;
use std::future::Future;

use chrono::NaiveDateTime;
use serde_json::{Value, json};

use super::History;
use super::answers::{plain, refused, state, verdicts};
use super::json::{count, customer, stamp, text, time};
use super::world::{resource, service};
use crate::booking::{Actor, Booking, CancelScope, OnConflict, State};
use crate::clock::{Clock, ManualClock};
use crate::conformance::suite::{Subject, Suite};
use crate::conformance::world::{Business, World, new_tenant};
use crate::recurrence::Recurrence;
use crate::scheduler::{Booked, CancelSeriesRequest, JoinRequest, Refusal, Scheduler, SeriesRequest};
use crate::seconds::minutes;
use crate::service::Service;
use crate::store::AnyStore;
use crate::time::ZoneId;
use crate::{BookingId, EntryId, Interval, ResourceId, SeriesId, ServiceId, TenantId};

/// A store with the world of a history, and the names that its commands have given.
pub(super) struct Runner<'s> {
    suite: &'s Suite,
    subject: Subject,
    clock: ManualClock,
    pub(super) tenant: TenantId,
    pub(super) scheduler: Scheduler<AnyStore, ManualClock>,
    pub(super) resources: BTreeMap<String, ResourceId>,
    pub(super) services: BTreeMap<String, Service>,
    pub(super) bookings: BTreeMap<String, BookingId>,
    series: BTreeMap<String, SeriesId>,
    entries: BTreeMap<String, EntryId>,
}

impl<'s> Runner<'s> {
    pub(super) fn new(suite: &'s Suite, history: &History) -> Self {
        let mut business =
            Business { tenant: new_tenant(), services: vec![], resources: vec![], customers: vec![] };
        let mut resources = BTreeMap::new();
        for (number, json) in (1..).zip(&history.world.resources) {
            let id = ResourceId::from_u64(number);
            resources.insert(text(&json["id"]), id);
            business.resources.push(resource(id, json));
        }
        let mut services = BTreeMap::new();
        for (number, json) in (1..).zip(&history.world.services) {
            let service = service(ServiceId::from_u64(number), json, &resources);
            services.insert(text(&json["id"]), service.clone());
            business.services.push(service);
        }
        business.customers =
            history.commands.iter().filter_map(|c| c["customer"].as_str()).map(customer).collect();
        business.customers.sort_unstable();
        business.customers.dedup();
        let tenant = business.tenant;
        let subject = suite.set_up(World { businesses: vec![business] });
        let clock = ManualClock::at(chrono::DateTime::UNIX_EPOCH);
        Self {
            suite,
            scheduler: Scheduler::new(subject.store().clone(), clock.clone()),
            subject,
            clock,
            tenant,
            resources,
            services,
            bookings: BTreeMap::new(),
            series: BTreeMap::new(),
            entries: BTreeMap::new(),
        }
    }

    /// Runs the next command of the history; what it answers.
    pub(super) fn run(&mut self, command: &Value) -> Value {
        let now = time(&command["now"]);
        if self.clock.now() != now {
            self.clock.set(now);
            if let Some(stop) = self.subject.stop_clock(now) {
                self.suite.wait(stop);
            }
        }
        self.step(command)
    }

    fn wait<T: Send>(&self, future: impl Future<Output = T> + Send) -> T {
        self.suite.wait(future)
    }

    fn step(&mut self, command: &Value) -> Value {
        match text(&command["op"]).as_str() {
            "book" => {
                let done = self.wait(self.scheduler.book(&self.book_request(command)));
                self.booked(command, done)
            }
            "hold" => {
                let ttl = command["ttl_min"].as_i64().map(minutes);
                let done = self.wait(self.scheduler.hold(&self.book_request(command), ttl));
                self.booked(command, done)
            }
            "series" => self.series(command),
            "cancel_series" => self.cancel_series(command),
            "block" => self.block(command),
            "set_capacity" => {
                let (resource, capacity) = (self.resource(&command["resource"]), count(&command["capacity"]));
                plain(self.wait(self.scheduler.set_capacity(
                    self.tenant,
                    resource,
                    capacity,
                    &Actor::default(),
                )))
            }
            "schedule_session" => {
                let (wish, start) = (self.wish(command), time(&command["start"]));
                plain(self.wait(self.scheduler.open_session(&wish, start, &Actor::default())).map(|_| ()))
            }
            "join_waitlist" => self.join(command),
            "leave_waitlist" => {
                let entry = self.entries[&text(&command["entry"])];
                plain(self.wait(self.scheduler.leave_waitlist(self.tenant, entry, &Actor::default())))
            }
            "waitlist_offers" => self.offers(),
            "sweep" => plain(self.wait(self.scheduler.sweep(self.tenant)).map(|_| ())),
            "states" => self.states(),
            "bookable" => self.bookable(command),
            "reschedule" => {
                let done = self.wait(self.scheduler.reschedule(&self.move_request(command)));
                self.booked(command, done)
            }
            op => {
                let done = self.change(op, command);
                self.booked(command, done)
            }
        }
    }

    fn change(&self, op: &str, command: &Value) -> Result<Booked, Refusal> {
        let request = self.change_request(command);
        let scheduler = &self.scheduler;
        match op {
            "confirm" => self.wait(scheduler.confirm(&request)),
            "extend" => self.wait(scheduler.extend(&request, time(&command["expires_at"]))),
            "approve" => self.wait(scheduler.approve(&request)),
            "decline" => self.wait(scheduler.decline(&request)),
            "cancel" => self.wait(scheduler.cancel(&request)),
            "check_in" => self.wait(scheduler.check_in(&request)),
            "complete" => self.wait(scheduler.complete(&request)),
            "no_show" => self.wait(scheduler.no_show(&request)),
            other => unreachable!("unknown operation {other}"),
        }
    }

    fn booked(&mut self, command: &Value, done: Result<Booked, Refusal>) -> Value {
        let done = match done {
            Ok(done) => done,
            Err(refusal) => return refused(&refusal),
        };
        if let Some(name) = command["as"].as_str() {
            self.bookings.insert(name.to_owned(), done.booking.id);
        }
        self.note_offers(&done.offers);
        let mut answer = self.booking(&done.booking);
        answer["replayed"] = json!(done.replayed);
        answer
    }

    fn booking(&self, booking: &Booking) -> Value {
        let names: Vec<&str> = booking
            .resources()
            .iter()
            .filter_map(|id| self.resources.iter().find(|(_, known)| *known == id))
            .map(|(name, _)| name.as_str())
            .collect();
        let mut answer = json!({
            "ok": true,
            "booking": self.name(booking.id),
            "state": state(booking.state),
            "version": booking.version,
            "resources": names,
        });
        if let Some(deadline) = booking.deadline {
            let field = if booking.state == State::Held { "expires_at" } else { "decide_by" };
            answer[field] = json!(stamp(deadline));
        }
        answer
    }

    fn name(&self, id: BookingId) -> Option<&str> {
        self.bookings.iter().find(|(_, known)| **known == id).map(|(name, _)| name.as_str())
    }

    /// Offers are named by their entry and start.
    fn note_offers(&mut self, offers: &[Booking]) {
        for offer in offers {
            let entry = self.entries.iter().find(|(_, id)| Some(**id) == offer.offer_to);
            if let Some((name, _)) = entry {
                self.bookings.insert(format!("{name}@{}", stamp(offer.start())), offer.id);
            }
        }
    }

    fn series(&mut self, command: &Value) -> Value {
        let dtstart: NaiveDateTime = text(&command["dtstart"]).parse().expect("a case is well formed");
        let request = SeriesRequest {
            wish: self.wish(command),
            recurrence: Recurrence::new(dtstart, &text(&command["rrule"])).expect("a case is well formed"),
            zone: command["tz"].as_str().map(|name| ZoneId::new(name).expect("a case is well formed")),
            on_conflict: match text(&command["on_conflict"]).as_str() {
                "fail" => OnConflict::Fail,
                "skip" => OnConflict::Skip,
                "propose" => OnConflict::Propose,
                other => unreachable!("unknown on_conflict {other}"),
            },
            key: command["key"].as_str().map(str::to_owned),
            actor: Actor::default(),
        };
        let done = match self.wait(self.scheduler.book_series(&request)) {
            Ok(done) => done,
            Err(refusal) => return refused(&refusal),
        };
        let name = text(&command["as"]);
        self.series.insert(name.clone(), done.series);
        let mut booked = Vec::new();
        for booking in &done.bookings {
            let own = format!("{name}/{}", booking.series.expect("a case is well formed").1);
            self.bookings.insert(own.clone(), booking.id);
            booked.push(own);
        }
        let mut answer = json!({ "ok": true, "booked": booked, "replayed": done.replayed });
        if !done.replayed {
            answer["verdicts"] = verdicts(&done.verdicts);
        }
        answer
    }

    fn cancel_series(&mut self, command: &Value) -> Value {
        let request = CancelSeriesRequest {
            tenant: self.tenant,
            series: self.series[&text(&command["series"])],
            booking: command["booking"].as_str().map(|name| self.bookings[name]),
            scope: match text(&command["scope"]).as_str() {
                "this" => CancelScope::This,
                "following" => CancelScope::Following,
                "all" => CancelScope::All,
                other => unreachable!("unknown scope {other}"),
            },
            key: None,
            actor: Actor::default(),
            waive: crate::Waiver::default(),
        };
        match self.wait(self.scheduler.cancel_series(&request)) {
            Ok(cancelled) => {
                let names: Vec<_> = cancelled.bookings.iter().filter_map(|b| self.name(b.id)).collect();
                json!({ "ok": true, "cancelled": names })
            }
            Err(refusal) => refused(&refusal),
        }
    }

    fn block(&mut self, command: &Value) -> Value {
        let interval =
            Interval::new(time(&command["start"]), time(&command["end"])).expect("a case is well formed");
        let resource = self.resource(&command["resource"]);
        let actor = Actor::default();
        match self.wait(self.scheduler.block(self.tenant, resource, interval, "time off", &actor)) {
            Ok((_, collides)) => {
                let mut names: Vec<_> = collides.iter().filter_map(|id| self.name(*id)).collect();
                names.sort_unstable();
                json!({ "ok": true, "collides": names })
            }
            Err(refusal) => refused(&refusal),
        }
    }

    fn join(&mut self, command: &Value) -> Value {
        let window = &command["window"];
        let request = JoinRequest {
            wish: self.wish(command),
            window: Interval::new(time(&window["start"]), time(&window["end"]))
                .expect("a case is well formed"),
            key: None,
            actor: Actor::default(),
        };
        match self.wait(self.scheduler.join_waitlist(&request)) {
            Ok(joined) => {
                self.entries.insert(text(&command["as"]), joined.entry.id);
                json!({ "ok": true })
            }
            Err(refusal) => refused(&refusal),
        }
    }

    fn offers(&mut self) -> Value {
        let offers = match self.wait(self.scheduler.waitlist_offers(self.tenant)) {
            Ok(offers) => offers,
            Err(refusal) => return refused(&refusal),
        };
        let bookings: Vec<Booking> = offers.iter().map(|offer| offer.booking.clone()).collect();
        self.note_offers(&bookings);
        let listed: Vec<Value> = offers
            .iter()
            .map(|offer| {
                let entry = self.entries.iter().find(|(_, id)| **id == offer.entry).map(|(name, _)| name);
                json!({
                    "entry": entry,
                    "booking": self.name(offer.booking.id),
                    "start": stamp(offer.booking.start()),
                    "expires_at": offer.booking.deadline.map(stamp),
                })
            })
            .collect();
        json!({ "ok": true, "offers": listed })
    }

    fn states(&self) -> Value {
        let now = self.scheduler.clock().clone();
        let now = crate::Clock::now(&now).timestamp();
        let states: BTreeMap<&str, &str> = self
            .bookings
            .iter()
            .map(|(name, id)| {
                let booking =
                    self.wait(self.scheduler.booking(self.tenant, *id)).expect("a case is well formed");
                (name.as_str(), state(booking.state_at(now)))
            })
            .collect();
        json!({ "ok": true, "states": states })
    }

    fn bookable(&self, command: &Value) -> Value {
        let wish = self.wish(command);
        let seats = self.services[&text(&command["service"])].seats > 1;
        let mut bookable = BTreeMap::new();
        for start in command["starts"].as_array().expect("a case is well formed") {
            let at = time(start).timestamp();
            let window = Interval::from_seconds(at, at + 1).expect("a case is well formed");
            let slots = self.wait(self.scheduler.slots(&wish, window)).expect("a case is well formed");
            let answer = if seats {
                json!(slots.first().map_or(0, |slot| slot.left))
            } else {
                json!(!slots.is_empty())
            };
            bookable.insert(text(start), answer);
        }
        json!({ "ok": true, "bookable": bookable })
    }
}
