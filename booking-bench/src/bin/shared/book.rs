//! The bookings that are made.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use booking_core::{
    Action, Actor, BookingId, BookingStore as _, Claim, Command, CustomerId, Initial, Interval, LocalStart,
    NewBooking, Pick, Placement, Plan, PlanClaims, Priced, Relocation, ResourceId, ServiceId, ZoneId,
};
use booking_store_postgres::PostgresStore;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::Outcome;
use crate::database::TENANT;

/// 2090: no clock gets there while bookings are made.
pub(crate) const DAY: i64 = 3_786_912_000;
/// Seconds of a visit.
pub(crate) const VISIT: i64 = 1_800;
/// Bookings lie back to back on this many resources; those with three claims use three times as many.
pub(crate) const RESOURCES: u64 = 400;

/// A booking: its number says where and when.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) number: u64,
    pub(crate) claims: u64,
}

impl Asked {
    /// Spread over the key space, as random ids are.
    pub(crate) fn id(self) -> Uuid {
        Uuid::from_u128(
            u128::from(self.number).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835) | self.kind(),
        )
    }

    fn kind(self) -> u128 {
        u128::from(self.claims) << 126
    }

    pub(crate) fn start(self) -> i64 {
        DAY + (self.number / RESOURCES).cast_signed() * VISIT
    }

    pub(crate) fn resources(self) -> Vec<ResourceId> {
        let first = 1 + self.number % RESOURCES;
        // Those with more claims than one have resources of their own.
        let skipped = u64::from(self.claims != 1);
        (0..self.claims).map(|turn| ResourceId::from_u64(first + (skipped + turn) * RESOURCES)).collect()
    }

    pub(crate) fn service(self) -> u64 {
        1 + self.number % 50
    }

    pub(crate) fn customer(self) -> u64 {
        1 + self.number % 100_000
    }

    pub(crate) fn command(self) -> Command {
        place(self.id(), &self.resources(), self.start(), self.service(), self.customer())
    }
}

pub(crate) fn command(action: Action) -> Command {
    Command {
        tenant: TENANT,
        now: chrono::DateTime::from_timestamp(DAY, 0).unwrap_or_default(),
        actor: Actor::new("web shop", "api"),
        key: None,
        action,
        offers: Vec::new(),
        verdicts: Vec::new(),
    }
}

pub(crate) fn place(id: Uuid, resources: &[ResourceId], start: i64, service: u64, customer: u64) -> Command {
    command(Action::Place(vec![placement(id, resources, (start, start + VISIT), service, customer)]))
}

/// A booking of one unit of each of these resources, from the first of these seconds to the second.
pub(crate) fn placement(
    id: Uuid,
    resources: &[ResourceId],
    seconds: (i64, i64),
    service: u64,
    customer: u64,
) -> Placement {
    let visit = visit(seconds);
    let booking = NewBooking {
        id: BookingId::from_uuid(id),
        service: ServiceId::from_u64(service),
        customer: Some(CustomerId::from_u64(customer)),
        visit,
        party: 1,
        initial: Initial::Confirmed,
        local: local(visit),
        series: None,
        offer_to: None,
        priced: Priced::default(),
        approval: None,
        max_hold: 1_800,
    };
    Placement { booking, plans: vec![units(resources, visit)], limits: Vec::new() }
}

/// Another time and other resources for a booking.
pub(crate) fn relocation(id: Uuid, resources: &[ResourceId], seconds: (i64, i64)) -> Relocation {
    let visit = visit(seconds);
    Relocation {
        booking: BookingId::from_uuid(id),
        if_version: None,
        reassign: false,
        visit,
        party: 1,
        local: local(visit),
        priced: Priced::default(),
        plans: vec![units(resources, visit)],
        limits: Vec::new(),
    }
}

fn visit((start, end): (i64, i64)) -> Interval {
    Interval::from_seconds(start, end).expect("starts lie within the supported years")
}

fn local(visit: Interval) -> LocalStart {
    LocalStart { zone: ZoneId::UTC, wall: visit.start().naive_utc(), tzdata: "2026f".to_owned() }
}

/// One unit of each resource for the whole visit.
fn units(resources: &[ResourceId], visit: Interval) -> Plan {
    let seconds = visit.end_second() - visit.start_second();
    let claim = |&resource: &ResourceId| Claim { resource, interval: visit, before: 0, after: 0, units: 1 };
    let pick = |&resource: &ResourceId| Pick { requirement: "staff".to_owned(), resource, seconds };
    Plan {
        picks: resources.iter().map(pick).collect(),
        claims: PlanClaims::Own(resources.iter().map(claim).collect()),
        limits: Vec::new(),
    }
}

/// Something that is being done.
pub(crate) type Working = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// Books so many claims under the number that it is given.
pub(crate) fn booking(
    store: &PostgresStore,
    claims: u64,
) -> impl Fn(u64, u64) -> Working + Clone + Send + Sync + 'static {
    let store = store.clone();
    move |_, number| {
        let store = store.clone();
        Box::pin(async move {
            store.commit(&Asked { number, claims }.command()).await?;
            Ok(())
        })
    }
}

/// What closed-loop clients got done.
pub(crate) struct Done {
    pub(crate) rate: f64,
    times: Vec<Duration>,
}

impl Done {
    /// The time that this share of the answers took at most, in milliseconds.
    pub(crate) fn percentile(&self, share: usize) -> f64 {
        let last = self.times.len().saturating_sub(1);
        self.times.get(last * share / 100).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
    }
}

/// How often every connection is used before anything is measured: it plans what it does for the first five times.
const WARM: u64 = 8;
/// So many at a time make small batches, of which each takes the next connection of a pool.
const WARMING: u64 = 8;

/// Lets every connection of a pool do the work, whether a use of one serves one or a few who come together.
pub(crate) async fn warm_up<F>(
    connections: u32,
    numbers: &Arc<AtomicU64>,
    work: impl Fn(u64, u64) -> F + Clone + Send + Sync + 'static,
) -> Outcome
where
    F: Future<Output = Outcome> + Send + 'static,
{
    let left = AtomicU64::new(u64::from(connections) * WARM * WARMING / 2);
    let take = |left: u64| left.checked_sub(1);
    let more = move || left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok();
    while_more(WARMING, more, numbers, work).await.map(drop)
}

/// Clients that each do one thing after the other, with numbers that none uses twice, until the time is over.
pub(crate) async fn closed_loop<F>(
    clients: u64,
    turn: Duration,
    numbers: &Arc<AtomicU64>,
    work: impl Fn(u64, u64) -> F + Clone + Send + Sync + 'static,
) -> Outcome<Done>
where
    F: Future<Output = Outcome> + Send + 'static,
{
    let begun = Instant::now();
    while_more(clients, move || begun.elapsed() < turn, numbers, work).await
}

async fn while_more<F>(
    clients: u64,
    more: impl Fn() -> bool + Send + Sync + 'static,
    numbers: &Arc<AtomicU64>,
    work: impl Fn(u64, u64) -> F + Clone + Send + Sync + 'static,
) -> Outcome<Done>
where
    F: Future<Output = Outcome> + Send + 'static,
{
    let begun = Instant::now();
    let more = Arc::new(more);
    let mut tasks = JoinSet::new();
    for client in 0..clients {
        let (more, numbers, work) = (more.clone(), numbers.clone(), work.clone());
        tasks.spawn(async move {
            let mut times = Vec::new();
            while more() {
                let start = Instant::now();
                work(client, numbers.fetch_add(1, Ordering::Relaxed)).await?;
                times.push(start.elapsed());
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(times)
        });
    }
    let mut times = Vec::new();
    while let Some(task) = tasks.join_next().await {
        times.extend(task??);
    }
    times.sort_unstable();
    Ok(Done { rate: times.len() as f64 / begun.elapsed().as_secs_f64(), times })
}
