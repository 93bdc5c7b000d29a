//! `tests/cases/engine`: histories of commands, run through the scheduler on any store.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a history that cannot be read must fail its test")]

mod world;

use std::collections::BTreeMap;
use std::future::Future;
use std::path::Path;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use booking_core::{
    Actor, BookRequest, Booked, Booking, BookingId, BookingStore, CancelScope, CancelSeriesRequest, Catalog,
    ChangeRequest, CustomerId, EntryId, Interval, JoinRequest, ManualClock, MoveRequest, OnConflict, Reason,
    Recurrence, Refusal, Resource, ResourceId, Scheduler, SeriesId, SeriesRequest, Service, ServiceId, State,
    TenantId, Wish, ZoneId, minutes,
};
use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use world::{resource, service, waiver};

#[derive(Debug, Deserialize)]
pub(crate) struct History {
    pub(crate) id: String,
    pub(crate) world: WorldJson,
    pub(crate) commands: Vec<Value>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct WorldJson {
    resources: Vec<Value>,
    services: Vec<Value>,
}

/// How a store under test gets its catalogue.
pub(crate) trait Stock {
    fn stock_service(&self, tenant: TenantId, service: Service);
    fn stock_resource(&self, tenant: TenantId, resource: Resource);
}

/// The histories of one file.
pub(crate) fn histories(file: &str) -> Vec<History> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/engine").join(file);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Runs a future of a store that is ready at once, or that another thread makes ready.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(done) = future.as_mut().poll(&mut context) {
            return done;
        }
        std::thread::yield_now();
    }
}

const TENANT: TenantId = TenantId::SINGLE;

/// Runs one history; the complaints, if any.
pub(crate) fn run<S: Catalog + BookingStore + Stock>(history: &History, store: S) -> Vec<String> {
    let clock = ManualClock::at(DateTime::UNIX_EPOCH);
    let mut runner = Runner::new(store, clock, history);
    let mut complaints = Vec::new();
    for (index, command) in history.commands.iter().enumerate() {
        runner.clock.set(time(&command["now"]));
        let got = runner.step(command);
        for complaint in compare(&got, &command["expect"]) {
            complaints.push(format!("{} #{index} {}: {complaint}", history.id, command["op"]));
        }
    }
    complaints
}

struct Runner<S> {
    scheduler: Scheduler<S, ManualClock>,
    clock: ManualClock,
    resources: BTreeMap<String, ResourceId>,
    services: BTreeMap<String, Service>,
    bookings: BTreeMap<String, BookingId>,
    series: BTreeMap<String, SeriesId>,
    entries: BTreeMap<String, EntryId>,
}

impl<S: Catalog + BookingStore + Stock> Runner<S> {
    fn new(store: S, clock: ManualClock, history: &History) -> Self {
        let mut resources = BTreeMap::new();
        for (number, json) in (1..).zip(&history.world.resources) {
            let id = ResourceId::from_u64(number);
            resources.insert(text(&json["id"]), id);
            store.stock_resource(TENANT, resource(id, json));
        }
        let mut services = BTreeMap::new();
        for (number, json) in (1..).zip(&history.world.services) {
            let service = service(ServiceId::from_u64(number), json, &resources);
            services.insert(text(&json["id"]), service.clone());
            store.stock_service(TENANT, service);
        }
        Self {
            scheduler: Scheduler::new(store, clock.clone()),
            clock,
            resources,
            services,
            bookings: BTreeMap::new(),
            series: BTreeMap::new(),
            entries: BTreeMap::new(),
        }
    }

    fn step(&mut self, command: &Value) -> Value {
        match text(&command["op"]).as_str() {
            "book" => {
                let done = block_on(self.scheduler.book(&self.book_request(command)));
                self.booked(command, done)
            }
            "hold" => {
                let ttl = command["ttl_min"].as_i64().map(minutes);
                let done = block_on(self.scheduler.hold(&self.book_request(command), ttl));
                self.booked(command, done)
            }
            "series" => self.series(command),
            "cancel_series" => self.cancel_series(command),
            "block" => self.block(command),
            "set_capacity" => {
                let (resource, capacity) = (self.resource(&command["resource"]), count(&command["capacity"]));
                plain(block_on(self.scheduler.set_capacity(TENANT, resource, capacity, &Actor::default())))
            }
            "schedule_session" => {
                let (wish, start) = (self.wish(command), time(&command["start"]));
                plain(block_on(self.scheduler.open_session(&wish, start, &Actor::default())).map(|_| ()))
            }
            "join_waitlist" => self.join(command),
            "leave_waitlist" => {
                let entry = self.entries[&text(&command["entry"])];
                plain(block_on(self.scheduler.leave_waitlist(TENANT, entry, &Actor::default())))
            }
            "waitlist_offers" => self.offers(),
            "sweep" => plain(block_on(self.scheduler.sweep(TENANT)).map(|_| ())),
            "states" => self.states(),
            "bookable" => self.bookable(command),
            "reschedule" => {
                let done = block_on(self.scheduler.reschedule(&self.move_request(command)));
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
            "confirm" => block_on(scheduler.confirm(&request)),
            "extend" => block_on(scheduler.extend(&request, time(&command["expires_at"]))),
            "approve" => block_on(scheduler.approve(&request)),
            "decline" => block_on(scheduler.decline(&request)),
            "cancel" => block_on(scheduler.cancel(&request)),
            "check_in" => block_on(scheduler.check_in(&request)),
            "complete" => block_on(scheduler.complete(&request)),
            "no_show" => block_on(scheduler.no_show(&request)),
            other => panic!("unknown operation {other}"),
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
        let dtstart: NaiveDateTime = text(&command["dtstart"]).parse().unwrap();
        let request = SeriesRequest {
            wish: self.wish(command),
            recurrence: Recurrence::new(dtstart, &text(&command["rrule"])).unwrap(),
            zone: command["tz"].as_str().map(|name| ZoneId::new(name).unwrap()),
            on_conflict: match text(&command["on_conflict"]).as_str() {
                "fail" => OnConflict::Fail,
                "skip" => OnConflict::Skip,
                "propose" => OnConflict::Propose,
                other => panic!("unknown on_conflict {other}"),
            },
            key: command["key"].as_str().map(str::to_owned),
            actor: Actor::default(),
        };
        let done = match block_on(self.scheduler.book_series(&request)) {
            Ok(done) => done,
            Err(refusal) => return refused(&refusal),
        };
        let name = text(&command["as"]);
        self.series.insert(name.clone(), done.series);
        let mut booked = Vec::new();
        for booking in &done.bookings {
            let own = format!("{name}/{}", booking.series.unwrap().1);
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
            tenant: TENANT,
            series: self.series[&text(&command["series"])],
            booking: command["booking"].as_str().map(|name| self.bookings[name]),
            scope: match text(&command["scope"]).as_str() {
                "this" => CancelScope::This,
                "following" => CancelScope::Following,
                "all" => CancelScope::All,
                other => panic!("unknown scope {other}"),
            },
            actor: Actor::default(),
        };
        match block_on(self.scheduler.cancel_series(&request)) {
            Ok(cancelled) => {
                let names: Vec<_> = cancelled.iter().filter_map(|b| self.name(b.id)).collect();
                json!({ "ok": true, "cancelled": names })
            }
            Err(refusal) => refused(&refusal),
        }
    }

    fn block(&mut self, command: &Value) -> Value {
        let interval = Interval::new(time(&command["start"]), time(&command["end"])).unwrap();
        let resource = self.resource(&command["resource"]);
        let actor = Actor::default();
        match block_on(self.scheduler.block(TENANT, resource, interval, "time off", &actor)) {
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
            window: Interval::new(time(&window["start"]), time(&window["end"])).unwrap(),
            actor: Actor::default(),
        };
        match block_on(self.scheduler.join_waitlist(&request)) {
            Ok(entry) => {
                self.entries.insert(text(&command["as"]), entry.id);
                json!({ "ok": true })
            }
            Err(refusal) => refused(&refusal),
        }
    }

    fn offers(&mut self) -> Value {
        let offers = match block_on(self.scheduler.waitlist_offers(TENANT)) {
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
        let now = booking_core::Clock::now(&now).timestamp();
        let states: BTreeMap<&str, &str> = self
            .bookings
            .iter()
            .map(|(name, id)| {
                let booking = block_on(self.scheduler.booking(TENANT, *id)).unwrap();
                (name.as_str(), state(booking.state_at(now)))
            })
            .collect();
        json!({ "ok": true, "states": states })
    }

    fn bookable(&self, command: &Value) -> Value {
        let wish = self.wish(command);
        let seats = self.services[&text(&command["service"])].seats > 1;
        let mut bookable = BTreeMap::new();
        for start in command["starts"].as_array().unwrap() {
            let at = time(start).timestamp();
            let window = Interval::from_seconds(at, at + 1).unwrap();
            let slots = block_on(self.scheduler.slots(&wish, window)).unwrap();
            let answer = if seats {
                json!(slots.first().map_or(0, |slot| slot.left))
            } else {
                json!(!slots.is_empty())
            };
            bookable.insert(text(start), answer);
        }
        json!({ "ok": true, "bookable": bookable })
    }

    fn resource(&self, json: &Value) -> ResourceId {
        self.resources[&text(json)]
    }

    fn wish(&self, command: &Value) -> Wish {
        let service = &self.services[&text(&command["service"])];
        Wish {
            duration: command["duration_min"].as_i64().map(minutes),
            party: command["units"].as_u64().map_or(1, |units| units as u32),
            customer: command["customer"].as_str().map(customer),
            resources: self.pins(command),
            waive: waiver(&command["waive"]),
            ..Wish::new(TENANT, service.id)
        }
    }

    fn pins(&self, command: &Value) -> Vec<ResourceId> {
        command["resources"].as_array().into_iter().flatten().map(|name| self.resource(name)).collect()
    }

    fn book_request(&self, command: &Value) -> BookRequest {
        BookRequest {
            key: command["key"].as_str().map(str::to_owned),
            ..BookRequest::new(self.wish(command), time(&command["start"]))
        }
    }

    fn change_request(&self, command: &Value) -> ChangeRequest {
        let unknown = BookingId::from_u64(u64::MAX);
        let booking = self.bookings.get(&text(&command["booking"])).copied().unwrap_or(unknown);
        ChangeRequest {
            if_version: command["if_version"].as_u64(),
            key: command["key"].as_str().map(str::to_owned),
            waive: waiver(&command["waive"]),
            ..ChangeRequest::new(TENANT, booking)
        }
    }

    fn move_request(&self, command: &Value) -> MoveRequest {
        MoveRequest {
            change: self.change_request(command),
            start: command["start"].as_str().map(|_| time(&command["start"])),
            duration: command["duration_min"].as_i64().map(minutes),
            party: command["units"].as_u64().map(|units| units as u32),
            resources: self.pins(command),
        }
    }
}

fn compare(got: &Value, expect: &Value) -> Vec<String> {
    let mut complaints = Vec::new();
    for (field, wanted) in expect.as_object().unwrap() {
        let found = match field.as_str() {
            "replayed" => json!(got[field].as_bool().unwrap_or(false)),
            "states" => {
                let wanted = wanted.as_object().unwrap();
                let states = got[field].as_object().cloned().unwrap_or_default();
                Value::Object(states.into_iter().filter(|(name, _)| wanted.contains_key(name)).collect())
            }
            _ => got[field].clone(),
        };
        if found != *wanted {
            complaints.push(format!("{field} is {found}, expected {wanted} (answer {got})"));
        }
    }
    if expect["ok"] == json!(true) && expect.get("replayed").is_none() && got["replayed"] == json!(true) {
        complaints.push("replayed, which was not expected".to_owned());
    }
    complaints
}

fn plain(done: Result<(), Refusal>) -> Value {
    match done {
        Ok(()) => json!({ "ok": true }),
        Err(refusal) => refused(&refusal),
    }
}

fn refused(refusal: &Refusal) -> Value {
    let why: Vec<&str> = match refusal {
        Refusal::NotBookable { reasons, .. } => kinds(reasons),
        Refusal::SeriesConflict { .. } => vec!["SeriesConflict"],
        Refusal::KeyReused => vec!["KeyReused"],
        Refusal::VersionConflict { .. } => vec!["VersionConflict"],
        Refusal::IllegalMove(_) => vec!["IllegalMove"],
        Refusal::Expired { .. } => vec!["Expired"],
        Refusal::TooEarly { .. } => vec!["TooEarly"],
        Refusal::CapacityInUse { .. } => vec!["CapacityInUse"],
        Refusal::NotFound { .. } => vec!["NotFound"],
        Refusal::Invalid(_) | Refusal::ExtendTooFar { .. } => vec!["Invalid"],
        other => panic!("unexpected refusal {other:?}"),
    };
    let mut answer = json!({ "ok": false, "why": why });
    if let Refusal::SeriesConflict { verdicts: found } = refusal {
        answer["verdicts"] = verdicts(found);
    }
    answer
}

fn verdicts(found: &[booking_core::Verdict]) -> Value {
    let each = found.iter().map(|verdict| {
        let mut json = json!({ "start": stamp(verdict.start), "ok": verdict.is_bookable() });
        if !verdict.is_bookable() {
            json["why"] = json!(kinds(&verdict.reasons));
        }
        if let Some(alternative) = verdict.alternative {
            json["alternative"] = json!(stamp(alternative));
        }
        json
    });
    Value::Array(each.collect())
}

fn kinds(reasons: &[Reason]) -> Vec<&'static str> {
    let mut kinds: Vec<&str> = reasons
        .iter()
        .map(|reason| match reason {
            Reason::TooSoon { .. } => "TooSoon",
            Reason::OutsideHours { .. } => "OutsideHours",
            Reason::Closed { .. } => "Closed",
            Reason::Taken { .. } => "Taken",
            Reason::BufferOverlap { .. } => "BufferOverlap",
            Reason::CapacityFull { .. } => "CapacityFull",
            Reason::LimitReached { .. } => "LimitReached",
            Reason::NoCandidate { .. } => "NoCandidate",
            Reason::OffGrid { .. } => "OffGrid",
            Reason::Invalid(_) => "Invalid",
            other => panic!("unexpected reason {other:?}"),
        })
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

fn customer(name: &str) -> CustomerId {
    CustomerId::from_u64(name.bytes().fold(7, |hash, byte| hash * 31 + u64::from(byte)))
}

fn state(state: State) -> &'static str {
    match state {
        State::Held => "held",
        State::Pending => "pending",
        State::Confirmed => "confirmed",
        State::CheckedIn => "checked_in",
        State::Completed => "completed",
        State::Declined => "declined",
        State::Cancelled => "cancelled",
        State::NoShow => "no_show",
        State::Expired => "expired",
    }
}

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

fn time(json: &Value) -> DateTime<Utc> {
    text(json).parse().unwrap()
}

fn text(json: &Value) -> String {
    json.as_str().unwrap_or_default().to_owned()
}

fn count(json: &Value) -> u32 {
    json.as_u64().map_or(1, |count| count as u32)
}
