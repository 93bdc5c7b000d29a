//! Clients and the clock: who lists, holds, pays, forgets and asks again.

use std::collections::BTreeMap;

use booking_core::{
    Actor, BookRequest, Booked, Booking, BookingId, BookingStore, Catalog, ChangeRequest, Clock, Command,
    CustomerId, EntryId, Intent, Interval, ManualClock, MoveRequest, Refusal, Scheduler, SequentialIds,
    SeriesId, State, TenantId, Waiver, Wish, minutes,
};
use chrono::{DateTime, TimeDelta, Utc};

use super::audit::{Auditor, WAIVING};
use super::dice::Dice;
use super::staff;
use super::town::{self, SERVICES, START, Stock, TENANTS};

const CLIENTS: usize = 6;
const DAYS: usize = 3;

/// What a run did.
#[derive(Debug)]
pub(crate) struct Report {
    /// Commands that were applied.
    pub(crate) applied: usize,
    /// Every step in words.
    pub(crate) log: Vec<String>,
}

/// The simulation in progress.
pub(crate) struct Run<S> {
    pub(crate) scheduler: Scheduler<S, ManualClock>,
    pub(crate) dice: Dice,
    pub(crate) auditor: Auditor,
    /// The hold each client remembers: after a crash none.
    holds: BTreeMap<usize, (TenantId, BookingId)>,
    /// Commands planned on what was true then, to be committed later.
    planned: Vec<Command>,
    /// Requests whose answer was lost, to be repeated with the same key.
    unanswered: Vec<(Sent, Booked)>,
    pub(crate) series: Vec<(TenantId, SeriesId)>,
    pub(crate) entries: Vec<(TenantId, EntryId)>,
    pub(crate) blocks: Vec<(TenantId, booking_core::BlockId)>,
    keys: usize,
    report: Report,
}

/// A request that can be sent again.
#[derive(Debug, Clone)]
enum Sent {
    Place(BookRequest, Intent),
    Confirm(ChangeRequest),
    Cancel(ChangeRequest),
    Move(MoveRequest),
}

/// What a step did: whose rows it may have changed, and what it was.
pub(crate) type Step = Result<(Option<TenantId>, String), String>;

/// Runs one seed on an empty store; what is broken, with the last steps, if anything is.
pub(crate) async fn simulate<S: Catalog + BookingStore + Stock>(
    store: S,
    seed: u64,
    steps: usize,
) -> Result<Report, String> {
    for tenant in TENANTS {
        for service in town::services() {
            store.stock_service(tenant, service);
        }
        for id in town::RESOURCES {
            store.stock_resource(tenant, town::resource(id, "08:00"));
        }
    }
    let clock = ManualClock::at(DateTime::from_timestamp(START, 0).unwrap());
    let mut run = Run {
        scheduler: Scheduler::new(store, clock).with_ids(SequentialIds::default()),
        dice: Dice::new(seed),
        auditor: Auditor::new(),
        holds: BTreeMap::new(),
        planned: Vec::new(),
        unanswered: Vec::new(),
        series: Vec::new(),
        entries: Vec::new(),
        blocks: Vec::new(),
        keys: 0,
        report: Report { applied: 0, log: Vec::new() },
    };
    let sweeps = seed.is_multiple_of(3);
    for number in 0..steps {
        if let Err(why) = run.step(sweeps).await {
            let last = run.report.log.len().saturating_sub(8);
            return Err(format!("step {number}: {why}\nbefore that:\n{}", run.report.log[last..].join("\n")));
        }
    }
    Ok(run.report)
}

impl<S: Catalog + BookingStore + Stock> Run<S> {
    async fn step(&mut self, sweeps: bool) -> Result<(), String> {
        let pass = if self.dice.percent(4) { 20_000 } else { [0, 0, 20, 60, 240, 900][self.dice.below(6)] };
        self.scheduler.clock().advance(pass);
        let now = self.now();
        // Time alone changes nothing but what has lapsed.
        self.auditor.audit(self.scheduler.store(), None, now).await?;
        let (touched, what) = match self.dice.below(100) {
            0..35 => self.ask().await?,
            35..50 => self.go_on().await?,
            50..56 => self.repeat().await?,
            56..68 => self.commit_planned().await?,
            68..72 if sweeps => self.sweep().await?,
            _ => staff::act(self).await?,
        };
        self.report.applied += usize::from(touched.is_some());
        self.report.log.push(format!("{} {what}", self.scheduler.clock().now()));
        self.auditor
            .audit(self.scheduler.store(), touched, now)
            .await
            .map_err(|why| format!("{why}\nafter {what}"))
    }

    pub(crate) fn now(&self) -> i64 {
        self.scheduler.clock().now().timestamp()
    }

    pub(crate) fn tenant(&mut self) -> TenantId {
        TENANTS[self.dice.below(TENANTS.len())]
    }

    /// Something to want: any service, sometimes for several, sometimes nobody in particular.
    pub(crate) fn wish(&mut self, tenant: TenantId) -> Wish {
        let mut wish = Wish::new(tenant, SERVICES[self.dice.below(SERVICES.len())]);
        wish.party = 1 + self.dice.below(2) as u32;
        wish.customer = self.dice.percent(80).then(|| CustomerId::from_u64(1 + self.dice.below(4) as u64));
        if wish.service == town::VISIT && self.dice.percent(30) {
            wish.duration = Some(minutes(60));
        }
        wish
    }

    /// One of the next days.
    pub(crate) fn day(&mut self) -> Interval {
        let from = self.now() / 86_400 * 86_400 + 86_400 * self.dice.below(DAYS) as i64;
        Interval::from_seconds(from, from + 86_400).unwrap()
    }

    /// Any quarter of an hour of one of the next days.
    pub(crate) fn any_start(&mut self) -> DateTime<Utc> {
        let day = self.day();
        day.start() + TimeDelta::minutes(15 * (24 + self.dice.below(36)) as i64)
    }

    fn key(&mut self) -> Option<String> {
        self.keys += 1;
        self.dice.percent(70).then(|| format!("key {}", self.keys))
    }

    /// A client looks at a day and takes one of its slots, or tries a start that was not offered.
    async fn ask(&mut self) -> Step {
        let client = self.dice.below(CLIENTS);
        let tenant = self.tenant();
        let wish = self.wish(tenant);
        let day = self.day();
        let slots = self.scheduler.slots(&wish, day).await.map_err(|error| format!("listing: {error:?}"))?;
        // Most want the first that is free: that is where they meet.
        let wanted = if self.dice.percent(70) { &slots[..slots.len().min(1)] } else { &slots[..] };
        let listed = self.dice.one_of(wanted).map(|slot| slot.start);
        let start = if self.dice.percent(15) { self.any_start() } else { listed.unwrap_or(day.start()) };
        let offered = slots.iter().any(|slot| slot.start == start);
        let request = BookRequest { key: self.key(), ..BookRequest::new(wish, start) };
        let ttl = [60, 600, 1_800][self.dice.below(3)];
        let intent = if self.dice.percent(60) { Intent::Hold(Some(ttl)) } else { Intent::Book };
        if self.dice.percent(30) {
            return Ok(match self.scheduler.prepare(&request, intent).await {
                Ok(command) => {
                    self.planned.push(command);
                    (None, format!("planned {start} of {:?}", request.wish.service))
                }
                Err(refusal) => (None, format!("no plan for {start}: {refusal:?}")),
            });
        }
        let outcome = self.send(&Sent::Place(request.clone(), intent)).await;
        if offered && outcome.is_err() {
            return Err(format!("{start} was offered and refused: {outcome:?} for {request:?}"));
        }
        if !offered && outcome.is_ok() && day.contains(start.timestamp()) {
            return Err(format!("{start} was booked and not offered: {request:?}"));
        }
        self.answered(&Sent::Place(request, intent), outcome, Some(client))
    }

    /// A client who remembers a hold confirms it, gives it up, asks for more time, or crashes.
    async fn go_on(&mut self) -> Step {
        let clients: Vec<usize> = self.holds.keys().copied().collect();
        let Some(&client) = self.dice.one_of(&clients) else {
            return Ok((None, "nobody has a hold".to_owned()));
        };
        let (tenant, booking) = self.holds[&client];
        let request = ChangeRequest { key: self.key(), ..ChangeRequest::new(tenant, booking) };
        match self.dice.below(10) {
            0..5 => {
                let sent = Sent::Confirm(request);
                let outcome = self.send(&sent).await;
                self.answered(&sent, outcome, None)
            }
            5..7 => {
                let sent = Sent::Cancel(request);
                let outcome = self.send(&sent).await;
                self.answered(&sent, outcome, None)
            }
            7 => {
                let until = self.scheduler.clock().now() + TimeDelta::minutes(self.dice.below(40) as i64);
                let outcome = self.scheduler.extend(&request, until).await;
                finished(tenant, "extend", outcome)
            }
            _ => {
                self.holds.remove(&client);
                Ok((None, format!("client {client} crashed")))
            }
        }
    }

    /// A client whose answer was lost asks again, and must get the same.
    async fn repeat(&mut self) -> Step {
        if self.unanswered.is_empty() {
            return Ok((None, "no answer is missing".to_owned()));
        }
        let at = self.dice.below(self.unanswered.len());
        let (sent, first) = self.unanswered.swap_remove(at);
        let again = self
            .send(&sent)
            .await
            .map_err(|refusal| format!("a replay of {sent:?} was refused: {refusal:?}"))?;
        if !again.replayed || again.booking != first.booking || again.offers != first.offers {
            return Err(format!("the replay of {sent:?} is {again:?}, the answer was {first:?}"));
        }
        Ok((None, format!("{} was asked for again", first.booking.id)))
    }

    /// A command that was planned some time ago reaches the store.
    async fn commit_planned(&mut self) -> Step {
        if self.planned.is_empty() {
            return Ok((None, "nothing is on its way".to_owned()));
        }
        let at = self.dice.below(self.planned.len());
        let command = self.planned.swap_remove(at);
        match self.scheduler.store().commit(&command).await {
            Ok(done) => Ok((Some(command.tenant), format!("a late command made {:?}", ids(&done.bookings)))),
            Err(booking_core::CommitError::Store(error)) => Err(error.to_string()),
            Err(refusal) => Ok((None, format!("a late command was refused: {refusal:?}"))),
        }
    }

    async fn sweep(&mut self) -> Step {
        let tenant = self.tenant();
        finished(tenant, "sweep", self.scheduler.sweep(tenant).await)
    }

    async fn send(&self, sent: &Sent) -> Result<Booked, Refusal> {
        match sent {
            Sent::Place(request, Intent::Hold(ttl)) => self.scheduler.hold(request, *ttl).await,
            Sent::Place(request, Intent::Book) => self.scheduler.book(request).await,
            Sent::Confirm(request) => self.scheduler.confirm(request).await,
            Sent::Cancel(request) => self.scheduler.cancel(request).await,
            Sent::Move(request) => self.scheduler.reschedule(request).await,
        }
    }

    /// Notes what was applied; now and then the answer is lost and the request will be repeated.
    fn answered(&mut self, sent: &Sent, outcome: Result<Booked, Refusal>, client: Option<usize>) -> Step {
        let tenant = match sent {
            Sent::Place(request, _) => request.wish.tenant,
            Sent::Confirm(request) | Sent::Cancel(request) => request.tenant,
            Sent::Move(request) => request.change.tenant,
        };
        let keyed = match sent {
            Sent::Place(request, _) => request.key.is_some(),
            Sent::Confirm(request) | Sent::Cancel(request) => request.key.is_some(),
            Sent::Move(request) => request.change.key.is_some(),
        };
        if let Ok(booked) = &outcome {
            let waiting_for_client = booked.booking.state == State::Held;
            if let Some(client) = client.filter(|_| waiting_for_client) {
                self.holds.insert(client, (tenant, booked.booking.id));
            }
            if keyed && self.dice.percent(40) {
                self.unanswered.push((sent.clone(), booked.clone()));
            }
        }
        let name = format!("{sent:?}");
        finished(tenant, &name, outcome)
    }

    /// A booking of the tenant, by what the books say.
    pub(crate) fn some_booking(&mut self, tenant: TenantId) -> Option<Booking> {
        let all: Vec<&Booking> = self.auditor.books[&tenant].rows.values().collect();
        self.dice.one_of(&all).map(|booking| (*booking).clone())
    }

    /// Moves a booking by a quarter of an hour or to any start; its own time must not be in its way.
    pub(crate) async fn reschedule(&mut self, tenant: TenantId) -> Step {
        let Some(booking) = self.some_booking(tenant) else {
            return Ok((None, "nothing to move".to_owned()));
        };
        let start =
            if self.dice.percent(50) { booking.start() + TimeDelta::minutes(15) } else { self.any_start() };
        let change = ChangeRequest {
            key: self.key(),
            if_version: self.dice.percent(50).then_some(booking.version),
            ..ChangeRequest::new(tenant, booking.id)
        };
        let request =
            MoveRequest { change, start: Some(start), duration: None, party: None, resources: Vec::new() };
        let sent = Sent::Move(request);
        let outcome = self.send(&sent).await;
        self.answered(&sent, outcome, None)
    }

    /// Staff books what policy does not allow.
    pub(crate) async fn book_waiving(&mut self, tenant: TenantId) -> Step {
        let wish = Wish { waive: Waiver::ALL, ..self.wish(tenant) };
        let start = self.any_start() + TimeDelta::minutes(self.dice.below(15) as i64);
        let request = BookRequest { actor: Actor::new(WAIVING, "desk"), ..BookRequest::new(wish, start) };
        finished(tenant, "waived", self.scheduler.book(&request).await)
    }
}

/// A step that was applied or refused; what may not happen at all ends the run.
pub(crate) fn finished<T: std::fmt::Debug>(
    tenant: TenantId,
    what: &str,
    outcome: Result<T, Refusal>,
) -> Step {
    match outcome {
        Ok(done) => {
            let mut done = format!("{done:?}");
            done.truncate(240);
            Ok((Some(tenant), format!("{what}: {done}")))
        }
        Err(Refusal::Store(error)) => Err(format!("{what}: the store failed: {error}")),
        Err(Refusal::Availability(error)) => Err(format!("{what}: no answer: {error}")),
        Err(refusal) => Ok((None, format!("{what} refused: {refusal:?}"))),
    }
}

fn ids(bookings: &[Booking]) -> Vec<BookingId> {
    bookings.iter().map(|booking| booking.id).collect()
}
