//! Holding and booking.

use chrono::{DateTime, TimeDelta, Utc};

use super::listing::one_second;
use super::{BookRequest, Booked, MAX_ATTEMPTS, Refusal, Scheduler};
use crate::booking::{LocalStart, Priced};
use crate::clock::Clock;
use crate::engine::{MAX_PLANS, SlotQuery, Snapshot};
use crate::interval::{Interval, instant, second_of};
use crate::seconds::{Seconds, check_length};
use crate::service::Service;
use crate::store::{
    Action, BookingStore, Catalog, Command, CommitError, Committed, IdempotencyKey, Initial, NewBooking,
    Operation, Placement,
};
use crate::time::civil::wall_of;
use crate::{BookingId, Invalid, SeriesId, SessionId};

/// What a new booking shall be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// A hold of this many seconds; none means the service's default.
    Hold(Option<Seconds>),
    /// A booking: pending where the service needs approval, else confirmed.
    Book,
}

impl<S: Catalog + BookingStore, C: Clock> Scheduler<S, C> {
    /// Reserves a start for a while: to be confirmed, extended or cancelled, or it expires by itself.
    pub async fn hold(&self, request: &BookRequest, ttl: Option<Seconds>) -> Result<Booked, Refusal> {
        self.place(request, Intent::Hold(ttl)).await
    }

    /// Books a start: pending where the service needs approval, else confirmed.
    pub async fn book(&self, request: &BookRequest) -> Result<Booked, Refusal> {
        self.place(request, Intent::Book).await
    }

    /// The command that would hold or book, without committing it: for hosts that commit inside a transaction of their
    /// own. Judged like [`Scheduler::book`], on the store as it is now.
    pub async fn prepare(&self, request: &BookRequest, intent: Intent) -> Result<Command, Refusal> {
        let key = request_key(request, intent)?;
        self.plan_request(request, intent, key, self.now()).await
    }

    async fn place(&self, request: &BookRequest, intent: Intent) -> Result<Booked, Refusal> {
        let key = request_key(request, intent)?;
        if let Some(recorded) = self.replay(request.wish.tenant, key.as_ref()).await? {
            return Booked::from_commit(recorded).ok_or(Refusal::NotFound { what: "booking" });
        }
        let placed = self.place_new(request, intent, key.as_ref()).await;
        let placed = self.or_replay(request.wish.tenant, key.as_ref(), placed).await?;
        Booked::from_commit(placed).ok_or(Refusal::NotFound { what: "booking" })
    }

    async fn place_new(
        &self,
        request: &BookRequest,
        intent: Intent,
        key: Option<&IdempotencyKey>,
    ) -> Result<Committed, Refusal> {
        for _ in 0..MAX_ATTEMPTS {
            let command = self.plan_request(request, intent, key.cloned(), self.now()).await?;
            match self.store.commit(&command).await {
                Ok(committed) => return Ok(committed),
                Err(CommitError::NoFit { .. } | CommitError::Limit { .. }) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Err(Refusal::Contended)
    }

    async fn plan_request(
        &self,
        request: &BookRequest,
        intent: Intent,
        key: Option<IdempotencyKey>,
        now: DateTime<Utc>,
    ) -> Result<Command, Refusal> {
        request.actor.check()?;
        let wish = &request.wish;
        let service = self.service(wish.tenant, wish.service).await?;
        let start = second_of("start", request.start)?;
        let query = Self::query(wish, one_second(start)?, now.timestamp())?;
        let initial = initial(&service, intent, start, now)?;
        let snapshot = self.snapshot(wish.tenant, &service, &query, None).await?;
        let placement =
            match self.placement(&service, &snapshot, &query, start, initial, wish.group.as_deref()) {
                Ok(placement) => placement,
                Err(Refusal::NotBookable { reasons, .. }) => {
                    let alternatives = self.alternatives(wish, start).await;
                    return Err(Refusal::NotBookable { reasons, alternatives });
                }
                Err(other) => return Err(other),
            };
        Ok(Command {
            tenant: wish.tenant,
            now,
            actor: request.actor.clone(),
            key,
            action: Action::Place(vec![placement]),
            offers: Vec::new(),
            verdicts: Vec::new(),
        })
    }

    /// Judges one start on a snapshot and plans it: the same for a single booking, for each occurrence of a series and
    /// for offers.
    pub(super) fn placement(
        &self,
        service: &Service,
        snapshot: &Snapshot,
        query: &SlotQuery,
        start: i64,
        initial: Initial,
        group: Option<&str>,
    ) -> Result<Placement, Refusal> {
        let availability = self.availability(service, snapshot)?;
        if !availability.is_bookable(query, start)? {
            let reasons = availability.explain(query, start)?.reasons;
            return Err(Refusal::NotBookable { reasons, alternatives: Vec::new() });
        }
        let now = instant(query.now);
        let session = SessionId::from_uuid(self.ids.next_id(now));
        let plans = availability.plans(query, start, session)?;
        debug_assert!(plans.len() <= MAX_PLANS + snapshot.occupancy.sessions.len());
        let duration = service.duration(query.duration)?;
        Ok(Placement {
            plans,
            limits: availability.limit_checks(query, start)?,
            booking: NewBooking {
                id: BookingId::from_uuid(self.ids.next_id(now)),
                service: service.id,
                customer: query.customer,
                visit: Interval::from_seconds(start, start + duration)?,
                party: query.party,
                initial,
                local: self.local_start(service, start)?,
                series: None::<(SeriesId, u32)>,
                offer_to: None,
                priced: self.price(service, start, duration, query.party, group)?,
                approval: service.policy.approval,
                max_hold: service.holds.max,
            },
        })
    }

    /// The start on the service's wall clock, with the version of the rules.
    pub(super) fn local_start(&self, service: &Service, start: i64) -> Result<LocalStart, Invalid> {
        let zone = self.zones.zone(&service.zone)?;
        let wall = wall_of(zone.to_local(start));
        Ok(LocalStart { zone: service.zone.clone(), wall, tzdata: zone.version().to_owned() })
    }

    /// What a visit costs, and what is due at once.
    pub(super) fn price(
        &self,
        service: &Service,
        start: i64,
        duration: Seconds,
        party: u32,
        group: Option<&str>,
    ) -> Result<Priced, Invalid> {
        let local = self.local_start(service, start)?.wall;
        let tier = service.price(local, duration, party, group);
        let price = tier.map(|(_, price)| price);
        Ok(Priced {
            group: group.map(str::to_owned),
            tier: tier.map(|(tier, _)| tier.name.clone()),
            price,
            deposit: service.policy.deposit.and_then(|deposit| deposit.amount.of(price)),
            fee: None,
        })
    }
}

fn request_key(request: &BookRequest, intent: Intent) -> Result<Option<IdempotencyKey>, Refusal> {
    let (operation, content) = match intent {
        Intent::Book => (Operation::Book, request.content()),
        Intent::Hold(ttl) => {
            let ttl = ttl.map_or_else(|| "-".to_owned(), |ttl| ttl.to_string());
            (Operation::Hold, request.content().with("ttl", ttl))
        }
    };
    Ok(request.key.as_deref().map(|key| IdempotencyKey::new(operation, key, content)).transpose()?)
}

fn initial(service: &Service, intent: Intent, start: i64, now: DateTime<Utc>) -> Result<Initial, Invalid> {
    match (intent, service.policy.approval) {
        (Intent::Hold(ttl), _) => {
            let ttl = ttl.unwrap_or(service.holds.default);
            check_length("ttl", ttl, 1, service.holds.max)?;
            Ok(Initial::Held(now + TimeDelta::seconds(ttl)))
        }
        (Intent::Book, Some(approval)) => {
            Ok(Initial::Pending(instant((now.timestamp() + approval).min(start))))
        }
        (Intent::Book, None) => Ok(Initial::Confirmed),
    }
}
